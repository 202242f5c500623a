package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Schedules, cancels and fires at random, beside a list that is sorted.
 */
final class TimerHeapTest extends ReactorTest {
    private record Scheduled(int timer, long deadlineNs, long sequence) {
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void firesWhatASortedListFires(long seed) throws IOException {
        ManualClock clock = new ManualClock(seed * 1_000);
        reactor = open(context().nanoClock(clock));
        Random random = new Random(seed);
        List<Integer> fired = new ArrayList<>();
        List<Scheduled> model = new ArrayList<>();
        Timer[] timers = new Timer[300];
        for (int i = 0; i < timers.length; i++) {
            timers[i] = new Timer(reactor);
        }
        long sequence = 0;
        for (int step = 0; step < 20_000; step++) {
            int number = random.nextInt(timers.length);
            if (random.nextInt(10) == 0) {
                clock.advance(random.nextInt(50));
                List<Integer> expected = due(model, clock.nanoTime());
                fired.clear();
                reactor.poll();
                assertThat(fired).isEqualTo(expected);
            } else if (timers[number].isScheduled()) {
                assertThat(timers[number].cancel()).isTrue();
                model.removeIf(scheduled -> scheduled.timer == number);
            } else {
                long delayNs = 1 + random.nextInt(200);
                timers[number].scheduleOnce(delayNs, due -> fired.add(number));
                model.add(new Scheduled(number, clock.nanoTime() + delayNs, sequence++));
            }
            assertThat(reactor.pending()).isEqualTo(model.size());
        }
    }

    private static List<Integer> due(List<Scheduled> model, long nowNs) {
        List<Scheduled> due = new ArrayList<>(model.stream().filter(s -> s.deadlineNs <= nowNs).toList());
        due.sort(Comparator.comparingLong(Scheduled::deadlineNs).thenComparingLong(Scheduled::sequence));
        model.removeAll(due);
        return due.stream().map(Scheduled::timer).toList();
    }
}
