package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.Recorder.Called;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.agrona.concurrent.UnsafeBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What closing a reactor ends, releases and refuses.
 */
final class ReactorCloseTest extends ReactorTest {
    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @Test
    void givesBackEveryDescriptor() throws IOException {
        long before = Descriptors.count();
        Reactor closed = Reactor.open(context());
        for (int i = 0; i < 100; i++) {
            TcpPair.connect(closed);
            UdpSocket.open(closed, Loopback.IPV4.anyPort());
            TcpListener.open(closed, Loopback.IPV4.anyPort());
        }
        TcpStream connecting = TcpStream.open(closed);
        FullListener full = closing(new FullListener());
        connecting.asyncConnect(full.address(), 0, status -> { });
        assertThat(Descriptors.count()).isGreaterThan(before + 400);

        closed.close();
        closed.close();
        full.close();

        assertThat(Descriptors.count()).isEqualTo(before);
        assertThat(connecting.isOpen()).isFalse();
    }

    @Test
    void isClosedByOpeningAndClosingManyTimes() throws IOException {
        long before = Descriptors.count();
        for (int i = 0; i < 300; i++) {
            Reactor.open().close();
        }
        assertThat(Descriptors.count()).isEqualTo(before);
    }

    @Test
    void refusesEverythingAfterwards() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        TcpStream unconnected = TcpStream.open(reactor);
        Timer timer = new Timer(reactor);
        reactor.close();

        refuses(() -> reactor.run());
        refuses(() -> reactor.runOne());
        refuses(() -> reactor.runOneFor(1));
        refuses(() -> reactor.runPending());
        refuses(() -> reactor.runWarm(1, 1));
        refuses(() -> reactor.poll());
        refuses(() -> reactor.pollOne());
        refuses(() -> reactor.doWork());
        refuses(() -> TcpStream.open(reactor));
        refuses(() -> TcpListener.open(reactor, Loopback.IPV4.anyPort()));
        refuses(() -> UdpSocket.open(reactor, Loopback.IPV4.anyPort()));
        refuses(() -> timer.scheduleOnce(1, recorder.timer("none")));
        refuses(() -> timer.scheduleOnce(0, recorder.timer("none")));
        assertThatIllegalStateException().isThrownBy(() -> stream.asyncRead(buffer, 0, 8, recorder.read))
                .withMessageStartingWith("the channel is closed: ");
        assertThatIllegalStateException()
                .isThrownBy(() -> unconnected.asyncConnect(Loopback.IPV4.port(1), 0, recorder.connect))
                .withMessageStartingWith("the channel is closed: ");
        assertThat(recorder.events).isEmpty();
        stream.close();
        stream.cancel();
        timer.cancel();
        timer.close();
    }

    @Test
    void runsWhatWasDeferred() {
        reactor.defer(new Deferral() {
            @Override
            protected void run() {
                recorder.post("deferral").run();
                assertThat(reactor.isOpen()).isFalse();
            }
        });

        reactor.close();

        assertThat(recorder.events).containsExactly(new Called("deferral"));
    }

    @Test
    void endsWhatAHandlerOfTheCloseStartsElsewhere() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream connecting = TcpStream.open(reactor);
        TcpStream stream = TcpPair.connect(reactor).client();
        InetSocketAddress address = listener.localAddress();
        stream.asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            connecting.asyncConnect(address, 0, recorder.connect);
            listener.asyncAccept(recorder.accept);
        });

        reactor.close();

        assertThat(recorder.events).hasSize(3).contains(new Recorder.Read(IoStatus.CLOSED, 0),
                new Recorder.Connected(IoStatus.CLOSED), new Recorder.Accepted(IoStatus.CLOSED));
    }

    @Test
    void refusesAConnectByNameOfAHandlerOfTheCloseOrEndsIt() throws IOException {
        TcpStream connecting = TcpStream.open(reactor);
        TcpStream stream = TcpPair.connect(reactor).client();
        stream.asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            connecting.asyncConnect(InetSocketAddress.createUnresolved("127.0.0.1", 1), 0, recorder.connect);
        });

        reactor.close();

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.CLOSED, 0), new Recorder.Connected(IoStatus.CLOSED));
    }

    @Test
    void canBeClosedByAReadHandlerInTheMiddleOfATurn() throws IOException {
        TcpPair first = TcpPair.connect(reactor);
        TcpPair second = TcpPair.connect(reactor);
        first.server().asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            reactor.close();
        });
        second.server().asyncRead(buffer, 8, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            reactor.close();
        });
        first.client().asyncWrite(buffer, 16, 3, (status, length) -> { });
        second.client().asyncWrite(buffer, 16, 3, (status, length) -> { });

        reactor.run();

        // Both were ready; the first handler closed the other.
        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Read(IoStatus.OK, 3), new Recorder.Read(IoStatus.CLOSED, 0));
        assertThat(reactor.isOpen()).isFalse();
    }

    @Test
    void canBeClosedByAHandlerThatCompletesInline() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        stream.asyncWrite(buffer, 0, 8, (status, length) -> {
            recorder.write.onWrite(status, length);
            reactor.close();
        });
        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 8));
        assertThat(stream.isOpen()).isFalse();
    }

    @Test
    @Tag("epoll")
    void failsWithoutALeakWhenTheSystemRefuses() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        long before = Descriptors.count();
        for (String call : new String[] {"open", "setOption", "bind", "listen", "register"}) {
            backend.rig(call, Errno.ENOMEM);
            assertThatThrownIsIo(() -> TcpListener.open(reactor, Loopback.IPV4.anyPort()));
            assertThat(Descriptors.count()).isEqualTo(before);
        }
        for (String call : new String[] {"open", "bind", "register"}) {
            backend.rig(call, Errno.ENOBUFS);
            assertThatThrownIsIo(() -> UdpSocket.open(reactor, Loopback.IPV4.anyPort()));
            assertThat(Descriptors.count()).isEqualTo(before);
        }
        assertThat(backend.sockets).allMatch(socket -> socket.closed);
    }

    private static void assertThatThrownIsIo(ThrowingCallable call) {
        assertThatIOException().isThrownBy(call)
                .withMessageMatching("\\w+ .+: (Cannot allocate memory \\(ENOMEM\\)"
                        + "|No buffer space available \\(ENOBUFS\\))");
    }

    private void refuses(ThrowingCallable call) {
        assertThatIllegalStateException().isThrownBy(call).withMessage("the reactor is closed");
    }
}
