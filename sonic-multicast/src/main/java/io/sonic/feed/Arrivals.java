package io.sonic.feed;

/**
 * When the first copies of the last packets came, to tell how far the other copies are behind.
 */
final class Arrivals {
    private final long[] entries; // number, time
    private final int mask;

    Arrivals(int capacity) {
        entries = new long[2 * capacity];
        mask = capacity - 1;
        clear();
    }

    void clear() {
        for (int i = 0; i <= mask; i++) {
            entries[2 * i] = i + 1L; // no number that belongs there
        }
    }

    void first(long number, long stampNs) {
        int index = ((int) number & mask) << 1;
        entries[index] = number;
        entries[index + 1] = stampNs;
    }

    boolean knows(long number) {
        return entries[((int) number & mask) << 1] == number;
    }

    long stampNs(long number) {
        return entries[(((int) number & mask) << 1) + 1];
    }
}
