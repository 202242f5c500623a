package io.sonic.examples;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When each of the last messages was sent: what a message that is sent as it was recorded cannot carry itself. One
 * thread writes, another one reads.
 */
final class SendTimes {

    /** More messages than the exchange is ever ahead of its client. */
    private static final int CAPACITY = 1 << 18;

    private final AtomicLongArray times = new AtomicLongArray(CAPACITY);

    void put(long number, long timeNs) {
        times.setRelease((int) number & CAPACITY - 1, timeNs);
    }

    long get(long number) {
        return times.getAcquire((int) number & CAPACITY - 1);
    }
}
