package io.sonic.examples;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A packet that its receiver can check: a sequence number, the length of a text, and the text. */
final class TextPacket {

    static final int HEADER_LENGTH = Long.BYTES + Integer.BYTES;

    private static final int ALPHABET = 26;

    private TextPacket() {
    }

    /** Writes a packet; returns its length. */
    static int encode(MutableDirectBuffer buffer, int offset, long sequence, int textLength) {
        buffer.putLong(offset, sequence, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + Long.BYTES, textLength, ByteOrder.BIG_ENDIAN);
        for (int i = 0; i < textLength; i++) {
            buffer.putByte(offset + HEADER_LENGTH + i, letter(i));
        }
        return HEADER_LENGTH + textLength;
    }

    /** Tells whether these bytes are a packet, with all of its text. */
    static boolean isValid(DirectBuffer buffer, int offset, int length) {
        if (length < HEADER_LENGTH
                || buffer.getInt(offset + Long.BYTES, ByteOrder.BIG_ENDIAN) != length - HEADER_LENGTH) {
            return false;
        }
        for (int i = 0; i < length - HEADER_LENGTH; i++) {
            if (buffer.getByte(offset + HEADER_LENGTH + i) != letter(i)) {
                return false;
            }
        }
        return true;
    }

    static long sequence(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset, ByteOrder.BIG_ENDIAN);
    }

    private static byte letter(int index) {
        return (byte) ('a' + index % ALPHABET);
    }
}
