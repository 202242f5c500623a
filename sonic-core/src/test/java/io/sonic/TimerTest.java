package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.sonic.Recorder.Called;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Timers by a clock that the test sets, and never early by the real one.
 */
final class TimerTest extends ReactorTest {
    private static final long START_NS = 1_000_000;

    private final ManualClock clock = new ManualClock(START_NS);
    private Timer timer;

    @BeforeEach
    void useManualClock() throws IOException {
        reactor = open(context().nanoClock(clock));
        timer = new Timer(reactor);
    }

    @Test
    void firesOnceWhenItIsDueAndNotBefore() {
        timer.scheduleOnce(100, recorder.timer("fired"));
        assertThat(timer.isScheduled()).isTrue();

        advanceAndPoll(99);
        assertThat(recorder.events).isEmpty();
        advanceAndPoll(1);
        assertThat(recorder.events).containsExactly(new Called("fired"));
        advanceAndPoll(1_000);

        assertThat(recorder.events).hasSize(1);
        assertThat(timer.isScheduled()).isFalse();
    }

    @Test
    void isNeverEarlyByTheRealClock() throws IOException {
        Reactor real = open(context());
        List<Long> early = new ArrayList<>();
        int[] fired = new int[1];
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            long delayNs = 1 + random.nextInt(20_000_000);
            long dueNs = real.nanoTime() + delayNs;
            new Timer(real).scheduleOnce(delayNs, due -> {
                fired[0]++;
                if (System.nanoTime() < dueNs) {
                    early.add(delayNs);
                }
            });
        }

        real.runPending();

        assertThat(early).isEmpty();
        assertThat(fired[0]).isEqualTo(200);
    }

    @Test
    void firesInTheOrderOfTheDeadlines() {
        List<Integer> delays = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            delays.add(i);
        }
        Collections.shuffle(delays, new Random(11));
        List<Integer> fired = new ArrayList<>();
        delays.forEach(delay -> new Timer(reactor).scheduleOnce(delay, due -> fired.add(delay)));

        advanceAndPoll(1000);

        assertThat(fired).hasSize(1000).isSorted();
    }

    @Test
    void firesEqualDeadlinesInTheOrderOfScheduling() {
        List<Integer> fired = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int number = i;
            new Timer(reactor).scheduleAt(START_NS + 50, due -> fired.add(number));
        }

        advanceAndPoll(50);

        assertThat(fired).hasSize(1000).isSorted();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void firesAtOnceWithoutADelay(long delayNs) {
        timer.scheduleOnce(delayNs, recorder.timer("fired"));
        assertThat(recorder.events).containsExactly(new Called("fired"));
        assertThat(reactor.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE / 2, Long.MAX_VALUE - START_NS, 1L << 62})
    void waitsForAVeryLongDelayInsteadOfOverflowing(long delayNs) {
        timer.scheduleOnce(delayNs, recorder.timer("once"));
        Timer repeating = new Timer(reactor);
        repeating.scheduleAtFixedRate(delayNs, recorder.timer("rate"));
        Timer delayed = new Timer(reactor);
        delayed.scheduleWithFixedDelay(delayNs, recorder.timer("delay"));
        new Timer(reactor).scheduleOnce(5, recorder.timer("short"));

        advanceAndPoll(3_600_000_000_000L);
        assertThat(recorder.events).containsExactly(new Called("short"));
        assertThat(reactor.pending()).isEqualTo(3);
    }

    @Test
    void firesAtAnAbsoluteTime() {
        timer.scheduleAt(START_NS + 10, recorder.timer("fired"));
        advanceAndPoll(9);
        assertThat(recorder.events).isEmpty();
        advanceAndPoll(1);
        assertThat(recorder.events).containsExactly(new Called("fired"));
    }

    @Test
    void firesAtOnceAtATimeThatHasPassed() {
        timer.scheduleAt(START_NS, recorder.timer("now"));
        timer.scheduleAt(START_NS - 5, recorder.timer("past"));
        assertThat(recorder.events).containsExactly(new Called("now"), new Called("past"));
    }

    @Test
    void isNotEarlyWithAClockThatStartsBelowZero() throws IOException {
        ManualClock negative = new ManualClock(-1_000_000);
        reactor = open(context().nanoClock(negative));
        new Timer(reactor).scheduleOnce(100, recorder.timer("fired"));

        assertThat(reactor.pollOne()).isZero();
        assertThat(reactor.poll()).isZero();
        negative.advance(100);
        assertThat(reactor.pollOne()).isEqualTo(1);
        assertThat(recorder.events).containsExactly(new Called("fired"));
    }

    @Test
    void worksWithAClockThatWrapsAround() throws IOException {
        ManualClock late = new ManualClock(Long.MAX_VALUE - 50);
        reactor = open(context().nanoClock(late));
        new Timer(reactor).scheduleOnce(100, recorder.timer("second"));
        new Timer(reactor).scheduleOnce(40, recorder.timer("first"));
        reactor.poll();
        assertThat(recorder.events).isEmpty();

        late.advance(99);
        reactor.poll();
        assertThat(recorder.events).containsExactly(new Called("first"));
        late.advance(1);
        reactor.poll();
        assertThat(recorder.events).containsExactly(new Called("first"), new Called("second"));
    }

    @Test
    void repeatsAtAFixedRateWithoutDrift() {
        List<Long> times = new ArrayList<>();
        timer.scheduleAtFixedRate(100, due -> {
            times.add(clock.nanoTime() - START_NS);
            clock.advance(30);
        });

        for (int i = 0; i < 50; i++) {
            advanceAndPoll(10);
        }

        assertThat(times).hasSizeGreaterThan(5);
        for (int i = 0; i < times.size(); i++) {
            // Late by a step of the test and by what the handlers took, but never adding up.
            assertThat(times.get(i)).isBetween(100L * (i + 1), 100L * (i + 1) + 40);
        }
    }

    @Test
    void skipsTheTimesThatASlowHandlerMissed() {
        List<Long> times = new ArrayList<>();
        timer.scheduleAtFixedRate(100, due -> {
            times.add(clock.nanoTime() - START_NS);
            if (times.size() == 1) {
                clock.advance(350);
            }
        });

        advanceAndPoll(100);
        for (int i = 0; i < 20; i++) {
            advanceAndPoll(10);
        }

        assertThat(times).containsExactly(100L, 500L, 600L);
    }

    @Test
    void repeatsWithAFixedDelayAfterTheHandlerEnded() {
        List<Long> times = new ArrayList<>();
        timer.scheduleWithFixedDelay(100, due -> {
            times.add(clock.nanoTime() - START_NS);
            clock.advance(30);
        });

        for (int i = 0; i < 40; i++) {
            advanceAndPoll(10);
        }

        assertThat(times).containsExactly(100L, 230L, 360L, 490L);
    }

    @Test
    void isScheduledInsideOfARepeatingHandlerAndNotInsideOfASingleOne() {
        List<Boolean> scheduled = new ArrayList<>();
        timer.scheduleOnce(10, due -> scheduled.add(due.isScheduled()));
        new Timer(reactor).scheduleAtFixedRate(10, due -> scheduled.add(due.isScheduled()));

        advanceAndPoll(10);

        assertThat(scheduled).containsExactly(false, true);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void refusesAPeriodThatIsNotPositive(long periodNs) {
        String message = "the period of a repeating timer must be positive: " + periodNs + " ns";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timer.scheduleAtFixedRate(periodNs, recorder.timer("none"))).withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timer.scheduleWithFixedDelay(periodNs, recorder.timer("none"))).withMessage(message);
        assertThat(timer.isScheduled()).isFalse();
    }

    @Test
    void refusesToDoWithoutAHandlerOrAReactor() {
        assertThatNullPointerException().isThrownBy(() -> timer.scheduleOnce(0, null)).withMessage("handler");
        assertThatNullPointerException().isThrownBy(() -> timer.scheduleOnce(5, null)).withMessage("handler");
        assertThatNullPointerException().isThrownBy(() -> timer.scheduleAtFixedRate(5, null)).withMessage("handler");
        assertThatNullPointerException().isThrownBy(() -> new Timer(null)).withMessage("reactor");
        assertThat(timer.isScheduled()).isFalse();
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void doesNotFireWhenItWasCancelled() {
        timer.scheduleOnce(100, recorder.timer("none"));
        assertThat(timer.cancel()).isTrue();
        assertThat(timer.cancel()).isFalse();
        assertThat(reactor.pending()).isZero();

        advanceAndPoll(200);

        assertThat(recorder.events).isEmpty();
        timer.scheduleOnce(10, recorder.timer("again"));
        advanceAndPoll(10);
        assertThat(recorder.events).containsExactly(new Called("again"));
    }

    @Test
    void canBeCancelledBeforeItWasEverScheduled() {
        assertThat(timer.cancel()).isFalse();
        timer.scheduleOnce(10, recorder.timer("fired"));
        advanceAndPoll(10);
        assertThat(recorder.events).containsExactly(new Called("fired"));
    }

    @Test
    void doesNotFireWhenItWasClosed() {
        timer.scheduleAtFixedRate(10, recorder.timer("none"));
        timer.close();
        timer.close();
        assertThat(timer.cancel()).isFalse();

        advanceAndPoll(100);

        assertThat(recorder.events).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> timer.scheduleOnce(1, recorder.timer("none")))
                .withMessage("the timer is closed");
    }

    @Test
    void canBeScheduledAgainInItsOwnHandler() {
        timer.scheduleOnce(10, due -> {
            recorder.timer("first").onTimer(due);
            due.scheduleOnce(5, again -> {
                recorder.timer("second").onTimer(again);
                again.scheduleAtFixedRate(3, recorder.timer("third"));
            });
        });

        advanceAndPoll(10);
        assertThat(recorder.events).containsExactly(new Called("first"));
        advanceAndPoll(5);
        assertThat(recorder.events).containsExactly(new Called("first"), new Called("second"));
        advanceAndPoll(3);
        advanceAndPoll(3);
        assertThat(recorder.events).containsExactly(
                new Called("first"), new Called("second"), new Called("third"), new Called("third"));
    }

    @Test
    void endsARepetitionInItsOwnHandler() {
        timer.scheduleAtFixedRate(10, due -> {
            recorder.timer("fired").onTimer(due);
            if (recorder.count() == 3) {
                assertThat(due.cancel()).isTrue();
                assertThat(due.isScheduled()).isFalse();
            }
        });
        for (int i = 0; i < 10; i++) {
            advanceAndPoll(10);
        }
        assertThat(recorder.events).hasSize(3);
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void replacesARepetitionByAnotherScheduleInItsOwnHandler() {
        TimerHandler single = recorder.timer("single");
        timer.scheduleAtFixedRate(10, due -> {
            recorder.timer("repeating").onTimer(due);
            due.cancel();
            due.scheduleOnce(25, single);
        });
        for (int i = 0; i < 10; i++) {
            advanceAndPoll(10);
        }
        assertThat(recorder.events).containsExactly(new Called("repeating"), new Called("single"));
    }

    @Test
    void replacesARepetitionByOneOfTheSameHandlerInItsOwnHandler() {
        List<Long> times = new ArrayList<>();
        timer.scheduleAtFixedRate(10, new TimerHandler() {
            @Override
            public void onTimer(Timer due) {
                times.add(clock.nanoTime() - START_NS);
                due.cancel();
                due.scheduleAtFixedRate(30, this);
            }
        });
        for (int i = 0; i < 10; i++) {
            advanceAndPoll(10);
        }
        assertThat(times).containsExactly(10L, 40L, 70L, 100L);
    }

    @Test
    void canBeClosedInItsOwnHandler() {
        timer.scheduleAtFixedRate(10, due -> {
            recorder.timer("fired").onTimer(due);
            due.close();
        });
        for (int i = 0; i < 5; i++) {
            advanceAndPoll(10);
        }
        assertThat(recorder.events).hasSize(1);
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void doesNotFireWhenTheHandlerOfAnotherOneCancelsItInTheSameTurn() {
        Timer victim = new Timer(reactor);
        Timer closed = new Timer(reactor);
        timer.scheduleOnce(10, due -> {
            recorder.timer("first").onTimer(due);
            victim.cancel();
            closed.close();
        });
        victim.scheduleOnce(10, recorder.timer("victim"));
        closed.scheduleOnce(11, recorder.timer("closed"));

        advanceAndPoll(20);

        assertThat(recorder.events).containsExactly(new Called("first"));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void firesInTheNextTurnWhatAHandlerSchedulesForTheSameTime() {
        timer.scheduleOnce(10, due -> {
            recorder.timer("first").onTimer(due);
            clock.advance(5);
            new Timer(reactor).scheduleOnce(1, recorder.timer("next"));
            clock.advance(5);
        });
        new Timer(reactor).scheduleOnce(10, recorder.timer("second"));

        advanceAndPoll(10);
        assertThat(recorder.events).containsExactly(new Called("first"), new Called("second"));
        reactor.poll();
        assertThat(recorder.events).containsExactly(new Called("first"), new Called("second"), new Called("next"));
    }

    @Test
    void goesOnRepeatingWhenTheHandlerThrows() {
        timer.scheduleAtFixedRate(10, due -> {
            recorder.timer("fired").onTimer(due);
            throw new IllegalArgumentException("a fault of the handler");
        });
        for (int i = 0; i < 5; i++) {
            advanceAndPoll(10);
        }
        assertThat(recorder.events).hasSize(5);
        assertThat(thrown).hasSize(5).allMatch(t -> t.getMessage().equals("a fault of the handler"));
        thrown.clear();
    }

    @Test
    void isTakenBackWhenTheReactorCloses() {
        timer.scheduleAtFixedRate(10, recorder.timer("none"));
        Timer once = new Timer(reactor);
        once.scheduleOnce(10, recorder.timer("none"));
        clock.advance(100);

        reactor.close();

        assertThat(recorder.events).isEmpty();
        assertThat(timer.isScheduled()).isFalse();
        assertThat(once.isScheduled()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> timer.scheduleOnce(10, recorder.timer("none")))
                .withMessage("the reactor is closed");
    }

    @Test
    void isNotScheduledAnyMoreWhenItsHandlerClosesTheReactor() {
        timer.scheduleAtFixedRate(10, due -> reactor.close());
        advanceAndPoll(10);
        assertThat(timer.isScheduled()).isFalse();
    }

    @Test
    void needsNoDescriptorForAHundredThousandTimers() {
        long descriptors = Descriptors.count();
        int[] fired = new int[1];
        TimerHandler handler = due -> fired[0]++;
        Timer[] timers = new Timer[100_000];
        Random random = new Random(5);
        for (int i = 0; i < timers.length; i++) {
            timers[i] = new Timer(reactor);
            timers[i].scheduleOnce(1 + random.nextInt(1_000_000), handler);
        }
        assertThat(Descriptors.count()).isEqualTo(descriptors);
        assertThat(reactor.pending()).isEqualTo(100_000);

        for (int i = 0; i < timers.length; i += 2) {
            timers[i].cancel();
        }
        advanceAndPoll(1_000_000);

        assertThat(fired[0]).isEqualTo(50_000);
        assertThat(reactor.pending()).isZero();
    }

    private void advanceAndPoll(long ns) {
        clock.advance(ns);
        reactor.poll();
    }
}
