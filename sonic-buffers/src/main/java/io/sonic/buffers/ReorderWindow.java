package io.sonic.buffers;

import io.sonic.FifoBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Puts packets that arrive out of order back into order, without a copy. The window covers the sequence numbers from
 * the {@link #expected()} one on, as many as its capacity.
 *
 * <p>The memory is divided into slots. A receiver claims one, receives a packet into it, and offers it to the window
 * under its sequence number. A packet that the window keeps takes the slot with it, and the receiver claims another
 * for the next packet. Otherwise the receiver keeps the slot and receives into it again:
 * <pre>{@code
 *     if (window.insert(sequence, slot, length).isKept()) {
 *         slot = window.claim();
 *     }
 *     while (window.hasNext()) {
 *         handler.onPacket(window.buffer(), window.nextOffset(), window.nextLength());
 *         window.consume();
 *     }
 * }</pre>
 *
 * <p><b>Gaps</b> are told as they open, by {@link Insertion#GAP}, so that each is asked for once and at once.
 * {@link #highestContiguous()} is the last number before the first gap, {@link #highest()} the last one received;
 * nothing is missing when they are equal. {@link #forEachGap(GapHandler)} lists what is missing now. A gap that nobody
 * fills stops the packets behind it, not the window: it goes on to keep what arrives until its capacity is reached,
 * and {@link #skipTo(long)} gives the gap up.
 *
 * <p><b>Sequence numbers</b> are any 64 bits and wrap: after the largest comes the smallest. Before and after are told
 * by the sign of the difference.
 *
 * <p><b>Cost</b>: insertion and consumption take a few instructions, wherever the packet belongs. The search for gaps
 * looks at 64 numbers at a time.
 *
 * <p><b>Threading</b>: one thread at a time. It may be another thread than the one that allocated the window.
 *
 * <p><b>Lifetime</b>: {@link #close()} frees the memory. The buffer that {@link #buffer()} returned is then wrapped
 * around nothing, and each access through it throws {@link IndexOutOfBoundsException}. Another buffer that was wrapped
 * around it cannot know: do not use it after close. A window that is dropped without being closed is freed by a
 * cleaner, after all views of it are dropped too.
 *
 * <p><b>Allocation</b>: none after the window was made.
 */
public final class ReorderWindow implements AutoCloseable {
    /**
     * What {@link #claim()} returns when there is no free slot.
     */
    public static final int INSUFFICIENT_CAPACITY = FifoBuffer.INSUFFICIENT_CAPACITY;

    /**
     * The most packets that a window can cover.
     */
    public static final int MAX_CAPACITY = 1 << 20;

    /**
     * The most bytes that all slots may have together: 1 GiB.
     */
    public static final int MAX_MEMORY = 1 << 30;

    private static final int MIN_CAPACITY = Long.SIZE; // whole words of the bitmap, so that a scan can wrap
    private static final int SLOT_ALIGNMENT = 64; // a cache line

    private final OffHeap memory;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final int slotLength;
    private final boolean[] claimed; // by slot
    private final int[] free; // the slots that are free, as a stack
    private final int capacity;
    private final int mask;
    private final long[] present; // one bit for each sequence number that the window covers
    private final long[] packets; // by sequence number: the slot, and above it the length
    private int freeCount;
    private int count;
    private long expected;
    private long highest; // at least expected - 1
    private long gapFirst;
    private long gapLast;
    private boolean closed;

    private ReorderWindow(int capacity, int slotLength, int slotCount, long expected) {
        this.capacity = capacity;
        this.slotLength = slotLength;
        mask = capacity - 1;
        present = new long[capacity / Long.SIZE];
        packets = new long[capacity];
        claimed = new boolean[slotCount];
        free = new int[slotCount];
        for (int slot = slotCount - 1; slot >= 0; slot--) {
            free[freeCount++] = slot;
        }
        memory = new OffHeap(slotCount * slotLength);
        memory.wrapInto(buffer);
        expect(expected);
    }

    /**
     * Allocates a window.
     *
     * @param minCapacity   packets that the window has to cover, between 1 and {@link #MAX_CAPACITY}; rounded up to a
     *                      power of two of at least 64, see {@link #capacity()}.
     * @param minSlotLength bytes of the longest packet, at least 1; rounded up to a multiple of 64, see
     *                      {@link #slotLength()}.
     * @param receivers     slots that may be claimed at a time however many packets are kept, at least 1: one for each
     *                      read that can be in flight.
     * @param expected      sequence number of the first packet.
     * @return a new, empty window.
     * @throws IllegalArgumentException when one of them is out of range, or all slots together exceed
     *                                  {@link #MAX_MEMORY}.
     * @throws OutOfMemoryError         when there is not so much memory.
     */
    public static ReorderWindow allocate(int minCapacity, int minSlotLength, int receivers, long expected) {
        if (minCapacity < 1 || minCapacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity must be between 1 and " + MAX_CAPACITY + " packets: " + minCapacity);
        }
        if (receivers < 1) {
            throw new IllegalArgumentException("there must be at least 1 receiver: " + receivers);
        }
        if (minSlotLength < 1) {
            throw new IllegalArgumentException("a slot must have at least 1 byte: " + minSlotLength);
        }
        int capacity = Math.max(MIN_CAPACITY, Integer.highestOneBit(2 * minCapacity - 1));
        long slotLength = (long) minSlotLength + SLOT_ALIGNMENT - 1 & -SLOT_ALIGNMENT;
        long slotCount = (long) capacity + receivers;
        if (slotCount > MAX_MEMORY / slotLength) {
            throw new IllegalArgumentException("the slots must have at most " + MAX_MEMORY + " bytes (1 GiB) together: "
                    + slotCount + " slots of " + slotLength + " bytes");
        }
        return new ReorderWindow(capacity, (int) slotLength, (int) slotCount, expected);
    }

    /**
     * The memory that all offsets are in.
     *
     * @return the same buffer each time; owned by the window.
     */
    public MutableDirectBuffer buffer() {
        ensureOpen();
        return buffer;
    }

    /**
     * How many sequence numbers the window covers, from the expected one on.
     *
     * @return capacity in packets, a power of two.
     */
    public int capacity() {
        ensureOpen();
        return capacity;
    }

    /**
     * How many bytes a packet can have.
     *
     * @return length of a slot in bytes.
     */
    public int slotLength() {
        ensureOpen();
        return slotLength;
    }

    /**
     * Takes a free slot. It belongs to the caller until it is inserted or released.
     *
     * @return the slot, or {@link #INSUFFICIENT_CAPACITY} when there is none; there is always one while fewer are
     *         claimed than there are receivers.
     */
    public int claim() {
        ensureOpen();
        if (freeCount == 0) {
            return INSUFFICIENT_CAPACITY;
        }
        int slot = free[--freeCount];
        claimed[slot] = true;
        return slot;
    }

    /**
     * Gives a claimed slot back.
     *
     * @param slot a slot that is claimed.
     * @throws IllegalArgumentException when it is not.
     */
    public void release(int slot) {
        ensureClaimed(slot);
        claimed[slot] = false;
        free[freeCount++] = slot;
    }

    /**
     * Where a slot starts.
     *
     * @param slot a slot that is claimed.
     * @return offset in {@link #buffer()}, a multiple of 64.
     * @throws IllegalArgumentException when it is not claimed.
     */
    public int offset(int slot) {
        ensureClaimed(slot);
        return slot * slotLength;
    }

    /**
     * Offers a packet.
     *
     * @param sequence its sequence number.
     * @param slot     the slot that it was received into; belongs to the window when the packet was kept, and stays
     *                 with the caller otherwise.
     * @param length   its bytes, between 0 and {@link #slotLength()}.
     * @return what became of it.
     * @throws IllegalArgumentException when the slot is not claimed or {@code length} is out of range; the window is
     *                                  unchanged.
     */
    public Insertion insert(long sequence, int slot, int length) {
        ensureClaimed(slot);
        if (length < 0 || length > slotLength) {
            throw new IllegalArgumentException("a packet has between 0 and " + slotLength + " bytes: " + length);
        }
        long ahead = sequence - expected;
        if (ahead < 0) {
            return Insertion.BEHIND;
        }
        if (ahead >= capacity) {
            return Insertion.TOO_FAR_AHEAD;
        }
        int index = (int) sequence & mask;
        if (isPresent(index)) {
            return Insertion.DUPLICATE;
        }
        present[index >> 6] |= 1L << index;
        packets[index] = (long) length << 32 | slot;
        claimed[slot] = false;
        count++;
        if (sequence - highest > 1) {
            gapFirst = highest + 1;
            gapLast = sequence - 1;
            highest = sequence;
            return Insertion.GAP;
        }
        if (sequence - highest == 1) {
            highest = sequence;
        }
        return ahead == 0 ? Insertion.NEXT : Insertion.EARLY;
    }

    /**
     * Passes a packet by the window: when it is the expected one, expects the one after it. The caller uses the packet
     * where it is, and keeps the slot. Not needed, as {@link #insert} takes every packet, but cheaper for those that
     * come in order.
     *
     * @param sequence its sequence number.
     * @return whether it was expected; if not, nothing has changed, and it is to be inserted.
     */
    public boolean tryAdvance(long sequence) {
        ensureOpen();
        if (sequence != expected || isPresent((int) sequence & mask)) {
            return false;
        }
        expected++;
        if (highest - sequence < 0) {
            highest = sequence;
        }
        return true;
    }

    /**
     * Tells whether the window has the packet that is expected.
     *
     * @return whether it can be taken.
     */
    public boolean hasNext() {
        ensureOpen();
        return isPresent((int) expected & mask);
    }

    /**
     * Where the expected packet starts.
     *
     * @return offset in {@link #buffer()}, valid until the packet is consumed.
     * @throws IllegalStateException when the window does not have it.
     */
    public int nextOffset() {
        return (int) packets[nextIndex()] * slotLength;
    }

    /**
     * How long the expected packet is.
     *
     * @return length in bytes.
     * @throws IllegalStateException when the window does not have it.
     */
    public int nextLength() {
        return (int) (packets[nextIndex()] >>> 32);
    }

    /**
     * Frees the slot of the expected packet and expects the one after it.
     *
     * @throws IllegalStateException when the window does not have it.
     */
    public void consume() {
        drop(nextIndex());
        expected++;
    }

    /**
     * The sequence number of the packet to be taken next.
     *
     * @return the number.
     */
    public long expected() {
        ensureOpen();
        return expected;
    }

    /**
     * The last sequence number before the first gap: all up to it were received.
     *
     * @return the number; the one before {@link #expected()} when the expected packet is missing.
     */
    public long highestContiguous() {
        ensureOpen();
        return scan(expected, -1) - 1;
    }

    /**
     * The last sequence number that was received.
     *
     * @return the number; the one before {@link #expected()} when the window is empty.
     */
    public long highest() {
        ensureOpen();
        return highest;
    }

    /**
     * Counts the packets that the window keeps.
     *
     * @return packets.
     */
    public int packetCount() {
        ensureOpen();
        return count;
    }

    /**
     * Counts the packets that are missing before the last one received.
     *
     * @return packets.
     */
    public int missingCount() {
        ensureOpen();
        return (int) (highest - expected + 1) - count;
    }

    /**
     * The first number that the last {@link Insertion#GAP} found missing.
     *
     * @return the number.
     */
    public long gapFirst() {
        ensureOpen();
        return gapFirst;
    }

    /**
     * The last number that the last {@link Insertion#GAP} found missing.
     *
     * @return the number.
     */
    public long gapLast() {
        ensureOpen();
        return gapLast;
    }

    /**
     * Finds the next packet that is missing.
     *
     * @param from where to start; numbers before the expected one are not missing.
     * @return the number, or the one after {@link #highest()} when none is missing.
     */
    public long nextMissing(long from) {
        ensureOpen();
        return scan(from, -1);
    }

    /**
     * Finds the next packet that the window keeps.
     *
     * @param from where to start; numbers before the expected one are not kept.
     * @return the number, or the one after {@link #highest()} when none is kept.
     */
    public long nextPresent(long from) {
        ensureOpen();
        return scan(from, 0);
    }

    /**
     * Lists what is missing, in order. The handler must not change the window.
     *
     * @param handler is called for each range.
     */
    public void forEachGap(GapHandler handler) {
        ensureOpen();
        long first = scan(expected, -1);
        while (highest - first >= 0) {
            long end = scan(first, 0);
            handler.onGap(first, end - 1);
            first = scan(end, -1);
        }
    }

    /**
     * Gives up what is missing before a sequence number, and drops what is kept before it.
     *
     * @param sequence number to expect, not before {@link #expected()}; may lie beyond what the window covers.
     * @throws IllegalArgumentException when it lies before; the window is unchanged.
     */
    public void skipTo(long sequence) {
        ensureOpen();
        if (sequence - expected < 0) {
            throw new IllegalArgumentException("cannot skip back to " + sequence + ": expected is " + expected);
        }
        for (long next = scan(expected, 0); next - sequence < 0 && highest - next >= 0; next = scan(next, 0)) {
            drop((int) next & mask);
        }
        expected = sequence;
        if (highest - sequence < 0) {
            highest = sequence - 1;
        }
    }

    /**
     * Drops all packets and expects a sequence number, any. Claimed slots stay claimed.
     *
     * @param sequence number to expect.
     */
    public void reset(long sequence) {
        ensureOpen();
        skipTo(highest + 1);
        expect(sequence);
    }

    /**
     * Completes a sequence number of which only the last 32 bits are transmitted.
     *
     * @param low the last 32 bits.
     * @return the number with these bits that is nearest to {@link #expected()}.
     */
    public long extend(int low) {
        ensureOpen();
        return expected + (low - (int) expected);
    }

    /**
     * Frees the memory. A second call does nothing.
     *
     * @throws IllegalStateException when another thread is inside an I/O call on the memory; the window stays open.
     */
    @Override
    public void close() {
        if (!closed) {
            memory.close();
            closed = true;
            buffer.wrap(0, 0);
        }
    }

    private void expect(long sequence) {
        expected = sequence;
        highest = sequence - 1;
    }

    private boolean isPresent(int index) {
        return (present[index >> 6] & 1L << index) != 0;
    }

    private int nextIndex() {
        ensureOpen();
        int index = (int) expected & mask;
        if (!isPresent(index)) {
            throw new IllegalStateException("packet " + expected + " is missing");
        }
        return index;
    }

    private void drop(int index) {
        present[index >> 6] &= ~(1L << index);
        free[freeCount++] = (int) packets[index];
        count--;
    }

    /**
     * Looks for the first bit that differs from those in {@code flip}, which are all alike.
     */
    private long scan(long from, long flip) {
        long next = from - expected < 0 ? expected : from;
        while (highest - next >= 0) {
            int index = (int) next & mask;
            long bits = (present[index >> 6] ^ flip) >>> index;
            if (bits != 0) {
                next += Long.numberOfTrailingZeros(bits);
                break;
            }
            next += Long.SIZE - (index & Long.SIZE - 1);
        }
        return highest - next < 0 ? highest + 1 : next;
    }

    private void ensureClaimed(int slot) {
        ensureOpen();
        if (slot < 0 || slot >= claimed.length || !claimed[slot]) {
            throw new IllegalArgumentException("slot " + slot + " is not claimed");
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the window is closed");
        }
    }
}
