package io.sonic.buffers;

import io.sonic.FifoBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A FIFO buffer of packets. Each packet keeps its length and is contiguous, so it can be received, decoded and sent in
 * place.
 *
 * <p>A producer claims room for the longest packet that may come, writes into {@link #buffer()} at the offset it was
 * given, and commits the length that did come. A claim that cannot be met is refused, never shortened:
 * <pre>{@code
 *     int offset = packets.claim(maxLength);
 *     if (offset != BipBuffer.INSUFFICIENT_CAPACITY) {
 *         packets.buffer().putBytes(offset, source, sourceOffset, length);
 *         packets.commit(length);
 *     }
 * }</pre>
 * A consumer reads the oldest packet at {@link #packetOffset()} and consumes it. A {@link Cursor} walks over the
 * packets without consuming them.
 *
 * <p><b>Capacity</b>: a packet takes {@link #HEADER_LENGTH} bytes and its length rounded up to 8. Packets lie one
 * behind the other. When there is no room at the end of the memory, the next one goes to the front, where packets were
 * consumed, and what is left at the end stays unused until the packets before it are consumed too. When the buffer is
 * empty it starts at the front again, so a packet of {@code capacity() - HEADER_LENGTH} bytes always fits an empty
 * buffer.
 *
 * <p><b>Threading</b>: one thread at a time. It may be another thread than the one that allocated the buffer.
 *
 * <p><b>Lifetime</b>: {@link #close()} frees the memory. The buffer that {@link #buffer()} returned is then wrapped
 * around nothing, and each access through it throws {@link IndexOutOfBoundsException}. Another buffer that was wrapped
 * around it cannot know: do not use it after close. A buffer that is dropped without being closed is freed by a
 * cleaner, after all views of it are dropped too.
 *
 * <p><b>Allocation</b>: none after the buffer was made; a cursor is made once and used again.
 */
public final class BipBuffer implements AutoCloseable {
    /**
     * What {@link #claim(int)} returns when the packet does not fit.
     */
    public static final int INSUFFICIENT_CAPACITY = FifoBuffer.INSUFFICIENT_CAPACITY;

    /**
     * The largest capacity: 1 GiB.
     */
    public static final int MAX_CAPACITY = 1 << 30;

    /**
     * The bytes in front of each packet, which hold its length.
     */
    public static final int HEADER_LENGTH = 8;

    private static final int ALIGNMENT = 8;
    private static final int NONE = -1;

    private final OffHeap memory;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final int capacity;
    private int head; // header of the oldest packet, if there is one
    private int tail; // end of the newest packet
    private int watermark; // while wrapped: end of the packets that lie behind the head
    private boolean wrapped; // whether the newest packet lies before the oldest one
    private int count;
    private long consumed;
    private int claimed = NONE; // where the header of the claimed packet goes
    private int claimedLength;
    private boolean closed;

    private BipBuffer(int capacity) {
        this.capacity = capacity;
        memory = new OffHeap(capacity);
        memory.wrapInto(buffer);
    }

    /**
     * Allocates a buffer.
     *
     * @param minCapacity bytes that the buffer has to hold, headers among them, between 1 and {@link #MAX_CAPACITY};
     *                    rounded up to a multiple of 8, see {@link #capacity()}.
     * @return a new, empty buffer.
     * @throws IllegalArgumentException when {@code minCapacity} is out of range.
     * @throws OutOfMemoryError         when there is not so much memory.
     */
    public static BipBuffer allocate(int minCapacity) {
        if (minCapacity < 1 || minCapacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity must be between 1 and " + MAX_CAPACITY + " bytes (1 GiB): " + minCapacity);
        }
        return new BipBuffer(align(minCapacity));
    }

    /**
     * The memory that all offsets are in.
     *
     * @return the same buffer each time; owned by this one.
     */
    public MutableDirectBuffer buffer() {
        ensureOpen();
        return buffer;
    }

    /**
     * The bytes that the buffer can hold, headers among them.
     *
     * @return capacity in bytes.
     */
    public int capacity() {
        ensureOpen();
        return capacity;
    }

    /**
     * Finds room for a packet. The room belongs to the caller until it commits, aborts or claims again; what is
     * consumed meanwhile does not touch it.
     *
     * @param length bytes of the longest packet that may come, at least 0.
     * @return the offset of the room in {@link #buffer()}, a multiple of 8, or {@link #INSUFFICIENT_CAPACITY}; never
     *         less room than asked.
     * @throws IllegalArgumentException when {@code length} is negative.
     */
    public int claim(int length) {
        ensureOpen();
        if (length < 0) {
            throw new IllegalArgumentException("cannot claim a negative length: " + length);
        }
        claimed = length > capacity - HEADER_LENGTH ? NONE : roomFor(align(HEADER_LENGTH + length));
        claimedLength = length;
        return claimed == NONE ? INSUFFICIENT_CAPACITY : claimed + HEADER_LENGTH;
    }

    /**
     * Makes the claimed packet the newest one.
     *
     * @param length bytes that the packet has, between 0 and what was claimed.
     * @throws IllegalStateException    when nothing is claimed.
     * @throws IllegalArgumentException when {@code length} is out of range; the buffer is unchanged.
     */
    public void commit(int length) {
        ensureOpen();
        if (claimed == NONE) {
            throw new IllegalStateException("cannot commit a packet: none is claimed");
        }
        if (length < 0 || length > claimedLength) {
            throw new IllegalArgumentException(
                    "cannot commit " + length + " bytes: " + claimedLength + " are claimed");
        }
        buffer.putInt(claimed, length);
        if (count == 0) {
            head = claimed;
            wrapped = false;
        } else if (claimed != tail) {
            watermark = tail;
            wrapped = true;
        }
        tail = claimed + align(HEADER_LENGTH + length);
        claimed = NONE;
        count++;
    }

    /**
     * Gives the claimed room back. Does nothing when nothing is claimed.
     */
    public void abort() {
        ensureOpen();
        claimed = NONE;
    }

    /**
     * Tells whether there is no packet.
     *
     * @return whether the buffer is empty.
     */
    public boolean isEmpty() {
        ensureOpen();
        return count == 0;
    }

    /**
     * Counts the packets that were committed and not yet consumed.
     *
     * @return packets.
     */
    public int packetCount() {
        ensureOpen();
        return count;
    }

    /**
     * Where the oldest packet starts.
     *
     * @return offset in {@link #buffer()}, a multiple of 8.
     * @throws IllegalStateException when the buffer is empty.
     */
    public int packetOffset() {
        ensurePacket();
        return head + HEADER_LENGTH;
    }

    /**
     * How long the oldest packet is.
     *
     * @return length in bytes.
     * @throws IllegalStateException when the buffer is empty.
     */
    public int packetLength() {
        ensurePacket();
        return buffer.getInt(head);
    }

    /**
     * Drops the oldest packet.
     *
     * @throws IllegalStateException when the buffer is empty.
     */
    public void consume() {
        ensurePacket();
        dropOldest();
    }

    /**
     * Drops the oldest packets.
     *
     * @param packets how many, between 0 and {@link #packetCount()}.
     * @throws IllegalArgumentException when {@code packets} is out of range; the buffer is unchanged.
     */
    public void consume(int packets) {
        ensureOpen();
        if (packets < 0 || packets > count) {
            throw new IllegalArgumentException("cannot consume " + packets + " packets: there are " + count);
        }
        for (int i = 0; i < packets; i++) {
            dropOldest();
        }
    }

    /**
     * Makes a cursor that stands before the oldest packet.
     *
     * @return a new cursor; there can be any number of them.
     */
    public Cursor cursor() {
        ensureOpen();
        return new Cursor(this);
    }

    /**
     * Drops all packets and what is claimed.
     */
    public void reset() {
        ensureOpen();
        consumed += count;
        count = 0;
        claimed = NONE;
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

    private int roomFor(int length) {
        if (count == 0) {
            return 0;
        }
        if (wrapped) {
            return length <= head - tail ? tail : NONE;
        }
        if (length <= capacity - tail) {
            return tail;
        }
        return length <= head ? 0 : NONE;
    }

    private void dropOldest() {
        head += align(HEADER_LENGTH + buffer.getInt(head));
        if (wrapped && head == watermark) {
            head = 0;
            wrapped = false;
        }
        count--;
        consumed++;
    }

    private void ensurePacket() {
        ensureOpen();
        if (count == 0) {
            throw new IllegalStateException("there is no packet");
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the buffer is closed");
        }
    }

    private static int align(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /**
     * Walks over the packets of a buffer, from the oldest to the newest, without consuming them. Packets may be
     * committed and consumed meanwhile: the cursor meets those that are committed, and goes on with the oldest when
     * those before it were consumed.
     */
    public static final class Cursor {
        private final BipBuffer packets;
        private long next; // number of the packet to come, counted since the buffer was made
        private int position; // its header, unless the packets before it are all consumed
        private int offset = NONE;
        private int length;

        private Cursor(BipBuffer packets) {
            this.packets = packets;
        }

        /**
         * Moves to the next packet.
         *
         * @return whether there is one; if not, a later call may find one that was committed meanwhile.
         * @throws IllegalStateException when the buffer is closed.
         */
        public boolean next() {
            packets.ensureOpen();
            if (next <= packets.consumed) {
                next = packets.consumed;
                position = packets.head;
            }
            if (next == packets.consumed + packets.count) {
                return false;
            }
            if (packets.wrapped && position == packets.watermark) {
                position = 0;
            }
            offset = position + HEADER_LENGTH;
            length = packets.buffer.getInt(position);
            position += align(HEADER_LENGTH + length);
            next++;
            return true;
        }

        /**
         * Where the packet starts.
         *
         * @return offset in {@link BipBuffer#buffer()}, valid until the packet is consumed.
         * @throws IllegalStateException when {@link #next()} has not yet moved to a packet.
         */
        public int offset() {
            ensureMoved();
            return offset;
        }

        /**
         * How long the packet is.
         *
         * @return length in bytes.
         * @throws IllegalStateException when {@link #next()} has not yet moved to a packet.
         */
        public int length() {
            ensureMoved();
            return length;
        }

        /**
         * Goes back before the oldest packet.
         */
        public void rewind() {
            next = 0;
            offset = NONE;
        }

        private void ensureMoved() {
            if (offset == NONE) {
                throw new IllegalStateException("the cursor stands before the first packet");
            }
        }
    }
}
