package io.sonic.feed.itch;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * The books of all stocks, built from the messages of ITCH 5.0 where they are.
 *
 * <p>After a loss they are not true any more: {@link #clear()} them, and have them filled anew. A message that names an
 * order that is not known, or takes more shares off than it has, is counted, and changes nothing but what is there.
 *
 * <p><b>Allocation</b>: only to grow: for a stock that was not seen before, for more orders or levels than there ever
 * were.
 */
public final class ItchBooks {
    private static final int STOCKS = 65_536;

    private final OrderTable orders;
    private final BookSide[] bids = new BookSide[STOCKS];
    private final BookSide[] asks = new BookSide[STOCKS];
    private final String[] names = new String[STOCKS];
    private long messages;
    private long malformed;
    private long unknownOrders;

    /**
     * Creates empty books.
     *
     * @param expectedOrders that are open at a time, 1 to 2<sup>28</sup>; more make the table grow.
     * @throws IllegalArgumentException when it is out of range.
     */
    public ItchBooks(int expectedOrders) {
        if (expectedOrders < 1 || expectedOrders > 1 << 28) {
            throw new IllegalArgumentException("expectedOrders must be 1 to 268435456: " + expectedOrders);
        }
        orders = new OrderTable(Math.max(16, Integer.highestOneBit(expectedOrders) << 2));
    }

    /**
     * Applies a message.
     *
     * @param buffer of the message.
     * @param offset of the message.
     * @param length of the message in bytes.
     * @return false when ITCH 5.0 has no message of this type and length.
     */
    public boolean onMessage(DirectBuffer buffer, int offset, int length) {
        if (length < 1 || ItchMessage.length(buffer.getByte(offset)) != length) {
            malformed++;
            return false;
        }
        messages++;
        switch (buffer.getByte(offset)) {
            case ItchMessage.STOCK_DIRECTORY -> name(buffer, offset, ItchMessage.STOCK_OFFSET);
            case ItchMessage.ADD_ORDER, ItchMessage.ADD_ORDER_ATTRIBUTED -> add(buffer, offset);
            case ItchMessage.ORDER_EXECUTED, ItchMessage.ORDER_EXECUTED_WITH_PRICE, ItchMessage.ORDER_CANCEL ->
                reduce(buffer, offset, buffer.getInt(
                        offset + ItchMessage.CHANGE_SHARES_OFFSET, ByteOrder.BIG_ENDIAN));
            case ItchMessage.ORDER_DELETE -> delete(reference(buffer, offset));
            case ItchMessage.ORDER_REPLACE -> replace(buffer, offset);
            default -> { }
        }
        return true;
    }

    /**
     * Forgets all orders; the names of the stocks stay.
     */
    public void clear() {
        orders.clear();
        for (int i = 0; i < STOCKS; i++) {
            if (bids[i] != null) {
                bids[i].clear();
                asks[i].clear();
            }
        }
    }

    /**
     * The name of a stock.
     *
     * @param locate number of the stock.
     * @return its name, or null when no message told it.
     */
    public String name(int locate) {
        return names[locate];
    }

    /**
     * How many levels a side has.
     *
     * @param locate number of the stock.
     * @param side   {@link ItchMessage#BUY} or {@link ItchMessage#SELL}.
     * @return prices with orders.
     */
    public int levels(int locate, byte side) {
        BookSide of = side(locate, side);
        return of == null ? 0 : of.levels();
    }

    /**
     * The price of a level.
     *
     * @param locate number of the stock.
     * @param side   {@link ItchMessage#BUY} or {@link ItchMessage#SELL}.
     * @param level  0 for the best price.
     * @return with four decimals, 0 when there is no such level.
     */
    public int price(int locate, byte side, int level) {
        BookSide of = side(locate, side);
        return of == null ? 0 : of.price(level);
    }

    /**
     * The shares of a level.
     *
     * @param locate number of the stock.
     * @param side   {@link ItchMessage#BUY} or {@link ItchMessage#SELL}.
     * @param level  0 for the best price.
     * @return of all orders at this price, 0 when there is no such level.
     */
    public long shares(int locate, byte side, int level) {
        BookSide of = side(locate, side);
        return of == null ? 0 : of.shares(level);
    }

    /**
     * Orders that are open.
     *
     * @return orders.
     */
    public int orders() {
        return orders.size();
    }

    /**
     * Messages that were applied.
     *
     * @return messages.
     */
    public long messages() {
        return messages;
    }

    /**
     * Messages of a type or a length that ITCH 5.0 does not have.
     *
     * @return messages.
     */
    public long malformed() {
        return malformed;
    }

    /**
     * Messages about orders that are not open.
     *
     * @return messages.
     */
    public long unknownOrders() {
        return unknownOrders;
    }

    private void add(DirectBuffer buffer, int offset) {
        int locate = ItchMessage.locate(buffer, offset);
        if (names[locate] == null) {
            name(buffer, offset, ItchMessage.ADD_STOCK_OFFSET);
        }
        byte side = buffer.getByte(offset + ItchMessage.ADD_SIDE_OFFSET) == ItchMessage.BUY
                ? ItchMessage.BUY : ItchMessage.SELL;
        put(reference(buffer, offset), locate, side,
                buffer.getInt(offset + ItchMessage.ADD_SHARES_OFFSET, ByteOrder.BIG_ENDIAN),
                buffer.getInt(offset + ItchMessage.ADD_PRICE_OFFSET, ByteOrder.BIG_ENDIAN));
    }

    private void put(long reference, int locate, byte side, int shares, int price) {
        if (orders.find(reference) != OrderTable.NONE) {
            // The reference is used again: only after messages that were lost.
            unknownOrders++;
            delete(reference);
        }
        if (bids[locate] == null) {
            bids[locate] = new BookSide(true);
            asks[locate] = new BookSide(false);
        }
        orders.put(reference, locate, side, shares, price);
        side(locate, side).add(price, Integer.toUnsignedLong(shares));
    }

    private void reduce(DirectBuffer buffer, int offset, int shares) {
        int order = orders.find(reference(buffer, offset));
        if (order == OrderTable.NONE) {
            unknownOrders++;
            return;
        }
        int left = orders.shares(order) - shares;
        if (Integer.compareUnsigned(shares, orders.shares(order)) >= 0) {
            if (left != 0) {
                unknownOrders++;
            }
            remove(order);
        } else {
            orders.shares(order, left);
            side(orders.locate(order), orders.side(order)).remove(orders.price(order), Integer.toUnsignedLong(shares));
        }
    }

    private void delete(long reference) {
        int order = orders.find(reference);
        if (order == OrderTable.NONE) {
            unknownOrders++;
        } else {
            remove(order);
        }
    }

    private void replace(DirectBuffer buffer, int offset) {
        int order = orders.find(reference(buffer, offset));
        if (order == OrderTable.NONE) {
            unknownOrders++;
            return;
        }
        int locate = orders.locate(order);
        byte side = orders.side(order);
        remove(order);
        put(buffer.getLong(offset + ItchMessage.REPLACE_NEW_REFERENCE_OFFSET, ByteOrder.BIG_ENDIAN), locate, side,
                buffer.getInt(offset + ItchMessage.REPLACE_SHARES_OFFSET, ByteOrder.BIG_ENDIAN),
                buffer.getInt(offset + ItchMessage.REPLACE_PRICE_OFFSET, ByteOrder.BIG_ENDIAN));
    }

    private void remove(int order) {
        side(orders.locate(order), orders.side(order))
                .remove(orders.price(order), Integer.toUnsignedLong(orders.shares(order)));
        orders.remove(order);
    }

    private void name(DirectBuffer buffer, int offset, int nameOffset) {
        byte[] name = new byte[ItchMessage.STOCK_LENGTH];
        buffer.getBytes(offset + nameOffset, name);
        names[ItchMessage.locate(buffer, offset)] = new String(name, StandardCharsets.US_ASCII).stripTrailing();
    }

    private BookSide side(int locate, byte side) {
        return side == ItchMessage.BUY ? bids[locate] : asks[locate];
    }

    private static long reference(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + ItchMessage.REFERENCE_OFFSET, ByteOrder.BIG_ENDIAN);
    }
}
