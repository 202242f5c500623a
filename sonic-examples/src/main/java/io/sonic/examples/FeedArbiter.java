package io.sonic.examples;

import io.sonic.buffers.Insertion;
import io.sonic.buffers.ReorderWindow;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Makes one stream without holes out of several lines that carry the same numbered packets.
 *
 * <p>Of each packet the first copy counts, whichever line brings it. Packets are handed on in the order of their
 * numbers: one that arrives early is kept until those before it have come. A number is given up when every line is so
 * far past it that none will bring it; or when the window is full of packets that wait for it.
 *
 * <p>Each line receives into a slot of the window, so that a packet that is kept is not copied. Allocates nothing after
 * it was made.
 */
final class FeedArbiter implements AutoCloseable {

    /** Is handed the packets, each number once, in order. */
    @FunctionalInterface
    interface Application {

        /** Called for each packet; the range is valid until it returns. */
        void onPacket(DirectBuffer buffer, int offset, int length);
    }

    private static final long NONE = -1;

    private final Application application;
    private final ReorderWindow window;
    /** Numbers that were given up, to know them should they come after all. */
    private final long[] givenUp;
    /** The highest number that each line brought. */
    private final long[] lineHighest;
    private final long[] linePackets;
    private final long[] lineWins;
    private final long[] lineLate;
    private final int overtaking;
    /** The number behind the highest one that any line brought. */
    private long end;
    private long gaps;
    private long recovered;
    private long accepted;
    private long delivered;
    private long lost;

    /**
     * Creates an arbiter that expects number 0 first.
     *
     * @param lines      how many lines there are.
     * @param overtaking packets that can overtake another one on the same line at most.
     * @param capacity   packets that the window covers.
     * @param maxLength  bytes of the longest packet.
     */
    FeedArbiter(int lines, int overtaking, int capacity, int maxLength, Application application) {
        this.application = application;
        this.overtaking = overtaking;
        window = ReorderWindow.allocate(capacity, maxLength, lines, 0);
        givenUp = new long[window.capacity()];
        Arrays.fill(givenUp, NONE);
        lineHighest = new long[lines];
        Arrays.fill(lineHighest, NONE);
        linePackets = new long[lines];
        lineWins = new long[lines];
        lineLate = new long[lines];
    }

    /** Where the slots are. */
    MutableDirectBuffer buffer() {
        return window.buffer();
    }

    /** Takes the slot that a line begins with. */
    int claim() {
        return window.claim();
    }

    int offset(int slot) {
        return window.offset(slot);
    }

    int slotLength() {
        return window.slotLength();
    }

    /**
     * Takes a packet of a line.
     *
     * @param slot the line's, which the packet was received into.
     * @return the slot that the line receives its next packet into.
     */
    int onPacket(int line, long sequence, int slot, int length) {
        linePackets[line]++;
        lineLate[line] += sequence < lineHighest[line] ? 1 : 0;
        lineHighest[line] = Math.max(lineHighest[line], sequence);
        boolean fillsGap = sequence < end;
        openGap(sequence);
        end = Math.max(end, sequence + 1);
        while (sequence - window.expected() >= window.capacity()) {
            advance();
        }
        int nextSlot = slot;
        Insertion insertion = window.insert(sequence, slot, length);
        if (insertion.isKept()) {
            nextSlot = window.claim();
            accepted++;
            lineWins[line]++;
            recovered += fillsGap ? 1 : 0;
            deliver();
        } else if (insertion == Insertion.BEHIND && givenUp[index(sequence)] == sequence) {
            givenUp[index(sequence)] = NONE;
            lost++;
        }
        giveUpPassed();
        return nextSlot;
    }

    /**
     * Is told by a line that its session has ended.
     *
     * @param sequence the number behind the last one of the session.
     */
    void onEnd(int line, long sequence) {
        openGap(sequence);
        end = Math.max(end, sequence);
        // What has not come by now was not overtaken.
        lineHighest[line] = sequence + overtaking;
        giveUpPassed();
    }

    /** What is missing before a number is a gap in the merged stream, until another line fills it. */
    private void openGap(long sequence) {
        gaps += Math.max(0, sequence - end);
    }

    /** Gives up what no line will bring any more. */
    private void giveUpPassed() {
        long passed = lineHighest[0];
        for (int i = 1; i < lineHighest.length; i++) {
            passed = Math.min(passed, lineHighest[i]);
        }
        while (window.expected() < passed - overtaking) {
            advance();
        }
    }

    /** Gives up the number that is expected, and hands on those that waited for it. */
    private void advance() {
        long expected = window.expected();
        givenUp[index(expected)] = expected;
        window.skipTo(expected + 1);
        deliver();
    }

    private void deliver() {
        while (window.hasNext()) {
            delivered++;
            application.onPacket(window.buffer(), window.nextOffset(), window.nextLength());
            window.consume();
        }
    }

    private int index(long sequence) {
        return (int) sequence & givenUp.length - 1;
    }

    /** Packets that arrived, on all lines together. */
    long packets() {
        long packets = 0;
        for (long ofLine : linePackets) {
            packets += ofLine;
        }
        return packets;
    }

    /** Packets that arrived on a line. */
    long packets(int line) {
        return linePackets[line];
    }

    /** Packets that a line brought before any other line. */
    long wins(int line) {
        return lineWins[line];
    }

    /** Packets that a line brought behind one with a higher number. */
    long late(int line) {
        return lineLate[line];
    }

    /** Numbers that a line did not bring so far, of those up to the highest that any line brought. */
    long missing(int line) {
        return Math.max(0, end - linePackets[line]);
    }

    /** Numbers that had not arrived on any line when a later one did. */
    long gaps() {
        return gaps;
    }

    /** Those of the {@link #gaps()} that some line brought later, and that the application was handed. */
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

    @Override
    public void close() {
        window.close();
    }
}
