package io.sonic.feed.mold;

import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The last messages of a session, numbered from 1, so that they can be sent again.
 *
 * <p><b>Allocation</b>: none after it was made.
 */
public final class MoldStore {
    private static final int MAX_MESSAGE = 0xFFFF;

    private final UnsafeBuffer buffer;
    private final int byteMask;
    private final long[] positions; // by number, of the block; monotonic
    private final int mask;
    private long position;
    private long first = 1;
    private long next = 1;

    /**
     * Creates a store.
     *
     * @param messages most messages that are kept; rounded up to a power of two.
     * @param bytes    room for them, 131,072 to 2<sup>30</sup>; rounded up to a power of two.
     * @throws IllegalArgumentException when one of them is out of range.
     */
    public MoldStore(int messages, int bytes) {
        if (messages < 1 || messages > 1 << 28) {
            throw new IllegalArgumentException("a store keeps 1 to 268435456 messages: " + messages);
        }
        if (bytes < 1 << 17 || bytes > 1 << 30) {
            throw new IllegalArgumentException("a store has 131072 to 1073741824 bytes: " + bytes);
        }
        int capacity = BitUtil.findNextPositivePowerOfTwo(bytes);
        buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(capacity, 64));
        byteMask = capacity - 1;
        positions = new long[BitUtil.findNextPositivePowerOfTwo(messages)];
        mask = positions.length - 1;
    }

    /**
     * Appends a message; the oldest ones go where there is no room.
     *
     * @param source of the message.
     * @param offset of the message.
     * @param length of the message in bytes, 0 to 65,535.
     * @return the number of the message.
     */
    public long append(DirectBuffer source, int offset, int length) {
        if (length < 0 || length > MAX_MESSAGE) {
            throw new IllegalArgumentException("a message has 0 to " + MAX_MESSAGE + " bytes: " + length);
        }
        int block = MoldPacket.PREFIX_LENGTH + length;
        int start = (int) position & byteMask;
        if (start + block > buffer.capacity()) {
            position += buffer.capacity() - start;
            start = 0;
        }
        while (first != next
                && (position + block - positions[(int) first & mask] > buffer.capacity() || next - first > mask)) {
            first++;
        }
        positions[(int) next & mask] = position;
        buffer.putShort(start, (short) length, ByteOrder.BIG_ENDIAN);
        buffer.putBytes(start + MoldPacket.PREFIX_LENGTH, source, offset, length);
        position += block;
        return next++;
    }

    /**
     * The number of the oldest message that is kept.
     *
     * @return the number; {@link #next()} when none is.
     */
    public long first() {
        return first;
    }

    /**
     * The number that the next message gets.
     *
     * @return from 1.
     */
    public long next() {
        return next;
    }

    /**
     * Copies messages as they are in a packet, as many as fit.
     *
     * @param sequence number of the first one.
     * @param most     of messages.
     * @param target   to copy to.
     * @param offset   of the first block in it.
     * @param length   room in bytes.
     * @return how many messages, see {@link #length(long, int)}; 0 when the first is not kept, or does not fit.
     */
    public int copy(long sequence, int most, MutableDirectBuffer target, int offset, int length) {
        int count = 0;
        int at = offset;
        for (long number = sequence; count < most && number >= first && number < next; number++) {
            int start = (int) positions[(int) number & mask] & byteMask;
            int block = MoldPacket.PREFIX_LENGTH + MoldPacket.messageLength(buffer, start);
            if (at + block > offset + length) {
                break;
            }
            target.putBytes(at, buffer, start, block);
            at += block;
            count++;
        }
        return count;
    }

    /**
     * The length that messages have in a packet.
     *
     * @param sequence number of the first one, which is kept.
     * @param count    of messages.
     * @return bytes.
     */
    public int length(long sequence, int count) {
        int length = 0;
        for (long number = sequence; number < sequence + count; number++) {
            int start = (int) positions[(int) number & mask] & byteMask;
            length += MoldPacket.PREFIX_LENGTH + MoldPacket.messageLength(buffer, start);
        }
        return length;
    }
}
