package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReorderWindowTest {
    private static final int CAPACITY = 64;

    private final ReorderWindow window = ReorderWindow.allocate(CAPACITY, 100, 2, 1);
    private int slot = window.claim();

    @AfterEach
    void close() {
        window.close();
    }

    @Test
    void startsEmpty() {
        assertThat(window.capacity()).isEqualTo(CAPACITY);
        assertThat(window.slotLength()).isEqualTo(128);
        assertThat(window.hasNext()).isFalse();
        assertState(1, 0, 0);
        assertThat(gaps()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 64", "64, 64", "65, 128", "128, 128", "4096, 4096", "4097, 8192", "1048576, 1048576"})
    void roundsCapacityUpToAPowerOfTwo(int minCapacity, int capacity) {
        try (ReorderWindow other = ReorderWindow.allocate(minCapacity, 1, 1, 0)) {
            assertThat(other.capacity()).isEqualTo(capacity);
            assertThat(other.slotLength()).isEqualTo(64);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, capacity must be between 1 and 1048576 packets: 0",
        "-1, 1, 1, capacity must be between 1 and 1048576 packets: -1",
        "1048577, 1, 1, capacity must be between 1 and 1048576 packets: 1048577",
        "1, 0, 1, a slot must have at least 1 byte: 0",
        "1, 1, 0, there must be at least 1 receiver: 0",
        "1048576, 1024, 1, the slots must have at most 1073741824 bytes (1 GiB) together: 1048577 slots of 1024 bytes",
        "1, 2147483647, 1, the slots must have at most 1073741824 bytes (1 GiB) together: 65 slots of 2147483648 bytes",
    })
    void refusesSizesOutOfRange(int capacity, int slotLength, int receivers, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReorderWindow.allocate(capacity, slotLength, receivers, 0))
                .withMessage(message);
    }

    @Test
    void takesPacketsInOrder() {
        assertThat(insert(1)).isEqualTo(Insertion.NEXT);
        assertThat(insert(2)).isEqualTo(Insertion.EARLY);
        assertState(1, 2, 2);
        assertThat(takeAll()).containsExactly(1L, 2L);
        assertState(3, 2, 2);
    }

    @Test
    void passesPacketsByThatComeInOrder() {
        assertThat(window.tryAdvance(1)).isTrue();
        assertState(2, 1, 1);
        assertThat(window.tryAdvance(1)).isFalse();
        assertThat(window.tryAdvance(3)).isFalse();
        insert(3);
        assertThat(window.tryAdvance(2)).isTrue();
        assertState(3, 3, 3);
        assertThat(window.tryAdvance(3)).as("it is there already").isFalse();
        assertThat(takeAll()).containsExactly(3L);
        assertThat(window.offset(slot)).isNotNegative();
    }

    @Test
    void tellsGapsAsTheyOpen() {
        // "Efficiently replaying packets": 1 3 5 7 arrive, then 2 4 6 are replayed.
        assertThat(insert(1)).isEqualTo(Insertion.NEXT);
        assertThat(takeAll()).containsExactly(1L);
        assertThat(insert(3)).isEqualTo(Insertion.GAP);
        assertGap(2, 2);
        assertThat(insert(5)).isEqualTo(Insertion.GAP);
        assertGap(4, 4);
        assertThat(insert(7)).isEqualTo(Insertion.GAP);
        assertGap(6, 6);
        assertState(2, 1, 7);
        assertThat(gaps()).containsExactly("2-2", "4-4", "6-6");
        assertThat(window.missingCount()).isEqualTo(3);
        assertThat(window.packetCount()).isEqualTo(3);

        assertThat(insert(2)).isEqualTo(Insertion.NEXT);
        assertState(2, 3, 7);
        assertThat(insert(4)).isEqualTo(Insertion.EARLY);
        assertState(2, 5, 7);
        assertThat(takeAll()).containsExactly(2L, 3L, 4L, 5L);
        assertThat(insert(6)).isEqualTo(Insertion.NEXT);
        assertState(6, 7, 7);
        assertThat(gaps()).isEmpty();
        assertThat(takeAll()).containsExactly(6L, 7L);
    }

    @Test
    void tellsOnlyWhatIsNewlyMissing() {
        insert(10);
        assertGap(1, 9);
        assertThat(insert(5)).isEqualTo(Insertion.EARLY);
        assertThat(insert(11)).isEqualTo(Insertion.EARLY);
        assertThat(insert(20)).isEqualTo(Insertion.GAP);
        assertGap(12, 19);
        assertThat(gaps()).containsExactly("1-4", "6-9", "12-19");
    }

    @Test
    void findsWhatIsMissingAndWhatIsPresent() {
        insert(3);
        insert(4);
        insert(7);

        assertThat(window.nextMissing(-100)).isEqualTo(1);
        assertThat(window.nextMissing(3)).isEqualTo(5);
        assertThat(window.nextMissing(7)).isEqualTo(8);
        assertThat(window.nextMissing(100)).isEqualTo(8);
        assertThat(window.nextPresent(0)).isEqualTo(3);
        assertThat(window.nextPresent(4)).isEqualTo(4);
        assertThat(window.nextPresent(5)).isEqualTo(7);
        assertThat(window.nextPresent(8)).isEqualTo(8);
    }

    @Test
    void refusesDuplicates() {
        insert(3);
        assertThat(insert(3)).isEqualTo(Insertion.DUPLICATE);
        assertThat(Insertion.DUPLICATE.isKept()).isFalse();
        insert(1);
        assertThat(insert(1)).isEqualTo(Insertion.DUPLICATE);
        takeAll();
        assertThat(insert(1)).isEqualTo(Insertion.BEHIND);
        assertThat(insert(0)).isEqualTo(Insertion.BEHIND);
        assertThat(insert(-5)).isEqualTo(Insertion.BEHIND);
        assertThat(insert(Long.MIN_VALUE + 2)).isEqualTo(Insertion.BEHIND);
        assertState(2, 1, 3);
    }

    @Test
    void refusesWhatIsTooFarAhead() {
        assertThat(insert(1 + CAPACITY)).isEqualTo(Insertion.TOO_FAR_AHEAD);
        assertThat(insert(Long.MAX_VALUE)).isEqualTo(Insertion.TOO_FAR_AHEAD);
        assertState(1, 0, 0);
        assertThat(insert(CAPACITY)).isEqualTo(Insertion.GAP);
        assertGap(1, CAPACITY - 1);
        assertState(1, 0, CAPACITY);
    }

    @Test
    void goesOnWhileOneGapStays() {
        for (int sequence = 2; sequence <= CAPACITY; sequence++) {
            assertThat(insert(sequence).isKept()).isTrue();
        }
        assertThat(insert(CAPACITY + 1)).isEqualTo(Insertion.TOO_FAR_AHEAD);
        assertThat(window.packetCount()).isEqualTo(CAPACITY - 1);
        assertThat(gaps()).containsExactly("1-1");
        assertThat(window.claim()).as("the second receiver has its slot too").isNotNegative();
    }

    @Test
    void givesAGapUp() {
        insert(3);
        insert(5);
        window.skipTo(3);
        assertState(3, 3, 5);
        assertThat(takeAll()).containsExactly(3L);
        window.skipTo(5);
        assertThat(takeAll()).containsExactly(5L);
        window.skipTo(6);
        assertState(6, 5, 5);
    }

    @Test
    void dropsWhatIsKeptBeforeWhereItSkipsTo() {
        for (int sequence : List.of(2, 3, 5, 9)) {
            insert(sequence);
        }
        window.skipTo(6);
        assertThat(window.packetCount()).isEqualTo(1);
        assertThat(gaps()).containsExactly("6-8");
        assertThat(insert(5)).isEqualTo(Insertion.BEHIND);

        window.skipTo(1_000_000_000_000L);
        assertState(1_000_000_000_000L, 999_999_999_999L, 999_999_999_999L);
        assertThat(window.packetCount()).isZero();
        allSlotsAreFree();
    }

    @Test
    void doesNotSkipBack() {
        insert(1);
        takeAll();
        assertThatIllegalArgumentException().isThrownBy(() -> window.skipTo(1))
                .withMessage("cannot skip back to 1: expected is 2");
        window.skipTo(2);
        assertState(2, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 3, 0xFFFF_FFFEL, -40})
    void startsOverAnywhereAndWraps(long first) {
        insert(4);
        window.reset(first);
        assertState(first, first - 1, first - 1);
        assertThat(window.packetCount()).isZero();
        allSlotsAreFree();

        assertThat(insert(first + 6)).isEqualTo(Insertion.GAP);
        assertGap(first, first + 5);
        assertThat(insert(first + CAPACITY)).isEqualTo(Insertion.TOO_FAR_AHEAD);
        assertThat(insert(first - 1)).isEqualTo(Insertion.BEHIND);
        for (int i = 0; i < 3 * CAPACITY; i++) {
            assertThat(insert(first + i)).isEqualTo(i == 6 ? Insertion.DUPLICATE : Insertion.NEXT);
            window.consume();
        }
        assertState(first + 3 * CAPACITY, first + 3 * CAPACITY - 1, first + 3 * CAPACITY - 1);
    }

    @Test
    void completesSequenceNumbersOfThirtyTwoBits() {
        window.reset(0x1_FFFF_FFF0L);
        assertThat(window.extend(0xFFFF_FFF5)).isEqualTo(0x1_FFFF_FFF5L);
        assertThat(window.extend(3)).isEqualTo(0x2_0000_0003L);
        assertThat(window.extend(0xFFFF_FF00)).isEqualTo(0x1_FFFF_FF00L);
    }

    @Test
    void neverCopiesAPacket() {
        int address = window.offset(slot);
        window.buffer().putStringWithoutLengthAscii(address, "early");
        assertThat(window.insert(2, slot, 5)).isEqualTo(Insertion.GAP);
        int other = window.claim();
        assertThat(other).isNotEqualTo(slot);
        window.buffer().putStringWithoutLengthAscii(window.offset(other), "next");
        window.insert(1, other, 4);

        assertThat(window.nextOffset()).isEqualTo(other * window.slotLength());
        window.consume();
        assertThat(window.nextOffset()).isEqualTo(address);
        assertThat(window.buffer().getStringWithoutLengthAscii(address, window.nextLength())).isEqualTo("early");
    }

    @Test
    void hasASlotForEachReceiverWhateverIsKept() {
        int second = window.claim();
        assertThat(second).isNotNegative().isNotEqualTo(slot);
        for (int sequence = 1; sequence <= CAPACITY; sequence++) {
            assertThat(insert(sequence).isKept()).isTrue();
        }
        assertThat(window.packetCount()).isEqualTo(CAPACITY);
        assertThat(window.claim()).isEqualTo(ReorderWindow.INSUFFICIENT_CAPACITY);
        assertThat(window.offset(second)).isEqualTo(second * 128);
        assertThat(takeAll()).hasSize(CAPACITY);
    }

    @Test
    void keepsTheSlotWithTheCallerWhenAPacketIsNotKept() {
        insert(2);
        assertThat(window.insert(2, slot, 8)).isEqualTo(Insertion.DUPLICATE);
        assertThat(window.offset(slot)).isEqualTo(slot * 128);
        assertThat(window.insert(1, slot, 8)).isEqualTo(Insertion.NEXT);
        assertThatIllegalArgumentException().isThrownBy(() -> window.offset(slot))
                .withMessage("slot " + slot + " is not claimed");
    }

    @Test
    void refusesSlotsThatAreNotClaimed() {
        int kept = slot;
        insert(2);
        for (int bad : new int[] {kept, -1, CAPACITY + 2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> window.insert(5, bad, 1))
                    .withMessage("slot " + bad + " is not claimed");
            assertThatIllegalArgumentException().isThrownBy(() -> window.release(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> window.offset(bad));
        }
        int released = slot;
        window.release(slot);
        assertThatIllegalArgumentException().isThrownBy(() -> window.release(released));
        assertThat(window.packetCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 129, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void refusesLengthsOutOfRange(int length) {
        assertThatIllegalArgumentException().isThrownBy(() -> window.insert(1, slot, length))
                .withMessage("a packet has between 0 and 128 bytes: " + length);
        assertThat(window.hasNext()).isFalse();
        assertThat(window.insert(1, slot, 128)).isEqualTo(Insertion.NEXT);
        assertThat(window.nextLength()).isEqualTo(128);
    }

    @Test
    void takesNothingThatIsMissing() {
        insert(2);

        assertThatIllegalStateException().isThrownBy(window::consume).withMessage("packet 1 is missing");
        assertThatIllegalStateException().isThrownBy(window::nextOffset);
        assertThatIllegalStateException().isThrownBy(window::nextLength);
        assertState(1, 0, 2);
    }

    @Test
    void letsTheKernelWriteIntoASlot() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink()) {
            for (int sequence : List.of(2, 1)) {
                sink.write(ByteBuffer.wrap(("packet " + sequence).getBytes()));
                int length = source.read(window.buffer().byteBuffer().slice(window.offset(slot), 100));
                assertThat(window.insert(sequence, slot, length).isKept()).isTrue();
                slot = window.claim();
            }
        }
        for (int sequence : List.of(1, 2)) {
            assertThat(window.buffer().getStringWithoutLengthAscii(window.nextOffset(), window.nextLength()))
                    .isEqualTo("packet " + sequence);
            window.consume();
        }
    }

    @Test
    void refusesEveryCallAfterClose() {
        insert(1);
        DirectBuffer buffer = window.buffer();
        window.close();
        window.close();

        List<ThrowingCallable> calls = List.of(
                window::buffer, window::capacity, window::slotLength, window::claim, () -> window.release(slot),
                () -> window.offset(slot), () -> window.insert(2, slot, 1), () -> window.tryAdvance(2),
                window::hasNext, window::nextOffset, window::nextLength, window::consume, window::expected,
                window::highestContiguous, window::highest, window::packetCount, window::missingCount,
                window::gapFirst, window::gapLast, () -> window.nextMissing(0), () -> window.nextPresent(0),
                () -> window.forEachGap((a, b) -> { }), () -> window.skipTo(9), () -> window.reset(9),
                () -> window.extend(9));
        for (ThrowingCallable call : calls) {
            assertThatIllegalStateException().isThrownBy(call).withMessage("the window is closed");
        }
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> buffer.getByte(0));
    }

    @ParameterizedTest
    @CsvSource({"64, 1", "64, -10", "128, 9223372036854775800", "256, 0", "1024, -9223372036854775808", "64, -100000"})
    void behavesLikeASortedMap(int capacity, long first) {
        try (ReorderWindow other = ReorderWindow.allocate(capacity, 16, 3, first)) {
            new ReorderWindowModel(other).run(300_000);
        }
    }

    @Test
    void allocatesNothing() {
        long[] next = {1};
        assertThat(Allocation.ofSteps(1_000_000, i -> {
            long first = next[0];
            insertInto(first + 1);
            insertInto(first + 3);
            window.forEachGap(ReorderWindowTest::ignore);
            insertInto(first);
            while (window.hasNext()) {
                window.consume();
            }
            window.skipTo(first + 4);
            next[0] = first + 4;
        })).isZero();
    }

    private void insertInto(long sequence) {
        if (window.insert(sequence, slot, 8).isKept()) {
            slot = window.claim();
        }
    }

    private static void ignore(long first, long last) {
    }

    private Insertion insert(long sequence) {
        window.buffer().putLong(window.offset(slot), sequence);
        Insertion insertion = window.insert(sequence, slot, 8);
        if (insertion.isKept()) {
            slot = window.claim();
        }
        return insertion;
    }

    private List<Long> takeAll() {
        List<Long> taken = new ArrayList<>();
        while (window.hasNext()) {
            assertThat(window.nextLength()).isEqualTo(8);
            taken.add(window.buffer().getLong(window.nextOffset()));
            window.consume();
        }
        return taken;
    }

    private List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        window.forEachGap((first, last) -> gaps.add(first + "-" + last));
        return gaps;
    }

    private void allSlotsAreFree() {
        Set<Integer> slots = new HashSet<>(List.of(slot));
        for (int claimed = window.claim(); claimed >= 0; claimed = window.claim()) {
            assertThat(slots.add(claimed)).isTrue();
        }
        assertThat(slots).hasSize(CAPACITY + 2);
        for (int claimed : slots) {
            if (claimed != slot) {
                window.release(claimed);
            }
        }
    }

    private void assertGap(long first, long last) {
        assertThat(window.gapFirst()).isEqualTo(first);
        assertThat(window.gapLast()).isEqualTo(last);
    }

    private void assertState(long expected, long highestContiguous, long highest) {
        assertThat(window.expected()).isEqualTo(expected);
        assertThat(window.highestContiguous()).isEqualTo(highestContiguous);
        assertThat(window.highest()).isEqualTo(highest);
    }
}
