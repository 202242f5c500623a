package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand descriptors on one reactor.
 */
final class ManyDescriptorsTest extends ReactorTest {
    private static final int COUNT = 10_000;
    private static final int EVENTS_PER_TURN = 256;

    private final UnsafeBuffer out = Buffers.allocate(Integer.BYTES);
    private final UnsafeBuffer in = Buffers.allocate(COUNT * Integer.BYTES);
    private final int[] received = new int[COUNT];

    @Test
    void servesEachOnce() throws IOException, InterruptedException {
        DescriptorLimit.assumeAtLeast(COUNT + 1_000);
        UdpSocket sender = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        List<UdpSocket> sockets = new ArrayList<>();
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
            sockets.add(socket);
            endpoints.add(Endpoint.of(socket.localAddress()));
            receiveForEver(socket, i);
        }
        assertThat(reactor.pending()).isEqualTo(COUNT);

        for (int round = 1; round <= 2; round++) {
            for (int i = 0; i < COUNT; i++) {
                out.putInt(0, i * round);
                assertThat(sender.trySend(out, 0, Integer.BYTES, endpoints.get(i))).isEqualTo(Integer.BYTES);
            }
            int mostInATurn = 0;
            int expected = round;
            while (sum() < (long) COUNT * expected) {
                int done = reactor.poll();
                mostInATurn = Math.max(mostInATurn, done);
                if (done == 0) {
                    Thread.yield();
                }
            }
            for (int i = 0; i < COUNT; i++) {
                assertThat(received[i]).isEqualTo(round);
                assertThat(in.getInt(i * Integer.BYTES)).isEqualTo(i * round);
            }
            // A selector of java.nio reports all that are ready.
            if (reactor.backend().equals("epoll")) {
                assertThat(mostInATurn).isLessThanOrEqualTo(EVENTS_PER_TURN);
            }
        }

        connectsWithADescriptorThatHigh();
        for (UdpSocket socket : sockets) {
            socket.close();
        }
        assertThat(reactor.pending()).isZero();
    }

    /**
     * With a time-out, which select(2) could not wait for.
     */
    private void connectsWithADescriptorThatHigh() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(listener.localAddress(), 10_000_000_000L, recorder.connect);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.OK));
        if (stream.descriptor instanceof EpollDescriptor descriptor) {
            assertThat(descriptor.fd).isGreaterThan(COUNT);
        }
    }

    private void receiveForEver(UdpSocket socket, int index) {
        socket.asyncReceive(in, index * Integer.BYTES, Integer.BYTES, new ReceiveHandler() {
            @Override
            public void onReceive(IoStatus status, int length, Endpoint source) {
                if (status == IoStatus.OK) {
                    received[index]++;
                    socket.asyncReceive(in, index * Integer.BYTES, Integer.BYTES, this);
                }
            }
        });
    }

    private long sum() {
        long sum = 0;
        for (int count : received) {
            sum += count;
        }
        return sum;
    }
}
