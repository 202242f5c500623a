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

    private long startNs;
    private long startCpuNs;
    private long startBytes;
    private long elapsedNs;
    private long cpuNs;
    private long allocatedBytes;

    /** Begins to measure; a second call begins anew. */
    void start() {
        startCpuNs = THREADS.getCurrentThreadCpuTime();
        startNs = System.nanoTime();
        startBytes = THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Ends what {@link #start()} began, on the same thread; a second call makes it longer. */
    void stop() {
        allocatedBytes = THREADS.getCurrentThreadAllocatedBytes() - startBytes;
        elapsedNs = System.nanoTime() - startNs;
        cpuNs = THREADS.getCurrentThreadCpuTime() - startCpuNs;
    }

    /** Ends what {@link #start()} began, at the moment at which a later one began. */
    void stopAt(ThreadMeter later) {
        allocatedBytes = later.startBytes - startBytes;
        elapsedNs = later.startNs - startNs;
        cpuNs = later.startCpuNs - startCpuNs;
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
