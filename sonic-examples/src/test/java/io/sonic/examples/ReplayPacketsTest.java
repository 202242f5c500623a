package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ReplayPacketsTest {

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    void asksForAGapWhenItOpensAndHandsOutInOrder(String backend) {
        Result result = run("--backend", backend);

        assertThat(result.out().lines()).containsExactly(
                "read 1: present=1 future=1",
                "read 3: present=1 future=3, replay 2",
                "read 5: present=1 future=5, replay 4",
                "read 7: present=1 future=7, replay 6",
                "2 is replayed: present=3 future=7",
                "4 is replayed: present=5 future=7",
                "6 is replayed: present=7 future=7",
                "replay-packets: packets=7 kept=3 replayed=3");
    }

    @Test
    void asksForAllOfAGapAtOnce() {
        Result result = run("--count", "6", "--lose", "1,2,3,5");

        assertThat(result.out().lines()).startsWith(
                "read 4: present=0 future=4, replay 1 to 3",
                "read 6: present=0 future=6, replay 5").endsWith(
                "5 is replayed: present=6 future=6",
                "replay-packets: packets=6 kept=2 replayed=4");
    }

    @Test
    void asksForNothingWhenNothingIsLost() {
        assertThat(run("--count", "1000", "--lose", "0", "--quiet").out().lines())
                .containsExactly("replay-packets: packets=1000 kept=0 replayed=0");
    }

    @Test
    void copesWithManyGaps() {
        String everyThird = IntStream.rangeClosed(1, 3000).filter(number -> number % 3 == 0)
                .mapToObj(Integer::toString).collect(Collectors.joining(","));

        assertThat(run("--count", "5000", "--lose", everyThird, "--quiet").lastLine())
                .matches("replay-packets: packets=5000 kept=\\d+ replayed=1\\d{3}");
    }

    @Test
    void knowsWhatIsMissingFromTwoNumbers() {
        GapTracker tracker = new GapTracker();
        assertThat(tracker.arrived(1)).isFalse();
        assertThat(tracker.isNext(1)).isTrue();
        tracker.handedOut();
        assertThat(tracker.arrived(4)).isTrue();
        assertThat(tracker.gapFirst()).isEqualTo(2);
        assertThat(tracker.isNext(4)).isFalse();
        assertThat(tracker.isBehind(4)).isFalse();
        assertThat(tracker.isBehind(1)).isTrue();
        assertThat(tracker.arrived(5)).isFalse();
        assertThat(tracker.arrived(3)).isFalse();
        assertThat(tracker.present()).isEqualTo(1);
        assertThat(tracker.future()).isEqualTo(5);
    }

    private static Result run(String... options) {
        String[] args = new String[options.length + 3];
        args[0] = "replay-packets";
        args[1] = "--idle";
        args[2] = "block";
        System.arraycopy(options, 0, args, 3, options.length);
        Result result = RunningCommand.run(args);
        assertThat(result.status()).as(result.err()).isZero();
        return result;
    }
}
