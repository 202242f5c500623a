package io.sonic.buffers;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;

/**
 * Counts the bytes that a piece of code allocates on the heap.
 */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {
    }

    /**
     * Runs steps to warm up, then counts over as many steps.
     *
     * @param steps how many steps.
     * @param step  takes the number of the step.
     * @return bytes allocated by this thread in the counted steps.
     */
    static long ofSteps(int steps, IntConsumer step) {
        run(steps, step);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run(steps, step);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static void run(int steps, IntConsumer step) {
        for (int i = 0; i < steps; i++) {
            step.accept(i);
        }
    }
}
