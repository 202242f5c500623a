package io.sonic.examples;

import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * What the demo's client counts, for another thread to look at. The client's methods wait for nobody and allocate
 * nothing.
 */
final class DemoStatistics {

    static final int WEBSOCKET = 0;
    static final int MULTICAST = 1;
    static final int FEEDS = 2;

    private static final long LONGEST_NS = 60_000_000_000L;
    private static final int FIRST = 2;
    private static final int PACKETS = 4;
    private static final int GAPS = 5;
    private static final int RECOVERED = 6;
    private static final int WAITING = 7;
    private static final int LOST = 8;
    private static final int COUNTED_MESSAGES = 9;
    private static final int COUNTED_BYTES = 10;
    private static final int COUNTERS = 11;

    private final AtomicLongArray counters = new AtomicLongArray(COUNTERS);
    private final SingleWriterRecorder[] recorders = {
        new SingleWriterRecorder(1, LONGEST_NS, 3), new SingleWriterRecorder(1, LONGEST_NS, 3)
    };

    /** Takes note of a message of the websocket that has been dealt with. */
    void websocket(long latencyNs, boolean first) {
        message(WEBSOCKET, latencyNs, first);
    }

    /** Takes note of a packet that has been dealt with. */
    void multicast(long latencyNs, boolean first) {
        message(MULTICAST, latencyNs, first);
    }

    private void message(int feed, long latencyNs, boolean first) {
        counters.setRelease(feed, counters.getPlain(feed) + 1);
        if (first) {
            counters.setRelease(FIRST + feed, counters.getPlain(FIRST + feed) + 1);
        }
        recorders[feed].recordValue(Math.clamp(latencyNs, 1, LONGEST_NS));
    }

    /** Takes over what the arbiter counts. */
    void lines(FeedArbiter arbiter) {
        counters.setRelease(PACKETS, arbiter.packets());
        counters.setRelease(GAPS, arbiter.gaps());
        counters.setRelease(RECOVERED, arbiter.recovered());
        counters.setRelease(WAITING, arbiter.waiting());
        counters.setRelease(LOST, arbiter.lost());
    }

    /** Takes over what the counted messages allocated. */
    void counted(long messages, long bytes) {
        counters.setRelease(COUNTED_MESSAGES, messages);
        counters.setRelease(COUNTED_BYTES, bytes);
    }

    /** Messages of a feed, without copies of the same packet. */
    long messages(int feed) {
        return counters.getAcquire(feed);
    }

    /** How often a feed was the first to bring an update of the book. */
    long first(int feed) {
        return counters.getAcquire(FIRST + feed);
    }

    /** Packets of both lines, with all copies. */
    long packets() {
        return counters.getAcquire(PACKETS);
    }

    /** As {@link FeedArbiter#gaps()}. */
    long gaps() {
        return counters.getAcquire(GAPS);
    }

    /** As {@link FeedArbiter#recovered()}. */
    long recovered() {
        return counters.getAcquire(RECOVERED);
    }

    /** As {@link FeedArbiter#lost()}, and at the end of the session also what still waits. */
    long lost(boolean sessionEnded) {
        return counters.getAcquire(LOST) + (sessionEnded ? counters.getAcquire(WAITING) : 0);
    }

    long countedMessages() {
        return counters.getAcquire(COUNTED_MESSAGES);
    }

    long countedBytes() {
        return counters.getAcquire(COUNTED_BYTES);
    }

    /**
     * Takes the latencies since the last call: from before the publication until the book is up to date.
     *
     * @param recycled what the last call returned, or null.
     */
    Histogram latencies(int feed, Histogram recycled) {
        return recorders[feed].getIntervalHistogram(recycled);
    }
}
