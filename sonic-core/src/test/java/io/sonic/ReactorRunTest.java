package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.Recorder.Called;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The run and poll family, with the meaning that its documentation gives.
 */
final class ReactorRunTest extends ReactorTest {
    private static final long MS = 1_000_000;

    private final UnsafeBuffer buffer = Buffers.allocate(64);

    /**
     * A method of the family that runs until it is stopped.
     */
    private record Run(String name, Call call) {
        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    private interface Call {
        void on(Reactor reactor);
    }

    static Stream<Run> everyRun() {
        return Stream.of(
                new Run("run", Reactor::run),
                new Run("runPending", Reactor::runPending),
                new Run("runWarm", reactor -> reactor.runWarm(2, MS)),
                new Run("runBusy", Reactor::runBusy),
                new Run("runOne", Reactor::runOne),
                new Run("runOneFor", reactor -> reactor.runOneFor(30_000 * MS)));
    }

    @Test
    void runOneCallsOneHandlerThoughTenTimersAreDue() throws IOException {
        ManualClock clock = new ManualClock(0);
        reactor = open(context().nanoClock(clock));
        scheduleTenTimers();
        clock.advance(10);

        for (int called = 1; called <= 10; called++) {
            assertThat(reactor.runOne()).isEqualTo(1);
            assertThat(recorder.events).hasSize(called);
        }
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void pollOneCallsOneHandlerThoughTenTimersAreDue() throws IOException {
        ManualClock clock = new ManualClock(0);
        reactor = open(context().nanoClock(clock));
        scheduleTenTimers();
        assertThat(reactor.pollOne()).isZero();
        clock.advance(10);

        for (int called = 1; called <= 10; called++) {
            assertThat(reactor.pollOne()).isEqualTo(1);
            assertThat(recorder.events).hasSize(called);
        }
        assertThat(reactor.pollOne()).isZero();
    }

    @Test
    void pollOneCallsOneHandlerThoughOfEachKindOneIsReady() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncWrite(buffer, 0, 8, (status, length) -> { });
        reactor.post(recorder.post("post"));
        reactor.defer(deferral("deferral"));
        reactor.defer(deferral("another deferral"));

        for (int called = 1; called <= 4; called++) {
            assertThat(reactor.pollOne()).isEqualTo(1);
            assertThat(recorder.events).hasSize(called);
        }
        assertThat(reactor.pollOne()).isZero();
    }

    @Test
    void pollCallsAllThatIsDueAndReturnsTheirNumber() throws IOException {
        ManualClock clock = new ManualClock(0);
        reactor = open(context().nanoClock(clock));
        scheduleTenTimers();
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncWrite(buffer, 0, 8, (status, length) -> { });
        reactor.post(recorder.post("post"));
        reactor.defer(deferral("deferral"));
        clock.advance(10);

        assertThat(reactor.poll()).isEqualTo(13);
        assertThat(recorder.events).hasSize(13);
        assertThat(reactor.poll()).isZero();
    }

    @Test
    void pollsNeverWait() {
        new Timer(reactor).scheduleOnce(60_000 * MS, recorder.timer("none"));
        long start = System.nanoTime();
        assertThat(reactor.poll()).isZero();
        assertThat(reactor.pollOne()).isZero();
        assertThat(reactor.doWork()).isZero();
        assertThat(System.nanoTime() - start).isLessThan(10_000 * MS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 999, 100_000, 5_000_001, 20_000_000})
    void runOneForWaitsAsLongAsItSays(long timeoutNs) {
        long start = System.nanoTime();
        assertThat(reactor.runOneFor(timeoutNs)).isZero();
        assertThat(System.nanoTime() - start).isBetween(timeoutNs, timeoutNs + 10_000 * MS);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void runOneForDoesNotWaitWithoutATime(long timeoutNs) {
        assertThat(reactor.runOneFor(timeoutNs)).isZero();
        reactor.post(recorder.post("post"));
        assertThat(reactor.runOneFor(timeoutNs)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE / 2})
    void runOneForWaitsForAVeryLongTime(long timeoutNs) {
        new Timer(reactor).scheduleOnce(5 * MS, recorder.timer("fired"));
        assertThat(reactor.runOneFor(timeoutNs)).isEqualTo(1);
        assertThat(recorder.events).containsExactly(new Called("fired"));
    }

    @Test
    void runOneForReturnsWhenAHandlerWasCalled() {
        new Timer(reactor).scheduleOnce(5 * MS, recorder.timer("fired"));
        long start = System.nanoTime();
        assertThat(reactor.runOneFor(30_000 * MS)).isEqualTo(1);
        assertThat(System.nanoTime() - start).isBetween(5 * MS, 20_000 * MS);
        assertThat(recorder.events).containsExactly(new Called("fired"));
    }

    @Test
    void runOneForIsNotEndedByAWakeUpThatCallsNobody() throws Exception {
        // A channel becomes ready that nobody waits for, and the backend is woken: neither is a handler.
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().asyncWrite(buffer, 0, 8, (status, length) -> { });
        reactor.system().wake();

        long start = System.nanoTime();
        assertThat(reactor.runOneFor(20 * MS)).isZero();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20 * MS);
    }

    @Test
    void runPendingEndsWhenNothingIsPending() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncReadAll(buffer, 0, 8, recorder.read);
        new Timer(reactor).scheduleOnce(2 * MS, due -> pair.client().asyncWrite(buffer, 0, 8, recorder.write));
        reactor.post(recorder.post("post"));
        assertThat(reactor.pending()).isEqualTo(3);

        long completed = reactor.runPending();

        assertThat(completed).isEqualTo(4);
        // On a busy machine the timer is due in the first turn, before the post.
        assertThat(recorder.events).containsExactlyInAnyOrder(new Called("post"),
                new Recorder.Written(IoStatus.OK, 8), new Recorder.Read(IoStatus.OK, 8));
        assertThat(reactor.pending()).isZero();
        assertThat(reactor.runPending()).isZero();
    }

    @Test
    void runReturnsTheNumberOfCompletions() {
        scheduleTenTimers();
        new Timer(reactor).scheduleOnce(5 * MS, due -> reactor.stop());
        assertThat(reactor.run()).isEqualTo(11);
    }

    @ParameterizedTest
    @MethodSource("everyRun")
    void isStoppedByAnotherThread(Run run) throws Exception {
        // So that runPending has something to wait for.
        UdpSocket.open(reactor, Loopback.IPV4.anyPort()).asyncReceive(buffer, 0, 8, recorder.receive);
        for (int round = 0; round < 20; round++) {
            Thread stopper = new Thread(reactor::stop);
            stopper.start();
            run.call.on(reactor);
            stopper.join();
        }
        assertThat(recorder.events).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("everyRun")
    void isStoppedByItsOwnHandlerBeforeTheNextOne(Run run) {
        reactor.post(() -> {
            recorder.post("first").run();
            reactor.stop();
        });
        reactor.post(recorder.post("second"));

        run.call.on(reactor);
        assertThat(recorder.events).containsExactly(new Called("first"));

        reactor.poll();
        assertThat(recorder.events).containsExactly(new Called("first"), new Called("second"));
    }

    @ParameterizedTest
    @MethodSource("everyRun")
    void returnsAtOnceWhenItWasStoppedBeforeItBegan(Run run) {
        reactor.post(recorder.post("post"));
        reactor.stop();

        run.call.on(reactor);
        assertThat(recorder.events).isEmpty();

        reactor.runOne();
        assertThat(recorder.events).containsExactly(new Called("post"));
    }

    @ParameterizedTest
    @MethodSource("everyRun")
    void canRunAgainAfterItWasStoppedByItsOnlyHandler(Run run) {
        reactor.post(reactor::stop);
        run.call.on(reactor);

        // The stop ended that run, and no other one.
        new Timer(reactor).scheduleOnce(MS, recorder.timer("fired"));
        reactor.runOne();
        assertThat(recorder.events).containsExactly(new Called("fired"));
    }

    @ParameterizedTest
    @MethodSource("everyRun")
    void pollsDoNotUseUpAStop(Run run) {
        reactor.stop();
        reactor.post(recorder.post("post"));
        assertThat(reactor.poll()).isEqualTo(1);
        assertThat(reactor.pollOne()).isZero();

        UdpSocket waiting = openSocket();
        waiting.asyncReceive(buffer, 0, 8, recorder.receive);
        run.call.on(reactor);
        assertThat(recorder.events).containsExactly(new Called("post"));
    }

    @ParameterizedTest
    @MethodSource("everyRun")
    void endsWhenAHandlerClosesTheReactor(Run run) {
        reactor.post(() -> {
            recorder.post("closing").run();
            reactor.close();
            assertThat(reactor.isOpen()).isFalse();
        });
        reactor.post(recorder.post("posted before"));

        run.call.on(reactor);

        assertThat(recorder.events).containsExactly(new Called("closing"), new Called("posted before"));
        assertThatIllegalStateException().isThrownBy(() -> run.call.on(reactor)).withMessage("the reactor is closed");
    }

    @ParameterizedTest
    @MethodSource("everyRun")
    void refusesToBeRunByItsOwnHandler(Run run) {
        reactor.post(() -> run.call.on(reactor));
        reactor.post(() -> reactor.poll());
        reactor.post(() -> reactor.pollOne());
        reactor.post(reactor::stop);

        reactor.run();

        assertThat(thrown).hasSize(3).allMatch(t -> t instanceof IllegalStateException
                && t.getMessage().equals("the reactor is running: a handler must not run it again"));
        thrown.clear();
    }

    @ParameterizedTest
    @MethodSource("everyRun")
    void isWokenByAPostWhileItWaits(Run run) throws Exception {
        for (int round = 0; round < 50; round++) {
            UdpSocket waiting = openSocket();
            waiting.asyncReceive(buffer, 0, 8, (status, length, source) -> { });
            CountDownLatch done = new CountDownLatch(1);
            Thread poster = new Thread(() -> reactor.post(() -> {
                done.countDown();
                reactor.stop();
            }));
            poster.start();
            run.call.on(reactor);
            assertThat(done.getCount()).isZero();
            poster.join();
            waiting.close();
        }
    }

    @Test
    void runBusyNeverWaits() throws IOException {
        // Each turn looks at the clock once for the timer, which is due in an hour of a clock that hardly moves.
        int[] looks = new int[1];
        reactor = open(context().nanoClock(() -> {
            if (++looks[0] == 1_000) {
                reactor.stop();
            }
            return looks[0];
        }));
        new Timer(reactor).scheduleOnce(3_600_000 * MS, recorder.timer("too early"));
        reactor.post(recorder.post("a post"));

        assertThat(reactor.runBusy()).isEqualTo(1);

        assertThat(looks[0]).isEqualTo(1_000);
        assertThat(recorder.events).containsExactly(new Called("a post"));
    }

    @Test
    @Tag("epoll")
    void runWarmPollsFirstAndWaitsThen() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        new Timer(reactor).scheduleOnce(50 * MS, due -> {
            recorder.timer("fired").onTimer(due);
            reactor.stop();
        });

        reactor.runWarm(100, 5 * MS);

        assertThat(recorder.events).containsExactly(new Called("fired"));
        // 100 polls, and then about ten waits of 5 ms; a loop that goes on polling makes many thousands. A machine
        // that is busy elsewhere may make fewer.
        assertThat(backend.calls("await")).isLessThanOrEqualTo(200);
    }

    @Test
    @Tag("epoll")
    void runWaitsInTheKernelForTheTimer() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        reactor = watched(new Reactor(context(), backend));
        new Timer(reactor).scheduleOnce(50 * MS, due -> reactor.stop());

        reactor.run();

        assertThat(backend.calls("await")).isBetween(1, 5);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "-1,1", "1,0", "1,-1"})
    void runWarmRefusesNumbersOutOfRange(int idleTurns, long maxWaitNs) {
        assertThatIllegalArgumentException().isThrownBy(() -> reactor.runWarm(idleTurns, maxWaitNs))
                .withMessage("idleTurns and maxWaitNs must be at least 1: " + idleTurns + ", " + maxWaitNs);
        assertThat(reactor.poll()).isZero();
    }

    @Test
    void pendingCountsWhatWaitsIsScheduledOrPosted() throws IOException {
        assertThat(reactor.pending()).isZero();
        TcpPair pair = TcpPair.connect(reactor);
        assertThat(reactor.pending()).isZero();
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        UdpSocket socket = openSocket();
        socket.asyncReceive(buffer, 8, 8, recorder.receive);
        Timer timer = new Timer(reactor);
        timer.scheduleOnce(60_000 * MS, recorder.timer("none"));
        reactor.post(recorder.post("post"));
        Deferral deferral = deferral("deferral");
        reactor.defer(deferral);
        reactor.defer(deferral);
        assertThat(deferral.isQueued()).isTrue();
        assertThat(reactor.pending()).isEqualTo(5);

        reactor.poll();
        assertThat(deferral.isQueued()).isFalse();
        assertThat(recorder.events).containsExactly(new Called("post"), new Called("deferral"));
        assertThat(reactor.pending()).isEqualTo(3);
        timer.cancel();
        assertThat(reactor.pending()).isEqualTo(2);
        pair.server().close();
        assertThat(reactor.pending()).isEqualTo(1);
        socket.cancel();
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void tellsItsNameItsBackendAndItsTime() throws IOException {
        ManualClock clock = new ManualClock(42);
        Reactor named = open(context().name("market data").nanoClock(clock));
        assertThat(named.roleName()).isEqualTo("market data");
        assertThat(named.backend()).isEqualTo(System.getProperty(BackendType.PROPERTY, "epoll"));
        assertThat(named.nanoTime()).isEqualTo(42);
        assertThat(reactor.roleName()).isEqualTo("sonic-reactor");
        assertThat(named.isOpen()).isTrue();
        named.close();
        assertThat(named.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_537, Integer.MAX_VALUE})
    void refusesANumberOfEventsOutOfRange(int events) {
        assertThatIllegalArgumentException().isThrownBy(() -> context().maxEventsPerTurn(events))
                .withMessage("maxEventsPerTurn must be 1 to 65536: " + events);
    }

    private void scheduleTenTimers() {
        for (int i = 0; i < 10; i++) {
            new Timer(reactor).scheduleOnce(1 + i, recorder.timer("timer " + i));
        }
    }

    private UdpSocket openSocket() {
        try {
            return UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Deferral deferral(String name) {
        return new Deferral() {
            @Override
            protected void run() {
                reactor.completed();
                recorder.post(name).run();
            }
        };
    }
}
