package io.sonic.buffers;

import java.lang.foreign.Arena;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Zeroed memory off the heap. It is freed by {@link #close()} or, when no view of it can be reached any more, by a
 * cleaner. Needs no native access.
 */
final class OffHeap {
    private static final int ALIGNMENT = 64; // a cache line

    private final Arena arena = Arena.ofShared();
    private final ByteBuffer bytes;
    private final Cleaner.Cleanable free;

    /**
     * Allocates memory.
     *
     * @param length bytes.
     * @throws OutOfMemoryError when there is not so much memory.
     */
    OffHeap(int length) {
        bytes = arena.allocate(length, ALIGNMENT).asByteBuffer();
        free = BufferCleaner.register(bytes, free(arena));
    }

    void wrapInto(UnsafeBuffer buffer) {
        buffer.wrap(bytes);
    }

    void close() {
        arena.close();
        free.clean();
    }

    private static Runnable free(Arena arena) {
        return () -> {
            if (arena.scope().isAlive()) {
                arena.close();
            }
        };
    }
}
