package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.sonic.Recorder.Connected;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connecting by address: what succeeds, and each way to fail, with one completion and no descriptor left.
 */
final class TcpConnectTest extends ReactorTest {
    private static final long MS = 1_000_000;

    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void connectsAndTransfersBothWays(Loopback loopback) throws IOException {
        loopback.assumePresent();
        TcpPair pair = TcpPair.connect(reactor, loopback, new SocketOptions());

        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncWriteAll(Buffers.of("there"), 0, 5, (status, length) -> { });
        awaitEvents(1);
        pair.client().asyncRead(buffer, 8, 8, recorder.read);
        pair.server().asyncWriteAll(Buffers.of("back"), 0, 4, (status, length) -> { });
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.OK, 5), new Recorder.Read(IoStatus.OK, 4));
        assertThat(Buffers.text(buffer, 0, 5) + Buffers.text(buffer, 8, 4)).isEqualTo("thereback");
    }

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void knowsBothAddresses(Loopback loopback) throws IOException {
        loopback.assumePresent();
        TcpPair pair = TcpPair.connect(reactor, loopback, new SocketOptions());

        assertThat(pair.client().localAddress()).isEqualTo(pair.server().remoteAddress());
        assertThat(pair.server().localAddress()).isEqualTo(pair.client().remoteAddress());
        assertThat(pair.client().localAddress().getAddress()).isEqualTo(loopback.address);
        assertThat(pair.client().toString()).isEqualTo(
                "TcpStream " + Endpoint.format(pair.client().remoteAddress()));
        assertThat(pair.client().isConnected()).isTrue();
        assertThat(pair.client().reactor()).isSameAs(reactor);
    }

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void failsOnceWhenItIsRefused(Loopback loopback) throws IOException {
        loopback.assumePresent();
        InetSocketAddress nobody = nobody(loopback);
        TcpStream stream = TcpStream.open(reactor);

        stream.asyncConnect(nobody, 1_000 * MS, recorder.connect);
        awaitEvents(1);
        turn(10);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.errno()).isEqualTo(Errno.ECONNREFUSED.number);
        assertThat(stream.failure()).isInstanceOf(ConnectException.class)
                .hasMessage("connect " + Endpoint.format(nobody) + ": Connection refused (ECONNREFUSED)");
        assertThat(stream.isConnected()).isFalse();
        assertThat(stream.isOpen()).isTrue();
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void leavesNoDescriptorWhenItIsRefusedAHundredTimes() throws IOException {
        InetSocketAddress nobody = nobody(Loopback.IPV4);
        TcpStream stream = TcpStream.open(reactor);
        long before = Descriptors.count();
        for (int i = 1; i <= 100; i++) {
            stream.asyncConnect(nobody, 0, recorder.connect);
            awaitEvents(i);
            assertThat(Descriptors.count()).isEqualTo(before);
        }
        assertThat(recorder.events).hasSize(100).containsOnly(new Connected(IoStatus.FAILED));
    }

    @Test
    void canConnectAgainAfterItFailed() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(nobody(Loopback.IPV4), 0, recorder.connect);
        awaitEvents(1);
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        assertThat(stream.errno()).isZero();
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED), new Connected(IoStatus.OK));
        assertThat(stream.failure()).isNull();
        assertThat(stream.remoteAddress()).isEqualTo(listener.localAddress());
    }

    @Test
    void canConnectAgainInTheHandlerOfTheFailure() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(nobody(Loopback.IPV4), 5_000 * MS, status -> {
            recorder.connect.onConnect(status);
            stream.asyncConnect(listener.localAddress(), 5_000 * MS, recorder.connect);
        });
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED), new Connected(IoStatus.OK));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void timesOutWhenNobodyAnswers() throws IOException {
        FullListener full = closing(new FullListener());
        long before = Descriptors.count();
        TcpStream stream = TcpStream.open(reactor);
        long start = System.nanoTime();

        stream.asyncConnect(full.address(), 200 * MS, recorder.connect);
        awaitEvents(1);

        assertThat(System.nanoTime() - start).isBetween(200 * MS, 10_000 * MS);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.TIMED_OUT));
        assertThat(stream.errno()).isEqualTo(Errno.ETIMEDOUT.number);
        assertThat(stream.failure()).isInstanceOf(ConnectException.class)
                .hasMessage("connect " + Endpoint.format(full.address()) + ": timed out after 200 ms");
        assertThat(Descriptors.count()).isEqualTo(before);
        assertThat(reactor.pending()).isZero();
        turn(10);
        assertThat(recorder.events).hasSize(1);
    }

    @Test
    void hasADeadlineOnlyUntilItIsConnected() throws IOException {
        ManualClock clock = new ManualClock(0);
        reactor = open(context().nanoClock(clock));
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(listener.localAddress(), 100, recorder.connect);
        awaitEvents(1);
        clock.advance(1_000);
        turn(10);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.OK));
        assertThat(stream.isConnected()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void refusesANegativeTimeOut(long timeoutNs) {
        TcpStream stream = TcpStream.open(reactor);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.asyncConnect(Loopback.IPV4.port(1), timeoutNs, recorder.connect))
                .withMessage("negative time-out: " + timeoutNs + " ns");
        assertThatNullPointerException().isThrownBy(() -> stream.asyncConnect(null, 0, recorder.connect))
                .withMessage("address");
        assertThatNullPointerException().isThrownBy(() -> stream.asyncConnect(Loopback.IPV4.port(1), 0, null))
                .withMessage("handler");
        assertThat(reactor.pending()).isZero();
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void canConnectAgainAfterItWasCancelled() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        FullListener full = closing(new FullListener());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(full.address(), 1_000 * MS, recorder.connect);
        turn(5);
        stream.cancel();
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.CANCELLED));
        assertThat(stream.failure()).hasMessage("connect " + Endpoint.format(full.address()) + ": CANCELLED");

        stream.asyncConnect(listener.localAddress(), 1_000 * MS, recorder.connect);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Connected(IoStatus.OK));
    }

    @Test
    void ignoresThatAnAttemptSucceededWhichWasCancelledInTheSameTurn() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        FullListener full = closing(new FullListener());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        // Runs after the readiness of the first attempt was fetched, and before it is acted on.
        reactor.post(() -> {
            stream.cancel();
            stream.asyncConnect(full.address(), 0, recorder.connect);
        });
        turn(20);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.CANCELLED));

        stream.cancel();
        assertThat(recorder.events).containsExactly(
                new Connected(IoStatus.CANCELLED), new Connected(IoStatus.CANCELLED));
    }

    @Test
    void ignoresThatAnAttemptSucceededWhichWasCancelledForANameInTheSameTurn() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        InetSocketAddress slow =
                InetSocketAddress.createUnresolved(TestNames.slow(), listener.localAddress().getPort());
        reactor.post(() -> {
            stream.cancel();
            stream.asyncConnect(slow, 0, recorder.connect);
        });
        turn(20);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.CANCELLED));

        TestNames.answer();
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Connected(IoStatus.OK));
    }

    @Test
    void connectsFromTheAddressItIsBoundTo() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.bind(new InetSocketAddress("127.0.0.5", 0));
        listener.asyncAccept(recorder.accept);
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(2);

        assertThat(stream.localAddress().getHostString()).isEqualTo("127.0.0.5");
        assertThat(recorder.accepted.getFirst().remoteAddress()).isEqualTo(stream.localAddress());
    }

    @Test
    void failsWhenItIsBoundToAnAddressOfAnotherHost() throws IOException {
        // RFC 5737: for documentation, on no host.
        InetSocketAddress foreign = new InetSocketAddress("192.0.2.1", 0);
        TcpStream stream = TcpStream.open(reactor);
        stream.bind(foreign);
        stream.asyncConnect(Loopback.IPV4.port(1), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.errno()).isEqualTo(Errno.EADDRNOTAVAIL.number);
        assertThat(reactor.pending()).isZero();
        assertThat(reactor.posted()).isZero();
    }

    @Test
    void failsWhenThePortItIsBoundToIsInUse() throws IOException {
        TcpListener used = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.bind(used.localAddress());
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.errno()).isEqualTo(Errno.EADDRINUSE.number);
    }

    @Test
    @Tag("epoll")
    void namesTheAddressThatItCouldNotBeBoundTo() throws IOException {
        TcpListener used = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.bind(used.localAddress());
        stream.asyncConnect(Loopback.IPV4.port(1), 0, recorder.connect);
        awaitEvents(1);

        assertThat(stream.failure()).isInstanceOf(BindException.class).hasMessage(
                "bind " + Endpoint.format(used.localAddress()) + ": Address already in use (EADDRINUSE)");
    }

    @Test
    void refusesToBeBoundToAName() {
        TcpStream stream = TcpStream.open(reactor);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.bind(InetSocketAddress.createUnresolved("localhost", 0)))
                .withMessageStartingWith("unresolved address: localhost");
    }

    @ParameterizedTest
    @EnumSource(Loopback.class)
    void failsWhenTheFamiliesOfBothAddressesDiffer(Loopback loopback) throws IOException {
        Loopback.IPV6.assumePresent();
        Loopback other = loopback == Loopback.IPV4 ? Loopback.IPV6 : Loopback.IPV4;
        TcpListener listener = TcpListener.open(reactor, loopback.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.bind(other.anyPort());
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.failure()).hasMessageMatching("(bind|connect) .+:\\d+: .+ \\(E\\w+\\)");
    }

    @Test
    @Tag("epoll")
    void failsOnceForEveryCallThatTheSystemRefuses() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.bind(Loopback.IPV4.anyPort());
        long before = Descriptors.count();
        int failed = 0;
        for (String call : new String[] {"open", "setOption", "bind", "connect", "register", "finishConnect"}) {
            backend.rig(call, Errno.ENOBUFS);
            stream.asyncConnect(listener.localAddress(), 5_000 * MS, recorder.connect);
            awaitEvents(++failed);
            assertThat(recorder.events).as(call).hasSize(failed).containsOnly(new Connected(IoStatus.FAILED));
            assertThat(stream.errno()).as(call).isEqualTo(Errno.ENOBUFS.number);
            assertThat(stream.failure()).as(call).hasMessageEndingWith("No buffer space available (ENOBUFS)");
            assertThat(Descriptors.count()).as(call).isEqualTo(before);
            assertThat(reactor.pending()).as(call).isZero();
        }

        stream.asyncConnect(listener.localAddress(), 5_000 * MS, recorder.connect);
        awaitEvents(failed + 1);
        assertThat(recorder.events.getLast()).isEqualTo(new Connected(IoStatus.OK));
    }

    @Test
    @Tag("epoll")
    void goesOnWaitingWhenItIsWokenBeforeItIsConnected() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        FullListener full = closing(new FullListener());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(full.address(), 0, recorder.connect);
        turn(5);
        backend.sockets.getLast().channel.onReadiness(DescriptorChannel.WRITABLE);
        turn(5);
        assertThat(recorder.events).isEmpty();

        backend.rig("finishConnect", Errno.EHOSTUNREACH);
        backend.sockets.getLast().channel.onReadiness(DescriptorChannel.WRITABLE);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.failure())
                .hasMessage("connect " + Endpoint.format(full.address()) + ": No route to host (EHOSTUNREACH)");
    }

    @Test
    void opensManyConnectionsWhoseEndsDoNotMixUp() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        AcceptHandler<TcpStream> handler = new AcceptHandler<>() {
            @Override
            public void onAccept(IoStatus status, TcpStream stream) {
                if (status == IoStatus.OK) {
                    recorder.accepted.add(stream);
                    listener.asyncAccept(this);
                }
            }
        };
        listener.asyncAccept(handler);
        TcpStream[] streams = new TcpStream[300];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = TcpStream.open(reactor);
            streams[i].asyncConnect(listener.localAddress(), 0, recorder.connect);
        }
        await(() -> recorder.count() == streams.length && recorder.accepted.size() == streams.length);
        assertThat(recorder.events).containsOnly(new Connected(IoStatus.OK));

        for (TcpStream stream : streams) {
            buffer.putInt(0, stream.localAddress().getPort());
            assertThat(stream.tryWrite(buffer, 0, 4)).isEqualTo(4);
        }
        Set<Integer> ports = new HashSet<>();
        for (TcpStream accepted : recorder.accepted) {
            accepted.asyncReadAll(buffer, 0, 4, (status, length) -> ports.add(buffer.getInt(0)));
            int seen = ports.size();
            await(() -> ports.size() > seen || ports.contains(accepted.remoteAddress().getPort()));
            assertThat(buffer.getInt(0)).isEqualTo(accepted.remoteAddress().getPort());
        }
        assertThat(ports).hasSize(streams.length);
    }

    @Test
    void connectsToALinkLocalAddressOnlyWithItsScope() throws UnknownHostException {
        InetAddress scoped = Inet6Address.getByAddress(null, InetAddress.getByName("fe80::1").getAddress(), 7);
        assertThat(Endpoint.of(new InetSocketAddress(scoped, 80)).scopeId()).isEqualTo(7);
        assertThat(Endpoint.of(new InetSocketAddress(scoped, 80)).toInetSocketAddress().getAddress())
                .isEqualTo(scoped);
    }

    /**
     * An address on which nobody listens, and cannot while the test runs.
     */
    private InetSocketAddress nobody(Loopback loopback) throws IOException {
        Socket bound = closing(new Socket());
        bound.bind(loopback.anyPort());
        return loopback.port(bound.getLocalPort());
    }
}
