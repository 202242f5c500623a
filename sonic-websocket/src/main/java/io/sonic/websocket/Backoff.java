package io.sonic.websocket;

import java.util.SplittableRandom;

/**
 * How long to wait before the next attempt: twice as long each time, up to a limit, and between half and all of that,
 * so that clients that were cut off together do not come back together.
 */
final class Backoff {
    private static final int MAX_DOUBLINGS = 62;

    private final SplittableRandom random = new SplittableRandom();
    private final long initialNs;
    private final long maxNs;
    private int attempts;

    Backoff(long initialNs, long maxNs) {
        this.initialNs = initialNs;
        this.maxNs = maxNs;
    }

    long nextNs() {
        long limit = maxNs >> Math.min(attempts, MAX_DOUBLINGS) <= initialNs ? maxNs
            : Math.min(maxNs, initialNs << attempts);
        // Beyond the limit more doublings change nothing.
        attempts += limit < maxNs ? 1 : 0;
        return limit - (limit > 1 ? random.nextLong(limit / 2 + 1) : 0);
    }

    void reset() {
        attempts = 0;
    }
}
