package io.sonic.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The order book of one symbol, moved by orders at random: they are added and cancelled at all levels, improve the best
 * price, and trade against it. A level whose size is used up goes away, and with it the price moves.
 */
final class SimulatedBook {

    /** Price levels of each side. */
    static final int LEVELS = 5;
    static final int BUY = 0;
    static final int SELL = 1;

    private static final long UNIT = 100_000_000;
    private static final long LOT = UNIT / 10_000;
    private static final int MAX_LOTS = 100_000;
    private static final int TRADES_PERCENT = 20;
    private static final int IMPROVEMENTS_PERCENT = 15;

    private final String symbol;
    private final UnsafeBuffer symbolBytes;
    private final int digits;
    private final long tick;
    private final long lowest;
    private final long highest;
    /** Size of each level of each side, the best one first; its price is as many ticks behind the best. */
    private final long[][] sizes = new long[2][LEVELS];
    private final long[] best = new long[2];
    private long tradeSize;
    private long tradePrice;
    private int tradeSide;

    /**
     * Creates a book.
     *
     * @param price around which it begins; it stays between half and double of it.
     * @param digits of a price behind the point.
     */
    SimulatedBook(String symbol, double price, int digits, SplittableRandom random) {
        this.symbol = symbol;
        this.digits = digits;
        symbolBytes = new UnsafeBuffer(symbol.getBytes(US_ASCII));
        tick = UNIT / (long) Math.pow(10, digits);
        best[BUY] = Math.round(price * UNIT) / tick * tick;
        best[SELL] = best[BUY] + tick;
        lowest = best[BUY] / 2;
        highest = best[BUY] * 2;
        for (long[] side : sizes) {
            for (int level = 0; level < LEVELS; level++) {
                side[level] = size(random);
            }
        }
    }

    /** Lets one thing happen. */
    void move(SplittableRandom random) {
        int side = random.nextInt(2);
        int what = random.nextInt(100);
        tradeSize = 0;
        if (what < TRADES_PERCENT) {
            trade(side, size(random), random);
        } else if (what < TRADES_PERCENT + IMPROVEMENTS_PERCENT) {
            improve(side, random);
        } else {
            // Not all at a level is one's own to cancel: it never becomes empty this way.
            sizes[side][random.nextInt(LEVELS)] = size(random);
        }
    }

    /** Somebody takes from the best level of the other side. */
    private void trade(int side, long wanted, SplittableRandom random) {
        int taken = 1 - side;
        tradeSide = side;
        tradePrice = best[taken];
        tradeSize = Math.min(wanted, sizes[taken][0]);
        sizes[taken][0] -= tradeSize;
        if (sizes[taken][0] == 0) {
            System.arraycopy(sizes[taken], 1, sizes[taken], 0, LEVELS - 1);
            sizes[taken][LEVELS - 1] = size(random);
            best[taken] += taken == BUY ? -tick : tick;
            keepInRange();
        }
    }

    /** Somebody offers a better price, where there is room between the two sides. */
    private void improve(int side, SplittableRandom random) {
        if (best[SELL] - best[BUY] > tick) {
            System.arraycopy(sizes[side], 0, sizes[side], 1, LEVELS - 1);
            sizes[side][0] = size(random);
            best[side] += side == BUY ? tick : -tick;
        }
    }

    private void keepInRange() {
        long shift = best[BUY] < lowest ? tick : best[SELL] > highest ? -tick : 0;
        best[BUY] += shift;
        best[SELL] += shift;
    }

    private static long size(SplittableRandom random) {
        return (1 + random.nextInt(MAX_LOTS)) * LOT;
    }

    String symbol() {
        return symbol;
    }

    /** Digits of a price behind the point. */
    int digits() {
        return digits;
    }

    long price(int side, int level) {
        return best[side] + (side == BUY ? -level : level) * tick;
    }

    long size(int side, int level) {
        return sizes[side][level];
    }

    /** What was traded in the last move; 0 when nothing was. */
    long tradeSize() {
        return tradeSize;
    }

    long tradePrice() {
        return tradePrice;
    }

    /** The side of the one who took. */
    int tradeSide() {
        return tradeSide;
    }

    void putQuote(Quote quote) {
        quote.symbol(symbolBytes, 0, symbolBytes.capacity());
        quote.bidPrice = best[BUY];
        quote.bidSize = sizes[BUY][0];
        quote.askPrice = best[SELL];
        quote.askSize = sizes[SELL][0];
    }
}
