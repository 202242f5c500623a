package io.sonic;

import org.agrona.concurrent.NanoClock;

/**
 * A clock that a test sets.
 */
final class ManualClock implements NanoClock {
    private long nowNs;

    ManualClock(long nowNs) {
        this.nowNs = nowNs;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    void advance(long ns) {
        nowNs += ns;
    }
}
