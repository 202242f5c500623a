package io.sonic.examples;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes one stream without holes out of several lines that carry the same numbered packets.
 *
 * <p>Of each packet the first copy counts, whichever line brings it. Packets are handed on in the order of their
 * numbers: one that arrives early is kept until those before it have come. A number is given up when every line is past
 * it, for then none will bring it; or when {@code window} packets wait for it.
 *
 * <p>Allocates nothing after it was made.
 */
final class FeedArbiter {

    /** Is handed the packets, each number once, in order. */
    @FunctionalInterface
    interface Application {

        /** Called for each packet; the range is valid until it returns. */
        void onPacket(DirectBuffer buffer, int offset, int length);
    }

    private static final long EMPTY = -1;

    private final Application application;
    private final int window;
    private final int maxLength;
    private final UnsafeBuffer kept;
    private final long[] keptSequence;
    private final int[] keptLength;
    /** Numbers that were given up, to know them should they come after all. */
    private final long[] givenUp;
    /** For each line the number behind the last one that it brought. */
    private final long[] lineNext;
    /** The number that the application gets next. */
    private long next;
    /** The number behind the highest one that any line brought. */
    private long end;
    private long packets;
    private long gaps;
    private long recovered;
    private long accepted;
    private long delivered;
    private long lost;

    /**
     * Creates an arbiter that expects number 0 first.
     *
     * @param lines     how many lines there are.
     * @param window    packets to keep at most, a power of two.
     * @param maxLength bytes of the longest packet.
     */
    FeedArbiter(int lines, int window, int maxLength, Application application) {
        if (Integer.bitCount(window) != 1) {
            throw new IllegalArgumentException("the window must be a power of two: " + window);
        }
        this.application = application;
        this.window = window;
        this.maxLength = maxLength;
        kept = Memory.allocate(window * maxLength);
        keptSequence = new long[window];
        keptLength = new int[window];
        givenUp = new long[window];
        lineNext = new long[lines];
        Arrays.fill(keptSequence, EMPTY);
        Arrays.fill(givenUp, EMPTY);
    }

    /** Takes a packet of a line. */
    void onPacket(int line, long sequence, DirectBuffer buffer, int offset, int length) {
        packets++;
        lineNext[line] = Math.max(lineNext[line], sequence + 1);
        if (sequence >= end) {
            // What is missing before it is a hole in the merged stream, until another line fills it.
            gaps += sequence - end;
            end = sequence + 1;
            accept(sequence, buffer, offset, length);
        } else if (sequence >= next && keptSequence[slot(sequence)] != sequence) {
            recovered++;
            accept(sequence, buffer, offset, length);
        } else if (sequence < next && givenUp[slot(sequence)] == sequence) {
            givenUp[slot(sequence)] = EMPTY;
            lost++;
        }
        giveUpPassed();
    }

    /**
     * Is told by a line that its session has ended.
     *
     * @param sequence the number behind the last one of the session.
     */
    void onEnd(int line, long sequence) {
        lineNext[line] = Math.max(lineNext[line], sequence);
        if (sequence > end) {
            gaps += sequence - end;
            end = sequence;
        }
        giveUpPassed();
    }

    private void accept(long sequence, DirectBuffer buffer, int offset, int length) {
        accepted++;
        while (sequence - next >= window) {
            advance();
        }
        if (sequence == next) {
            next++;
            deliver(buffer, offset, length);
            deliverKept();
        } else {
            int slot = slot(sequence);
            kept.putBytes(slot * maxLength, buffer, offset, length);
            keptSequence[slot] = sequence;
            keptLength[slot] = length;
        }
    }

    /** Gives up what no line will bring any more. */
    private void giveUpPassed() {
        long passed = lineNext[0];
        for (int i = 1; i < lineNext.length; i++) {
            passed = Math.min(passed, lineNext[i]);
        }
        while (next < passed) {
            advance();
        }
    }

    /** Goes one number on: hands it on when it is there, otherwise gives it up. */
    private void advance() {
        if (keptSequence[slot(next)] != next) {
            givenUp[slot(next)] = next;
            next++;
        }
        deliverKept();
    }

    private void deliverKept() {
        int slot = slot(next);
        while (keptSequence[slot] == next) {
            keptSequence[slot] = EMPTY;
            next++;
            deliver(kept, slot * maxLength, keptLength[slot]);
            slot = slot(next);
        }
    }

    private void deliver(DirectBuffer buffer, int offset, int length) {
        delivered++;
        application.onPacket(buffer, offset, length);
    }

    private int slot(long sequence) {
        return (int) sequence & window - 1;
    }

    /** Packets that arrived, on all lines together. */
    long packets() {
        return packets;
    }

    /** Numbers that had not arrived on any line when a later one did. */
    long gaps() {
        return gaps;
    }

    /** Those of the {@link #gaps()} that another line brought later. */
    long recovered() {
        return recovered;
    }

    /** Packets that the application was handed. */
    long delivered() {
        return delivered;
    }

    /** Packets that wait for one with a lower number. */
    long waiting() {
        return accepted - delivered;
    }

    /** Packets that arrived, and that the application was not handed, because their number had been given up. */
    long lost() {
        return lost;
    }
}
