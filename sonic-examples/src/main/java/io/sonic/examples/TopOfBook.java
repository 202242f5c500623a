package io.sonic.examples;

import java.lang.invoke.VarHandle;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Best bid and ask of up to {@value #MAX_SYMBOLS} symbols, in the order in which they were first seen.
 *
 * <p>One thread updates it, without allocating. Another one may look at it at any time: each row has a version, which
 * is odd while the row is being written.
 */
final class TopOfBook {

    static final int MAX_SYMBOLS = 256;

    private static final int ROW_LENGTH = 128;
    private static final int VERSION_OFFSET = 0;
    private static final int UPDATE_OFFSET = 8;
    private static final int SYMBOL_OFFSET = 16;
    private static final int BID_PRICE_OFFSET = 40;
    private static final int BID_SIZE_OFFSET = 48;
    private static final int ASK_PRICE_OFFSET = 56;
    private static final int ASK_SIZE_OFFSET = 64;
    private static final int SLOTS = 2 * MAX_SYMBOLS;

    private final UnsafeBuffer rows = Memory.allocate(MAX_SYMBOLS * ROW_LENGTH);
    /** Row number plus one, by hash of the symbol. */
    private final int[] slots = new int[SLOTS];
    private volatile int symbols;

    /**
     * Takes over a quote, unless the row has a later one.
     *
     * @param update number of the update; a higher one is a later one.
     * @return whether the quote was the latest.
     */
    boolean apply(long update, Quote quote) {
        int row = row(quote.symbol);
        if (row < 0 || rows.getLong(row + UPDATE_OFFSET) >= update) {
            return false;
        }
        long version = rows.getLong(row + VERSION_OFFSET);
        rows.putLong(row + VERSION_OFFSET, version + 1);
        VarHandle.storeStoreFence();
        rows.putLong(row + UPDATE_OFFSET, update);
        rows.putLong(row + BID_PRICE_OFFSET, quote.bidPrice);
        rows.putLong(row + BID_SIZE_OFFSET, quote.bidSize);
        rows.putLong(row + ASK_PRICE_OFFSET, quote.askPrice);
        rows.putLong(row + ASK_SIZE_OFFSET, quote.askSize);
        rows.putLongOrdered(row + VERSION_OFFSET, version + 2);
        return true;
    }

    /** The number of symbols that were seen; from any thread. */
    int symbols() {
        return symbols;
    }

    /** Copies a row; from any thread. */
    void read(int index, Quote quote) {
        int row = index * ROW_LENGTH;
        while (true) {
            long version = rows.getLongVolatile(row + VERSION_OFFSET);
            quote.symbol(rows, row + SYMBOL_OFFSET, Quote.SYMBOL_LENGTH);
            quote.bidPrice = rows.getLong(row + BID_PRICE_OFFSET);
            quote.bidSize = rows.getLong(row + BID_SIZE_OFFSET);
            quote.askPrice = rows.getLong(row + ASK_PRICE_OFFSET);
            quote.askSize = rows.getLong(row + ASK_SIZE_OFFSET);
            VarHandle.loadLoadFence();
            if ((version & 1) == 0 && version == rows.getLong(row + VERSION_OFFSET)) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Finds or makes the row of a symbol: its offset, or -1 when there is no room for one more. */
    private int row(DirectBuffer symbol) {
        long hash = symbol.getLong(0) * 31 + symbol.getLong(8) * 17 + symbol.getLong(16);
        int slot = Math.floorMod(hash ^ hash >>> 29, SLOTS);
        while (slots[slot] != 0) {
            int row = (slots[slot] - 1) * ROW_LENGTH;
            if (Memory.firstDifference(symbol, rows, row + SYMBOL_OFFSET, Quote.SYMBOL_LENGTH) < 0) {
                return row;
            }
            slot = (slot + 1) % SLOTS;
        }
        int count = symbols;
        if (count == MAX_SYMBOLS) {
            return -1;
        }
        int row = count * ROW_LENGTH;
        rows.putBytes(row + SYMBOL_OFFSET, symbol, 0, Quote.SYMBOL_LENGTH);
        rows.putLong(row + UPDATE_OFFSET, -1);
        slots[slot] = count + 1;
        symbols = count + 1;
        return row;
    }
}
