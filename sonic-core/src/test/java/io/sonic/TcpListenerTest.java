package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.Recorder.Accepted;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Listening and accepting.
 */
final class TcpListenerTest extends ReactorTest {
    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void tellsThePortThatTheSystemGave(Loopback loopback) throws IOException {
        loopback.assumePresent();
        TcpListener listener = TcpListener.open(reactor, loopback.anyPort());
        assertThat(listener.localAddress().getPort()).isPositive();
        assertThat(listener.localAddress().getAddress()).isEqualTo(loopback.address);
        assertThat(listener.isOpen()).isTrue();
        assertThat(listener.reactor()).isSameAs(reactor);
        assertThat(listener.toString()).isEqualTo("TcpListener " + Endpoint.format(listener.localAddress()));
    }

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void acceptsWhatWaitsAndWhatComes(Loopback loopback) throws IOException {
        loopback.assumePresent();
        TcpListener listener = TcpListener.open(reactor, loopback.anyPort());
        Socket early = closing(new Socket(loopback.address, listener.localAddress().getPort()));
        listener.asyncAccept(recorder.accept);
        awaitEvents(1);
        listener.asyncAccept(recorder.accept);
        turn(5);
        assertThat(recorder.events).hasSize(1);
        Socket late = closing(new Socket(loopback.address, listener.localAddress().getPort()));
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Accepted(IoStatus.OK), new Accepted(IoStatus.OK));
        assertThat(recorder.accepted.get(0).remoteAddress()).isEqualTo(early.getLocalSocketAddress());
        assertThat(recorder.accepted.get(1).remoteAddress()).isEqualTo(late.getLocalSocketAddress());
        assertThat(recorder.accepted).allMatch(TcpStream::isConnected);
    }

    @Test
    void listensOnEveryAddress() throws IOException {
        TcpListener listener = TcpListener.open(reactor, new InetSocketAddress("0.0.0.0", 0));
        listener.asyncAccept(recorder.accept);
        TcpStream.open(reactor).asyncConnect(
                Loopback.IPV4.port(listener.localAddress().getPort()), 0, status -> { });
        awaitEvents(1);
        assertThat(recorder.accepted.getFirst().localAddress().getAddress()).isEqualTo(Loopback.IPV4.address);
    }

    @Test
    void refusesAPortInUseAndNamesIt() throws IOException {
        TcpListener first = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        long before = Descriptors.count();
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> TcpListener.open(reactor, first.localAddress()))
                .withMessageEndingWith(" " + Endpoint.format(first.localAddress())
                        + ": Address already in use (EADDRINUSE)");
        assertThat(Descriptors.count()).isEqualTo(before);
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void refusesAnAddressOfAnotherHostAndNamesIt() throws IOException {
        long before = Descriptors.count();
        // RFC 5737: for documentation, on no host.
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> TcpListener.open(reactor, new InetSocketAddress("192.0.2.1", 0)))
                .withMessageEndingWith(" 192.0.2.1:0: Cannot assign requested address (EADDRNOTAVAIL)");
        assertThat(Descriptors.count()).isEqualTo(before);
    }

    @Test
    void refusesAnAddressThatIsNotResolved() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TcpListener.open(reactor, InetSocketAddress.createUnresolved("localhost", 0)))
                .withMessageStartingWith("unresolved address: localhost");
        assertThatNullPointerException().isThrownBy(() -> TcpListener.open(reactor, null));
    }

    @Test
    void canListenAgainAtOnceOnAPortWhoseConnectionsLinger() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        InetSocketAddress address = listener.localAddress();
        listener.asyncAccept(recorder.accept);
        Socket client = closing(new Socket(address.getAddress(), address.getPort()));
        awaitEvents(1);
        // The side that closes first keeps the address in TIME_WAIT.
        recorder.accepted.getFirst().close();
        client.getInputStream().read();
        client.close();
        listener.close();

        assertThat(TcpListener.open(reactor, address).localAddress()).isEqualTo(address);
    }

    @Test
    void sharesAPortWhenBothAskForIt() throws IOException {
        SocketOptions shared = new SocketOptions().set(SocketOption.REUSE_PORT, true);
        TcpListener first = TcpListener.open(reactor, Loopback.IPV4.anyPort(), shared);
        TcpListener second = TcpListener.open(reactor, first.localAddress(), shared);
        first.asyncAccept(recorder.accept);
        second.asyncAccept(recorder.accept);
        TcpStream.open(reactor).asyncConnect(first.localAddress(), 0, status -> { });
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Accepted(IoStatus.OK));
    }

    @Test
    void canBeClosedInItsOwnHandler() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        closing(new Socket(Loopback.IPV4.address, listener.localAddress().getPort()));
        closing(new Socket(Loopback.IPV4.address, listener.localAddress().getPort()));
        listener.asyncAccept((status, stream) -> {
            recorder.accept.onAccept(status, stream);
            listener.close();
        });
        awaitEvents(1);
        turn(5);
        assertThat(recorder.events).containsExactly(new Accepted(IoStatus.OK));
        assertThat(listener.isOpen()).isFalse();
        assertThat(recorder.accepted.getFirst().isConnected()).isTrue();
    }

    @Test
    void goesOnAfterItWasCancelled() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        listener.asyncAccept(recorder.accept);
        listener.cancel();
        listener.cancel();
        closing(new Socket(Loopback.IPV4.address, listener.localAddress().getPort()));
        turn(5);
        assertThat(recorder.events).containsExactly(new Accepted(IoStatus.CANCELLED));
        listener.asyncAccept(recorder.accept);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Accepted(IoStatus.OK));
    }

    @Test
    void acceptsAConnectionThatWasResetMeanwhile() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        Socket gone = new Socket(Loopback.IPV4.address, listener.localAddress().getPort());
        gone.setSoLinger(true, 0);
        gone.close();
        Socket there = closing(new Socket(Loopback.IPV4.address, listener.localAddress().getPort()));
        there.getOutputStream().write(7);
        listener.asyncAccept(recorder.accept);
        awaitEvents(1);
        recorder.accepted.getFirst().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.FAILED, 0));
        listener.asyncAccept(recorder.accept);
        awaitEvents(3);
        recorder.accepted.getLast().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(4);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.OK, 1));
    }

    @Test
    @Tag("epoll")
    void passesOverConnectionsThatEndedInTheQueue() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        closing(new Socket(Loopback.IPV4.address, listener.localAddress().getPort()));
        backend.rig("accept", Errno.ECONNABORTED, Errno.EPROTO, Errno.ENETDOWN, Errno.EHOSTUNREACH);
        listener.asyncAccept(recorder.accept);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Accepted(IoStatus.OK));
    }

    @Test
    @Tag("epoll")
    void failsOnceForEveryCallThatTheSystemRefusesAndGoesOn() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        long before = Descriptors.count();
        int failed = 0;
        for (String call : new String[] {"accept", "setOption", "register"}) {
            try (Socket client = new Socket(Loopback.IPV4.address, listener.localAddress().getPort())) {
                backend.rig(call, Errno.ENOMEM);
                listener.asyncAccept(recorder.accept);
                awaitEvents(++failed);
                assertThat(recorder.events).as(call).hasSize(failed).containsOnly(new Accepted(IoStatus.FAILED));
                assertThat(listener.errno()).as(call).isEqualTo(Errno.ENOMEM.number);
                assertThat(listener.failure()).as(call).hasMessageEndingWith("Cannot allocate memory (ENOMEM)");
                assertThat(client.isConnected()).isTrue();
            }
            assertThat(Descriptors.count()).as(call).isEqualTo(before);
            assertThat(reactor.pending()).as(call).isZero();
        }
        assertThat(recorder.accepted).isEmpty();
        // The connection whose accept failed is still in the queue, and comes first.
        listener.asyncAccept(recorder.accept);
        awaitEvents(failed + 1);
        assertThat(recorder.events.getLast()).isEqualTo(new Accepted(IoStatus.OK));
    }

    @Test
    void acceptsEachUntilItIsClosed() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        int port = listener.localAddress().getPort();
        closing(new Socket(Loopback.IPV4.address, port));
        closing(new Socket(Loopback.IPV4.address, port));

        listener.asyncAcceptEach(recorder.accept);
        awaitEvents(2);
        for (int i = 0; i < 40; i++) {
            closing(new Socket(Loopback.IPV4.address, port));
        }
        awaitEvents(42);
        assertThat(recorder.events).containsOnly(new Accepted(IoStatus.OK));
        assertThat(reactor.pending()).isEqualTo(1);
        assertThatThrownBy(() -> listener.asyncAccept(recorder.accept)).isInstanceOf(IllegalStateException.class)
                .hasMessage("an accept is in flight already");

        listener.close();
        turn(3);

        assertThat(recorder.events).hasSize(43).endsWith(new Accepted(IoStatus.CLOSED));
        assertThat(recorder.accepted).hasSize(42);
    }

    @Test
    void acceptsEachInATurnOfItsOwn() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        for (int i = 0; i < 3; i++) {
            closing(new Socket(Loopback.IPV4.address, listener.localAddress().getPort()));
        }
        listener.asyncAcceptEach(recorder.accept);
        assertThat(recorder.events).hasSize(1);

        assertThat(reactor.runOne()).isEqualTo(1);
        assertThat(recorder.events).hasSize(2);
        assertThat(reactor.pollOne()).isEqualTo(1);
        assertThat(recorder.events).hasSize(3).containsOnly(new Accepted(IoStatus.OK));
    }

    @Test
    void acceptsNoMoreOnceItsHandlerCancels() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        int port = listener.localAddress().getPort();
        for (int i = 0; i < 3; i++) {
            closing(new Socket(Loopback.IPV4.address, port));
        }

        listener.asyncAcceptEach((status, stream) -> {
            recorder.accept.onAccept(status, stream);
            if (status == IoStatus.OK) {
                listener.cancel();
            }
        });
        awaitEvents(2);
        turn(3);
        assertThat(recorder.events).containsExactly(new Accepted(IoStatus.OK), new Accepted(IoStatus.CANCELLED));

        listener.asyncAcceptEach((status, stream) -> {
            recorder.accept.onAccept(status, stream);
            listener.close();
        });
        awaitEvents(4);
        assertThat(recorder.events).endsWith(new Accepted(IoStatus.OK), new Accepted(IoStatus.CLOSED));
    }

    @Test
    void startsAgainInsideOfTheHandlerThatCancels() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        int port = listener.localAddress().getPort();
        for (int i = 0; i < 3; i++) {
            closing(new Socket(Loopback.IPV4.address, port));
        }
        boolean[] again = new boolean[1];

        listener.asyncAcceptEach((status, stream) -> {
            recorder.accept.onAccept(status, stream);
            if (!again[0]) {
                again[0] = true;
                listener.cancel();
                listener.asyncAcceptEach(recorder.accept);
            }
        });
        awaitEvents(4);
        turn(3);

        assertThat(recorder.events).containsExactlyInAnyOrder(new Accepted(IoStatus.OK),
                new Accepted(IoStatus.CANCELLED), new Accepted(IoStatus.OK), new Accepted(IoStatus.OK));
        assertThat(reactor.pending()).isEqualTo(1);
    }

    @Test
    void goesOnWhenTheHandlerOfEachThrows() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        int port = listener.localAddress().getPort();
        closing(new Socket(Loopback.IPV4.address, port));
        closing(new Socket(Loopback.IPV4.address, port));
        RuntimeException mine = new RuntimeException("mine");

        listener.asyncAcceptEach((status, stream) -> {
            recorder.accept.onAccept(status, stream);
            throw mine;
        });
        awaitEvents(2);

        assertThat(thrown).containsExactly(mine, mine);
        thrown.clear();
        listener.cancel();
        assertThat(thrown).containsExactly(mine);
        thrown.clear();
    }

    @Test
    @Tag("epoll")
    void goesOnByItselfWhereTheSystemRefusesOne() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        int port = listener.localAddress().getPort();
        backend.rig("accept", Errno.EMFILE);
        closing(new Socket(Loopback.IPV4.address, port));

        listener.asyncAcceptEach(recorder.accept);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Accepted(IoStatus.FAILED), new Accepted(IoStatus.OK));
        assertThat(listener.failure()).hasMessageEndingWith("Too many open files (EMFILE)");
    }

    @Test
    void refusesToDoWithoutAHandler() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        assertThatNullPointerException().isThrownBy(() -> listener.asyncAccept(null)).withMessage("handler");
        assertThat(reactor.pending()).isZero();
    }
}
