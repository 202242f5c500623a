package io.sonic.websocket;

/**
 * Counts what may still be sent: tokens come back evenly, up to a number that may be used at once.
 */
final class TokenBucket {
    private final long capacity;
    private final long intervalNs;
    /**
     * When the bucket would be full: each token that is taken moves it on. So nothing has to be counted back.
     */
    private long fullAtNs;

    /**
     * Creates a full bucket.
     *
     * @param capacity how many tokens there are per period; 0 for any number.
     */
    TokenBucket(int capacity, long periodNs, long nowNs) {
        this.capacity = capacity;
        intervalNs = capacity == 0 ? 0 : Math.max(1, periodNs / capacity);
        fullAtNs = nowNs;
    }

    boolean tryTake(long nowNs) {
        if (delayNs(nowNs) > 0) {
            return false;
        }
        take(1, nowNs);
        return true;
    }

    /**
     * Takes tokens whether there are any or not: for what has been sent already.
     */
    void take(long count, long nowNs) {
        if (fullAtNs - nowNs < 0) {
            fullAtNs = nowNs;
        }
        fullAtNs += count * intervalNs;
    }

    /**
     * How long until there is a token.
     */
    long delayNs(long nowNs) {
        return capacity == 0 ? 0 : Math.max(0, fullAtNs - nowNs - (capacity - 1) * intervalNs);
    }
}
