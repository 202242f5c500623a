package io.sonic.examples;

import java.util.Arrays;

/**
 * Counts messages and bytes, and measures what the thread spends on a message once it is warm.
 *
 * <p>Nobody knows beforehand how many messages come, and which is the last one. So there are marks, each a small share
 * of all messages behind the one before, and at the end the time, the CPU time and the allocation count from the first
 * mark that was behind the {@link WarmUp} to the last one.
 */
final class Throughput {

    private static final int MARKS = 1500;
    private static final int SHARE = 32;

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
        nextMark += 1 + messages / SHARE;
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

    /** Tells what the messages after the warm-up cost. */
    Measured measure() {
        if (messages == 0) {
            return new Measured(new ThreadMeter(), 0);
        }
        int begin = 0;
        while (!WarmUp.isOver(marks[begin].warm, marks[begin].messages, messages)) {
            begin++;
        }
        Mark end = marks[markCount - 1];
        marks[begin].cost.stopAt(end.cost);
        return new Measured(marks[begin].cost, end.messages - marks[begin].messages);
    }

    /**
     * What the counted messages cost.
     *
     * @param cost     of all of them.
     * @param messages that were counted: not those of the warm-up, nor the few behind the last mark.
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
