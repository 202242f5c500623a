package io.sonic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Regions of several buffers that one system call reads into or writes from, in order (scatter and gather, see
 * {@code readv(2)} and {@code sendmsg(2)}).
 *
 * <p><b>Ownership</b>: from the call that takes it until the handler is called, the vector and its regions belong to
 * the operation. Afterwards it can be used again as it is, or {@link #clear() cleared} and filled anew.
 *
 * <p><b>Allocation</b>: none after it was made.
 */
public final class IoVector {
    /**
     * The most regions that the system takes ({@code IOV_MAX}).
     */
    public static final int MAX_CAPACITY = 1024;

    private static final int MSGHDR_LENGTH = 56;
    private static final int MSGHDR_IOV = 16;
    private static final int MSGHDR_IOV_COUNT = 24;
    private static final int IOVEC_LENGTH = 16;

    private final MemorySegment memory;
    private final UnsafeBuffer fields;
    private final DirectBuffer[] buffers;
    private final int[] offsets;
    private final int[] lengths;
    private int count;
    private int length;
    /**
     * Where the operation in progress stands: the first region that is not done, and what is done of it.
     */
    private int first;
    private int doneOfFirst;

    /**
     * Creates an empty vector.
     *
     * @param capacity the most regions, 1 to {@value #MAX_CAPACITY}.
     * @throws IllegalArgumentException when it is out of range.
     */
    public IoVector(int capacity) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("a vector has 1 to " + MAX_CAPACITY + " regions: " + capacity);
        }
        memory = Arena.ofAuto().allocate(MSGHDR_LENGTH + (long) capacity * IOVEC_LENGTH, Long.BYTES);
        fields = new UnsafeBuffer(memory.address(), (int) memory.byteSize());
        buffers = new DirectBuffer[capacity];
        offsets = new int[capacity];
        lengths = new int[capacity];
    }

    /**
     * Appends a region.
     *
     * @param buffer   off the heap.
     * @param offset   of the region in the buffer.
     * @param bytes    length of the region; 0 is allowed.
     * @return this.
     * @throws IllegalStateException    when the vector is full.
     * @throws IllegalArgumentException when the buffer is on the heap, or all regions together have more than 2 GiB.
     */
    public IoVector add(DirectBuffer buffer, int offset, int bytes) {
        Channel.checkRegion(buffer, offset, bytes);
        if (count == buffers.length) {
            throw new IllegalStateException("the vector has room for " + count + " regions");
        }
        if (bytes > Integer.MAX_VALUE - length) {
            throw new IllegalArgumentException("the regions of a vector have at most " + Integer.MAX_VALUE
                    + " bytes, not " + bytes + " more");
        }
        length += bytes;
        buffers[count] = buffer;
        offsets[count] = offset;
        lengths[count++] = bytes;
        return this;
    }

    /**
     * Drops every region.
     */
    public void clear() {
        while (count > 0) {
            buffers[--count] = null;
        }
        length = 0;
    }

    /**
     * The number of regions.
     *
     * @return 0 for an empty vector.
     */
    public int count() {
        return count;
    }

    /**
     * The bytes of all regions together.
     *
     * @return length in bytes.
     */
    public int length() {
        return length;
    }

    /**
     * The buffer of a region; for streams above another one, which take regions one by one.
     *
     * @param index of the region, from 0.
     * @return the buffer it was added with.
     */
    public DirectBuffer buffer(int index) {
        return buffers[Objects.checkIndex(index, count)];
    }

    /**
     * Where a region begins.
     *
     * @param index of the region, from 0.
     * @return offset in its {@link #buffer(int)}.
     */
    public int offset(int index) {
        return offsets[Objects.checkIndex(index, count)];
    }

    /**
     * How long a region is.
     *
     * @param index of the region, from 0.
     * @return length in bytes.
     */
    public int length(int index) {
        return lengths[Objects.checkIndex(index, count)];
    }

    /**
     * Begins an operation over all of it.
     */
    void rewind() {
        first = 0;
        doneOfFirst = 0;
        for (int i = 0; i < count; i++) {
            writeEntry(i, 0);
        }
    }

    /**
     * Leaves out bytes that are done.
     */
    void advance(int bytes) {
        int left = bytes;
        while (left > 0) {
            int rest = lengths[first] - doneOfFirst;
            if (left < rest) {
                doneOfFirst += left;
                writeEntry(first, doneOfFirst);
                return;
            }
            left -= rest;
            first++;
            doneOfFirst = 0;
        }
    }

    /**
     * The address of a {@code struct msghdr} for what is left.
     */
    long messageHeader() {
        fields.putLong(MSGHDR_IOV, remaining());
        fields.putLong(MSGHDR_IOV_COUNT, remainingCount());
        return memory.address();
    }

    int firstLeft() {
        return first;
    }

    int doneOfFirst() {
        return doneOfFirst;
    }

    /**
     * The address of the {@code struct iovec}s that are left.
     */
    long remaining() {
        return memory.address() + MSGHDR_LENGTH + (long) first * IOVEC_LENGTH;
    }

    int remainingCount() {
        return count - first;
    }

    private void writeEntry(int index, int done) {
        int entry = MSGHDR_LENGTH + index * IOVEC_LENGTH;
        fields.putLong(entry, buffers[index].addressOffset() + offsets[index] + done);
        fields.putLong(entry + Long.BYTES, lengths[index] - done);
    }
}
