package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.sonic.Recorder.Received;
import io.sonic.Recorder.Written;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sending and receiving datagrams.
 */
final class UdpSocketTest extends ReactorTest {
    private static final int LARGEST = 65_507;

    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void receivesWithTheAddressOfTheSender(Loopback loopback) throws IOException {
        loopback.assumePresent();
        UdpSocket receiver = UdpSocket.open(reactor, loopback.anyPort());
        UdpSocket sender = UdpSocket.open(reactor, loopback.anyPort());
        receiver.asyncReceive(buffer, 10, 20, recorder.receive);
        sender.asyncSend(Buffers.of("datagram"), 0, 8, Endpoint.of(receiver.localAddress()), recorder.write);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Written(IoStatus.OK, 8), new Received(IoStatus.OK, 8, sender.localAddress()));
        assertThat(Buffers.text(buffer, 10, 8)).isEqualTo("datagram");
        assertThat(buffer.getByte(9)).isZero();
        assertThat(buffer.getByte(18)).isZero();
        assertThat(receiver.isIpv6()).isEqualTo(loopback == Loopback.IPV6);
    }

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void tellsSendersThatAlternateApart(Loopback loopback) throws IOException {
        loopback.assumePresent();
        UdpSocket receiver = UdpSocket.open(reactor, loopback.anyPort());
        Endpoint destination = Endpoint.of(receiver.localAddress());
        UdpSocket[] senders = new UdpSocket[3];
        for (int i = 0; i < senders.length; i++) {
            senders[i] = UdpSocket.open(reactor, loopback.anyPort());
        }
        List<Object> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            receiver.asyncReceive(buffer, 0, 8, recorder.receive);
            UdpSocket sender = senders[i % senders.length];
            assertThat(sender.trySend(buffer, 0, 1 + i % 8, destination)).isEqualTo(1 + i % 8);
            expected.add(new Received(IoStatus.OK, 1 + i % 8, sender.localAddress()));
            awaitEvents(i + 1);
        }
        assertThat(recorder.events).isEqualTo(expected);
    }

    @Test
    void receivesAnEmptyDatagram() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint self = Endpoint.of(socket.localAddress());
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        assertThat(socket.trySend(buffer, 0, 0, self)).isZero();
        awaitEvents(1);
        socket.asyncSend(buffer, 0, 0, self, recorder.write);
        awaitEvents(2);
        Endpoint source = new Endpoint();
        await(() -> socket.tryReceive(buffer, 0, 8, source) == 0);

        assertThat(recorder.events).containsExactly(
                new Received(IoStatus.OK, 0, socket.localAddress()), new Written(IoStatus.OK, 0));
        assertThat(source).isEqualTo(self);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void saysThatADatagramWasTruncated(int room) throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint self = Endpoint.of(socket.localAddress());
        socket.asyncReceive(buffer, 0, room, recorder.receive);
        socket.trySend(Buffers.of("12345678"), 0, 8, self);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Received(IoStatus.TRUNCATED, room, socket.localAddress()));
        assertThat(Buffers.text(buffer, 0, room)).isEqualTo("12345678".substring(0, room));
        assertThat(buffer.getByte(room)).isZero();

        // The rest is lost; the next one is whole.
        socket.trySend(Buffers.of("12345678"), 0, 8, self);
        Endpoint source = new Endpoint();
        await(() -> socket.tryReceive(buffer, 0, room, source) == IoStatus.TRUNCATED.code());
        assertThat(source).isEqualTo(self);
        socket.trySend(Buffers.of("next"), 0, 4, self);
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Received(IoStatus.OK, 4, socket.localAddress()));
    }

    @Test
    void isNotTruncatedWhenItFillsTheRoom() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        socket.trySend(Buffers.of("12345678"), 0, 8, Endpoint.of(socket.localAddress()));
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Received(IoStatus.OK, 8, socket.localAddress()));
    }

    @Test
    void transfersTheLargestDatagramAndRefusesALargerOne() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort(), new SocketOptions()
                .set(SocketOption.RECEIVE_BUFFER, 1 << 20).set(SocketOption.SEND_BUFFER, 1 << 20));
        UnsafeBuffer large = Buffers.allocate(LARGEST + 1);
        Buffers.fill(large, 0, LARGEST, 0);
        UnsafeBuffer room = Buffers.allocate(LARGEST + 1);
        Endpoint self = Endpoint.of(socket.localAddress());
        socket.asyncReceive(room, 0, LARGEST + 1, recorder.receive);
        socket.asyncSend(large, 0, LARGEST, self, (status, length) -> { });
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Received(IoStatus.OK, LARGEST, socket.localAddress()));
        assertThat(Buffers.mismatch(room, 0, LARGEST, 0)).isEqualTo(-1);

        socket.asyncSend(large, 0, LARGEST + 1, self, recorder.write);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Written(IoStatus.FAILED, 0));
        assertThat(socket.errno()).isEqualTo(Errno.EMSGSIZE.number);
        assertThat(socket.failure()).hasMessageContaining("Message too long (EMSGSIZE)");
        assertThat(socket.trySend(large, 0, LARGEST + 1, self)).isEqualTo(IoStatus.FAILED.code());
    }

    @Test
    void keepsTheSourceOnlyDuringTheCall() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint[] kept = new Endpoint[2];
        socket.asyncReceive(buffer, 0, 8, (status, length, source) -> {
            kept[0] = source;
            kept[1] = Endpoint.copyOf(source);
        });
        socket.trySend(buffer, 0, 8, Endpoint.of(socket.localAddress()));
        await(() -> kept[0] != null);
        socket.asyncReceive(buffer, 0, 8, (status, length, source) -> { });
        socket.cancelReceive();
        assertThat(kept[0].isSet()).isFalse();
        assertThat(kept[1].toInetSocketAddress()).isEqualTo(socket.localAddress());
    }

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void talksToAFixedPeer(Loopback loopback) throws IOException {
        loopback.assumePresent();
        UdpSocket socket = UdpSocket.open(reactor, loopback.anyPort());
        UdpSocket peer = UdpSocket.open(reactor, loopback.anyPort());
        UdpSocket stranger = UdpSocket.open(reactor, loopback.anyPort());
        socket.connect(Endpoint.of(peer.localAddress()));
        peer.asyncReceive(buffer, 0, 8, recorder.receive);
        socket.asyncSend(Buffers.of("abc"), 0, 3, recorder.write);
        awaitEvents(2);
        assertThat(recorder.events).containsExactly(
                new Written(IoStatus.OK, 3), new Received(IoStatus.OK, 3, socket.localAddress()));
        assertThat(socket.trySend(Buffers.of("abcd"), 0, 4, null)).isEqualTo(4);

        socket.asyncReceive(buffer, 8, 8, recorder.receive);
        stranger.trySend(Buffers.of("strange"), 0, 7, Endpoint.of(socket.localAddress()));
        peer.trySend(Buffers.of("known"), 0, 5, Endpoint.of(socket.localAddress()));
        awaitEvents(3);
        assertThat(recorder.events.getLast()).isEqualTo(new Received(IoStatus.OK, 5, peer.localAddress()));
    }

    @Test
    void failsOnceWhenThePeerIsNotThere() throws IOException {
        InetSocketAddress nobody;
        try (DatagramSocket unused = new DatagramSocket(0, Loopback.IPV4.address)) {
            nobody = Loopback.IPV4.port(unused.getLocalPort());
        }
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.connect(Endpoint.of(nobody));
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        socket.asyncSend(buffer, 8, 8, recorder.write);
        awaitEvents(2);
        turn(10);
        assertThat(recorder.events).containsExactly(
                new Written(IoStatus.OK, 8), new Received(IoStatus.FAILED, 0, null));
        assertThat(socket.errno()).isEqualTo(Errno.ECONNREFUSED.number);
        assertThat(socket.failure()).hasMessageContaining("Connection refused (ECONNREFUSED)");

        // The socket stays usable.
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        turn(5);
        assertThat(recorder.events).hasSize(2);
        socket.cancel();
        assertThat(recorder.events.getLast()).isEqualTo(new Received(IoStatus.CANCELLED, 0, null));
    }

    @Test
    @Tag("epoll")
    void failsToSendToNobodyInParticular() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.asyncSend(buffer, 0, 8, recorder.write);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Written(IoStatus.FAILED, 0));
        assertThat(socket.errno()).isEqualTo(Errno.EDESTADDRREQ.number);
        socket.asyncSend(buffer, 0, 8, new Endpoint(), recorder.write);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Written(IoStatus.FAILED, 0));
    }

    @Test
    void receivesIntoTheBufferThatItWasGivenLast() throws IOException {
        UdpSocket first = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        UdpSocket second = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint toFirst = Endpoint.of(first.localAddress());
        UnsafeBuffer early = Buffers.allocate(64);
        first.asyncReceive(early, 0, 8, recorder.receive);
        turn(3);
        first.receiveBuffer(buffer, 16, 4);
        second.trySend(Buffers.of("datagram"), 0, 8, toFirst);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Received(IoStatus.TRUNCATED, 4, second.localAddress()));
        assertThat(Buffers.text(buffer, 16, 4)).isEqualTo("data");
        assertThat(early.getByte(0)).isZero();
        assertThatIllegalStateException().isThrownBy(() -> first.receiveBuffer(buffer, 0, 8))
                .withMessage("no receive is in flight");
    }

    @Test
    void sharesOneBufferBetweenTwoSockets() throws IOException {
        UdpSocket[] sockets = {
            UdpSocket.open(reactor, Loopback.IPV4.anyPort()), UdpSocket.open(reactor, Loopback.IPV4.anyPort())};
        int[] filled = new int[1];
        ReceiveHandler[] handlers = new ReceiveHandler[2];
        for (int i = 0; i < 2; i++) {
            int own = i;
            handlers[i] = (status, length, source) -> {
                if (status != IoStatus.OK) {
                    return;
                }
                filled[0] += length;
                if (filled[0] < 64) {
                    sockets[own].asyncReceive(buffer, filled[0], 64 - filled[0], handlers[own]);
                    sockets[1 - own].receiveBuffer(buffer, filled[0], 64 - filled[0]);
                }
            };
            sockets[i].asyncReceive(buffer, 0, 64, handlers[i]);
        }
        for (int i = 0; i < 16; i++) {
            UnsafeBuffer piece = Buffers.of("%04d".formatted(i));
            int before = filled[0];
            sockets[0].trySend(piece, 0, 4, Endpoint.of(sockets[i * 7 % 3 % 2].localAddress()));
            await(() -> filled[0] == before + 4);
        }
        for (int i = 0; i < 16; i++) {
            assertThat(Buffers.text(buffer, 4 * i, 4)).isEqualTo("%04d".formatted(i));
        }
    }

    @Test
    void triesWithoutTheLoop() throws IOException {
        UdpSocket receiver = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        UdpSocket sender = UdpSocket.open(reactor, StandardProtocolFamily.INET, new SocketOptions());
        Endpoint source = new Endpoint();
        assertThat(receiver.tryReceive(buffer, 0, 8, source)).isEqualTo(IoStatus.WOULD_BLOCK.code());
        assertThat(source.isSet()).isFalse();
        for (int i = 0; i < 100; i++) {
            assertThat(sender.trySend(buffer, 0, 5, Endpoint.of(receiver.localAddress()))).isEqualTo(5);
            Await.until(() -> receiver.tryReceive(buffer, 0, 8, source) == 5);
            assertThat(source.port()).isEqualTo(sender.localAddress().getPort());
        }
    }

    @Test
    void keepsTheOrderOfABurst() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort(),
                new SocketOptions().set(SocketOption.RECEIVE_BUFFER, 1 << 20));
        Endpoint self = Endpoint.of(socket.localAddress());
        List<Integer> received = new ArrayList<>();
        ReceiveHandler[] handler = new ReceiveHandler[1];
        handler[0] = (status, length, source) -> {
            if (status == IoStatus.OK) {
                received.add(buffer.getInt(0));
                socket.asyncReceive(buffer, 0, 8, handler[0]);
            }
        };
        UnsafeBuffer out = Buffers.allocate(4);
        for (int i = 0; i < 200; i++) {
            out.putInt(0, i);
            assertThat(socket.trySend(out, 0, 4, self)).isEqualTo(4);
        }
        socket.asyncReceive(buffer, 0, 8, handler[0]);
        await(() -> received.size() == 200);
        assertThat(received).isSorted().doesNotHaveDuplicates();
    }

    @Test
    @Tag("epoll")
    void waitsUntilTheSystemTakesADatagramAgain() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint self = Endpoint.of(socket.localAddress());
        turn(2);
        backend.rig("send", Errno.EAGAIN, Errno.EAGAIN, Errno.ENOBUFS);
        socket.asyncSend(buffer, 0, 8, self, recorder.write);
        turn(5);
        RiggedSocket rigged = backend.sockets.getFirst();
        rigged.channel.onReadiness(DescriptorChannel.WRITABLE);
        turn(5);
        assertThat(recorder.events).isEmpty();
        rigged.channel.onReadiness(DescriptorChannel.WRITABLE);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Written(IoStatus.FAILED, 0));
        assertThat(socket.errno()).isEqualTo(Errno.ENOBUFS.number);
        assertThat(socket.failure()).hasMessageEndingWith("No buffer space available (ENOBUFS)");
        socket.asyncSend(buffer, 0, 8, self, recorder.write);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Written(IoStatus.OK, 8));
    }

    @Test
    void canBeClosedInItsOwnHandlers() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.asyncReceive(buffer, 0, 8, (status, length, source) -> {
            recorder.receive.onReceive(status, length, source);
            socket.close();
        });
        InetSocketAddress self = socket.localAddress();
        socket.asyncSend(buffer, 8, 8, Endpoint.of(self), recorder.write);
        awaitEvents(2);
        assertThat(recorder.events).containsExactly(new Written(IoStatus.OK, 8), new Received(IoStatus.OK, 8, self));
        assertThat(socket.isOpen()).isFalse();
        assertThat(socket.localAddress()).isNull();
    }

    @Test
    void refusesAPortInUseAndAnAddressOfAnotherHost() throws IOException {
        UdpSocket first = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        long before = Descriptors.count();
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> UdpSocket.open(reactor, first.localAddress()))
                .withMessage("bind " + Endpoint.format(first.localAddress()) + ": Address already in use (EADDRINUSE)");
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> UdpSocket.open(reactor, new InetSocketAddress("192.0.2.1", 0)))
                .withMessage("bind 192.0.2.1:0: Cannot assign requested address (EADDRNOTAVAIL)");
        assertThat(Descriptors.count()).isEqualTo(before);
    }

    @Test
    void refusesAnAddressOrAFamilyThatIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UdpSocket.open(reactor, InetSocketAddress.createUnresolved("localhost", 0)))
                .withMessageStartingWith("unresolved address: localhost");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UdpSocket.open(reactor, StandardProtocolFamily.UNIX, new SocketOptions()))
                .withMessage("the family must be INET or INET6: UNIX");
    }

    @Test
    void refusesABufferOnTheHeapAndARegionOutside() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        UnsafeBuffer heap = new UnsafeBuffer(new byte[64]);
        Endpoint self = Endpoint.of(socket.localAddress());
        assertThatIllegalArgumentException().isThrownBy(() -> socket.asyncReceive(heap, 0, 8, recorder.receive));
        assertThatIllegalArgumentException().isThrownBy(() -> socket.asyncSend(heap, 0, 8, self, recorder.write));
        assertThatIllegalArgumentException().isThrownBy(() -> socket.tryReceive(heap, 0, 8, self));
        assertThatIllegalArgumentException().isThrownBy(() -> socket.trySend(heap, 0, 8, self));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> socket.asyncReceive(buffer, 60, 5, recorder.receive));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> socket.asyncSend(buffer, -1, 5, self, recorder.write));
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        assertThatIllegalArgumentException().isThrownBy(() -> socket.receiveBuffer(heap, 0, 8));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> socket.receiveBuffer(buffer, 64, 1));
        assertThat(reactor.pending()).isEqualTo(1);
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void refusesToDoWithoutAHandlerADestinationOrASource() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint self = Endpoint.of(socket.localAddress());
        assertThatNullPointerException().isThrownBy(() -> socket.asyncReceive(buffer, 0, 8, null))
                .withMessage("handler");
        assertThatNullPointerException().isThrownBy(() -> socket.asyncSend(buffer, 0, 8, self, null))
                .withMessage("handler");
        assertThatNullPointerException().isThrownBy(() -> socket.asyncSend(buffer, 0, 8, null, recorder.write))
                .withMessage("destination");
        assertThatNullPointerException().isThrownBy(() -> socket.tryReceive(buffer, 0, 8, null))
                .withMessage("source");
        assertThat(reactor.pending()).isZero();
    }
}
