package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Recorder.Read;
import io.sonic.Recorder.Written;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Promise 10: error, hang-up and reset complete what waits, and never spin.
 */
@Tag("epoll")
final class HangUpTest extends ReactorTest {
    private static final long QUIET_NS = 20_000_000;

    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private RiggedBackend backend;

    @BeforeEach
    void countCalls() throws IOException {
        backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
    }

    @Test
    void endsAReadThatWaitsWhenThePeerResets() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        turn(5);
        peer.reset();
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.FAILED, 0));
        assertThat(peer.stream().errno()).isEqualTo(Errno.ECONNRESET.number);
        isQuiet();
    }

    @Test
    void endsAWriteThatWaitsWhenThePeerResets() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        TcpPair.fill(reactor, pair.client());
        pair.client().asyncWrite(buffer, 0, 8, recorder.write);
        turn(5);
        assertThat(recorder.events).isEmpty();
        // It has bytes that nobody will read: closing it is a reset.
        pair.server().close();
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Written(IoStatus.FAILED, 0));
        assertThat(pair.client().errno()).isIn(Errno.ECONNRESET.number, Errno.EPIPE.number);
        isQuiet();
    }

    @Test
    void endsBothWhenThePeerResets() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        TcpPair.fill(reactor, pair.client());
        pair.client().asyncReadAll(buffer, 0, 8, recorder.read);
        pair.client().asyncWriteAll(buffer, 8, 8, recorder.write);
        turn(5);
        pair.server().close();
        awaitEvents(2);
        assertThat(recorder.events).hasSize(2);
        assertThat(recorder.events).anySatisfy(event -> assertThat(event).isInstanceOf(Read.class));
        assertThat(recorder.events).anySatisfy(event -> assertThat(event).isInstanceOf(Written.class));
        assertThat(reactor.pending()).isZero();
        isQuiet();
    }

    @Test
    void endsAReadThatWaitsWhenThePeerCloses() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        turn(5);
        peer.close();
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.END_OF_STREAM, 0));
        isQuiet();
    }

    @Test
    void isQuietWhenThePeerClosesAndNobodyReads() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.close();
        isQuiet();
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.END_OF_STREAM, 0));
    }

    @Test
    void isQuietWhenThePeerResetsAndNobodyReads() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.reset();
        isQuiet();
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.FAILED, 0));
    }

    @Test
    void isQuietWhenBothSidesHaveShutDown() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().shutdownOutput();
        peer.socket().shutdownOutput();
        isQuiet();
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.END_OF_STREAM, 0));
        isQuiet();
    }

    @Test
    void isQuietWhileDataArrivesThatNobodyReads() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.send("unread");
        isQuiet();
        peer.stream().asyncRead(buffer, 0, 64, recorder.read);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.OK, 6));
    }

    @Test
    void isQuietWhileAConnectionWaitsThatNobodyAccepts() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream.open(reactor).asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(1);
        isQuiet();
        listener.asyncAccept(recorder.accept);
        awaitEvents(2);
    }

    @Test
    void endsAReceiveThatWaitsWhenThePeerIsUnreachable() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.connect(Endpoint.of(nobody()));
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        turn(5);
        assertThat(recorder.events).isEmpty();
        socket.asyncSend(buffer, 8, 8, (status, length) -> { });
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Received(IoStatus.FAILED, 0, null));
        assertThat(socket.errno()).isEqualTo(Errno.ECONNREFUSED.number);
        isQuiet();
    }

    @Test
    void isQuietWhenThePeerIsUnreachableAndNobodyReceives() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.connect(Endpoint.of(nobody()));
        socket.asyncSend(buffer, 8, 8, (status, length) -> { });
        isQuiet();
    }

    @Test
    void isQuietAfterAConnectThatWasRefused() throws IOException {
        TcpStream stream = TcpStream.open(reactor);
        Socket bound = closing(new Socket());
        bound.bind(Loopback.IPV4.anyPort());
        stream.asyncConnect(Loopback.IPV4.port(bound.getLocalPort()), 0, recorder.connect);
        awaitEvents(1);
        isQuiet();
    }

    /**
     * Waits a while in the kernel: nothing may wake it, or call the system, again and again.
     */
    private void isQuiet() {
        turn(5);
        backend.forget();
        int before = recorder.count();
        long start = System.nanoTime();
        assertThat(reactor.runOneFor(QUIET_NS)).isZero();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(QUIET_NS);
        // Once, and again for the edges that came meanwhile.
        assertThat(backend.calls("await")).isLessThan(10);
        assertThat(backend.callsOnSockets()).isZero();
        assertThat(recorder.events).hasSize(before);
    }

    /**
     * A port of this host that no datagram socket has any more.
     */
    private static InetSocketAddress nobody() throws IOException {
        try (DatagramSocket unused = new DatagramSocket(0, Loopback.IPV4.address)) {
            return Loopback.IPV4.port(unused.getLocalPort());
        }
    }
}
