package io.sonic.websocket;

import java.nio.ByteOrder;
import java.security.SecureRandom;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes frames into a buffer: no socket, no clock, no thread.
 *
 * <p>A payload is copied and masked in one pass. A client's frames are masked with a fresh, unforeseeable key each; a
 * server's are not masked (RFC 6455, 5.1).
 *
 * <p><b>Allocation</b>: none.
 */
public final class FrameEncoder {
    /**
     * The longest header: 64-bit length and masking key.
     */
    public static final int MAX_HEADER_LENGTH = 14;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int FIN = 0x80;
    private static final int MASK = 0x80;

    private final MaskingKeys keys;
    private final int maskBit;
    private final int keyLength;

    /**
     * Creates an encoder for one connection.
     *
     * @param role of this side.
     */
    public FrameEncoder(Role role) {
        boolean masked = role == Role.CLIENT;
        keys = masked ? new MaskingKeys(RANDOM) : null;
        maskBit = masked ? MASK : 0;
        keyLength = masked ? Integer.BYTES : 0;
    }

    /**
     * The room that a frame takes.
     *
     * @param payloadLength of the frame in bytes.
     * @return length of header and payload in bytes.
     */
    public long frameLength(int payloadLength) {
        return (long) payloadLength + keyLength + (payloadLength < 126 ? 2 : payloadLength <= 0xFFFF ? 4 : 10);
    }

    /**
     * Writes a frame.
     *
     * @param opcode      what the frame is.
     * @param isFinal     whether it is the last of its message.
     * @param payload     copied from here; free again when the call returns.
     * @param offset      of the payload.
     * @param length      of the payload in bytes.
     * @param frame       where to; must not overlap the payload.
     * @param frameOffset of the first byte of the frame.
     * @return the length of the frame: {@link #frameLength(int)}.
     * @throws IndexOutOfBoundsException when a range is outside of its buffer.
     */
    public int encode(Opcode opcode, boolean isFinal, DirectBuffer payload, int offset, int length,
                      MutableDirectBuffer frame, int frameOffset) {
        frame.putByte(frameOffset, (byte) (opcode.code() | (isFinal ? FIN : 0)));
        int at = frameOffset + 1;
        if (length < 126) {
            frame.putByte(at, (byte) (maskBit | length));
            at += 1;
        } else if (length <= 0xFFFF) {
            frame.putByte(at, (byte) (maskBit | 126));
            frame.putShort(at + 1, (short) length, ByteOrder.BIG_ENDIAN);
            at += 3;
        } else {
            frame.putByte(at, (byte) (maskBit | 127));
            frame.putLong(at + 1, length, ByteOrder.BIG_ENDIAN);
            at += 9;
        }
        if (keyLength == 0) {
            frame.putBytes(at, payload, offset, length);
        } else {
            int key = keys.next();
            frame.putInt(at, key);
            at += Integer.BYTES;
            Masking.copy(payload, offset, frame, at, length, key);
        }
        return at + length - frameOffset;
    }
}
