package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.agrona.concurrent.UnsafeBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Promise 4: one operation in flight per direction; a second one is refused, and the first one goes on.
 */
final class OneOperationPerDirectionTest extends ReactorTest {
    private static final ReadHandler NO_READ = (status, length) -> {
        throw new AssertionError("the read was refused");
    };
    private static final WriteHandler NO_WRITE = (status, length) -> {
        throw new AssertionError("the write was refused");
    };

    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @Test
    void refusesASecondRead() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        TcpStream stream = pair.server();
        stream.asyncRead(buffer, 0, 8, recorder.read);

        refuses("a read is in flight already", () -> stream.asyncRead(buffer, 8, 8, NO_READ));
        refuses("a read is in flight already", () -> stream.asyncReadAll(buffer, 8, 8, NO_READ));
        refuses("a read is in flight already", () -> stream.asyncRead(buffer, 8, 0, NO_READ));
        refuses("a read is in flight already", () -> stream.tryRead(buffer, 8, 8));

        pair.client().asyncWrite(Buffers.of("first"), 0, 5, (status, length) -> { });
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 5));
        assertThat(Buffers.text(buffer, 0, 5)).isEqualTo("first");
    }

    @Test
    void refusesASecondWriteAndTheEndOfTheOutputWhileOneWaits() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        TcpStream stream = pair.client();
        long before = TcpPair.fill(reactor, stream);
        stream.asyncWriteAll(buffer, 0, 8, recorder.write);

        refuses("a write is in flight already", () -> stream.asyncWrite(buffer, 8, 8, NO_WRITE));
        refuses("a write is in flight already", () -> stream.asyncWriteAll(buffer, 8, 8, NO_WRITE));
        refuses("a write is in flight already", () -> stream.asyncWrite(buffer, 8, 0, NO_WRITE));
        refuses("a write is in flight already", () -> stream.tryWrite(buffer, 8, 8));
        refuses("a write is in flight already", stream::shutdownOutput);

        UnsafeBuffer sink = Buffers.allocate(64 * 1024);
        long[] read = new long[1];
        await(() -> {
            read[0] += Math.max(0, pair.server().tryRead(sink, 0, sink.capacity()));
            return read[0] == before + 8;
        });
        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 8));
    }

    @Test
    void letsAReadAndAWriteWaitAtTheSameTime() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        TcpPair.fill(reactor, pair.client());
        pair.client().asyncWrite(buffer, 0, 8, recorder.write);
        pair.client().asyncRead(buffer, 8, 8, recorder.read);

        pair.server().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 3));

        pair.client().cancelWrite();
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Written(IoStatus.CANCELLED, 0));
    }

    @Test
    void refusesASecondAccept() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        listener.asyncAccept(recorder.accept);

        refuses("an accept is in flight already", () -> listener.asyncAccept((status, stream) -> { }));

        TcpStream.open(reactor).asyncConnect(listener.localAddress(), 0, status -> { });
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Accepted(IoStatus.OK));
    }

    @Test
    void refusesASecondConnect() throws IOException {
        TcpStream stream = TcpStream.open(reactor);
        InetSocketAddress address = closing(new FullListener()).address();
        stream.asyncConnect(address, 0, recorder.connect);

        refuses("a connect is in flight already", () -> stream.asyncConnect(address, 0, status -> { }));
        refuses("a connect is in flight already", () -> stream.bind(Loopback.IPV4.anyPort()));

        stream.cancel();
        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.CANCELLED));
    }

    @Test
    void refusesToConnectOrBindWhatIsConnected() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        String already = "the stream is connected already: " + Endpoint.format(stream.remoteAddress());

        refuses(already, () -> stream.asyncConnect(stream.remoteAddress(), 0, recorder.connect));
        refuses(already, () -> stream.bind(Loopback.IPV4.anyPort()));
    }

    @Test
    void refusesToReadAndWriteBeforeItIsConnected() throws IOException {
        TcpStream stream = TcpStream.open(reactor);
        refuses("the stream is not connected: not connected", () -> stream.asyncRead(buffer, 0, 8, NO_READ));
        refuses("the stream is not connected: not connected", () -> stream.asyncReadAll(buffer, 0, 8, NO_READ));
        refuses("the stream is not connected: not connected", () -> stream.asyncWrite(buffer, 0, 8, NO_WRITE));
        refuses("the stream is not connected: not connected", () -> stream.asyncWriteAll(buffer, 0, 8, NO_WRITE));
        refuses("the stream is not connected: not connected", () -> stream.tryRead(buffer, 0, 8));
        refuses("the stream is not connected: not connected", () -> stream.tryWrite(buffer, 0, 8));
        refuses("the stream is not connected: not connected", stream::shutdownOutput);
        refuses("the stream is not connected: not connected", () -> stream.option(SocketOption.NO_DELAY));

        InetSocketAddress address = closing(new FullListener()).address();
        stream.asyncConnect(address, 0, recorder.connect);
        refuses("the stream is not connected: " + Endpoint.format(address),
                () -> stream.asyncRead(buffer, 0, 8, NO_READ));
        assertThat(stream.isConnected()).isFalse();
    }

    @Test
    void refusesASecondReceive() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        ReceiveHandler none = (status, length, source) -> {
            throw new AssertionError("the receive was refused");
        };

        refuses("a receive is in flight already", () -> socket.asyncReceive(buffer, 8, 8, none));
        refuses("a receive is in flight already", () -> socket.tryReceive(buffer, 8, 8, new Endpoint()));

        InetSocketAddress address = socket.localAddress();
        socket.trySend(Buffers.of("abc"), 0, 3, Endpoint.of(address));
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Received(IoStatus.OK, 3, address));
    }

    @Test
    @Tag("epoll")
    void refusesASecondSend() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint self = Endpoint.of(socket.localAddress());
        backend.rig("send", Errno.EAGAIN);
        socket.asyncSend(Buffers.of("abc"), 0, 3, self, recorder.write);
        assertThat(recorder.events).isEmpty();

        refuses("a send is in flight already", () -> socket.asyncSend(buffer, 0, 8, self, NO_WRITE));
        refuses("a send is in flight already", () -> socket.asyncSend(buffer, 0, 8, NO_WRITE));
        refuses("a send is in flight already", () -> socket.trySend(buffer, 0, 8, self));

        backend.sockets.getFirst().channel.onReadiness(DescriptorChannel.WRITABLE);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 3));
    }

    @Test
    void refusesToScheduleATimerTwice() {
        Timer timer = new Timer(reactor);
        timer.scheduleOnce(1_000, recorder.timer("first"));
        TimerHandler none = due -> {
            throw new AssertionError("the timer was refused");
        };

        refuses("the timer is scheduled already", () -> timer.scheduleOnce(1, none));
        refuses("the timer is scheduled already", () -> timer.scheduleOnce(0, none));
        refuses("the timer is scheduled already", () -> timer.scheduleAt(0, none));
        refuses("the timer is scheduled already", () -> timer.scheduleAtFixedRate(1, none));
        refuses("the timer is scheduled already", () -> timer.scheduleWithFixedDelay(1, none));

        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Called("first"));
    }

    @Test
    void refusesEverythingOnAClosedChannel() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        String peer = Endpoint.format(stream.remoteAddress());
        stream.close();
        refuses("the channel is closed: " + peer, () -> stream.asyncRead(buffer, 0, 8, NO_READ));
        refuses("the channel is closed: " + peer, () -> stream.asyncWriteAll(buffer, 0, 8, NO_WRITE));
        refuses("the channel is closed: " + peer, () -> stream.tryRead(buffer, 0, 8));
        refuses("the channel is closed: " + peer, () -> stream.tryWrite(buffer, 0, 8));
        refuses("the channel is closed: " + peer, stream::shutdownOutput);
        refuses("the channel is closed: " + peer, () -> stream.bind(Loopback.IPV4.anyPort()));
        refuses("the channel is closed: " + peer,
                () -> stream.asyncConnect(Loopback.IPV4.port(1), 0, recorder.connect));
        assertThat(stream.isOpen()).isFalse();
        assertThat(stream.isConnected()).isFalse();
        assertThat(stream.localAddress()).isNull();

        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        String address = Endpoint.format(listener.localAddress());
        listener.close();
        refuses("the channel is closed: " + address, () -> listener.asyncAccept(recorder.accept));
        assertThat(listener.localAddress()).isNull();

        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        String local = Endpoint.format(socket.localAddress());
        socket.close();
        refuses("the channel is closed: " + local, () -> socket.asyncReceive(buffer, 0, 8, recorder.receive));
        refuses("the channel is closed: " + local, () -> socket.asyncSend(buffer, 0, 8, recorder.write));
        refuses("the channel is closed: " + local, () -> socket.receiveBuffer(buffer, 0, 8));
        refuses("the channel is closed: " + local, () -> socket.bind(Loopback.IPV4.anyPort()));
        assertThat(socket.localAddress()).isNull();

        Timer timer = new Timer(reactor);
        timer.close();
        refuses("the timer is closed", () -> timer.scheduleOnce(0, recorder.timer("none")));
        refuses("the timer is closed", () -> timer.scheduleAtFixedRate(1, recorder.timer("none")));

        assertThat(recorder.events).isEmpty();
        assertThat(reactor.pending()).isZero();
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatIllegalStateException().isThrownBy(call).withMessage(message);
    }
}
