package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Recorder.Called;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Promise 6: a connection that always has data keeps neither others, nor timers, nor posts from running.
 */
final class FairnessTest extends ReactorTest {
    private static final int CHUNK = 4 * 1024;

    private final ManualClock clock = new ManualClock(0);
    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private boolean flooding = true;

    @BeforeEach
    void useManualClock() throws IOException {
        reactor = open(context().nanoClock(clock));
    }

    @Test
    void servesATimerAndAPostInTheNextTurnOfAFlood() throws Exception {
        Flood flood = new Flood();
        turn(200);
        long before = flood.read;
        new Timer(reactor).scheduleOnce(10, recorder.timer("timer"));
        clock.advance(10);
        CountDownLatch posted = new CountDownLatch(1);
        new Thread(() -> {
            reactor.post(recorder.post("post"));
            posted.countDown();
        }).start();
        posted.await();

        reactor.poll();

        assertThat(recorder.events).containsExactly(new Called("timer"), new Called("post"));
        turn(10);
        assertThat(flood.read).isGreaterThan(before);
        flooding = false;
    }

    @Test
    void servesAnotherConnectionWithinAFewTurnsOfAFlood() throws IOException {
        Flood flood = new Flood();
        TcpPair other = TcpPair.connect(reactor);
        turn(200);
        for (int round = 0; round < 50; round++) {
            int before = recorder.count();
            other.server().asyncRead(buffer, 0, 8, recorder.read);
            other.client().asyncWrite(buffer, 16, 8, (status, length) -> { });
            int turns = 0;
            while (recorder.count() == before) {
                reactor.poll();
                turns++;
            }
            // One that sees the readiness; the kernel delivers at its own pace, but not after hundreds of turns.
            assertThat(turns).isLessThan(1_000);
        }
        assertThat(flood.read).isPositive();
        flooding = false;
    }

    @Test
    void boundsTheWorkOfATurnOfAFlood() throws IOException {
        new Flood();
        for (int i = 0; i < 500; i++) {
            // A read and a write that the loop calls, and what nests in each.
            assertThat(reactor.poll()).isLessThanOrEqualTo(2 * (1 + Reactor.MAX_INLINE_COMPLETIONS));
        }
        flooding = false;
    }

    @Test
    void boundsTheWorkOfATurnOfAPeerThatDeliversALargeRead() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        int length = 64 * 1024 * 1024;
        UnsafeBuffer large = Buffers.allocate(length);
        UnsafeBuffer sink = Buffers.allocate(length);
        pair.client().asyncWriteAll(large, 0, length, recorder.write);
        pair.server().asyncReadAll(sink, 0, length, recorder.read);
        int turns = 0;
        while (recorder.count() < 2) {
            turns++;
            reactor.poll();
        }
        assertThat(turns).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 256})
    void servesAllConnectionsHoweverFewEventsATurnFetches(int events) throws IOException {
        reactor = open(context().maxEventsPerTurn(events));
        List<Flood> floods = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            floods.add(new Flood());
        }
        turn(300);
        assertThat(floods).allMatch(flood -> flood.read > CHUNK);
        long least = floods.stream().mapToLong(flood -> flood.read).min().orElseThrow();
        long most = floods.stream().mapToLong(flood -> flood.read).max().orElseThrow();
        assertThat(most).isLessThan(least * 20);
        flooding = false;
    }

    @Test
    void endsATurnThoughAPostPostsItselfATimerSchedulesItselfAndADeferralDefersItself() {
        int[] counts = new int[3];
        Runnable[] post = new Runnable[1];
        post[0] = () -> {
            counts[0]++;
            reactor.post(post[0]);
        };
        TimerHandler[] handler = new TimerHandler[1];
        handler[0] = timer -> {
            counts[1]++;
            if (flooding) {
                timer.scheduleOnce(0, handler[0]);
            }
        };
        Deferral deferral = new Deferral() {
            @Override
            protected void run() {
                counts[2]++;
                if (flooding) {
                    reactor.defer(this);
                }
            }
        };
        reactor.post(post[0]);
        new Timer(reactor).scheduleOnce(0, handler[0]);
        reactor.defer(deferral);
        int timersBefore = counts[1];

        turn(100);

        assertThat(counts[0]).isEqualTo(100);
        assertThat(counts[1] - timersBefore).isBetween(99, 100 * (1 + Reactor.MAX_INLINE_COMPLETIONS));
        assertThat(counts[2]).isEqualTo(100);
        flooding = false;
        post[0] = () -> { };
        turn(2);
    }

    @Test
    void letsAHotChannelStarveNobody() throws IOException {
        Flood flood = new Flood();
        flood.pair.server().hot(true);
        TcpPair other = TcpPair.connect(reactor);
        turn(200);
        for (int round = 0; round < 50; round++) {
            int before = recorder.count();
            other.server().asyncRead(buffer, 0, 8, recorder.read);
            other.client().asyncWrite(buffer, 16, 8, (status, length) -> { });
            reactor.post(recorder.post("post"));
            new Timer(reactor).scheduleOnce(1, recorder.timer("timer"));
            clock.advance(1);
            int turns = 0;
            while (recorder.count() < before + 3) {
                reactor.poll();
                turns++;
            }
            assertThat(turns).isLessThan(1_000);
        }
        flooding = false;
    }

    /**
     * A connection over which one side writes and the other reads for as long as they are let.
     */
    private final class Flood {
        final TcpPair pair = TcpPair.connect(reactor);
        long read;
        private final UnsafeBuffer out = Buffers.allocate(CHUNK);
        private final UnsafeBuffer in = Buffers.allocate(CHUNK);

        Flood() throws IOException {
            write();
            read();
        }

        private void write() {
            pair.client().asyncWrite(out, 0, CHUNK, (status, length) -> {
                if (flooding && status == IoStatus.OK) {
                    write();
                }
            });
        }

        private void read() {
            pair.server().asyncRead(in, 0, CHUNK, (status, length) -> {
                read += length;
                if (flooding && status == IoStatus.OK) {
                    read();
                }
            });
        }
    }
}
