package io.sonic.buffers;

import io.sonic.FifoBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A FIFO buffer whose memory is mapped twice in a row, so that what is readable and what is writable is always
 * contiguous, also where it wraps. Nothing is ever moved: {@link #consume(int)} takes the same few instructions
 * whatever is queued.
 *
 * <p>A producer claims room, writes into {@link #buffer()} at the offset it was given, and commits what it wrote:
 * <pre>{@code
 *     int offset = fifo.claim(length);
 *     if (offset != FifoBuffer.INSUFFICIENT_CAPACITY) {
 *         fifo.buffer().putBytes(offset, source, sourceOffset, length);
 *         fifo.commit(length);
 *     }
 * }</pre>
 * A consumer reads {@link #readableLength()} bytes at {@link #readOffset()} and consumes what it has used.
 *
 * <p><b>Capacity</b>: a multiple of the page size, any multiple, up to {@link #MAX_CAPACITY}. All of it can be used.
 * The process shows twice the capacity as virtual and, once touched, as resident memory, because each page is mapped
 * twice; the kernel holds it, and charges it to a control group, once.
 *
 * <p><b>Threading</b>: one thread at a time. It may be another thread than the one that allocated the buffer.
 *
 * <p><b>Lifetime</b>: {@link #close()} unmaps the memory. The buffer that {@link #buffer()} returned is then wrapped
 * around nothing, and each access through it throws {@link IndexOutOfBoundsException}. An address, or another buffer
 * that was wrapped around {@link #buffer()}, cannot know: do not use either after close. A buffer that is dropped
 * without being closed is unmapped by a cleaner, after {@link #buffer()} is dropped too.
 *
 * <p><b>Allocation</b>: none after the buffer was made.
 */
public final class MirroredBuffer implements FifoBuffer {
    /**
     * The largest capacity: 1 GiB, because offsets into the two mappings are of type {@code int}.
     */
    public static final int MAX_CAPACITY = 1 << 30;

    private final Mapping mapping;
    private final UnsafeBuffer buffer;
    private final int capacity;
    private int head;
    private int tail; // at least head, at most head + capacity
    private boolean closed;

    private MirroredBuffer(Mapping mapping, int capacity) {
        this.mapping = mapping;
        this.capacity = capacity;
        this.buffer = view(mapping.segment());
    }

    private static UnsafeBuffer view(MemorySegment segment) {
        if (segment.byteSize() <= Integer.MAX_VALUE) {
            return new UnsafeBuffer(segment.asByteBuffer());
        }
        // 1 GiB is too long for a ByteBuffer. The very last byte has no int offset, and no region reaches it.
        return new UnsafeBuffer(segment.address(), Integer.MAX_VALUE);
    }

    /**
     * Allocates a buffer.
     *
     * @param minCapacity bytes that the buffer has to hold, between 1 and {@link #MAX_CAPACITY}; rounded up to whole
     *                    pages, see {@link #capacity()}.
     * @return a new, empty buffer.
     * @throws IllegalArgumentException when {@code minCapacity} is out of range.
     * @throws IOException              when the kernel refuses; names the call, the errno and the size. Nothing is left
     *                                  behind.
     */
    public static MirroredBuffer allocate(int minCapacity) throws IOException {
        return allocate(new LinuxMemory(), minCapacity);
    }

    static MirroredBuffer allocate(MemoryCalls calls, int minCapacity) throws IOException {
        if (minCapacity < 1 || minCapacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity must be between 1 and " + MAX_CAPACITY + " bytes (1 GiB): " + minCapacity);
        }
        int pageSize = calls.getpagesize();
        int capacity = (minCapacity + pageSize - 1) & -pageSize;
        return new MirroredBuffer(Mapping.map(calls, capacity), capacity);
    }

    /**
     * The memory, mapped twice: the byte at {@code i} is also the byte at {@code i + capacity()}.
     *
     * @return a view that is twice as long as the capacity; the same one each time. It is wrapped around a direct
     *         {@link java.nio.ByteBuffer}, but for a capacity of 1 GiB: then it is wrapped around an address, and one
     *         byte shorter.
     */
    @Override
    public MutableDirectBuffer buffer() {
        ensureOpen();
        return buffer;
    }

    @Override
    public int capacity() {
        ensureOpen();
        return capacity;
    }

    @Override
    public int claim(int length) {
        ensureOpen();
        if (length < 0) {
            throw new IllegalArgumentException("cannot claim a negative length: " + length);
        }
        return length <= capacity - (tail - head) ? tail : INSUFFICIENT_CAPACITY;
    }

    @Override
    public void commit(int length) {
        ensureOpen();
        if (length < 0 || length > capacity - (tail - head)) {
            throw refused("commit", length, "writable", capacity - (tail - head));
        }
        tail += length;
    }

    @Override
    public void consume(int length) {
        ensureOpen();
        if (length < 0 || length > tail - head) {
            throw refused("consume", length, "readable", tail - head);
        }
        head += length;
        if (head >= capacity) {
            head -= capacity;
            tail -= capacity;
        }
    }

    @Override
    public int readOffset() {
        ensureOpen();
        return head;
    }

    @Override
    public int readableLength() {
        ensureOpen();
        return tail - head;
    }

    @Override
    public int writeOffset() {
        ensureOpen();
        return tail;
    }

    @Override
    public int writableLength() {
        ensureOpen();
        return capacity - (tail - head);
    }

    @Override
    public void reset() {
        ensureOpen();
        head = 0;
        tail = 0;
    }

    /**
     * Unmaps the memory. A second call does nothing.
     *
     * @throws IllegalStateException when another thread is inside an I/O call on a view of the memory; the buffer stays
     *                               open.
     */
    @Override
    public void close() {
        if (!closed) {
            mapping.close();
            closed = true;
            buffer.wrap(0, 0);
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the buffer is closed");
        }
    }

    private static IllegalArgumentException refused(String what, int length, String region, int available) {
        return new IllegalArgumentException(
                "cannot " + what + " " + length + " bytes: " + available + " are " + region);
    }
}
