package io.sonic.feed.mold;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Where things are in a packet of MoldUDP64 1.0: 10 bytes of session, 8 of the first message's number, 2 of the count
 * of messages, all big endian; then the messages, each behind 2 bytes of its length. A request is the first 20 bytes
 * alone.
 */
public final class MoldPacket {
    /**
     * Length of the header, and of a request.
     */
    public static final int HEADER_LENGTH = 20;
    /**
     * Length of a session's name.
     */
    public static final int SESSION_LENGTH = 10;
    /**
     * Length of what is before each message.
     */
    public static final int PREFIX_LENGTH = 2;
    /**
     * The most messages of a packet.
     */
    public static final int MAX_COUNT = 0xFFFE;
    /**
     * The count that ends a session.
     */
    public static final int END_OF_SESSION = 0xFFFF;

    private static final int SEQUENCE_OFFSET = SESSION_LENGTH;
    private static final int COUNT_OFFSET = SEQUENCE_OFFSET + Long.BYTES;
    private static final int UNSIGNED_SHORT = 0xFFFF;

    private MoldPacket() {
    }

    /**
     * Writes a header.
     *
     * @param buffer      to write to.
     * @param offset      of the packet.
     * @param sessionHigh first 8 bytes of the session.
     * @param sessionLow  last 2 bytes of the session.
     * @param sequence    number of the first message, or of the next one.
     * @param count       of messages; 0 for a heartbeat, {@link #END_OF_SESSION}.
     */
    public static void putHeader(
            MutableDirectBuffer buffer, int offset, long sessionHigh, long sessionLow, long sequence, int count) {
        buffer.putLong(offset, sessionHigh, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + Long.BYTES, (short) sessionLow, ByteOrder.BIG_ENDIAN);
        buffer.putLong(offset + SEQUENCE_OFFSET, sequence, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + COUNT_OFFSET, (short) count, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Reads the first 8 bytes of the session.
     *
     * @param buffer of the packet.
     * @param offset of the packet.
     * @return as a big endian number.
     */
    public static long sessionHigh(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Reads the last 2 bytes of the session.
     *
     * @param buffer of the packet.
     * @param offset of the packet.
     * @return as a big endian number.
     */
    public static long sessionLow(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + Long.BYTES, ByteOrder.BIG_ENDIAN) & UNSIGNED_SHORT;
    }

    /**
     * Reads the number.
     *
     * @param buffer of the packet.
     * @param offset of the packet.
     * @return number of the first message, or of the next one.
     */
    public static long sequence(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Reads the count.
     *
     * @param buffer of the packet.
     * @param offset of the packet.
     * @return messages, or 0, or {@link #END_OF_SESSION}.
     */
    public static int count(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + COUNT_OFFSET, ByteOrder.BIG_ENDIAN) & UNSIGNED_SHORT;
    }

    /**
     * Reads the length of a message.
     *
     * @param buffer of the packet.
     * @param offset of the length, before the message.
     * @return bytes of the message.
     */
    public static int messageLength(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset, ByteOrder.BIG_ENDIAN) & UNSIGNED_SHORT;
    }

    /**
     * Makes the first part of a session's name.
     *
     * @param session up to 10 characters of ASCII.
     * @return its first 8 bytes.
     * @throws IllegalArgumentException when it is longer, or of other characters.
     */
    public static long sessionHigh(String session) {
        return part(session, 0, Long.BYTES);
    }

    /**
     * Makes the second part of a session's name.
     *
     * @param session up to 10 characters of ASCII.
     * @return its last 2 bytes.
     * @throws IllegalArgumentException when it is longer, or of other characters.
     */
    public static long sessionLow(String session) {
        return part(session, Long.BYTES, SESSION_LENGTH);
    }

    /**
     * Makes a session's name of its parts. Allocates.
     *
     * @param sessionHigh first 8 bytes.
     * @param sessionLow  last 2 bytes.
     * @return without the spaces at the end.
     */
    public static String session(long sessionHigh, long sessionLow) {
        byte[] name = new byte[SESSION_LENGTH];
        for (int i = 0; i < Long.BYTES; i++) {
            name[i] = (byte) (sessionHigh >>> Long.SIZE - Byte.SIZE * (i + 1));
        }
        name[Long.BYTES] = (byte) (sessionLow >>> Byte.SIZE);
        name[Long.BYTES + 1] = (byte) sessionLow;
        return new String(name, StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static long part(String session, int from, int to) {
        if (session.length() > SESSION_LENGTH || !StandardCharsets.US_ASCII.newEncoder().canEncode(session)) {
            throw new IllegalArgumentException(
                    "a session has up to " + SESSION_LENGTH + " characters of ASCII: '" + session + "'");
        }
        long part = 0;
        for (int i = from; i < to; i++) {
            part = part << Byte.SIZE | (i < session.length() ? session.charAt(i) : ' ');
        }
        return part;
    }
}
