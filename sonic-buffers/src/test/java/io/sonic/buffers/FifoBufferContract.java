package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.FifoBuffer;
import java.io.IOException;
import java.util.List;
import org.agrona.DirectBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every FIFO buffer has to do. Each implementation runs it.
 */
abstract class FifoBufferContract {
    static final int PAGE = new LinuxMemory().getpagesize();

    private FifoBuffer fifo;

    /**
     * Makes an empty buffer that holds exactly so many bytes.
     *
     * @param capacity bytes, a multiple of the page size.
     * @return the buffer.
     */
    abstract FifoBuffer allocate(int capacity) throws IOException;

    @AfterEach
    void close() {
        if (fifo != null) {
            fifo.close();
        }
    }

    @Test
    void startsEmpty() throws IOException {
        open(PAGE);

        assertThat(fifo.capacity()).isEqualTo(PAGE);
        assertState(0, PAGE);
    }

    @Test
    void returnsTheSameRoomUntilItIsCommitted() throws IOException {
        open(PAGE);
        int offset = fifo.claim(10);

        assertThat(offset).isEqualTo(fifo.writeOffset());
        assertThat(fifo.claim(20)).isEqualTo(offset);
        assertState(0, PAGE);
    }

    @Test
    void claimsAllThatIsFreeAndNotOneByteMore() throws IOException {
        open(PAGE);
        put("abc");

        assertThat(fifo.claim(PAGE - 3)).isEqualTo(fifo.writeOffset());
        assertThat(fifo.claim(PAGE - 2)).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
        assertThat(fifo.claim(Integer.MAX_VALUE)).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
        assertState(3, PAGE - 3);
        assertThat(readable()).isEqualTo("abc");
    }

    @Test
    void claimsNothingWhenFull() throws IOException {
        open(PAGE);
        fill(PAGE);

        assertThat(fifo.claim(1)).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
        assertThat(fifo.claim(0)).isEqualTo(fifo.writeOffset());
        assertState(PAGE, 0);
    }

    @Test
    void keepsARoomThatWasClaimedWhileBytesAreConsumed() throws IOException {
        open(PAGE);
        put("abcdef");
        int offset = fifo.claim(3);
        fifo.buffer().putStringWithoutLengthAscii(offset, "ghi");
        fifo.consume(6);
        fifo.commit(3);

        assertThat(readable()).isEqualTo("ghi");
    }

    @Test
    void isEmptyAgainWhenAllIsConsumedAtTheVeryEnd() throws IOException {
        open(PAGE);
        fill(PAGE);
        fifo.consume(PAGE);

        assertState(0, PAGE);
        assertThat(fifo.claim(PAGE)).isEqualTo(fifo.writeOffset());
    }

    @Test
    void commitsLessThanClaimed() throws IOException {
        open(PAGE);
        int offset = fifo.claim(100);
        fifo.buffer().putStringWithoutLengthAscii(offset, "abcdef");
        fifo.commit(3);

        assertThat(readable()).isEqualTo("abc");
        assertState(3, PAGE - 3);
    }

    @Test
    void takesZeroLengths() throws IOException {
        open(PAGE);
        put("abc");
        fifo.claim(0);
        fifo.commit(0);
        fifo.consume(0);

        assertThat(readable()).isEqualTo("abc");
        assertState(3, PAGE - 3);
    }

    @Test
    void keepsTheOrderOfBytes() throws IOException {
        open(PAGE);
        put("abc");
        put("def");
        fifo.consume(2);

        assertThat(readable()).isEqualTo("cdef");
        put("gh");
        assertThat(readable()).isEqualTo("cdefgh");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7})
    void readsWhatWrapsByOneByte(int pages) throws IOException {
        int capacity = pages * PAGE;
        open(capacity);
        fill(capacity - 1);
        fifo.consume(capacity - 1);
        put("ab");

        assertThat(readable()).isEqualTo("ab");
        assertState(2, capacity - 2);
        fifo.consume(1);
        assertThat(readable()).isEqualTo("b");
        fifo.consume(1);
        assertState(0, capacity);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7})
    void fillsUpFromTheLastByteOn(int pages) throws IOException {
        int capacity = pages * PAGE;
        open(capacity);
        fill(capacity - 1);
        fifo.consume(capacity - 1);
        byte[] bytes = new byte[capacity];
        for (int i = 0; i < capacity; i++) {
            bytes[i] = (byte) (i * 31);
        }
        fifo.buffer().putBytes(fifo.claim(capacity), bytes);
        fifo.commit(capacity);

        assertState(capacity, 0);
        byte[] read = new byte[capacity];
        fifo.buffer().getBytes(fifo.readOffset(), read);
        assertThat(read).isEqualTo(bytes);
    }

    @Test
    void dropsEverythingOnReset() throws IOException {
        open(PAGE);
        fill(PAGE - 1);
        fifo.consume(10);
        fifo.claim(5);
        fifo.reset();

        assertState(0, PAGE);
        put("abc");
        assertThat(readable()).isEqualTo("abc");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void refusesNegativeLengths(int length) throws IOException {
        open(PAGE);
        put("abc");

        refuses(() -> fifo.claim(length), String.valueOf(length));
        refuses(() -> fifo.commit(length), String.valueOf(length));
        refuses(() -> fifo.consume(length), String.valueOf(length));
        assertState(3, PAGE - 3);
        assertThat(readable()).isEqualTo("abc");
    }

    @Test
    void refusesToCommitMoreThanIsWritable() throws IOException {
        open(PAGE);
        put("abc");

        int writable = fifo.writableLength();

        refuses(() -> fifo.commit(writable + 1),
                "cannot commit " + (writable + 1) + " bytes: " + writable + " are writable");
        refuses(() -> fifo.commit(Integer.MAX_VALUE), "2147483647");
        assertState(3, PAGE - 3);
    }

    @Test
    void refusesToConsumeMoreThanIsReadable() throws IOException {
        open(PAGE);
        put("abc");

        refuses(() -> fifo.consume(4), "cannot consume 4 bytes: 3 are readable");
        refuses(() -> fifo.consume(Integer.MAX_VALUE), "2147483647");
        assertThat(readable()).isEqualTo("abc");
    }

    @Test
    void refusesEveryCallAfterClose() throws IOException {
        open(PAGE);
        put("abc");
        DirectBuffer buffer = fifo.buffer();
        fifo.close();

        List<ThrowingCallable> calls = List.of(
                fifo::buffer, fifo::capacity, fifo::readOffset, fifo::readableLength, fifo::writeOffset,
                fifo::writableLength, fifo::reset, () -> fifo.claim(1), () -> fifo.commit(0), () -> fifo.consume(0),
                () -> fifo.claim(-1));
        for (ThrowingCallable call : calls) {
            assertThatIllegalStateException().isThrownBy(call).withMessage("the buffer is closed");
        }
        assertThat(buffer.capacity()).isZero();
        assertOutOfBounds(() -> buffer.getByte(0));
        assertOutOfBounds(() -> buffer.getLong(PAGE));
    }

    @Test
    void closesTwice() throws IOException {
        open(PAGE);
        fifo.close();
        fifo.close();

        assertThatIllegalStateException().isThrownBy(fifo::reset);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7})
    void behavesLikeAQueueOfBytes(int pages) throws IOException {
        open(pages * PAGE);
        new FifoBufferModel(fifo, pages * PAGE).run(200_000);
    }

    @Test
    void allocatesNothing() throws IOException {
        open(3 * PAGE);

        assertThat(Allocation.ofSteps(1_000_000, this::step)).isZero();
    }

    private void step(int i) {
        int length = 1 + i % 1000;
        int offset = fifo.claim(length);
        fifo.buffer().putByte(offset, (byte) i);
        fifo.commit(length);
        if (fifo.readableLength() > 2000) {
            fifo.consume(fifo.readableLength() - 1);
        }
    }

    private void open(int capacity) throws IOException {
        fifo = allocate(capacity);
    }

    private void fill(int length) {
        fifo.claim(length);
        fifo.commit(length);
    }

    private void put(String ascii) {
        int offset = fifo.claim(ascii.length());
        assertThat(offset).isNotNegative();
        fifo.buffer().putStringWithoutLengthAscii(offset, ascii);
        fifo.commit(ascii.length());
    }

    private String readable() {
        return fifo.buffer().getStringWithoutLengthAscii(fifo.readOffset(), fifo.readableLength());
    }

    private void assertState(int readable, int free) {
        assertThat(fifo.readableLength()).isEqualTo(readable);
        assertThat(fifo.claim(free)).isEqualTo(fifo.writeOffset());
        assertThat(fifo.writableLength()).isEqualTo(free);
        assertThat(fifo.claim(free + 1)).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
    }

    private static void refuses(ThrowingCallable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message);
    }

    private static void assertOutOfBounds(ThrowingCallable call) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(call);
    }
}
