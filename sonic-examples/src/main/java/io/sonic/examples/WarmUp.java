package io.sonic.examples;

/**
 * Tells when what a thread spends may be measured: when the JIT compiler is through with what it runs.
 *
 * <p>Until then each native call allocates an object, which optimized code does without. So a thread counts as warm
 * when it has allocated nothing over a window of {@value #WINDOW_MESSAGES} messages, or of half a second in which there
 * were {@value #LEAST_WINDOW_MESSAGES}. The decision looks at the past only, never at what is measured.
 */
final class WarmUp {

    private static final int WINDOW_MESSAGES = 10_000;
    private static final int LEAST_WINDOW_MESSAGES = 1000;
    private static final long WINDOW_NS = 500_000_000;

    private final ThreadMeter window = new ThreadMeter();
    private long messagesBefore;
    private boolean warm;

    /** Begins the first window, on the thread that is to get warm. */
    WarmUp() {
        window.start();
    }

    /**
     * Ends the window if it is long enough, and begins the next one. To be called every now and then, on the thread.
     *
     * @param messages so far.
     * @return whether the thread allocated nothing in the last window that ended.
     */
    boolean isWarm(long messages) {
        window.stop();
        long inWindow = messages - messagesBefore;
        if (inWindow >= WINDOW_MESSAGES || inWindow >= LEAST_WINDOW_MESSAGES && window.elapsedNs() >= WINDOW_NS) {
            warm = window.allocatedBytes() == 0;
            messagesBefore = messages;
            window.start();
        }
        return warm;
    }

    /**
     * Tells whether the part of a run that is measured may begin: after a third when the thread is warm, and after two
     * thirds in any case.
     *
     * @param done  so far, in messages or nanoseconds.
     * @param total of the whole run, in the same unit.
     */
    static boolean isOver(boolean warm, long done, long total) {
        return done >= total - total / 3 || warm && done >= Math.ceilDiv(total, 3);
    }
}
