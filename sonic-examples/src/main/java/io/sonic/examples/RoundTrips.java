package io.sonic.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Times round trips, one after the other: from before the write to the callback that has the whole reply.
 *
 * <p>A warm-up is not counted: a third of the count, and more until there were {@value #WARM_UP_ROUND_TRIPS} in
 * {@value #LEAST_WARM_UP_SECONDS} seconds and the thread is warm, see {@link WarmUp}; but no more than the third after
 * {@value #MOST_WARM_UP_SECONDS} seconds, where the other side is far away.
 */
final class RoundTrips {

    private static final int WARM_UP_ROUND_TRIPS = 20_000;
    private static final int LEAST_WARM_UP_SECONDS = 2;
    private static final int MOST_WARM_UP_SECONDS = 10;
    private static final int WARM_UP_ROUND = 1000;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long LONGEST_NS = 3600 * NS_PER_SECOND;

    private final Histogram histogram = new Histogram(1, LONGEST_NS, 3);
    private final ThreadMeter meter = new ThreadMeter();
    private final WarmUp warmUp = new WarmUp();
    private final long count;
    private final long startNs = System.nanoTime();
    private long leftInRound;
    private long done;
    private long sentNs;
    private boolean counting;
    private boolean complete;

    /**
     * Begins the warm-up.
     *
     * @param count round trips to count, at least 1.
     */
    RoundTrips(long count) {
        this.count = count;
        leftInRound = Math.min(WARM_UP_ROUND, (count + 2) / 3);
        meter.start();
    }

    /** Is called right before the request is written. */
    void sending() {
        sentNs = System.nanoTime();
    }

    /**
     * Is called when the reply is there.
     *
     * @return whether another round trip is to follow.
     */
    boolean returned() {
        long nowNs = System.nanoTime();
        histogram.recordValue(Math.min(nowNs - sentNs, LONGEST_NS));
        done++;
        return --leftInRound > 0 || nextRound(nowNs);
    }

    /** Round trips so far, with those of the warm-up. */
    long done() {
        return done;
    }

    boolean isComplete() {
        return complete;
    }

    /** The distribution as lines, with two steps for each halving of what is above. */
    List<String> distribution() {
        List<String> lines = new ArrayList<>();
        for (HistogramIterationValue step : histogram.percentiles(2)) {
            lines.add(String.format(Locale.ROOT, "%9.5f%% %12d ns %12d", step.getPercentileLevelIteratedTo(),
                    step.getValueIteratedTo(), step.getTotalCountToThisValue()));
        }
        return lines;
    }

    String results(String command) {
        return new ResultLine(command)
                .add("p50_ns", histogram.getValueAtPercentile(50))
                .add("p99_ns", histogram.getValueAtPercentile(99))
                .add("p999_ns", histogram.getValueAtPercentile(99.9))
                .add("max_ns", histogram.getMaxValue())
                .addPer("alloc_bytes_per_message", meter.allocatedBytes(), count)
                .toString();
    }

    /**
     * Ends a round. The warm-up has many and ends each in the same way, so that going over to the counted round is
     * nothing new to the compiled code: a branch never taken before would throw it away.
     */
    private boolean nextRound(long nowNs) {
        meter.stop();
        if (counting) {
            complete = true;
            return false;
        }
        counting = isWarmUpOver(nowNs - startNs);
        leftInRound = counting ? count : WARM_UP_ROUND;
        histogram.reset();
        meter.start();
        return true;
    }

    private boolean isWarmUpOver(long elapsedNs) {
        boolean warm = warmUp.isWarm(done) && done >= WARM_UP_ROUND_TRIPS;
        return done >= Math.ceilDiv(count, 3) && elapsedNs >= LEAST_WARM_UP_SECONDS * NS_PER_SECOND
                && (warm || elapsedNs >= MOST_WARM_UP_SECONDS * NS_PER_SECOND);
    }
}
