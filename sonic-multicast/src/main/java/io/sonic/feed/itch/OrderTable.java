package io.sonic.feed.itch;

import java.util.Arrays;

/**
 * Orders by reference, in arrays: linear probing, and no holes when one is removed.
 */
final class OrderTable {
    static final int NONE = -1;
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private long[] references;
    private int[] shares;
    private int[] prices;
    private char[] locates;
    private byte[] sides; // 0: free
    private int size;

    OrderTable(int capacity) {
        allocate(capacity);
    }

    int size() {
        return size;
    }

    void clear() {
        Arrays.fill(sides, (byte) 0);
        size = 0;
    }

    int find(long reference) {
        int index = home(reference);
        while (sides[index] != 0) {
            if (references[index] == reference) {
                return index;
            }
            index = next(index);
        }
        return NONE;
    }

    void put(long reference, int locate, byte side, int quantity, int price) {
        if (2 * (size + 1) > references.length) {
            grow();
        }
        int index = home(reference);
        while (sides[index] != 0) {
            index = next(index);
        }
        references[index] = reference;
        locates[index] = (char) locate;
        sides[index] = side;
        shares[index] = quantity;
        prices[index] = price;
        size++;
    }

    void remove(int index) {
        size--;
        int hole = index;
        int other = next(hole);
        while (sides[other] != 0) {
            int home = home(references[other]);
            // Whether the way from its home to where it is leads over the hole.
            boolean passes = hole <= other ? home <= hole || home > other : home <= hole && home > other;
            if (passes) {
                references[hole] = references[other];
                locates[hole] = locates[other];
                sides[hole] = sides[other];
                shares[hole] = shares[other];
                prices[hole] = prices[other];
                hole = other;
            }
            other = next(other);
        }
        sides[hole] = 0;
    }

    int locate(int index) {
        return locates[index];
    }

    byte side(int index) {
        return sides[index];
    }

    int shares(int index) {
        return shares[index];
    }

    void shares(int index, int quantity) {
        shares[index] = quantity;
    }

    int price(int index) {
        return prices[index];
    }

    private int home(long reference) {
        return (int) (reference * MULTIPLIER >>> 32) & references.length - 1;
    }

    private int next(int index) {
        return index + 1 & references.length - 1;
    }

    private void allocate(int capacity) {
        references = new long[capacity];
        shares = new int[capacity];
        prices = new int[capacity];
        locates = new char[capacity];
        sides = new byte[capacity];
        size = 0;
    }

    private void grow() {
        long[] oldReferences = references;
        int[] oldShares = shares;
        int[] oldPrices = prices;
        char[] oldLocates = locates;
        byte[] oldSides = sides;
        allocate(2 * oldReferences.length);
        for (int i = 0; i < oldReferences.length; i++) {
            if (oldSides[i] != 0) {
                put(oldReferences[i], oldLocates[i], oldSides[i], oldShares[i], oldPrices[i]);
            }
        }
    }
}
