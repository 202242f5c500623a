package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.FifoBuffer;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LinearBufferOperationsTest {
    private final LinearBuffer fifo = LinearBuffer.allocate(16);
    private final UnsafeBuffer target = new UnsafeBuffer(new byte[16]);

    @AfterEach
    void close() {
        fifo.close();
    }

    @Test
    void copiesBytesInAndOut() {
        assertThat(fifo.write(new UnsafeBuffer("xabcdy".getBytes()), 1, 4)).isEqualTo(4);
        assertThat(fifo.writeByte((byte) 'e')).isEqualTo(1);
        assertThat(fifo.writeAscii("fg")).isEqualTo(2);

        assertThat(fifo.read(target, 2, 3)).isEqualTo(3);
        assertThat(target.getStringWithoutLengthAscii(2, 3)).isEqualTo("abc");
        assertThat(readable()).isEqualTo("defg");
        assertThat(fifo.read(target, 0, 16)).isEqualTo(4);
        assertThat(target.getStringWithoutLengthAscii(0, 4)).isEqualTo("defg");
        assertThat(fifo.read(target, 0, 16)).isZero();
    }

    @Test
    void peeksWithoutConsuming() {
        fifo.writeAscii("abc");

        assertThat(fifo.peek(target, 0, 2)).isEqualTo(2);
        assertThat(fifo.peek(target, 4, 16)).isEqualTo(3);
        assertThat(target.getStringWithoutLengthAscii(4, 3)).isEqualTo("abc");
        assertThat(readable()).isEqualTo("abc");
    }

    @Test
    void readsSingleBytesUntilItIsEmpty() {
        fifo.writeByte((byte) -1);
        fifo.writeByte((byte) 0);

        assertThat(fifo.readByte()).isEqualTo(255);
        assertThat(fifo.readByte()).isZero();
        assertThat(fifo.readByte()).isEqualTo(-1);
    }

    @Test
    void writesAllOrNothing() {
        fifo.writeAscii("0123456789abcdef");

        assertThat(fifo.writeByte((byte) 1)).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
        assertThat(fifo.writeAscii("a")).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
        fifo.consume(2);
        assertThat(fifo.write(target, 0, 3)).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
        assertThat(fifo.writeAscii("gh")).isEqualTo(2);
        assertThat(readable()).isEqualTo("23456789abcdefgh");
    }

    @Test
    void writesNothingThatIsNotInTheSource() {
        fifo.writeAscii("abc");

        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> fifo.write(target, 10, 7));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> fifo.read(target, 14, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.write(target, 0, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.read(target, 0, -1));
        assertThat(readable()).isEqualTo("abc");
    }

    @Test
    void reservesRoomThatNeedsNoMove() {
        fifo.writeAscii("0123456789");
        fifo.consume(8);

        assertThat(fifo.reserve(15)).isFalse();
        assertThat(fifo.reserve(14)).isTrue();
        assertThat(fifo.writableLength()).isEqualTo(14);
        assertThat(readable()).isEqualTo("89");
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.reserve(-1));
    }

    @Test
    void takesBackWhatWasCommitted() {
        fifo.writeAscii("abcdef");
        fifo.uncommit(2);
        assertThat(readable()).isEqualTo("abcd");
        fifo.writeAscii("xy");
        assertThat(readable()).isEqualTo("abcdxy");

        assertThatIllegalArgumentException().isThrownBy(() -> fifo.uncommit(7))
                .withMessage("cannot take back 7 bytes: 6 are readable");
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.uncommit(-1));
        fifo.uncommit(6);
        assertThat(fifo.readableLength()).isZero();
    }

    @Test
    void keepsSavedBytesWhileOthersComeAndGo() {
        fifo.writeAscii("abcdefgh");
        long first = fifo.save(3);
        fifo.consume(2);
        long second = fifo.save(1);

        assertThat(readable()).isEqualTo("gh");
        assertThat(fifo.savedLength()).isEqualTo(4);
        assertThat(fifo.claim(10)).isNotNegative();
        assertThat(fifo.claim(11)).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
        fifo.writeAscii("0123456789");
        assertThat(saved(first)).isEqualTo("abc");
        assertThat(saved(second)).isEqualTo("f");
        assertThat(readable()).isEqualTo("gh0123456789");
    }

    @ParameterizedTest
    @CsvSource({"0,1,2", "0,2,1", "1,0,2", "1,2,0", "2,0,1", "2,1,0"})
    void discardsInAnyOrder(int a, int b, int c) {
        fifo.writeAscii("aabbbcdddd");
        List<Long> slots = List.of(fifo.save(2), fifo.save(3), fifo.save(1));
        List<String> contents = List.of("aa", "bbb", "c");
        assertThat(fifo.savedLength()).isEqualTo(6);

        fifo.discard(slots.get(a));
        assertThat(fifo.claim(16 - fifo.savedLength() - 4)).isNotNegative();
        assertThat(saved(slots.get(b))).isEqualTo(contents.get(b));
        assertThat(saved(slots.get(c))).isEqualTo(contents.get(c));
        fifo.discard(slots.get(b));
        assertThat(fifo.claim(16 - fifo.savedLength() - 4)).isNotNegative();
        assertThat(saved(slots.get(c))).isEqualTo(contents.get(c));
        fifo.discard(slots.get(c));

        assertThat(fifo.savedLength()).isZero();
        assertThat(fifo.claim(12)).isEqualTo(4);
        assertThat(readable()).isEqualTo("dddd");
    }

    @Test
    void tellsADiscardedSlotFromTheOneThatTookItsPlace() {
        fifo.writeAscii("abcdef");
        long gone = fifo.save(3);
        fifo.discard(gone);
        long taken = fifo.save(2);

        assertThat(taken).isNotEqualTo(gone);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> fifo.discard(gone), () -> fifo.savedOffset(gone), () -> fifo.savedLength(gone),
                () -> fifo.discard(-1), () -> fifo.discard(1), () -> fifo.discard(Long.MAX_VALUE))) {
            assertThatIllegalArgumentException().isThrownBy(call).withMessageStartingWith("no such slot");
        }
        assertThat(saved(taken)).isEqualTo("de");
        assertThat(fifo.savedLength()).isEqualTo(2);
    }

    @Test
    void dropsSlotsAllAtOnce() {
        fifo.writeAscii("abcdefgh");
        long first = fifo.save(3);
        long second = fifo.save(3);
        fifo.discardAll();

        assertThat(fifo.savedLength()).isZero();
        assertThat(readable()).isEqualTo("gh");
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.discard(first));
        long third = fifo.save(2);
        fifo.reset();
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.discard(second));
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.discard(third));
        assertThat(fifo.claim(16)).isZero();
    }

    @Test
    void savesNothingAndEverything() {
        fifo.writeAscii("abc");
        long nothing = fifo.save(0);
        long everything = fifo.save(3);

        assertThat(saved(nothing)).isEmpty();
        assertThat(saved(everything)).isEqualTo("abc");
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.save(1))
                .withMessage("cannot save 1 bytes: 0 are readable");
        assertThatIllegalArgumentException().isThrownBy(() -> fifo.save(-1));
        assertThat(fifo.savedLength()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-1, -1", "1073741825, 1073741825", "0, 10", "11, 10", "-5, 10"})
    void refusesCapacitiesOutOfRange(int initial, int capacity) {
        assertThatIllegalArgumentException().isThrownBy(() -> LinearBuffer.allocate(initial, capacity))
                .withMessageContaining("capacity must be between 1 and");
    }

    @Test
    void refusesItsOwnOperationsAfterClose() {
        fifo.writeAscii("abc");
        long slot = fifo.save(1);
        ByteBuffer view = fifo.buffer().byteBuffer();
        fifo.close();

        List<ThrowingCallable> calls = List.of(
                () -> fifo.write(target, 0, 1), () -> fifo.writeByte((byte) 1), () -> fifo.writeAscii("a"),
                () -> fifo.read(target, 0, 1), () -> fifo.peek(target, 0, 1), fifo::readByte, () -> fifo.reserve(1),
                () -> fifo.uncommit(0), () -> fifo.save(0), () -> fifo.discard(slot), fifo::discardAll,
                fifo::savedLength, () -> fifo.savedLength(slot), () -> fifo.savedOffset(slot), () -> view.get(0));
        for (ThrowingCallable call : calls) {
            assertThatIllegalStateException().isThrownBy(call);
        }
    }

    @Test
    void behavesLikeItsModel() {
        try (LinearBuffer buffer = LinearBuffer.allocate(7, 5000)) {
            new LinearBufferModel(buffer).run(500_000);
        }
    }

    @Test
    void behavesLikeItsModelWithoutGrowth() {
        try (LinearBuffer buffer = LinearBuffer.allocate(3001)) {
            new LinearBufferModel(buffer).run(500_000);
        }
    }

    @Test
    void allocatesNothingWhileItSavesAndDiscards() {
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[16]);
        assertThat(Allocation.ofSteps(1_000_000, i -> {
            fifo.write(bytes, 0, 1 + i % 5);
            long slot = fifo.save(1);
            fifo.read(bytes, 0, 16);
            fifo.discard(slot);
        })).isZero();
    }

    private String saved(long slot) {
        return fifo.buffer().getStringWithoutLengthAscii(fifo.savedOffset(slot), fifo.savedLength(slot));
    }

    private String readable() {
        return fifo.buffer().getStringWithoutLengthAscii(fifo.readOffset(), fifo.readableLength());
    }
}
