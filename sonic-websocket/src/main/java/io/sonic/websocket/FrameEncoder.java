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
    private static final int COMPRESSED = 0x40;
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
        return (long) payloadLength + headerLength(payloadLength);
    }

    /**
     * The room that a header takes.
     *
     * @param payloadLength of the frame in bytes.
     * @return 2 to {@link #MAX_HEADER_LENGTH} bytes.
     */
    public int headerLength(int payloadLength) {
        return keyLength + (payloadLength < 126 ? 2 : payloadLength <= 0xFFFF ? 4 : 10);
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
        return encode(firstByte(opcode, isFinal, false), payload, offset, length, frame, frameOffset);
    }

    int encode(int firstByte, DirectBuffer payload, int offset, int length, MutableDirectBuffer frame,
               int frameOffset) {
        int at = putLength(firstByte, length, frame, frameOffset);
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

    /**
     * Writes a frame around a payload that is in its place already: {@link #headerLength(int)} behind the first byte
     * of the frame. It is masked there.
     *
     * @param opcode      what the frame is.
     * @param isFinal     whether it is the last of its message.
     * @param frame       holds the payload.
     * @param frameOffset of the first byte of the frame.
     * @param length      of the payload in bytes.
     * @return the length of the frame: {@link #frameLength(int)}.
     * @throws IndexOutOfBoundsException when the frame is outside of its buffer.
     */
    public int encodeInPlace(Opcode opcode, boolean isFinal, MutableDirectBuffer frame, int frameOffset, int length) {
        int at = putLength(firstByte(opcode, isFinal, false), length, frame, frameOffset);
        if (keyLength != 0) {
            int key = keys.next();
            frame.putInt(at, key);
            at += Integer.BYTES;
            Masking.apply(frame, at, length, key, 0);
        }
        return at + length - frameOffset;
    }

    /**
     * The first byte of a frame.
     *
     * @param compressed whether a compressed message begins with it (RFC 7692, 6).
     */
    static int firstByte(Opcode opcode, boolean isFinal, boolean compressed) {
        return opcode.code() | (isFinal ? FIN : 0) | (compressed ? COMPRESSED : 0);
    }

    private int putLength(int firstByte, int length, MutableDirectBuffer frame, int frameOffset) {
        frame.putByte(frameOffset, (byte) firstByte);
        if (length < 126) {
            frame.putByte(frameOffset + 1, (byte) (maskBit | length));
            return frameOffset + 2;
        }
        if (length <= 0xFFFF) {
            frame.putByte(frameOffset + 1, (byte) (maskBit | 126));
            frame.putShort(frameOffset + 2, (short) length, ByteOrder.BIG_ENDIAN);
            return frameOffset + 4;
        }
        frame.putByte(frameOffset + 1, (byte) (maskBit | 127));
        frame.putLong(frameOffset + 2, length, ByteOrder.BIG_ENDIAN);
        return frameOffset + 10;
    }
}
