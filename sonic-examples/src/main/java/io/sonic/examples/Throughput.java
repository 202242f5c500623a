package io.sonic.examples;

import java.util.Arrays;

/**
 * Counts messages and bytes, and measures what the thread spends on a message once it is warm.
 *
 * <p>Nobody knows beforehand how many messages come. So there are marks, each an eighth of all messages behind the one
 * before, and at the end the time, the CPU time and the allocation count from the first mark on that was behind the
 * {@link WarmUp}.
 */
final class Throughput {

    private static final int MARKS = 368;
    private static final int MARKS_PER_DOUBLING = 8;

    private final Mark[] marks = new Mark[MARKS];
    private final WarmUp warmUp = new WarmUp();
    private long messages;
    private long bytes;
    private long nextMark = 1;
    private int markCount;

    Throughput() {
        Arrays.setAll(marks, i -> new Mark());
    }

    /** Counts one message. */
    void count(int length) {
        bytes += length;
        if (++messages == nextMark) {
            mark();
        }
    }

    private void mark() {
        nextMark += 1 + messages / MARKS_PER_DOUBLING;
        Mark mark = marks[markCount++];
        mark.messages = messages;
        mark.warm = warmUp.isWarm(messages);
        mark.cost.start();
    }

    long messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    /** Ends the measurement, on the thread that counted. */
    Measured measure() {
        for (int i = 0; i < markCount; i++) {
            Mark mark = marks[i];
            if (WarmUp.isOver(mark.warm, mark.messages, messages)) {
                mark.cost.stop();
                return new Measured(mark.cost, messages - mark.messages);
            }
        }
        return new Measured(new ThreadMeter(), 0);
    }

    /**
     * What the counted messages cost.
     *
     * @param cost     of all of them.
     * @param messages that were counted; not those of the warm-up.
     */
    record Measured(ThreadMeter cost, long messages) {
    }

    /** A moment that the measurement may turn out to have begun at. */
    private static final class Mark {

        private final ThreadMeter cost = new ThreadMeter();
        private long messages;
        private boolean warm;
    }
}
