package io.sonic.examples.exchange;

import java.util.Arrays;
import tools.jackson.core.JsonParser;

/** What one message says of one book, whatever the order in which it says it. Used again for each message. */
final class BookUpdate {

    static final long NONE = -1;

    private final Digits number = new Digits();
    private boolean[] bid = new boolean[256];
    private long[] price = new long[256];
    private int[] priceDecimals = new int[256];
    private long[] size = new long[256];
    private int[] sizeDecimals = new int[256];
    private int count;

    /** The name of the book; null when the message is about none. */
    String symbol;
    /** Whether it replaces what was there. */
    boolean snapshot;
    /** Whether it is only wanted where there was no snapshot yet. */
    boolean seed;
    /** The numbers of the first and the last change in it. */
    long first;
    long last;
    /** The number of the change before, where the venue says it. */
    long previous;
    /** Whether the numbers only have to rise, with gaps. */
    boolean rising;
    boolean hasChecksum;
    int checksum;
    /** Levels that the venue keeps on a side; 0 for all. */
    int depth;
    /** The number of the last trade, where trades are counted without gaps. */
    long trade;
    /** Whether the trade is new, and not only the last one so far. */
    boolean newTrade;

    void clear() {
        count = 0;
        symbol = null;
        snapshot = false;
        seed = false;
        first = NONE;
        last = NONE;
        previous = NONE;
        rising = false;
        hasChecksum = false;
        depth = 0;
        trade = NONE;
        newTrade = false;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void readPrice(JsonParser json, boolean isBid) {
        if (count == price.length) {
            bid = Arrays.copyOf(bid, 2 * count);
            price = Arrays.copyOf(price, 2 * count);
            priceDecimals = Arrays.copyOf(priceDecimals, 2 * count);
            size = Arrays.copyOf(size, 2 * count);
            sizeDecimals = Arrays.copyOf(sizeDecimals, 2 * count);
        }
        number.parse(json.getStringCharacters(), json.getStringOffset(), json.getStringLength());
        bid[count] = isBid;
        price[count] = number.digits;
        priceDecimals[count] = number.decimals;
    }

    /** Reads the size that belongs to the price before, and keeps both. */
    void readSize(JsonParser json) {
        number.parse(json.getStringCharacters(), json.getStringOffset(), json.getStringLength());
        size[count] = number.digits;
        sizeDecimals[count] = number.decimals;
        count++;
    }

    /** Keeps the price that was read, as one that is gone. */
    void remove() {
        size[count] = 0;
        sizeDecimals[count] = 0;
        count++;
    }

    void side(boolean isBid) {
        bid[count] = isBid;
    }

    void applyTo(OrderBook book) {
        if (snapshot) {
            book.clear();
        }
        for (int i = 0; i < count; i++) {
            (bid[i] ? book.bids : book.asks).set(price[i], priceDecimals[i], size[i], sizeDecimals[i]);
        }
        if (depth > 0) {
            book.bids.truncate(depth);
            book.asks.truncate(depth);
        }
    }
}
