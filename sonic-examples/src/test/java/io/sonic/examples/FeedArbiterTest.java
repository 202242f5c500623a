package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedArbiterTest {

    private static final int A = 0;
    private static final int B = 1;
    private static final int WINDOW = 64;
    private static final int PACKET = Long.BYTES;

    private final List<Long> handedOn = new ArrayList<>();
    private final FeedArbiter arbiter = new FeedArbiter(2, 0, WINDOW, PACKET,
            (buffer, offset, length) -> handedOn.add(buffer.getLong(offset)));
    private final int[] slots = {arbiter.claim(), arbiter.claim()};

    @AfterEach
    void freesItsMemory() {
        arbiter.close();
    }

    @Test
    void handsOnTheFirstCopyAndDropsTheSecond() {
        bring(A, 0, 1);
        bring(B, 0, 1, 2);
        bring(A, 2);

        assertThat(handedOn).containsExactly(0L, 1L, 2L);
        assertCounts(6, 0, 0, 0);
    }

    @Test
    void fillsTheGapOfOneLineFromTheOther() {
        bring(A, 0, 3);
        assertThat(handedOn).containsExactly(0L);
        assertCounts(2, 2, 0, 0);
        assertThat(arbiter.waiting()).isEqualTo(1);

        bring(B, 0, 1, 2, 3);
        assertThat(handedOn).containsExactly(0L, 1L, 2L, 3L);
        assertCounts(6, 2, 2, 0);
        assertThat(arbiter.waiting()).isZero();
    }

    @Test
    void givesUpANumberAsSoonAsBothLinesArePastIt() {
        bring(A, 0, 2, 3);
        bring(B, 0);
        assertThat(handedOn).containsExactly(0L);

        bring(B, 2);
        assertThat(handedOn).containsExactly(0L, 2L, 3L);
        assertCounts(5, 1, 0, 0);
    }

    @Test
    void waitsForAPacketThatOthersCanHaveOvertaken() {
        try (FeedArbiter patient = new FeedArbiter(2, 2, WINDOW, PACKET,
                (buffer, offset, length) -> handedOn.add(buffer.getLong(offset)))) {
            int[] own = {patient.claim(), patient.claim()};
            for (long sequence : new long[] {0, 2, 3}) {
                bring(patient, own, A, sequence);
                bring(patient, own, B, sequence);
            }
            assertThat(handedOn).as("2 and 3 may have overtaken 1").containsExactly(0L);

            bring(patient, own, A, 1, 5, 6, 7);
            assertThat(handedOn).containsExactly(0L, 1L, 2L, 3L);
            bring(patient, own, B, 7);
            assertThat(handedOn).as("three have overtaken 4").containsExactly(0L, 1L, 2L, 3L, 5L, 6L, 7L);
            assertThat(patient.late(A)).isEqualTo(1);
            assertThat(patient.wins(A)).isEqualTo(7);
            assertThat(patient.wins(B)).isZero();
            assertThat(patient.missing(B)).isEqualTo(4);
            assertThat(patient.lost()).isZero();
        }
    }

    @Test
    void waitsForALineThatHasBroughtNothingYet() {
        bring(A, 1, 2);
        assertThat(handedOn).isEmpty();

        bring(B, 0);
        assertThat(handedOn).containsExactly(0L, 1L, 2L);
        assertCounts(3, 1, 1, 0);
    }

    @Test
    void countsAPacketAsLostThatComesAfterItsNumberWasGivenUp() {
        bring(A, 1);
        bring(B, 1);
        assertThat(handedOn).containsExactly(1L);

        bring(A, 0, 0);
        assertThat(handedOn).containsExactly(1L);
        assertCounts(4, 1, 0, 1);
    }

    @Test
    void givesUpWhatAFullWindowWaitsFor() {
        for (long sequence = 1; sequence < WINDOW; sequence++) {
            bring(A, sequence);
        }
        assertThat(handedOn).isEmpty();
        assertThat(arbiter.waiting()).isEqualTo(WINDOW - 1);

        bring(A, WINDOW);
        assertThat(handedOn).hasSize(WINDOW).isSorted().startsWith(1L);
        assertThat(arbiter.waiting()).isZero();

        bring(B, 0);
        assertCounts(WINDOW + 1, 1, 0, 1);
    }

    @Test
    void bearsAJumpOverMoreThanAWindow() {
        bring(A, 0, 10L * WINDOW);
        bring(B, 0, 1, 10L * WINDOW);

        assertThat(handedOn).containsExactly(0L, 10L * WINDOW);
        assertThat(arbiter.gaps()).isEqualTo(10 * WINDOW - 1);
        assertThat(arbiter.lost()).as("1 came after the jump").isZero();
    }

    @Test
    void countsWhatIsMissingBeforeTheEndOfTheSession() {
        bring(A, 0);
        bring(B, 0, 1, 3);
        assertThat(handedOn).containsExactly(0L, 1L);

        arbiter.onEnd(A, 6);
        assertThat(handedOn).as("nobody brings 2 any more").containsExactly(0L, 1L, 3L);

        arbiter.onEnd(B, 6);
        assertThat(handedOn).containsExactly(0L, 1L, 3L);
        assertCounts(4, 3, 0, 0);
        assertThat(arbiter.waiting()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void handsOnInOrderWhatEitherLineDelivers(long seed) {
        int packets = 20_000;
        SplittableRandom random = new SplittableRandom(seed);
        double loss = random.nextDouble(0.3);
        TreeSet<Long> brought = new TreeSet<>();
        long[] next = new long[2];
        long arrived = 0;
        long gaps = 0;
        long recovered = 0;
        long highest = -1;
        while (next[A] < packets || next[B] < packets) {
            // No line gets so far ahead that the window is full.
            int line = next[A] - next[B] > WINDOW / 2 ? B : next[B] - next[A] > WINDOW / 2 ? A : random.nextInt(2);
            line = next[line] == packets ? 1 - line : line;
            long sequence = next[line]++;
            if (random.nextDouble() < loss) {
                continue;
            }
            arrived++;
            if (brought.add(sequence) && sequence < highest) {
                recovered++;
            }
            gaps += Math.max(0, sequence - highest - 1);
            highest = Math.max(highest, sequence);
            bring(line, sequence);
        }
        arbiter.onEnd(A, packets);
        arbiter.onEnd(B, packets);

        assertThat(handedOn).containsExactlyElementsOf(brought);
        assertThat(arbiter.waiting()).isZero();
        assertCounts(arrived, gaps + packets - 1 - highest, recovered, 0);
        assertThat(arbiter.gaps() - arbiter.recovered()).as("lost by both lines").isEqualTo(packets - brought.size());
    }

    private void bring(int line, long... sequences) {
        bring(arbiter, slots, line, sequences);
    }

    private static void bring(FeedArbiter arbiter, int[] slots, int line, long... sequences) {
        for (long sequence : sequences) {
            arbiter.buffer().putLong(arbiter.offset(slots[line]), sequence);
            slots[line] = arbiter.onPacket(line, sequence, slots[line], PACKET);
        }
    }

    private void assertCounts(long packets, long gaps, long recovered, long lost) {
        assertThat(List.of(arbiter.packets(), arbiter.gaps(), arbiter.recovered(), arbiter.lost()))
                .as("packets, gaps, recovered, lost").containsExactly(packets, gaps, recovered, lost);
        assertThat(arbiter.delivered()).isEqualTo(handedOn.size());
    }
}
