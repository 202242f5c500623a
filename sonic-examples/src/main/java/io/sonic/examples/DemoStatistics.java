package io.sonic.examples;

import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * What the demo's client counts, for other threads to look at. The client's methods wait for nobody and allocate
 * nothing.
 */
final class DemoStatistics {

    static final int WEBSOCKET = 0;
    static final int MULTICAST = 1;
    static final int FEEDS = 2;
    static final int LINES = 2;

    private static final long LONGEST_NS = 60_000_000_000L;
    private static final int MESSAGES = 0;
    private static final int FIRST = MESSAGES + FEEDS;
    private static final int PACKETS = FIRST + FEEDS;
    private static final int WINS = PACKETS + LINES;
    private static final int LATE = WINS + LINES;
    private static final int MISSING = LATE + LINES;
    private static final int GAPS = MISSING + LINES;
    private static final int RECOVERED = GAPS + 1;
    private static final int LOST = RECOVERED + 1;
    private static final int COUNTERS = LOST + 1;

    private final AtomicLongArray counters = new AtomicLongArray(COUNTERS);
    private final SingleWriterRecorder[] recorders = {
        new SingleWriterRecorder(1, LONGEST_NS, 3), new SingleWriterRecorder(1, LONGEST_NS, 3)
    };
    private final Histogram measured = new Histogram(1, LONGEST_NS, 3);

    /**
     * Takes note of an update that a feed brought and that has been dealt with.
     *
     * @param first whether no other feed had brought it before.
     */
    void update(int feed, long latencyNs, boolean first) {
        long recordedNs = Math.clamp(latencyNs, 1, LONGEST_NS);
        recorders[feed].recordValue(recordedNs);
        measured.recordValue(recordedNs);
        set(FIRST + feed, counters.getPlain(FIRST + feed) + (first ? 1 : 0));
        set(MESSAGES + feed, counters.getPlain(MESSAGES + feed) + 1);
    }

    /** Takes over what the arbiter counts. */
    void lines(FeedArbiter arbiter) {
        for (int line = 0; line < LINES; line++) {
            set(PACKETS + line, arbiter.packets(line));
            set(WINS + line, arbiter.wins(line));
            set(LATE + line, arbiter.late(line));
            set(MISSING + line, arbiter.missing(line));
        }
        set(GAPS, arbiter.gaps());
        set(RECOVERED, arbiter.recovered());
        set(LOST, arbiter.lost());
    }

    /** Begins to measure latencies anew. */
    void beginMeasuring() {
        measured.reset();
    }

    private void set(int counter, long value) {
        counters.setRelease(counter, value);
    }

    /** Updates that a feed brought, without copies of the same packet. */
    long messages(int feed) {
        return counters.getAcquire(MESSAGES + feed);
    }

    /** Updates that a feed brought before the other one. */
    long first(int feed) {
        return counters.getAcquire(FIRST + feed);
    }

    /** Packets of both lines, with all copies. */
    long packets() {
        return packets(0) + packets(1);
    }

    /** As {@link FeedArbiter#packets(int)}. */
    long packets(int line) {
        return counters.getAcquire(PACKETS + line);
    }

    /** As {@link FeedArbiter#wins}. */
    long wins(int line) {
        return counters.getAcquire(WINS + line);
    }

    /** As {@link FeedArbiter#late}. */
    long late(int line) {
        return counters.getAcquire(LATE + line);
    }

    /** As {@link FeedArbiter#missing}. */
    long missing(int line) {
        return counters.getAcquire(MISSING + line);
    }

    /** As {@link FeedArbiter#gaps()}. */
    long gaps() {
        return counters.getAcquire(GAPS);
    }

    /** As {@link FeedArbiter#recovered()}. */
    long recovered() {
        return counters.getAcquire(RECOVERED);
    }

    /** As {@link FeedArbiter#lost()}. */
    long lost() {
        return counters.getAcquire(LOST);
    }

    /**
     * Takes the latencies since the last call: from before the publication until the book is up to date.
     *
     * @param recycled what the last call returned, or null.
     */
    Histogram latencies(int feed, Histogram recycled) {
        return recorders[feed].getIntervalHistogram(recycled);
    }

    /** The latencies of both feeds in the measured part; final when the client's thread has ended. */
    Histogram measuredLatencies() {
        return measured;
    }
}
