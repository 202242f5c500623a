package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Datagrams leave no garbage, also when two senders alternate on one socket.
 */
@ParameterizedClass
@MethodSource("io.sonic.multicast.Link#all")
class AllocationTest extends MulticastFixture {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int DATAGRAMS = 100_000;
    private static final int LENGTH = 200;

    private final UnsafeBuffer incoming = new UnsafeBuffer(ByteBuffer.allocateDirect(2048));
    private final UnsafeBuffer outgoing = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));
    private final Endpoint destination = new Endpoint();
    private final MulticastPeer[] senders = new MulticastPeer[2];
    private final int[] ports = new int[2];
    private final ReceiveHandler onReceive = this::received;
    private final WriteHandler onSent = this::sent;
    private MulticastPeer receiver;
    private int received;
    private int sent;
    private int fromOther;
    private int wrong;

    AllocationTest(Link link) {
        super(link);
    }

    @Test
    void allocatesNothingForDatagramsOfAlternatingSenders() throws IOException {
        receiver = open();
        receiver.join(link.group(1), link.receiver());
        destination.set(link.group(1), port(receiver));
        senders[0] = openSender(link, link.first());
        senders[1] = openSender(link, link.second());
        ports[0] = port(senders[0]);
        ports[1] = port(senders[1]);

        exchange();
        received = 0;
        sent = 0;
        fromOther = 0;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        exchange();
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(received).isEqualTo(DATAGRAMS);
        assertThat(sent).isEqualTo(DATAGRAMS);
        assertThat(fromOther).isEqualTo(DATAGRAMS / 2);
        assertThat(wrong).isZero();
        assertThat(allocated).as("bytes allocated for %d datagrams", DATAGRAMS).isZero();
    }

    private void exchange() {
        for (int i = 0; i < DATAGRAMS; i++) {
            outgoing.putInt(0, i);
            receiver.asyncReceive(incoming, 0, incoming.capacity(), onReceive);
            senders[i & 1].asyncSend(outgoing, 0, LENGTH, destination, onSent);
            while (received <= i) {
                reactor.poll();
            }
        }
    }

    private void received(IoStatus status, int length, Endpoint source) {
        boolean odd = (received & 1) == 1;
        if (status != IoStatus.OK || length != LENGTH || incoming.getInt(0) != received
                || source.port() != ports[odd ? 1 : 0]) {
            wrong++;
        }
        fromOther += odd ? 1 : 0;
        received++;
    }

    private void sent(IoStatus status, int length) {
        sent += status == IoStatus.OK && length == LENGTH ? 1 : 0;
    }
}
