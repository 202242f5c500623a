package io.sonic;

import static java.net.InetSocketAddress.createUnresolved;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Recorder.Connected;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connecting by name: resolved on another thread, each address tried in turn, one deadline over all of it.
 */
final class TcpConnectByNameTest extends ReactorTest {
    private static final long MS = 1_000_000;

    @AfterEach
    void letTheResolverGo() {
        TestNames.answer();
    }

    @Test
    void connectsToALocalName() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved("localhost", portOf(listener)), 10_000 * MS, recorder.connect);
        // The resolver's thread answers; nothing happens before.
        assertThat(recorder.events).isEmpty();
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.OK));
        assertThat(stream.remoteAddress()).isEqualTo(listener.localAddress());
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void triesTheOtherFamilyWhenNobodyListensOnTheFirst() throws IOException {
        Loopback.IPV6.assumePresent();
        // Over IPv4 only: ::1, which comes first, refuses.
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(TestNames.BOTH_FAMILIES, portOf(listener)), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.OK));
        assertThat(stream.remoteAddress()).isEqualTo(listener.localAddress());
        assertThat(stream.failure()).isNull();
        assertThat(stream.errno()).isZero();
    }

    @Test
    void takesTheFirstAddressThatAnswers() throws IOException {
        Loopback.IPV6.assumePresent();
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV6.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(TestNames.BOTH_FAMILIES, portOf(listener)), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.OK));
        assertThat(stream.remoteAddress()).isEqualTo(listener.localAddress());
    }

    @Test
    void triesEveryAddressAndLeavesNoDescriptorOfThoseThatFailed() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        long before = Descriptors.count();
        stream.asyncConnect(createUnresolved(TestNames.THREE_ADDRESSES, portOf(listener)), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.OK));
        assertThat(stream.remoteAddress().getHostString()).isEqualTo("127.0.0.1");
        assertThat(Descriptors.count()).isEqualTo(before + 1);
    }

    @Test
    void saysWhyOfEveryAddressWhenAllFail() throws IOException {
        // Bound, so that nobody else has the port, and not listening.
        Socket bound = closing(new Socket());
        bound.bind(new InetSocketAddress("0.0.0.0", 0));
        int port = bound.getLocalPort();
        TcpStream stream = TcpStream.open(reactor);
        long before = Descriptors.count();
        stream.asyncConnect(createUnresolved(TestNames.THREE_ADDRESSES, port), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.errno()).isEqualTo(Errno.ECONNREFUSED.number);
        IOException last = stream.failure();
        assertThat(last).hasMessage("connect 127.0.0.1:" + port + ": Connection refused (ECONNREFUSED)");
        Throwable second = last.getSuppressed()[0];
        assertThat(second).hasMessage("connect 127.0.0.3:" + port + ": Connection refused (ECONNREFUSED)");
        assertThat(second.getSuppressed()[0])
                .hasMessage("connect 127.0.0.2:" + port + ": Connection refused (ECONNREFUSED)");
        assertThat(Descriptors.count()).isEqualTo(before);
    }

    @Test
    void failsOnceForAnUnknownHost() {
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(TestNames.UNKNOWN, 80), 10_000 * MS, recorder.connect);
        awaitEvents(1);
        turn(10);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.failure()).isInstanceOf(UnknownHostException.class)
                .hasMessage("unknown host: no-such-host.invalid");
        assertThat(stream.errno()).isZero();
        assertThat(stream.isOpen()).isTrue();
        assertThat(reactor.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1", "1.2.3.4.5", "999.1.1.1", "a b.invalid", "::1::", "%", "."})
    void failsOnceForWhatIsNoName(String host) {
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(host, 80), 30_000 * MS, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.failure()).hasMessage("unknown host: " + host);
    }

    @Test
    void failsOnceWhenTheResolverBreaks() {
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(TestNames.BROKEN, 80), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        assertThat(stream.failure()).hasMessage("unknown host: " + TestNames.BROKEN)
                .hasRootCauseMessage("the resolver is broken");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "[::1]"})
    void takesAnAddressForAName(String literal) throws IOException {
        Loopback loopback = literal.contains(":") ? Loopback.IPV6 : Loopback.IPV4;
        loopback.assumePresent();
        TcpListener listener = TcpListener.open(reactor, loopback.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(literal, portOf(listener)), 0, recorder.connect);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.OK));
        assertThat(stream.remoteAddress()).isEqualTo(listener.localAddress());
    }

    @Test
    void keepsTheReactorTurningWhileTheResolverWaits() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(TestNames.slow(), portOf(listener)), 0, recorder.connect);
        new Timer(reactor).scheduleOnce(MS, recorder.timer("timer"));
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Called("timer"));
        assertThat(reactor.pending()).isEqualTo(1);

        TestNames.answer();
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Connected(IoStatus.OK));
    }

    @Test
    void timesOutWhileTheResolverWaitsAndIgnoresItsAnswer() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        InetSocketAddress slow = createUnresolved(TestNames.slow(), portOf(listener));
        TcpStream stream = TcpStream.open(reactor);
        long before = Descriptors.count();
        stream.asyncConnect(slow, 20 * MS, recorder.connect);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.TIMED_OUT));
        assertThat(stream.failure()).hasMessage(
                "connect " + slow.getHostString() + ":" + slow.getPort() + ": timed out after 20 ms");

        TestNames.answer();
        await(() -> reactor.posted() > 0 || recorder.count() > 1);
        turn(10);
        assertThat(recorder.events).hasSize(1);
        assertThat(Descriptors.count()).isEqualTo(before);
    }

    @Test
    void ignoresTheAnswerForAConnectThatWasCancelledAndReplaced() throws IOException {
        TcpListener first = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpListener second = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(TestNames.slow(), portOf(first)), 0, recorder.connect);
        stream.cancel();
        stream.asyncConnect(createUnresolved("localhost", portOf(second)), 0, recorder.connect);
        TestNames.answer();
        awaitEvents(2);
        turn(10);

        assertThat(recorder.events).containsExactly(
                new Connected(IoStatus.CANCELLED), new Connected(IoStatus.OK));
        assertThat(stream.remoteAddress()).isEqualTo(second.localAddress());
    }

    @Test
    void hasOneDeadlineOverAllAddresses() throws IOException {
        // The first address drops what knocks; the others are never asked.
        FullListener full = closing(new FullListener("127.0.0.2"));
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(createUnresolved(TestNames.THREE_ADDRESSES, full.address().getPort()), 100 * MS,
                recorder.connect);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.TIMED_OUT));
    }

    @Test
    void asksTheResolverOnlyForNames() throws IOException {
        TcpStream stream = TcpStream.open(reactor);
        stream.bind(new InetSocketAddress("192.0.2.1", 0));
        stream.asyncConnect(Loopback.IPV4.port(1), 0, recorder.connect);
        assertThat(recorder.events).containsExactly(new Connected(IoStatus.FAILED));
        turn(10);
        assertThat(reactor.posted()).isZero();
        assertThat(reactor.pending()).isZero();
    }

    private static int portOf(TcpListener listener) {
        return listener.localAddress().getPort();
    }
}
