package io.sonic;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Counts the bytes that the calling thread allocates on the heap.
 */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final long LIMIT_NS = 10_000_000_000L;

    private Allocation() {
    }

    /**
     * Repeats steps until a whole run of them allocates nothing: the JVM compiles late on a busy machine, and takes
     * back what it compiled when it learns more. What allocates for ever, however little, does so in every run.
     *
     * @param steps of one run.
     * @return bytes allocated in the last run.
     */
    static long ofSteps(int steps, Runnable step) {
        long start = System.nanoTime();
        long bytes;
        do {
            bytes = ofRun(steps, step);
        } while (bytes > 0 && System.nanoTime() - start < LIMIT_NS);
        return bytes;
    }

    private static long ofRun(int steps, Runnable step) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run(steps, step);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static void run(int steps, Runnable step) {
        for (int i = 0; i < steps; i++) {
            step.run();
        }
    }
}
