package io.sonic.examples;

/**
 * Tells from sequence numbers how many datagrams were lost, also when they arrive late, twice, or out of order.
 *
 * <p>Remembers the last {@value #WINDOW} numbers; what comes later than that counts as lost.
 */
final class SequenceCounter {

    private static final int WINDOW = 64 * 1024;

    private final long[] seen = new long[WINDOW / Long.SIZE];
    private long first = -1;
    private long last = -1;
    private long different;

    /** Takes note of a number that arrived. */
    void arrived(long sequence) {
        if (first < 0) {
            first = sequence;
            last = sequence - 1;
        }
        if (sequence > last) {
            forget(sequence);
            last = sequence;
        } else if (sequence < first || sequence <= last - WINDOW || isSeen(sequence)) {
            return;
        }
        seen[word(sequence)] |= 1L << sequence;
        different++;
    }

    /** The numbers between the first and the last that never arrived. */
    long lost() {
        return first < 0 ? 0 : last - first + 1 - different;
    }

    /** Clears what the ring still holds of numbers a window ago, up to the one that arrived. */
    private void forget(long sequence) {
        long begin = Math.max(last + 1, sequence - WINDOW + 1);
        for (long s = begin; s <= sequence; s++) {
            seen[word(s)] &= ~(1L << s);
        }
    }

    private boolean isSeen(long sequence) {
        return (seen[word(sequence)] & 1L << sequence) != 0;
    }

    private static int word(long sequence) {
        return (int) (sequence % WINDOW) / Long.SIZE;
    }
}
