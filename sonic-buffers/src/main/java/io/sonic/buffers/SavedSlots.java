package io.sonic.buffers;

import java.util.Arrays;

/**
 * Where the slots of a linear buffer are, in the order in which they were saved, which is the order of their offsets.
 * A slot is known to users by a number that holds an index and how often that index was used before, so that a slot
 * that was discarded is told from the one that took its place.
 */
final class SavedSlots {
    static final int NONE = -1;
    private static final int INITIAL_COUNT = 16;

    private int[] offsets = new int[INITIAL_COUNT];
    private int[] lengths = new int[INITIAL_COUNT];
    private int[] uses = new int[INITIAL_COUNT];
    private int[] previous = new int[INITIAL_COUNT];
    private int[] next = new int[INITIAL_COUNT]; // of a free index: the next free one
    private int first = NONE;
    private int last = NONE;
    private int free;

    SavedSlots() {
        linkFree(0);
    }

    long add(int offset, int length) {
        if (free == NONE) {
            grow();
        }
        int index = free;
        free = next[index];
        offsets[index] = offset;
        lengths[index] = length;
        previous[index] = last;
        next[index] = NONE;
        if (last == NONE) {
            first = index;
        } else {
            next[last] = index;
        }
        last = index;
        return (long) uses[index] << 32 | index;
    }

    void remove(int index) {
        if (previous[index] == NONE) {
            first = next[index];
        } else {
            next[previous[index]] = next[index];
        }
        if (next[index] == NONE) {
            last = previous[index];
        } else {
            previous[next[index]] = previous[index];
        }
        lengths[index] = NONE;
        uses[index] = uses[index] + 1 & Integer.MAX_VALUE;
        next[index] = free;
        free = index;
    }

    void clear() {
        while (first != NONE) {
            remove(first);
        }
    }

    /**
     * Finds a slot.
     *
     * @param slot number that {@link #add} returned.
     * @return its index.
     * @throws IllegalArgumentException when it was discarded or never was.
     */
    int indexOf(long slot) {
        int index = (int) slot;
        if (index < 0 || index >= offsets.length || lengths[index] == NONE || uses[index] != (int) (slot >>> 32)) {
            throw new IllegalArgumentException("no such slot, or it was discarded: " + slot);
        }
        return index;
    }

    int first() {
        return first;
    }

    int next(int index) {
        return next[index];
    }

    int offset(int index) {
        return offsets[index];
    }

    void offset(int index, int offset) {
        offsets[index] = offset;
    }

    int length(int index) {
        return lengths[index];
    }

    private void grow() {
        int count = offsets.length;
        offsets = Arrays.copyOf(offsets, 2 * count);
        lengths = Arrays.copyOf(lengths, 2 * count);
        uses = Arrays.copyOf(uses, 2 * count);
        previous = Arrays.copyOf(previous, 2 * count);
        next = Arrays.copyOf(next, 2 * count);
        linkFree(count);
    }

    private void linkFree(int from) {
        for (int index = from; index < next.length; index++) {
            lengths[index] = NONE;
            next[index] = index + 1 < next.length ? index + 1 : NONE;
        }
        free = from;
    }
}
