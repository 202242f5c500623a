package io.sonic.examples;

import io.sonic.feed.itch.ItchEncoder;
import io.sonic.feed.itch.ItchMessage;
import java.util.SplittableRandom;
import org.agrona.MutableDirectBuffer;

/** Orders of some stocks as ITCH 5.0, at random: the directory of the stocks first, then what happens to the orders. */
final class ItchMarket implements FeedSource {

    private static final String[] STOCKS = {"ALPHA", "BRAVO", "CHARLIE", "DELTA"};
    private static final int MAX_OPEN = 4096;
    private static final int LEAST_OPEN = 64;
    private static final int TICK = 100;
    private static final int PRICE = 1_000_000;
    private static final int SPREAD_TICKS = 40;
    private static final int LOT = 100;
    private static final long START_NS = 34_200_000_000_000L;

    private final SplittableRandom random;
    private final long[] references = new long[MAX_OPEN];
    private final int[] shares = new int[MAX_OPEN];
    private final int[] locates = new int[MAX_OPEN];
    private final boolean[] buys = new boolean[MAX_OPEN];
    private int open;
    private long lastReference;
    private long lastMatch;
    private int stocksTold;
    private long messages;

    ItchMarket(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public int next(MutableDirectBuffer buffer, int offset) {
        long timeNs = START_NS + 1000 * messages++;
        if (messages == 1) {
            return ItchEncoder.systemEvent(buffer, offset, timeNs, 'O');
        }
        if (stocksTold < STOCKS.length) {
            stocksTold++;
            return ItchEncoder.stockDirectory(buffer, offset, stocksTold, timeNs, STOCKS[stocksTold - 1]);
        }
        int what = random.nextInt(100);
        if (open < LEAST_OPEN || what < 45 && open < MAX_OPEN) {
            return add(buffer, offset, timeNs);
        }
        int order = random.nextInt(open);
        if (what < 80) {
            return remove(buffer, offset, timeNs, order);
        }
        if (what < 88) {
            return replace(buffer, offset, timeNs, order);
        }
        return reduce(buffer, offset, timeNs, order, what < 94);
    }

    private int add(MutableDirectBuffer buffer, int offset, long timeNs) {
        int locate = 1 + random.nextInt(STOCKS.length);
        boolean buy = random.nextBoolean();
        references[open] = ++lastReference;
        shares[open] = LOT * (1 + random.nextInt(10));
        locates[open] = locate;
        buys[open] = buy;
        open++;
        return ItchEncoder.addOrder(buffer, offset, locate, timeNs, lastReference,
                buy ? ItchMessage.BUY : ItchMessage.SELL, shares[open - 1], STOCKS[locate - 1], price(locate, buy));
    }

    private int remove(MutableDirectBuffer buffer, int offset, long timeNs, int order) {
        int length = ItchEncoder.orderDelete(buffer, offset, locates[order], timeNs, references[order]);
        open--;
        references[order] = references[open];
        shares[order] = shares[open];
        locates[order] = locates[open];
        buys[order] = buys[open];
        return length;
    }

    private int replace(MutableDirectBuffer buffer, int offset, long timeNs, int order) {
        long before = references[order];
        references[order] = ++lastReference;
        shares[order] = LOT * (1 + random.nextInt(10));
        return ItchEncoder.orderReplace(buffer, offset, locates[order], timeNs, before, lastReference, shares[order],
                price(locates[order], buys[order]));
    }

    private int reduce(MutableDirectBuffer buffer, int offset, long timeNs, int order, boolean executed) {
        if (shares[order] <= LOT) {
            return remove(buffer, offset, timeNs, order);
        }
        shares[order] -= LOT;
        return executed
                ? ItchEncoder.orderExecuted(
                        buffer, offset, locates[order], timeNs, references[order], LOT, ++lastMatch)
                : ItchEncoder.orderCancel(buffer, offset, locates[order], timeNs, references[order], LOT);
    }

    private int price(int locate, boolean buy) {
        int ticks = 1 + random.nextInt(SPREAD_TICKS);
        return PRICE * locate + (buy ? -ticks : ticks) * TICK;
    }
}
