package io.sonic;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames of any bytes behind their length: four bytes, big endian, without those four.
 *
 * <p>The item is a view of the payload; an empty payload is a frame.
 */
public final class LengthPrefixCodec implements Codec<DirectBuffer> {
    /**
     * Bytes in front of the payload.
     */
    public static final int HEADER_LENGTH = Integer.BYTES;

    private final int maxPayloadLength;
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private int requiredLength = HEADER_LENGTH;
    private int refusedLength;

    /**
     * Creates a codec.
     *
     * @param maxPayloadLength the longest payload in bytes, received or sent, up to 1 GiB.
     * @throws IllegalArgumentException when it is out of range.
     */
    public LengthPrefixCodec(int maxPayloadLength) {
        if (maxPayloadLength < 0 || maxPayloadLength > 1 << 30) {
            throw new IllegalArgumentException("the longest payload must be 0 to 1 GiB: " + maxPayloadLength);
        }
        this.maxPayloadLength = maxPayloadLength;
    }

    @Override
    public int decode(DirectBuffer buffer, int offset, int length) {
        if (length < HEADER_LENGTH) {
            requiredLength = HEADER_LENGTH;
            return NEED_MORE;
        }
        int payloadLength = buffer.getInt(offset, ByteOrder.BIG_ENDIAN);
        if (payloadLength < 0 || payloadLength > maxPayloadLength) {
            refusedLength = payloadLength;
            return MALFORMED;
        }
        requiredLength = HEADER_LENGTH + payloadLength;
        if (length < requiredLength) {
            return NEED_MORE;
        }
        payload.wrap(buffer, offset + HEADER_LENGTH, payloadLength);
        return requiredLength;
    }

    @Override
    public DirectBuffer item() {
        return payload;
    }

    @Override
    public int requiredLength() {
        return requiredLength;
    }

    @Override
    public String error() {
        return "a frame of " + Integer.toUnsignedString(refusedLength) + " bytes is longer than " + maxPayloadLength;
    }

    @Override
    public int encodedLength(DirectBuffer item) {
        if (item.capacity() > maxPayloadLength) {
            throw new IllegalArgumentException(
                    "a payload of " + item.capacity() + " bytes is longer than " + maxPayloadLength);
        }
        return HEADER_LENGTH + item.capacity();
    }

    @Override
    public void encode(DirectBuffer item, MutableDirectBuffer buffer, int offset) {
        buffer.putInt(offset, item.capacity(), ByteOrder.BIG_ENDIAN);
        buffer.putBytes(offset + HEADER_LENGTH, item, 0, item.capacity());
    }
}
