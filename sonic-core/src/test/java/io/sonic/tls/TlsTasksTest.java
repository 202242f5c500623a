package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.Stream;
import io.sonic.Timer;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What is slow in a handshake happens on another thread: the reactor goes on, and whatever happens meanwhile, the
 * handshake ends once.
 */
final class TlsTasksTest extends TlsTest {
    private final SlowJudge judge = new SlowJudge();

    @AfterEach
    void letTheJudgeGo() {
        judge.mayGoOn.countDown();
    }

    @Test
    void doesNotHoldUpTheReactor() throws Exception {
        Pair pair = judged(tcp());
        int[] ticks = new int[1];
        Timer timer = new Timer(reactor);
        timer.scheduleAtFixedRate(1_000_000, due -> ticks[0]++);

        await(() -> ticks[0] >= 10);
        timer.close();
        assertThat(events).isEmpty();
        assertThat(judge.thread).startsWith("sonic-tls-");
        judge.mayGoOn.countDown();
        awaitEvents(2);

        assertThat(events).containsExactlyInAnyOrder(new Shaken("client", IoStatus.OK),
                new Shaken("server", IoStatus.OK));
        assertThat(pair.client().isReady()).isTrue();
    }

    @Test
    void endsOnceWhenItIsClosedMeanwhile() throws Exception {
        Pair pair = judged(tcp());

        pair.client().close();
        assertThat(events).containsExactly(new Shaken("client", IoStatus.CLOSED));
        judge.mayGoOn.countDown();
        awaitEvents(2);

        assertThat(((Shaken) events.getLast()).who()).isEqualTo("server");
    }

    @Test
    void endsOnceWhenTheReactorIsClosedMeanwhile() throws Exception {
        judged(tcp());

        reactor.close();
        judge.mayGoOn.countDown();
        judge.gone.await();

        assertThat(events).containsExactlyInAnyOrder(new Shaken("client", IoStatus.CLOSED),
                new Shaken("server", IoStatus.CLOSED));
    }

    @Test
    void timesOutMeanwhile() throws Exception {
        long[] now = new long[1];
        reactor = closing(Reactor.open(new Reactor.Context().nanoClock(() -> now[0]).errorHandler(thrown::add)));
        judged(tcp(), TimeUnit.MILLISECONDS.toNanos(200));
        now[0] = TimeUnit.MILLISECONDS.toNanos(200);
        awaitEvents(1);
        assertThat(judge.atWork).isTrue();
        judge.mayGoOn.countDown();
        judge.gone.await();
        turn(5);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.TIMED_OUT));
    }

    /**
     * So much comes meanwhile that nothing more can be read: then no operation of the transport tells of its end.
     */
    @Test
    void endsOnceWhenTheTransportIsClosedMeanwhileAndNoMoreCanBeRead() throws Exception {
        MemoryStream[] transports = MemoryStream.pair(reactor);
        Pair pair = judged(transports);
        transports[1].inject(new byte[100_000]);
        turn(5);
        assertThat(transports[0].reads).isZero();
        assertThat(events).isEmpty();
        assertThat(reactor.pending()).isPositive();

        transports[0].close();
        turn(2);

        assertThat(events).contains(new Shaken("client", IoStatus.CLOSED));
        assertThat(pair.client().isOpen()).isFalse();
    }

    @Test
    void failsWhenTheConnectionEndsMeanwhile() throws Exception {
        MemoryStream[] transports = MemoryStream.pair(reactor);
        Pair pair = judged(transports);
        transports[1].cut();
        turn(5);
        judge.mayGoOn.countDown();
        awaitEvents(1);

        // The client has all that it needs; that nobody is there any more is found by reading.
        if (events.contains(new Shaken("client", IoStatus.OK))) {
            pair.client().asyncRead(buffer(1), 0, 1, onRead);
            awaitEvents(2);
            assertThat(events).contains(new Read(IoStatus.FAILED, 0));
        }
        assertThat(((TlsException) pair.client().failure()).reason()).isEqualTo(TlsException.Reason.TRUNCATED);
    }

    @Test
    void aReactorThatRunsWhatIsPendingSeesAHandshakeThrough() throws IOException {
        Pair pair = pair(trusting().handshakeTimeoutNs(0), serving().handshakeTimeoutNs(0));
        pair.server().asyncHandshake(onHandshake("server"));
        pair.client().asyncHandshake(onHandshake("client"));

        reactor.runPending();

        assertThat(events).containsExactlyInAnyOrder(new Shaken("client", IoStatus.OK),
                new Shaken("server", IoStatus.OK));
    }

    @Test
    void aReactorThatWaitsInTheKernelIsWoken() throws IOException {
        Pair pair = pair(trusting(), serving());
        Timer timer = new Timer(reactor);
        timer.scheduleOnce(TimeUnit.SECONDS.toNanos(30), due -> reactor.stop());
        pair.server().asyncHandshake(status -> pair.server().asyncWriteAll(buffer("x"), 0, 1, onWrite));
        pair.client().asyncHandshake(status -> pair.client().asyncRead(buffer(1), 0, 1, (outcome, length) -> {
            events.add(new Read(outcome, length));
            reactor.stop();
        }));

        reactor.run();

        assertThat(timer.cancel()).as("it took less than 30 s").isTrue();
        assertThat(events).containsExactly(new Written(IoStatus.OK, 1), new Read(IoStatus.OK, 1));
    }

    @Test
    void worksOverItself() throws IOException {
        Pair outer = connected();
        Pair inner = shaken(pair(new Stream[] {outer.client(), outer.server()}, TlsContext.create(trusting()),
                TlsContext.create(serving())));
        int size = 300_000;
        UnsafeBuffer out = buffer(size);
        fill(out, 0, size, 0);
        UnsafeBuffer in = buffer(size);

        inner.client().asyncWriteAll(out, 0, size, onWrite);
        inner.server().asyncReadAll(in, 0, size, onRead);
        awaitEvents(2);
        inner.client().asyncShutdown(onShutdown("client"));
        inner.server().asyncShutdown(onShutdown("server"));
        awaitEvents(4);

        assertThat(events).containsExactlyInAnyOrder(new Written(IoStatus.OK, size), new Read(IoStatus.OK, size),
                new ShutDown("client", IoStatus.OK), new ShutDown("server", IoStatus.OK));
        assertPattern(in, 0, size, 0);
        inner.client().close();
        assertThat(outer.client().isOpen()).isFalse();
    }

    private Pair judged(Stream[] transports) throws IOException, GeneralSecurityException {
        return judged(transports, 0);
    }

    /**
     * Begins a handshake, and turns the reactor until the client's judge is at work.
     */
    private Pair judged(Stream[] transports, long timeoutNs) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {judge}, null);
        Pair pair = pair(transports,
                TlsContext.create(new TlsContext.Settings().sslContext(context).handshakeTimeoutNs(timeoutNs)),
                TlsContext.create(serving()));
        pair.server().asyncHandshake(onHandshake("server"));
        pair.client().asyncHandshake(onHandshake("client"));
        await(() -> judge.atWork || !events.isEmpty());
        return pair;
    }

    /**
     * Trusts everybody, after it was told to go on.
     */
    private static final class SlowJudge extends X509ExtendedTrustManager {
        private final CountDownLatch mayGoOn = new CountDownLatch(1);
        private final CountDownLatch gone = new CountDownLatch(1);
        private volatile boolean atWork;
        private volatile String thread;

        private void judge() {
            thread = Thread.currentThread().getName();
            atWork = true;
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            gone.countDown();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            judge();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            judge();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            judge();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
            judge();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            judge();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            judge();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
