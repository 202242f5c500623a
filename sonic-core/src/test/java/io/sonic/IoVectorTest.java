package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Regions of buffers, and what the system is told of them when a part is done.
 */
final class IoVectorTest {
    private static final int[] LENGTHS = {3, 0, 1, 5, 0, 0, 2};
    private static final int TOTAL = 11;
    private static final int MSGHDR_IOV = 16;
    private static final int MSGHDR_IOV_COUNT = 24;
    private static final int IOVEC_LENGTH = 16;

    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1025})
    void refusesACapacityThatTheSystemDoesNotTake(int capacity) {
        assertThatIllegalArgumentException().isThrownBy(() -> new IoVector(capacity))
                .withMessage("a vector has 1 to 1024 regions: " + capacity);
    }

    @Test
    void tellsWhatWasAdded() {
        UnsafeBuffer other = Buffers.allocate(8);
        IoVector vector = new IoVector(3).add(buffer, 2, 10).add(other, 8, 0).add(other, 0, 8);

        assertThat(vector.count()).isEqualTo(3);
        assertThat(vector.length()).isEqualTo(18);
        assertThat(vector.buffer(0)).isSameAs(buffer);
        assertThat(vector.offset(0)).isEqualTo(2);
        assertThat(vector.length(0)).isEqualTo(10);
        assertThat(vector.buffer(1)).isSameAs(other);
        assertThat(vector.offset(1)).isEqualTo(8);
        assertThat(vector.length(1)).isZero();
        assertThat(vector.length(2)).isEqualTo(8);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.buffer(3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.offset(-1));
    }

    @Test
    void isEmptyAgainWhenItWasCleared() {
        IoVector vector = new IoVector(1).add(buffer, 0, 10);

        vector.clear();

        assertThat(vector.count()).isZero();
        assertThat(vector.length()).isZero();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.length(0));
        assertThat(vector.add(buffer, 1, 1).length()).isEqualTo(1);
    }

    @Test
    void refusesMoreRegionsThanItHasRoomFor() {
        IoVector vector = new IoVector(2).add(buffer, 0, 1).add(buffer, 1, 1);

        assertThatIllegalStateException().isThrownBy(() -> vector.add(buffer, 2, 1))
                .withMessage("the vector has room for 2 regions");
        assertThat(vector.length()).isEqualTo(2);
    }

    @Test
    void refusesWhatIsNoRegionOfABufferOffTheHeap() {
        IoVector vector = new IoVector(2);

        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.add(buffer, 60, 5))
                .withMessage("offset 60 and length 5 are outside of a buffer of 64 bytes");
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.add(buffer, -1, 5));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vector.add(buffer, 0, -5));
        assertThatIllegalArgumentException().isThrownBy(() -> vector.add(new UnsafeBuffer(new byte[8]), 0, 8))
                .withMessageStartingWith("the buffer is on the heap");
        assertThat(vector.count()).isZero();
    }

    @Test
    void refusesMoreBytesThanAnIntCounts() {
        // Nobody touches these bytes.
        UnsafeBuffer large = new UnsafeBuffer(buffer.addressOffset(), Integer.MAX_VALUE);
        IoVector vector = new IoVector(2).add(large, 0, Integer.MAX_VALUE);

        assertThatIllegalArgumentException().isThrownBy(() -> vector.add(buffer, 0, 1))
                .withMessage("the regions of a vector have at most 2147483647 bytes, not 1 more");
        assertThat(vector.count()).isEqualTo(1);
        assertThat(vector.length()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void tellsTheSystemWhatIsLeftAfterEachCutInTwo() {
        for (int first = 0; first <= TOTAL; first++) {
            for (int second = 0; second <= TOTAL - first; second++) {
                IoVector vector = vector();
                vector.rewind();
                vector.advance(first);
                assertThat(left(vector)).as("after " + first).isEqualTo(bytes(first));
                vector.advance(second);
                assertThat(left(vector)).as("after " + first + " and " + second).isEqualTo(bytes(first + second));

                vector.rewind();
                assertThat(left(vector)).as("rewound after " + first + " and " + second).isEqualTo(bytes(0));
            }
        }
    }

    @Test
    void tellsTheSystemWhatIsLeftAfterEachByte() {
        IoVector vector = vector();
        vector.rewind();
        for (int done = 0; done < TOTAL; done++) {
            assertThat(left(vector)).isEqualTo(bytes(done));
            vector.advance(1);
        }
        assertThat(left(vector)).isEmpty();
    }

    /**
     * Regions at places that are apart, the last one first.
     */
    private IoVector vector() {
        IoVector vector = new IoVector(LENGTHS.length);
        for (int i = 0; i < LENGTHS.length; i++) {
            vector.add(buffer, place(i), LENGTHS[i]);
        }
        return vector;
    }

    private static int place(int index) {
        return (LENGTHS.length - index) * 8;
    }

    /**
     * The model: the addresses of all bytes but the first ones.
     */
    private List<Long> bytes(int done) {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < LENGTHS.length; i++) {
            for (int b = 0; b < LENGTHS[i]; b++) {
                all.add(buffer.addressOffset() + place(i) + b);
            }
        }
        return all.subList(done, all.size());
    }

    /**
     * The addresses of the bytes that the kernel would transfer.
     */
    private static List<Long> left(IoVector vector) {
        UnsafeBuffer header = new UnsafeBuffer(vector.messageHeader(), 56);
        assertThat(header.getLong(MSGHDR_IOV)).isEqualTo(vector.remaining());
        assertThat(header.getLong(MSGHDR_IOV_COUNT)).isEqualTo(vector.remainingCount());
        List<Long> addresses = new ArrayList<>();
        for (int i = 0; i < vector.remainingCount(); i++) {
            UnsafeBuffer entry = new UnsafeBuffer(vector.remaining() + (long) i * IOVEC_LENGTH, IOVEC_LENGTH);
            for (long b = 0; b < entry.getLong(Long.BYTES); b++) {
                addresses.add(entry.getLong(0) + b);
            }
        }
        return addresses;
    }
}
