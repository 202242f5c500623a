package io.sonic.buffers;

import io.sonic.FifoBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A FIFO buffer in one piece of memory, which needs nothing of the platform and can grow up to a limit. What is live
 * moves to the front when there is no room behind it, so a claim now and then costs a copy; {@link #consume(int)}
 * never does.
 *
 * <p>Bytes can be copied in and out with {@link #write}, {@link #peek} and {@link #read}, or written and read in place
 * as with every {@link FifoBuffer}.
 *
 * <p><b>Saved slots</b>: {@link #save(int)} takes the first readable bytes out of the queue and keeps them, where they
 * are, until {@link #discard(long)}. Slots may be discarded in any order.
 *
 * <p><b>Offsets</b> of what is readable or saved hold until the next {@link #claim(int)}, or what claims inside
 * ({@link #reserve(int)}, {@link #write}); only these move bytes. {@link #writableLength()} tells what can be written
 * without moving any: claim first.
 *
 * <p><b>Threading</b>: one thread at a time. It may be another thread than the one that allocated the buffer.
 *
 * <p><b>Lifetime</b>: {@link #close()} frees the memory. The buffer that {@link #buffer()} returned is then wrapped
 * around nothing, and each access through it throws {@link IndexOutOfBoundsException}. Another buffer that was wrapped
 * around it cannot know: do not use it after close, nor after the buffer grew. A buffer that is dropped without being
 * closed is freed by a cleaner, after all views of it are dropped too.
 *
 * <p><b>Allocation</b>: none but when the buffer grows, or when there are more slots than ever before.
 */
public final class LinearBuffer implements FifoBuffer {
    /**
     * The largest capacity: 1 GiB.
     */
    public static final int MAX_CAPACITY = 1 << 30;

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final SavedSlots slots = new SavedSlots();
    private final int capacity;
    private OffHeap memory;
    private int storageLength;
    private int saved; // bytes in slots; all lie before head
    private int head;
    private int tail;
    private boolean closed;

    private LinearBuffer(int initialCapacity, int capacity) {
        this.capacity = capacity;
        use(new OffHeap(initialCapacity), initialCapacity);
    }

    /**
     * Allocates a buffer that does not grow.
     *
     * @param capacity bytes that the buffer can hold, between 1 and {@link #MAX_CAPACITY}.
     * @return a new, empty buffer.
     * @throws IllegalArgumentException when {@code capacity} is out of range.
     * @throws OutOfMemoryError         when there is not so much memory.
     */
    public static LinearBuffer allocate(int capacity) {
        return allocate(capacity, capacity);
    }

    /**
     * Allocates a buffer that grows. Its storage at least doubles each time and never shrinks.
     *
     * @param initialCapacity bytes of storage to start with, between 1 and {@code capacity}.
     * @param capacity        bytes that the buffer can hold when it has grown, up to {@link #MAX_CAPACITY}.
     * @return a new, empty buffer.
     * @throws IllegalArgumentException when one of them is out of range.
     * @throws OutOfMemoryError         when there is not so much memory.
     */
    public static LinearBuffer allocate(int initialCapacity, int capacity) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity must be between 1 and " + MAX_CAPACITY + " bytes (1 GiB): " + capacity);
        }
        if (initialCapacity < 1 || initialCapacity > capacity) {
            throw new IllegalArgumentException(
                    "initial capacity must be between 1 and " + capacity + " bytes: " + initialCapacity);
        }
        return new LinearBuffer(initialCapacity, capacity);
    }

    /**
     * The storage.
     *
     * @return the same buffer each time; its length is what the buffer can hold before it grows.
     */
    @Override
    public MutableDirectBuffer buffer() {
        ensureOpen();
        return buffer;
    }

    /**
     * The bytes that the buffer can hold, saved ones among them, when it has grown as far as it may.
     *
     * @return capacity in bytes.
     */
    @Override
    public int capacity() {
        ensureOpen();
        return capacity;
    }

    /**
     * Finds room for bytes. When there is none behind what is readable, live bytes move to the front, or the storage
     * grows.
     *
     * @param length bytes wanted, at least 0.
     * @return the offset of the room in {@link #buffer()}, or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException when {@code length} is negative.
     * @throws OutOfMemoryError         when there is not so much memory; the buffer is unchanged.
     */
    @Override
    public int claim(int length) {
        ensureOpen();
        if (length < 0) {
            throw new IllegalArgumentException("cannot claim a negative length: " + length);
        }
        if ((length > storageLength - tail || head - saved > storageLength >> 1) && !makeRoom(length)) {
            return INSUFFICIENT_CAPACITY;
        }
        return tail;
    }

    @Override
    public void commit(int length) {
        ensureOpen();
        if (length < 0 || length > storageLength - tail) {
            throw refused("commit", length, storageLength - tail, "writable");
        }
        tail += length;
    }

    @Override
    public void consume(int length) {
        ensureReadable("consume", length);
        head += length;
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

    /**
     * How many bytes can be written without moving any. A {@link #claim(int)} may find more.
     *
     * @return length of the writable region in bytes.
     */
    @Override
    public int writableLength() {
        ensureOpen();
        return storageLength - tail;
    }

    /**
     * Drops everything, readable, claimed or saved. The storage stays as large as it has grown.
     */
    @Override
    public void reset() {
        ensureOpen();
        slots.clear();
        saved = 0;
        head = 0;
        tail = 0;
    }

    /**
     * Makes sure that bytes can be claimed later without a move or growth, as long as nothing else is claimed.
     *
     * @param length bytes, at least 0.
     * @return whether there is room; when not, the buffer is unchanged.
     * @throws IllegalArgumentException when {@code length} is negative.
     * @throws OutOfMemoryError         when there is not so much memory; the buffer is unchanged.
     */
    public boolean reserve(int length) {
        return claim(length) != INSUFFICIENT_CAPACITY;
    }

    /**
     * Copies bytes in and commits them.
     *
     * @param source where they are; not this buffer's own storage.
     * @param offset where they start in {@code source}.
     * @param length how many they are, at least 0.
     * @return {@code length}, or {@link #INSUFFICIENT_CAPACITY} when not all of them fit: then none was written.
     * @throws IllegalArgumentException  when {@code length} is negative.
     * @throws IndexOutOfBoundsException when the bytes are not all inside {@code source}.
     * @throws OutOfMemoryError          when there is not so much memory; the buffer is unchanged.
     */
    public int write(DirectBuffer source, int offset, int length) {
        int target = claim(length);
        if (target == INSUFFICIENT_CAPACITY) {
            return INSUFFICIENT_CAPACITY;
        }
        buffer.putBytes(target, source, offset, length);
        tail += length;
        return length;
    }

    /**
     * Copies a byte in and commits it.
     *
     * @param value the byte.
     * @return 1, or {@link #INSUFFICIENT_CAPACITY} when it does not fit.
     * @throws OutOfMemoryError when there is not so much memory; the buffer is unchanged.
     */
    public int writeByte(byte value) {
        int target = claim(1);
        if (target == INSUFFICIENT_CAPACITY) {
            return INSUFFICIENT_CAPACITY;
        }
        buffer.putByte(target, value);
        tail++;
        return 1;
    }

    /**
     * Copies text in, one byte for each character, and commits it. A character outside of ASCII becomes {@code ?}.
     *
     * @param text the text.
     * @return its length, or {@link #INSUFFICIENT_CAPACITY} when not all of it fits: then nothing was written.
     * @throws OutOfMemoryError when there is not so much memory; the buffer is unchanged.
     */
    public int writeAscii(CharSequence text) {
        int length = text.length();
        int target = claim(length);
        if (target == INSUFFICIENT_CAPACITY) {
            return INSUFFICIENT_CAPACITY;
        }
        buffer.putStringWithoutLengthAscii(target, text);
        tail += length;
        return length;
    }

    /**
     * Takes the last readable bytes back, as if they had not been committed: for an encoder that gives up half way.
     *
     * @param length bytes, between 0 and {@link #readableLength()}.
     * @throws IllegalArgumentException when {@code length} is out of range; the buffer is unchanged.
     */
    public void uncommit(int length) {
        ensureReadable("take back", length);
        tail -= length;
    }

    /**
     * Copies the first readable bytes out and leaves them readable.
     *
     * @param target where to.
     * @param offset where to start in {@code target}.
     * @param length the most bytes to copy, at least 0.
     * @return how many were copied: {@code length}, or {@link #readableLength()} if that is less.
     * @throws IllegalArgumentException  when {@code length} is negative.
     * @throws IndexOutOfBoundsException when they do not fit into {@code target}.
     */
    public int peek(MutableDirectBuffer target, int offset, int length) {
        ensureOpen();
        if (length < 0) {
            throw new IllegalArgumentException("cannot read a negative length: " + length);
        }
        int copied = Math.min(length, tail - head);
        buffer.getBytes(head, target, offset, copied);
        return copied;
    }

    /**
     * Copies the first readable bytes out and consumes them.
     *
     * @param target where to.
     * @param offset where to start in {@code target}.
     * @param length the most bytes to copy, at least 0.
     * @return how many were copied: {@code length}, or {@link #readableLength()} if that is less.
     * @throws IllegalArgumentException  when {@code length} is negative.
     * @throws IndexOutOfBoundsException when they do not fit into {@code target}; the buffer is unchanged.
     */
    public int read(MutableDirectBuffer target, int offset, int length) {
        int copied = peek(target, offset, length);
        head += copied;
        return copied;
    }

    /**
     * Reads the first readable byte and consumes it.
     *
     * @return the byte, between 0 and 255, or -1 when nothing is readable.
     */
    public int readByte() {
        ensureOpen();
        return head == tail ? -1 : buffer.getByte(head++) & 0xFF;
    }

    /**
     * Takes the first readable bytes out of the queue and keeps them in a slot. They stay where they are.
     *
     * @param length bytes, between 0 and {@link #readableLength()}.
     * @return the slot, until it is discarded.
     * @throws IllegalArgumentException when {@code length} is out of range; the buffer is unchanged.
     */
    public long save(int length) {
        ensureReadable("save", length);
        long slot = slots.add(head, length);
        saved += length;
        head += length;
        return slot;
    }

    /**
     * Where the bytes of a slot start.
     *
     * @param slot a slot.
     * @return offset in {@link #buffer()}.
     * @throws IllegalArgumentException when there is no such slot, or not any more.
     */
    public int savedOffset(long slot) {
        ensureOpen();
        return slots.offset(slots.indexOf(slot));
    }

    /**
     * How many bytes a slot has.
     *
     * @param slot a slot.
     * @return length in bytes.
     * @throws IllegalArgumentException when there is no such slot, or not any more.
     */
    public int savedLength(long slot) {
        ensureOpen();
        return slots.length(slots.indexOf(slot));
    }

    /**
     * How many bytes all slots have together.
     *
     * @return length in bytes.
     */
    public int savedLength() {
        ensureOpen();
        return saved;
    }

    /**
     * Drops a slot. No other slot moves.
     *
     * @param slot a slot.
     * @throws IllegalArgumentException when there is no such slot, or not any more; the buffer is unchanged.
     */
    public void discard(long slot) {
        ensureOpen();
        int index = slots.indexOf(slot);
        saved -= slots.length(index);
        slots.remove(index);
    }

    /**
     * Drops all slots; what is readable stays.
     */
    public void discardAll() {
        ensureOpen();
        slots.clear();
        saved = 0;
    }

    /**
     * Frees the memory. A second call does nothing.
     *
     * @throws IllegalStateException when another thread is inside an I/O call on the memory; the buffer stays open.
     */
    @Override
    public void close() {
        if (!closed) {
            memory.close();
            closed = true;
            buffer.wrap(0, 0);
        }
    }

    private boolean makeRoom(int length) {
        int live = saved + tail - head;
        int dead = head - saved;
        if (length > capacity - live) {
            return false;
        }
        boolean fits = length <= storageLength - live;
        // Moving no more than was consumed since the last move keeps the cost of a byte constant.
        if (fits && (dead >= live || storageLength == capacity)) {
            compactInto(buffer);
        } else if (length > storageLength - tail) {
            grow(live + length);
        }
        return true;
    }

    private void grow(int atLeast) {
        int length = (int) Math.min(capacity, Math.max(2L * storageLength, atLeast));
        OffHeap larger = new OffHeap(length);
        UnsafeBuffer target = new UnsafeBuffer(0, 0);
        larger.wrapInto(target);
        compactInto(target);
        OffHeap old = memory;
        use(larger, length);
        old.close();
    }

    private void compactInto(UnsafeBuffer target) {
        int end = 0;
        for (int index = slots.first(); index != SavedSlots.NONE; index = slots.next(index)) {
            target.putBytes(end, buffer, slots.offset(index), slots.length(index));
            slots.offset(index, end);
            end += slots.length(index);
        }
        int readable = tail - head;
        target.putBytes(end, buffer, head, readable);
        head = end;
        tail = end + readable;
    }

    private void use(OffHeap storage, int length) {
        memory = storage;
        storageLength = length;
        storage.wrapInto(buffer);
    }

    private void ensureReadable(String what, int length) {
        ensureOpen();
        if (length < 0 || length > tail - head) {
            throw refused(what, length, tail - head, "readable");
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the buffer is closed");
        }
    }

    private static IllegalArgumentException refused(String what, int length, int available, String region) {
        return new IllegalArgumentException(
                "cannot " + what + " " + length + " bytes: " + available + " are " + region);
    }
}
