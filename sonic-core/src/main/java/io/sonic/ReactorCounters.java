package io.sonic;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;

/**
 * What a reactor counts. The loop adds to plain fields, and publishes them at the end of a turn that did something, so
 * that a reader in another thread costs the loop nothing.
 */
final class ReactorCounters {
    private static final ReactorCounter[] COUNTERS = ReactorCounter.values();
    private static final int VALUES_LENGTH = 16 * CountersManager.COUNTER_LENGTH;
    private static final int LABELS_LENGTH = 16 * CountersManager.METADATA_LENGTH;

    long bytesRead;
    long bytesWritten;
    long wouldBlocks;
    long inlineCompletions;
    long posts;
    long longestHandlerNs;

    private final AtomicCounter[] published = new AtomicCounter[COUNTERS.length];

    ReactorCounters(CountersManager manager, String reactor) {
        try {
            for (int i = 0; i < published.length; i++) {
                published[i] = manager.newCounter(reactor + ": " + COUNTERS[i].label, COUNTERS[i].typeId());
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    static CountersManager newManager() {
        return new CountersManager(
                new UnsafeBuffer(ByteBuffer.allocateDirect(LABELS_LENGTH)),
                new UnsafeBuffer(ByteBuffer.allocateDirect(VALUES_LENGTH)));
    }

    void publish(long completions) {
        published[0].setRelease(completions);
        published[1].setRelease(bytesRead);
        published[2].setRelease(bytesWritten);
        published[3].setRelease(wouldBlocks);
        published[4].setRelease(inlineCompletions);
        published[5].setRelease(posts);
        published[6].setRelease(longestHandlerNs);
    }

    /**
     * Gives the counters back to their manager.
     */
    void close() {
        for (AtomicCounter counter : published) {
            if (counter != null) {
                counter.close();
            }
        }
    }
}
