package io.sonic.examples;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * On which lines each of the last packets was really sent: what the demo's client is held against. The exchange writes
 * it, the client reads it.
 */
final class SentPackets {

    /** Packets that are remembered: far more than are ever under way. */
    static final int CAPACITY = 1 << 18;

    private final AtomicIntegerArray lines = new AtomicIntegerArray(CAPACITY);

    /** Takes note of a new packet, which no line has sent yet. */
    void begin(long sequence) {
        lines.setRelease(index(sequence), 0);
    }

    /** Takes note that the system has taken a line's copy. */
    void sent(int line, long sequence) {
        int index = index(sequence);
        // One thread writes it.
        lines.setRelease(index, lines.getPlain(index) | 1 << line);
    }

    /** The lines that sent a packet, one bit each. */
    int lines(long sequence) {
        return lines.getAcquire(index(sequence));
    }

    static int index(long sequence) {
        return (int) sequence & CAPACITY - 1;
    }
}
