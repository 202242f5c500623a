package io.sonic.examples;

import io.sonic.CpuAffinity;
import java.io.IOException;

/** Keeps a thread on one processor for a while, so that its caches stay warm and nobody moves it. */
final class Pin implements AutoCloseable {

    private final int[] before;

    private Pin(int[] before) {
        this.before = before;
    }

    /**
     * Pins the current thread.
     *
     * @param cpu counted from 0, or null to leave the thread as it is.
     * @throws IOException when there is no such processor, or the process may not use it.
     */
    static Pin currentThreadTo(Integer cpu) throws IOException {
        if (cpu == null) {
            return new Pin(null);
        }
        try {
            int[] before = CpuAffinity.currentThread().stream().toArray();
            CpuAffinity.pinCurrentThread(cpu);
            return new Pin(before);
        } catch (LinkageError elsewhere) {
            throw new CommandFailure("--pin needs Linux, and this is " + System.getProperty("os.name"));
        }
    }

    /** Lets the thread run where it ran before. */
    @Override
    public void close() throws IOException {
        if (before != null) {
            CpuAffinity.pinCurrentThread(before);
        }
    }
}
