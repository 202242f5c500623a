package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThroughputTest {

    private final Throughput throughput = new Throughput();

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 7, 8, 9, 100, 1000, 1023, 1024, 1025, 100_000})
    void countsAllAndMeasuresAfterAWarmUpOfAThirdOrMore(int messages) {
        count(messages);

        Throughput.Measured measured = throughput.measure();
        long warmUp = messages - measured.messages();
        assertThat(throughput.messages()).isEqualTo(messages);
        assertThat(throughput.bytes()).isEqualTo(3L * messages);
        assertThat(warmUp).isBetween((messages + 2) / 3L, messages - messages / 3L + messages / 16 + 1);
        assertThat(measured.cost().elapsedNs()).isNotNegative();
    }

    @Test
    void measuresNothingWithoutMessages() {
        Throughput.Measured measured = throughput.measure();

        assertThat(measured.messages()).isZero();
        assertThat(measured.cost().allocatedBytes()).isZero();
    }

    @Test
    void measuresNothingOfItsOwnOnceItIsCompiled() {
        long allocated = -1;
        // The JVM itself allocates a little on the thread while it compiles what the thread runs.
        for (int run = 0; run < 100 && allocated != 0; run++) {
            Throughput own = new Throughput();
            for (int i = 0; i < 100_000; i++) {
                own.count(3);
            }
            allocated = own.measure().cost().allocatedBytes();
        }
        assertThat(allocated).isZero();
    }

    @Test
    void measuresWhatTheThreadAllocates() {
        Throughput allocating = new Throughput();
        byte[] last = null;
        for (int i = 0; i < 1024; i++) {
            last = new byte[1000 + (i & 1)];
            allocating.count(last.length);
        }
        Throughput.Measured measured = allocating.measure();
        assertThat(measured.messages()).as("one that is never warm").isBetween(270L, 341L);
        assertThat(measured.cost().allocatedBytes() / measured.messages()).isBetween(1000L, 1100L);
        assertThat(measured.cost().cpuNs()).isPositive();
    }

    private void count(int messages) {
        for (int i = 0; i < messages; i++) {
            throughput.count(3);
        }
    }
}
