package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class OffHeapTest {
    private static final int LENGTH = 64 << 20; // more than malloc takes from memory that it keeps

    @Test
    void isFreedByClose() {
        OffHeap memory = new OffHeap(LENGTH);
        UnsafeBuffer view = new UnsafeBuffer(0, 0);
        memory.wrapInto(view);
        assertThat(ProcessMemory.isMapped(view.addressOffset())).isTrue();
        memory.close();

        assertThat(ProcessMemory.isMapped(view.addressOffset())).isFalse();
    }

    @Test
    void isFreedWhenItIsDropped() {
        awaitFree(wrapped().addressOffset());
    }

    @Test
    void staysWhileAViewIsInUse() {
        DirectBuffer view = new UnsafeBuffer(wrapped(), LENGTH - 8, 8);
        awaitFree(wrapped().addressOffset());

        assertThat(view.getLong(0)).isZero();
        assertThat(ProcessMemory.isMapped(view.addressOffset())).isTrue();
    }

    @Test
    void isFreedWhenALinearBufferGrows() {
        try (LinearBuffer fifo = LinearBuffer.allocate(LENGTH, 2 * LENGTH)) {
            long address = fifo.buffer().addressOffset();
            assertThat(fifo.claim(2 * LENGTH)).isZero();

            assertThat(ProcessMemory.isMapped(address)).isFalse();
            assertThat(ProcessMemory.isMapped(fifo.buffer().addressOffset())).isTrue();
        }
    }

    private static UnsafeBuffer wrapped() {
        UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        new OffHeap(LENGTH).wrapInto(buffer);
        return buffer;
    }

    private static void awaitFree(long address) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (ProcessMemory.isMapped(address)) {
            assertThat(System.nanoTime()).as("not freed").isLessThan(deadline);
            System.gc();
        }
    }
}
