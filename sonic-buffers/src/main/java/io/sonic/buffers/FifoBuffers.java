package io.sonic.buffers;

import io.sonic.FifoBuffer;
import java.io.IOException;

/**
 * Chooses the FIFO buffer that fits the platform.
 */
public final class FifoBuffers {
    private FifoBuffers() {
    }

    /**
     * Allocates a {@link MirroredBuffer} where the platform has them, and a {@link LinearBuffer} that does not grow
     * where it has not: on other systems than Linux, or when native access is denied.
     * {@link MirroredBuffer#isSupported()} tells which, {@link MirroredBuffer#unsupportedReason()} why.
     *
     * @param minCapacity bytes that the buffer has to hold, between 1 and 1 GiB; a mirrored buffer rounds up to pages.
     * @return a new, empty buffer.
     * @throws IllegalArgumentException when {@code minCapacity} is out of range.
     * @throws IOException              when the kernel refuses; names the call, the errno and the size.
     */
    public static FifoBuffer allocate(int minCapacity) throws IOException {
        return MirroredBuffer.isSupported()
                ? MirroredBuffer.allocate(minCapacity)
                : LinearBuffer.allocate(minCapacity);
    }
}
