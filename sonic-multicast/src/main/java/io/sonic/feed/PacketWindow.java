package io.sonic.feed;

import java.util.Arrays;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Packets that came early, where they were received. Unlike in a {@link io.sonic.buffers.ReorderWindow}, a packet may
 * carry several numbers, and two packets may overlap, as those of a re-request server do: a slot is free when the last
 * of the numbers that it is kept for is gone.
 */
final class PacketWindow {
    static final int NONE = -1;
    private static final int SLOT_ALIGNMENT = 64;

    private final UnsafeBuffer buffer;
    private final int slotLength;
    private final int mask;
    private final int[] slotOf; // by number
    private final int[] references; // by slot
    private final int[] lengths;
    private final int[] counts;
    private final int[] lines;
    private final long[] firsts;
    private final long[] stamps;
    private final int[] free;
    private int freeCount;

    PacketWindow(int capacity, int slots, int minSlotLength) {
        slotLength = minSlotLength + SLOT_ALIGNMENT - 1 & -SLOT_ALIGNMENT;
        buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(slots * slotLength, SLOT_ALIGNMENT));
        mask = capacity - 1;
        slotOf = new int[capacity];
        Arrays.fill(slotOf, NONE);
        references = new int[slots];
        lengths = new int[slots];
        counts = new int[slots];
        lines = new int[slots];
        firsts = new long[slots];
        stamps = new long[slots];
        free = new int[slots];
        for (int slot = slots - 1; slot >= 0; slot--) {
            free[freeCount++] = slot;
        }
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    int slotLength() {
        return slotLength;
    }

    int offset(int slot) {
        return slot * slotLength;
    }

    int claim() {
        return freeCount == 0 ? NONE : free[--freeCount];
    }

    void release(int slot) {
        free[freeCount++] = slot;
    }

    /**
     * Keeps a slot for those numbers of a packet that are not kept yet.
     *
     * @param from the first number that is still of interest.
     * @return how many they are; with 0 the slot stays the caller's.
     */
    int keep(long first, int count, long from, int slot, int length, int line, long stamp) {
        int kept = 0;
        for (long number = from - first > 0 ? from : first; number - first < count; number++) {
            int index = (int) number & mask;
            if (slotOf[index] == NONE) {
                slotOf[index] = slot;
                kept++;
            }
        }
        if (kept > 0) {
            references[slot] = kept;
            firsts[slot] = first;
            counts[slot] = count;
            lengths[slot] = length;
            lines[slot] = line;
            stamps[slot] = stamp;
        }
        return kept;
    }

    /**
     * The slot that is kept for a number.
     */
    int slotAt(long number) {
        return slotOf[(int) number & mask];
    }

    /**
     * Forgets a number, but not yet the slot that was kept for it.
     */
    void unlink(long number) {
        slotOf[(int) number & mask] = NONE;
    }

    void dereference(int slot) {
        if (--references[slot] == 0) {
            release(slot);
        }
    }

    void drop(long number) {
        int slot = slotAt(number);
        if (slot != NONE) {
            unlink(number);
            dereference(slot);
        }
    }

    long first(int slot) {
        return firsts[slot];
    }

    int count(int slot) {
        return counts[slot];
    }

    int length(int slot) {
        return lengths[slot];
    }

    int line(int slot) {
        return lines[slot];
    }

    long stamp(int slot) {
        return stamps[slot];
    }

    /**
     * Finds the first number that is kept, or {@code end} when none is.
     */
    long nextPresent(long from, long end) {
        long number = from;
        while (end - number > 0 && slotAt(number) == NONE) {
            number++;
        }
        return number;
    }

    /**
     * Finds the first number that is not kept, or {@code end} when all are.
     */
    long nextMissing(long from, long end) {
        long number = from;
        while (end - number > 0 && slotAt(number) != NONE) {
            number++;
        }
        return number;
    }
}
