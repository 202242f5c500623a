package io.sonic.buffers;

import java.lang.ref.Cleaner;

/**
 * Frees the memory of buffers that were dropped without being closed.
 */
final class BufferCleaner {
    private static final Cleaner CLEANER = Cleaner.create(BufferCleaner::thread);

    private BufferCleaner() {
    }

    static Cleaner.Cleanable register(Object owner, Runnable action) {
        return CLEANER.register(owner, action);
    }

    private static Thread thread(Runnable runnable) {
        Thread thread = new Thread(runnable, "sonic-buffer-cleaner");
        thread.setDaemon(true);
        return thread;
    }
}
