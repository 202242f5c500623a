package io.sonic.feed.itch;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Where things are in the messages of ITCH 5.0 that make a book. Big endian; prices have four decimals, times are
 * nanoseconds since midnight.
 */
public final class ItchMessage {
    /** System event. */
    public static final byte SYSTEM_EVENT = 'S';
    /** Stock directory: which name a stock locate has today. */
    public static final byte STOCK_DIRECTORY = 'R';
    /** Add order. */
    public static final byte ADD_ORDER = 'A';
    /** Add order, with the participant. */
    public static final byte ADD_ORDER_ATTRIBUTED = 'F';
    /** Order executed. */
    public static final byte ORDER_EXECUTED = 'E';
    /** Order executed at another price. */
    public static final byte ORDER_EXECUTED_WITH_PRICE = 'C';
    /** Order cancelled in part. */
    public static final byte ORDER_CANCEL = 'X';
    /** Order deleted. */
    public static final byte ORDER_DELETE = 'D';
    /** Order replaced by another one. */
    public static final byte ORDER_REPLACE = 'U';
    /** The buying side. */
    public static final byte BUY = 'B';
    /** The selling side. */
    public static final byte SELL = 'S';

    static final int LOCATE_OFFSET = 1;
    static final int TIMESTAMP_OFFSET = 5;
    static final int EVENT_OFFSET = 11;
    static final int STOCK_OFFSET = 11;
    static final int STOCK_LENGTH = 8;
    static final int REFERENCE_OFFSET = 11;
    static final int ADD_SIDE_OFFSET = 19;
    static final int ADD_SHARES_OFFSET = 20;
    static final int ADD_STOCK_OFFSET = 24;
    static final int ADD_PRICE_OFFSET = 32;
    static final int CHANGE_SHARES_OFFSET = 19;
    static final int CHANGE_MATCH_OFFSET = 23;
    static final int REPLACE_NEW_REFERENCE_OFFSET = 19;
    static final int REPLACE_SHARES_OFFSET = 27;
    static final int REPLACE_PRICE_OFFSET = 31;
    static final int LONGEST = 50;

    private static final int UNKNOWN = -1;
    private static final int UNSIGNED_SHORT = 0xFFFF;

    private ItchMessage() {
    }

    /**
     * The length that the messages of a type have.
     *
     * @param type the first byte of a message.
     * @return bytes, or -1 when ITCH 5.0 has no such type.
     */
    public static int length(byte type) {
        return switch (type) {
            case SYSTEM_EVENT -> 12;
            case STOCK_DIRECTORY -> 39;
            case 'H' -> 25;
            case 'Y' -> 20;
            case 'L' -> 26;
            case 'V' -> 35;
            case 'W' -> 12;
            case 'K' -> 28;
            case 'J' -> 35;
            case 'h' -> 21;
            case ADD_ORDER -> 36;
            case ADD_ORDER_ATTRIBUTED -> 40;
            case ORDER_EXECUTED -> 31;
            case ORDER_EXECUTED_WITH_PRICE -> 36;
            case ORDER_CANCEL -> 23;
            case ORDER_DELETE -> 19;
            case ORDER_REPLACE -> 35;
            case 'P' -> 44;
            case 'Q' -> 40;
            case 'B' -> 19;
            case 'I' -> LONGEST;
            case 'N' -> 20;
            case 'O' -> 48;
            default -> UNKNOWN;
        };
    }

    /**
     * The type.
     *
     * @param buffer of the message.
     * @param offset of the message.
     * @return its first byte.
     */
    public static byte type(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset);
    }

    /**
     * The stock's number of this day.
     *
     * @param buffer of the message.
     * @param offset of the message.
     * @return 0 to 65,535.
     */
    public static int locate(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + LOCATE_OFFSET, ByteOrder.BIG_ENDIAN) & UNSIGNED_SHORT;
    }

    /**
     * The time of the message.
     *
     * @param buffer of the message.
     * @param offset of the message.
     * @return nanoseconds since midnight.
     */
    public static long timestampNs(DirectBuffer buffer, int offset) {
        return (long) (buffer.getShort(offset + TIMESTAMP_OFFSET, ByteOrder.BIG_ENDIAN) & UNSIGNED_SHORT) << 32
                | Integer.toUnsignedLong(
                        buffer.getInt(offset + TIMESTAMP_OFFSET + Short.BYTES, ByteOrder.BIG_ENDIAN));
    }
}
