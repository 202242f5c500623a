package io.sonic.feed;

import java.util.Arrays;

/**
 * Which of the last numbers a line brought.
 */
final class LineHistory {
    private final long[] seen;
    private final int capacity;
    private final int mask;
    private long end;
    private boolean started;

    /**
     * Creates a history.
     *
     * @param capacity numbers that it goes back, a power of two of at least 64.
     */
    LineHistory(int capacity) {
        this.capacity = capacity;
        mask = capacity - 1;
        seen = new long[capacity / Long.SIZE];
    }

    void clear() {
        Arrays.fill(seen, 0);
        started = false;
    }

    /**
     * Takes note of numbers.
     *
     * @return how many of them are new.
     */
    int mark(long first, int count) {
        long behind = first + count;
        if (!started) {
            started = true;
            end = first;
        }
        if (first == end && count < capacity) {
            for (long number = first; number != behind; number++) {
                int index = (int) number & mask;
                seen[index >> 6] |= 1L << index;
            }
            end = behind;
            return count;
        }
        if (behind - end > 0) {
            forget(behind);
        }
        int fresh = 0;
        for (long number = first; number != behind; number++) {
            int index = (int) number & mask;
            long bit = 1L << index;
            if (end - number <= capacity && (seen[index >> 6] & bit) == 0) {
                seen[index >> 6] |= bit;
                fresh++;
            }
        }
        return fresh;
    }

    private void forget(long newEnd) {
        if (newEnd - end >= capacity) {
            Arrays.fill(seen, 0);
        } else {
            for (long number = end; number != newEnd; number++) {
                int index = (int) number & mask;
                seen[index >> 6] &= ~(1L << index);
            }
        }
        end = newEnd;
    }
}
