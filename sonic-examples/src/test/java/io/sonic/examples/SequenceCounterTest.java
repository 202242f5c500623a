package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceCounterTest {

    private final SequenceCounter counter = new SequenceCounter();

    @Test
    void hasLostNothingBeforeTheFirstDatagram() {
        assertThat(counter.lost()).isZero();
    }

    @Test
    void countsWhatIsMissingBetweenTheFirstAndTheLast() {
        arrive(1000, 1001, 1004, 1005, 1010);

        assertThat(counter.lost()).isEqualTo(6);
    }

    @Test
    void takesBackWhatArrivesLate() {
        arrive(0, 3);
        assertThat(counter.lost()).isEqualTo(2);

        arrive(1, 2);
        assertThat(counter.lost()).isZero();
    }

    @Test
    void countsADatagramThatArrivesTwiceOnce() {
        arrive(0, 1, 1, 3, 3, 0);

        assertThat(counter.lost()).isEqualTo(1);
    }

    @Test
    void ignoresWhatIsBeforeTheFirst() {
        arrive(10, 9, 8, 11);

        assertThat(counter.lost()).isZero();
    }

    @Test
    void countsAJumpOverMoreThanItRemembers() {
        arrive(0, 1_000_000, 5);
        assertThat(counter.lost()).isEqualTo(999_999);

        arrive(999_999, 999_999 - 60_000, 1_000_001);
        assertThat(counter.lost()).isEqualTo(999_997);
    }

    @Test
    void knowsWhatIsMissingWhateverTheOrder() {
        Random random = new Random(3);
        List<Long> sequences = new ArrayList<>();
        int missing = 0;
        for (long sequence = 1; sequence < 50_000; sequence++) {
            if (random.nextInt(10) == 0) {
                missing++;
            } else {
                sequences.add(sequence);
                if (random.nextInt(10) == 0) {
                    sequences.add(sequence);
                }
            }
        }
        Collections.shuffle(sequences, random);
        arrive(0);
        sequences.forEach(counter::arrived);
        arrive(50_000);

        assertThat(counter.lost()).isEqualTo(missing);
    }

    private void arrive(long... sequences) {
        for (long sequence : sequences) {
            counter.arrived(sequence);
        }
    }
}
