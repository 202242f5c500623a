package io.sonic.examples;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What the calling thread spends between two moments: time, CPU time, and bytes allocated on the heap.
 *
 * <p>Allocates nothing itself, so that a thread that allocates nothing measures exactly 0.
 */
final class ThreadMeter {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long elapsedNs;
    private long cpuNs;
    private long allocatedBytes;

    /** Begins to measure; a second call begins anew. */
    void start() {
        cpuNs = -THREADS.getCurrentThreadCpuTime();
        elapsedNs = -System.nanoTime();
        allocatedBytes = -THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Ends what {@link #start()} began; on the same thread. */
    void stop() {
        allocatedBytes += THREADS.getCurrentThreadAllocatedBytes();
        elapsedNs += System.nanoTime();
        cpuNs += THREADS.getCurrentThreadCpuTime();
    }

    long elapsedNs() {
        return elapsedNs;
    }

    long cpuNs() {
        return cpuNs;
    }

    long allocatedBytes() {
        return allocatedBytes;
    }
}
