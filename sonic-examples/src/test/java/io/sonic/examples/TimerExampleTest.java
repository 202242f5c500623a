package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import org.junit.jupiter.api.Test;

class TimerExampleTest {

    @Test
    void firesOnceAndThenTicks() {
        long startNs = System.nanoTime();
        Result result =
                RunningCommand.run("timer", "--delay", "50", "--period", "10", "--count", "3", "--idle", "block");

        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(80_000_000L);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(4).allMatch(line -> line.matches(".*, \\d+ us late"));
        assertThat(result.out().lines().map(line -> line.replaceFirst(",.*", "")))
                .containsExactly("once", "tick 1", "tick 2", "tick 3");
    }
}
