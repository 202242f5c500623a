package io.sonic.examples.exchange;

import java.util.Arrays;

/**
 * One side of a book: levels in the order of their prices, the best one first, in arrays. Prices and sizes keep the
 * digits that the venue sent, because checksums are made of them.
 */
final class BookSide {

    private final boolean bids;
    private long[] priceDigits = new long[64];
    private int[] priceDecimals = new int[64];
    private long[] sizeDigits = new long[64];
    private int[] sizeDecimals = new int[64];
    private int count;

    BookSide(boolean bids) {
        this.bids = bids;
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** Sets what there is at a price; a size of 0 takes the level out. */
    void set(long price, int decimals, long size, int sizeDigitsBehindPoint) {
        int found = find(price, decimals);
        if (size == 0) {
            if (found >= 0) {
                count--;
                move(found + 1, found, count - found);
            }
            return;
        }
        int index = found;
        if (found < 0) {
            index = -found - 1;
            if (count == priceDigits.length) {
                grow();
            }
            move(index, index + 1, count - index);
            count++;
        }
        priceDigits[index] = price;
        priceDecimals[index] = decimals;
        sizeDigits[index] = size;
        sizeDecimals[index] = sizeDigitsBehindPoint;
    }

    /** The index of a price; where there is none, the negative index of where it belongs, less 1. */
    private int find(long price, int decimals) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            int order = Digits.compare(priceDigits[middle], priceDecimals[middle], price, decimals);
            if (order == 0) {
                return middle;
            }
            if (order < 0 != bids) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private void move(int from, int to, int length) {
        System.arraycopy(priceDigits, from, priceDigits, to, length);
        System.arraycopy(priceDecimals, from, priceDecimals, to, length);
        System.arraycopy(sizeDigits, from, sizeDigits, to, length);
        System.arraycopy(sizeDecimals, from, sizeDecimals, to, length);
    }

    private void grow() {
        int length = 2 * count;
        priceDigits = Arrays.copyOf(priceDigits, length);
        priceDecimals = Arrays.copyOf(priceDecimals, length);
        sizeDigits = Arrays.copyOf(sizeDigits, length);
        sizeDecimals = Arrays.copyOf(sizeDecimals, length);
    }

    /** Takes out what is worse than so many levels. */
    void truncate(int depth) {
        count = Math.min(count, depth);
    }

    /** Compares the best prices of two sides; each has one. */
    int compareBest(BookSide other) {
        return Digits.compare(priceDigits[0], priceDecimals[0], other.priceDigits[0], other.priceDecimals[0]);
    }

    long priceDigits(int index) {
        return priceDigits[index];
    }

    long sizeDigits(int index) {
        return sizeDigits[index];
    }

    String price(int index) {
        return Digits.format(priceDigits[index], priceDecimals[index]);
    }

    String size(int index) {
        return Digits.format(sizeDigits[index], sizeDecimals[index]);
    }
}
