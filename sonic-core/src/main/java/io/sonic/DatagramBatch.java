package io.sonic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Datagrams that one system call receives or sends: slots of one length in one buffer, each with the address of its
 * peer. See {@code recvmmsg(2)} and {@code sendmmsg(2)}.
 *
 * <p><b>Ownership</b>: the batch belongs to the operation from the call until its handler is called. What was received
 * is valid until the batch is given to the next operation.
 *
 * <p><b>Allocation</b>: none after it was made.
 */
public final class DatagramBatch {
    /**
     * The most datagrams that the system takes in one call.
     */
    public static final int MAX_CAPACITY = 1024;

    private static final int MMSGHDR_LENGTH = 64;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int IOV = 16;
    private static final int IOV_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int RECEIVED_LENGTH = 56;
    private static final int IOVEC_LENGTH = 16;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_CTRUNC = 0x8;

    private final MemorySegment memory;
    private final UnsafeBuffer fields;
    private final UnsafeBuffer buffer;
    private final int capacity;
    private final int slotLength;
    private final int controlLength;
    private final int iovecs;
    private final int controls;
    private final Endpoint[] endpoints;
    /**
     * What the slots point at: the own buffer at first, see {@link #slot}.
     */
    private final MutableDirectBuffer[] slots;
    private final int[] offsets;
    private final int[] lengths;
    private int count;

    /**
     * Creates a batch of slots in a buffer of its own.
     *
     * @param capacity   the most datagrams, 1 to {@value #MAX_CAPACITY}.
     * @param slotLength room for one datagram in bytes; a longer one is truncated.
     */
    public DatagramBatch(int capacity, int slotLength) {
        this(capacity, slotLength, 0);
    }

    /**
     * Creates a batch of slots in a buffer of its own, with room for what the system says about each datagram.
     *
     * @param capacity      the most datagrams, 1 to {@value #MAX_CAPACITY}.
     * @param slotLength    room for one datagram in bytes; a longer one is truncated.
     * @param controlLength room for the control messages of one datagram ({@code cmsg(3)}) in bytes, a multiple of 8; 0
     *                      asks for none.
     * @throws IllegalArgumentException when an argument is out of range.
     */
    public DatagramBatch(int capacity, int slotLength, int controlLength) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("a batch has 1 to " + MAX_CAPACITY + " datagrams: " + capacity);
        }
        if (slotLength < 0 || (long) capacity * slotLength > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalArgumentException("slots of " + slotLength + " bytes, " + capacity + " of them");
        }
        if (controlLength < 0 || controlLength > 4096 || (controlLength & 7) != 0) {
            throw new IllegalArgumentException("room for control messages must be a multiple of 8, up to 4096: "
                    + controlLength);
        }
        this.capacity = capacity;
        this.slotLength = slotLength;
        this.controlLength = controlLength;
        iovecs = capacity * MMSGHDR_LENGTH;
        controls = iovecs + capacity * IOVEC_LENGTH;
        int names = controls + capacity * controlLength;
        memory = Arena.ofAuto().allocate(names + (long) capacity * Endpoint.STORAGE_LENGTH, Long.BYTES);
        fields = new UnsafeBuffer(memory.address(), (int) memory.byteSize());
        MemorySegment storage = Arena.ofAuto().allocate(Math.max(1, capacity * slotLength), 64);
        buffer = new UnsafeBuffer(storage.asByteBuffer(), 0, capacity * slotLength);
        endpoints = new Endpoint[capacity];
        slots = new MutableDirectBuffer[capacity];
        offsets = new int[capacity];
        lengths = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            int name = names + i * Endpoint.STORAGE_LENGTH;
            endpoints[i] = new Endpoint(memory.asSlice(name, Endpoint.STORAGE_LENGTH));
            int header = i * MMSGHDR_LENGTH;
            fields.putLong(header + NAME, memory.address() + name);
            fields.putLong(header + IOV, memory.address() + iovecs + (long) i * IOVEC_LENGTH);
            fields.putLong(header + IOV_COUNT, 1);
            fields.putLong(header + CONTROL, controlLength == 0 ? 0 : fields.addressOffset() + controlOffset(i));
            setSlot(i, buffer, i * slotLength, slotLength);
        }
    }

    /**
     * The number of slots.
     *
     * @return the most datagrams of one call.
     */
    public int capacity() {
        return capacity;
    }

    /**
     * How many datagrams the batch holds: received by the last receive, or to be sent by the next send.
     *
     * @return 0 for a new batch.
     */
    public int count() {
        return count;
    }

    /**
     * Sets how many datagrams are to be sent.
     *
     * @param newCount 0 to {@link #capacity()}.
     */
    public void count(int newCount) {
        if (newCount < 0 || newCount > capacity) {
            throw new IndexOutOfBoundsException("a batch of " + capacity + " slots cannot hold " + newCount);
        }
        count = newCount;
    }

    /**
     * The batch's own buffer, which every slot is a region of unless {@link #slot} says otherwise.
     *
     * @return off the heap; lives as long as it, or the batch, can be reached.
     */
    public MutableDirectBuffer buffer() {
        return buffer;
    }

    /**
     * Where a datagram starts, in {@link #buffer()} or in what {@link #slot} set.
     *
     * @param index of the datagram.
     * @return offset in bytes.
     */
    public int offset(int index) {
        return offsets[index];
    }

    /**
     * The length of a datagram in its slot.
     *
     * @param index of the datagram.
     * @return bytes; no more than the slot has, also when the datagram had.
     */
    public int length(int index) {
        return lengths[Objects.checkIndex(index, count)];
    }

    /**
     * Sets the length of a datagram that is to be sent.
     *
     * @param index  of the datagram.
     * @param length bytes, at most those of the slot.
     */
    public void length(int index, int length) {
        if (length < 0 || length > slotLength) {
            throw new IndexOutOfBoundsException("a slot of " + slotLength + " bytes cannot hold " + length);
        }
        lengths[index] = length;
    }

    /**
     * Tells whether a received datagram was longer than its slot; the rest is lost.
     *
     * @param index of the datagram.
     * @return whether it was cut.
     */
    public boolean isTruncated(int index) {
        return (flags(index) & MSG_TRUNC) != 0;
    }

    /**
     * Who sent a received datagram, or whom a datagram is to be sent to; not set for the peer of a connected socket.
     *
     * @param index of the datagram.
     * @return the batch's own object, filled by each receive.
     */
    public Endpoint endpoint(int index) {
        return endpoints[index];
    }

    /**
     * Points a slot at other memory: so that a datagram that must stay keeps its memory, and the next one gets another.
     *
     * @param index  of the slot.
     * @param target off the heap, with room for a slot's length from the offset.
     * @param offset of the slot in it.
     */
    public void slot(int index, MutableDirectBuffer target, int offset) {
        Channel.checkRegion(target, offset, slotLength);
        setSlot(index, target, offset, slotLength);
    }

    /**
     * What the slots' control messages are in.
     *
     * @return off the heap, see {@link #controlOffset(int)}.
     */
    public DirectBuffer controlBuffer() {
        return fields;
    }

    /**
     * Where the control messages of a datagram start in {@link #controlBuffer()}, as {@code cmsg(3)} lays them out.
     *
     * @param index of the datagram.
     * @return offset in bytes.
     */
    public int controlOffset(int index) {
        return controls + index * controlLength;
    }

    /**
     * The length of the control messages of a received datagram.
     *
     * @param index of the datagram.
     * @return bytes, 0 when there are none.
     */
    public int controlLength(int index) {
        return (int) fields.getLong(Objects.checkIndex(index, count) * MMSGHDR_LENGTH + CONTROL_LENGTH);
    }

    /**
     * Tells whether there was too little room for a datagram's control messages.
     *
     * @param index of the datagram.
     * @return whether some are lost.
     */
    public boolean isControlTruncated(int index) {
        return (flags(index) & MSG_CTRUNC) != 0;
    }

    /**
     * Readies every slot for the next receive.
     *
     * @return the address of the {@code mmsghdr}s.
     */
    long prepareReceive() {
        for (int i = 0; i < capacity; i++) {
            int header = i * MMSGHDR_LENGTH;
            fields.putInt(header + NAME_LENGTH, Endpoint.STORAGE_LENGTH);
            fields.putLong(header + CONTROL_LENGTH, controlLength);
        }
        return memory.address();
    }

    void received(int received) {
        count = received;
        for (int i = 0; i < received; i++) {
            int header = i * MMSGHDR_LENGTH;
            lengths[i] = Math.min(fields.getInt(header + RECEIVED_LENGTH), slotLength);
            endpoints[i].length(fields.getInt(header + NAME_LENGTH));
        }
    }

    /**
     * Readies the datagrams from the given one on to be sent.
     *
     * @return the address of their {@code mmsghdr}s.
     */
    long prepareSend(int first) {
        for (int i = first; i < count; i++) {
            int header = i * MMSGHDR_LENGTH;
            int nameLength = endpoints[i].length();
            fields.putLong(header + NAME, nameLength == 0 ? 0 : endpoints[i].address());
            fields.putInt(header + NAME_LENGTH, nameLength);
            fields.putLong(header + CONTROL_LENGTH, 0);
            fields.putLong(iovecs + i * IOVEC_LENGTH + Long.BYTES, lengths[i]);
        }
        return memory.address() + (long) first * MMSGHDR_LENGTH;
    }

    MutableDirectBuffer slotBuffer(int index) {
        return slots[index];
    }

    int slotLength() {
        return slotLength;
    }

    /**
     * Takes over one datagram that was received without the kernel's own structures.
     */
    void received(int index, int lengthOnTheWire) {
        int header = index * MMSGHDR_LENGTH;
        fields.putInt(header + RECEIVED_LENGTH, lengthOnTheWire);
        fields.putInt(header + NAME_LENGTH, endpoints[index].length());
        fields.putLong(header + CONTROL_LENGTH, 0);
        fields.putInt(header + FLAGS, lengthOnTheWire > slotLength ? MSG_TRUNC : 0);
    }

    long totalLength(int first, int datagrams) {
        long total = 0;
        for (int i = first; i < first + datagrams; i++) {
            total += lengths[i];
        }
        return total;
    }

    /**
     * Undoes what {@link #prepareSend(int)} narrowed.
     */
    void sent() {
        for (int i = 0; i < count; i++) {
            fields.putLong(i * MMSGHDR_LENGTH + NAME, endpoints[i].address());
            fields.putLong(iovecs + i * IOVEC_LENGTH + Long.BYTES, slotLength);
        }
    }

    private int flags(int index) {
        return fields.getInt(Objects.checkIndex(index, count) * MMSGHDR_LENGTH + FLAGS);
    }

    private void setSlot(int index, MutableDirectBuffer target, int offset, int length) {
        slots[index] = target;
        offsets[index] = offset;
        int entry = iovecs + index * IOVEC_LENGTH;
        fields.putLong(entry, target.addressOffset() + offset);
        fields.putLong(entry + Long.BYTES, length);
    }
}
