package io.sonic.examples;

/**
 * Counts messages and bytes, and measures what the thread spends on a message once it is warm.
 *
 * <p>Nobody knows beforehand how many messages come. So there is a mark at each power of two, and at the end the time,
 * the CPU time and the allocation count from the first mark on that leaves a quarter of all messages behind: a warm-up
 * of a third of what is counted, or more.
 */
final class Throughput {

    private final ThreadMeter[] marks = new ThreadMeter[Long.SIZE];
    private long messages;
    private long bytes;
    private long nextMark = 1;
    private int markCount;

    Throughput() {
        for (int i = 0; i < marks.length; i++) {
            marks[i] = new ThreadMeter();
        }
    }

    /** Counts one message. */
    void count(int length) {
        bytes += length;
        if (++messages == nextMark) {
            mark();
        }
    }

    private void mark() {
        nextMark <<= 1;
        marks[markCount++].start();
    }

    long messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    /** Ends the measurement, on the thread that counted. */
    Measured measure() {
        if (messages == 0) {
            return new Measured(new ThreadMeter(), 0);
        }
        int mark = 0;
        while (4L << mark < messages) {
            mark++;
        }
        marks[mark].stop();
        return new Measured(marks[mark], messages - (1L << mark));
    }

    /**
     * What the counted messages cost.
     *
     * @param cost     of all of them.
     * @param messages that were counted; not those of the warm-up.
     */
    record Measured(ThreadMeter cost, long messages) {
    }
}
