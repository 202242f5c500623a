package io.sonic.benchmarks.peers;

import org.HdrHistogram.Histogram;

/**
 * Times round trips, one at a time, the warm-up left out.
 */
final class RoundTrips {
    private static final long HIGHEST_NS = 60_000_000_000L;

    private final Histogram histogram = new Histogram(HIGHEST_NS, 3);
    private final long turns;
    private final long warmup;
    private long turn;
    private long startNs;

    RoundTrips(PeerOptions options) {
        warmup = options.warmup();
        turns = warmup + options.count();
    }

    void sending() {
        startNs = System.nanoTime();
    }

    /**
     * Ends a round trip; false after the last one.
     */
    boolean received() {
        long elapsedNs = System.nanoTime() - startNs;
        if (turn >= warmup) {
            histogram.recordValue(Math.min(elapsedNs, HIGHEST_NS));
        }
        turn++;
        return turn < turns;
    }

    String summary(String name) {
        return name + ": p50_ns=" + histogram.getValueAtPercentile(50)
            + " p99_ns=" + histogram.getValueAtPercentile(99)
            + " p999_ns=" + histogram.getValueAtPercentile(99.9)
            + " max_ns=" + histogram.getMaxValue();
    }
}
