package io.sonic.feed.itch;

import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * Writes messages of ITCH 5.0: those that make a book. Each method returns the length of the message.
 */
public final class ItchEncoder {
    private static final int TRACKING_OFFSET = 3;

    private ItchEncoder() {
    }

    /**
     * Writes a system event.
     *
     * @param buffer      to write to.
     * @param offset      of the message.
     * @param timestampNs nanoseconds since midnight.
     * @param event       for instance {@code 'O'}, the start of messages, or {@code 'C'}, their end.
     * @return bytes.
     */
    public static int systemEvent(MutableDirectBuffer buffer, int offset, long timestampNs, char event) {
        begin(buffer, offset, ItchMessage.SYSTEM_EVENT, 0, timestampNs);
        buffer.putByte(offset + ItchMessage.EVENT_OFFSET, (byte) event);
        return ItchMessage.length(ItchMessage.SYSTEM_EVENT);
    }

    /**
     * Writes an entry of the stock directory; what does not matter to a book is left zero.
     *
     * @param buffer      to write to.
     * @param offset      of the message.
     * @param locate      number of the stock.
     * @param timestampNs nanoseconds since midnight.
     * @param stock       its name, up to 8 characters of ASCII.
     * @return bytes.
     */
    public static int stockDirectory(
            MutableDirectBuffer buffer, int offset, int locate, long timestampNs, String stock) {
        int length = ItchMessage.length(ItchMessage.STOCK_DIRECTORY);
        buffer.setMemory(offset, length, (byte) 0);
        begin(buffer, offset, ItchMessage.STOCK_DIRECTORY, locate, timestampNs);
        stock(buffer, offset + ItchMessage.STOCK_OFFSET, stock);
        return length;
    }

    /**
     * Writes a new order.
     *
     * @param buffer      to write to.
     * @param offset      of the message.
     * @param locate      number of the stock.
     * @param timestampNs nanoseconds since midnight.
     * @param reference   of the order.
     * @param side        {@link ItchMessage#BUY} or {@link ItchMessage#SELL}.
     * @param shares      of the order.
     * @param stock       its name, up to 8 characters of ASCII.
     * @param price       with four decimals.
     * @return bytes.
     */
    public static int addOrder(
            MutableDirectBuffer buffer, int offset, int locate, long timestampNs, long reference, byte side, int shares,
            String stock, int price) {
        begin(buffer, offset, ItchMessage.ADD_ORDER, locate, timestampNs);
        buffer.putLong(offset + ItchMessage.REFERENCE_OFFSET, reference, ByteOrder.BIG_ENDIAN);
        buffer.putByte(offset + ItchMessage.ADD_SIDE_OFFSET, side);
        buffer.putInt(offset + ItchMessage.ADD_SHARES_OFFSET, shares, ByteOrder.BIG_ENDIAN);
        stock(buffer, offset + ItchMessage.ADD_STOCK_OFFSET, stock);
        buffer.putInt(offset + ItchMessage.ADD_PRICE_OFFSET, price, ByteOrder.BIG_ENDIAN);
        return ItchMessage.length(ItchMessage.ADD_ORDER);
    }

    /**
     * Writes that an order was executed.
     *
     * @param buffer      to write to.
     * @param offset      of the message.
     * @param locate      number of the stock.
     * @param timestampNs nanoseconds since midnight.
     * @param reference   of the order.
     * @param shares      that were executed.
     * @param match       number of the execution.
     * @return bytes.
     */
    public static int orderExecuted(
            MutableDirectBuffer buffer, int offset, int locate, long timestampNs, long reference, int shares,
            long match) {
        begin(buffer, offset, ItchMessage.ORDER_EXECUTED, locate, timestampNs);
        buffer.putLong(offset + ItchMessage.REFERENCE_OFFSET, reference, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + ItchMessage.CHANGE_SHARES_OFFSET, shares, ByteOrder.BIG_ENDIAN);
        buffer.putLong(offset + ItchMessage.CHANGE_MATCH_OFFSET, match, ByteOrder.BIG_ENDIAN);
        return ItchMessage.length(ItchMessage.ORDER_EXECUTED);
    }

    /**
     * Writes that a part of an order was cancelled.
     *
     * @param buffer      to write to.
     * @param offset      of the message.
     * @param locate      number of the stock.
     * @param timestampNs nanoseconds since midnight.
     * @param reference   of the order.
     * @param shares      that were cancelled.
     * @return bytes.
     */
    public static int orderCancel(
            MutableDirectBuffer buffer, int offset, int locate, long timestampNs, long reference, int shares) {
        begin(buffer, offset, ItchMessage.ORDER_CANCEL, locate, timestampNs);
        buffer.putLong(offset + ItchMessage.REFERENCE_OFFSET, reference, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + ItchMessage.CHANGE_SHARES_OFFSET, shares, ByteOrder.BIG_ENDIAN);
        return ItchMessage.length(ItchMessage.ORDER_CANCEL);
    }

    /**
     * Writes that an order is gone.
     *
     * @param buffer      to write to.
     * @param offset      of the message.
     * @param locate      number of the stock.
     * @param timestampNs nanoseconds since midnight.
     * @param reference   of the order.
     * @return bytes.
     */
    public static int orderDelete(
            MutableDirectBuffer buffer, int offset, int locate, long timestampNs, long reference) {
        begin(buffer, offset, ItchMessage.ORDER_DELETE, locate, timestampNs);
        buffer.putLong(offset + ItchMessage.REFERENCE_OFFSET, reference, ByteOrder.BIG_ENDIAN);
        return ItchMessage.length(ItchMessage.ORDER_DELETE);
    }

    /**
     * Writes that an order was replaced.
     *
     * @param buffer       to write to.
     * @param offset       of the message.
     * @param locate       number of the stock.
     * @param timestampNs  nanoseconds since midnight.
     * @param reference    of the order that is gone.
     * @param newReference of the order in its place.
     * @param shares       of the new order.
     * @param price        of the new order, with four decimals.
     * @return bytes.
     */
    public static int orderReplace(
            MutableDirectBuffer buffer, int offset, int locate, long timestampNs, long reference, long newReference,
            int shares, int price) {
        begin(buffer, offset, ItchMessage.ORDER_REPLACE, locate, timestampNs);
        buffer.putLong(offset + ItchMessage.REFERENCE_OFFSET, reference, ByteOrder.BIG_ENDIAN);
        buffer.putLong(offset + ItchMessage.REPLACE_NEW_REFERENCE_OFFSET, newReference, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + ItchMessage.REPLACE_SHARES_OFFSET, shares, ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + ItchMessage.REPLACE_PRICE_OFFSET, price, ByteOrder.BIG_ENDIAN);
        return ItchMessage.length(ItchMessage.ORDER_REPLACE);
    }

    private static void begin(MutableDirectBuffer buffer, int offset, byte type, int locate, long timestampNs) {
        buffer.putByte(offset, type);
        buffer.putShort(offset + ItchMessage.LOCATE_OFFSET, (short) locate, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + TRACKING_OFFSET, (short) 0, ByteOrder.BIG_ENDIAN);
        buffer.putShort(offset + ItchMessage.TIMESTAMP_OFFSET, (short) (timestampNs >>> 32), ByteOrder.BIG_ENDIAN);
        buffer.putInt(offset + ItchMessage.TIMESTAMP_OFFSET + Short.BYTES, (int) timestampNs, ByteOrder.BIG_ENDIAN);
    }

    private static void stock(MutableDirectBuffer buffer, int offset, String stock) {
        if (stock.length() > ItchMessage.STOCK_LENGTH) {
            throw new IllegalArgumentException(
                    "a stock has up to " + ItchMessage.STOCK_LENGTH + " characters: '" + stock + "'");
        }
        for (int i = 0; i < ItchMessage.STOCK_LENGTH; i++) {
            buffer.putByte(offset + i, (byte) (i < stock.length() ? stock.charAt(i) : ' '));
        }
    }
}
