package io.sonic.feed;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Packets that have one number each at a fixed place, without sessions; the message is what follows the header.
 */
public final class NumberedFormat implements PacketFormat {
    private final int sequenceOffset;
    private final int sequenceLength;
    private final int headerLength;
    private final ByteOrder order;

    /**
     * Creates a format.
     *
     * @param sequenceOffset where the number is, from the beginning of the packet.
     * @param sequenceLength bytes of the number: 4 or 8.
     * @param order          of these bytes.
     * @param headerLength   bytes before the message.
     * @throws IllegalArgumentException when the number is not within the header, or has another length.
     */
    public NumberedFormat(int sequenceOffset, int sequenceLength, ByteOrder order, int headerLength) {
        if (sequenceLength != Integer.BYTES && sequenceLength != Long.BYTES) {
            throw new IllegalArgumentException("a number has 4 or 8 bytes: " + sequenceLength);
        }
        if (sequenceOffset < 0 || headerLength - sequenceLength < sequenceOffset) {
            throw new IllegalArgumentException("a number at " + sequenceOffset + " of " + sequenceLength
                    + " bytes is not within a header of " + headerLength);
        }
        this.sequenceOffset = sequenceOffset;
        this.sequenceLength = sequenceLength;
        this.order = order;
        this.headerLength = headerLength;
    }

    /**
     * Packets that begin with 8 bytes of a number, big endian.
     *
     * @return the format.
     */
    public static NumberedFormat sequenced() {
        return new NumberedFormat(0, Long.BYTES, ByteOrder.BIG_ENDIAN, Long.BYTES);
    }

    /**
     * Packets of CME MDP 3.0: 4 bytes of a number and 8 bytes of the sending time, little endian.
     *
     * @return the format.
     */
    public static NumberedFormat mdp3() {
        return new NumberedFormat(0, Integer.BYTES, ByteOrder.LITTLE_ENDIAN, Integer.BYTES + Long.BYTES);
    }

    @Override
    public PacketKind read(DirectBuffer buffer, int offset, int length, PacketHeader header) {
        if (length < headerLength) {
            return PacketKind.MALFORMED;
        }
        int at = offset + sequenceOffset;
        header.set(0, 0, sequenceLength == Long.BYTES ? buffer.getLong(at, order) : buffer.getInt(at, order), 1);
        return PacketKind.DATA;
    }

    @Override
    public int headerLength() {
        return headerLength;
    }

    @Override
    public int prefixLength() {
        return 0;
    }

    @Override
    public int blockLength(DirectBuffer buffer, int offset, int limit) {
        return limit - offset;
    }

    @Override
    public int sequenceBits() {
        return sequenceLength * Byte.SIZE;
    }
}
