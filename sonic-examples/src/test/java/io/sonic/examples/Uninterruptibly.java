package io.sonic.examples;

import java.util.concurrent.TimeUnit;

/** Waits for threads of tests, where an interrupt means that the test has timed out. */
final class Uninterruptibly {

    private Uninterruptibly() {
    }

    /** Waits for the end of a thread; returns whether it has ended. */
    static boolean join(Thread thread, long timeoutSeconds) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(timeoutSeconds));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
