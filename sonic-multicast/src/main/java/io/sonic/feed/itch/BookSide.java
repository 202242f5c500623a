package io.sonic.feed.itch;

import java.util.Arrays;

/**
 * The levels of one side of a book, the best one last, where most changes are.
 */
final class BookSide {
    private final boolean buying;
    private int[] prices = new int[16];
    private long[] shares = new long[16];
    private int levels;

    BookSide(boolean buying) {
        this.buying = buying;
    }

    void add(int price, long more) {
        int level = levels - 1;
        while (level >= 0 && isBetter(prices[level], price)) {
            level--;
        }
        if (level >= 0 && prices[level] == price) {
            shares[level] += more;
            return;
        }
        if (levels == prices.length) {
            prices = Arrays.copyOf(prices, 2 * levels);
            shares = Arrays.copyOf(shares, 2 * levels);
        }
        int at = level + 1;
        System.arraycopy(prices, at, prices, at + 1, levels - at);
        System.arraycopy(shares, at, shares, at + 1, levels - at);
        prices[at] = price;
        shares[at] = more;
        levels++;
    }

    void remove(int price, long less) {
        int level = levels - 1;
        while (level >= 0 && prices[level] != price) {
            level--;
        }
        if (level < 0) {
            return;
        }
        shares[level] -= less;
        if (shares[level] <= 0) {
            levels--;
            System.arraycopy(prices, level + 1, prices, level, levels - level);
            System.arraycopy(shares, level + 1, shares, level, levels - level);
        }
    }

    void clear() {
        levels = 0;
    }

    int levels() {
        return levels;
    }

    /** The price of a level, 0 being the best. */
    int price(int level) {
        return level < levels ? prices[levels - 1 - level] : 0;
    }

    long shares(int level) {
        return level < levels ? shares[levels - 1 - level] : 0;
    }

    private boolean isBetter(int price, int other) {
        return buying ? price > other : price < other;
    }
}
