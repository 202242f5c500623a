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
    private static final int VALUES_LENGTH = 16 * CountersManager.COUNTER_LENGTH;
    private static final int LABELS_LENGTH = 16 * CountersManager.METADATA_LENGTH;

    long bytesRead;
    long bytesWritten;
    long wouldBlocks;
    long inlineCompletions;
    long posts;
    long longestHandlerNs;

    private final AtomicCounter publishedCompletions;
    private final AtomicCounter publishedBytesRead;
    private final AtomicCounter publishedBytesWritten;
    private final AtomicCounter publishedWouldBlocks;
    private final AtomicCounter publishedInlineCompletions;
    private final AtomicCounter publishedPosts;
    private final AtomicCounter publishedLongestHandlerNs;

    ReactorCounters(CountersManager manager, String reactor) {
        publishedCompletions = manager.newCounter(reactor + ": completions", Reactor.COMPLETIONS_COUNTER);
        publishedBytesRead = manager.newCounter(reactor + ": bytes read", Reactor.BYTES_READ_COUNTER);
        publishedBytesWritten = manager.newCounter(reactor + ": bytes written", Reactor.BYTES_WRITTEN_COUNTER);
        publishedWouldBlocks = manager.newCounter(reactor + ": would block", Reactor.WOULD_BLOCK_COUNTER);
        publishedInlineCompletions =
                manager.newCounter(reactor + ": inline completions", Reactor.INLINE_COMPLETIONS_COUNTER);
        publishedPosts = manager.newCounter(reactor + ": posts", Reactor.POSTS_COUNTER);
        publishedLongestHandlerNs =
                manager.newCounter(reactor + ": longest handler in ns", Reactor.LONGEST_HANDLER_COUNTER);
    }

    static CountersManager newManager() {
        return new CountersManager(
                new UnsafeBuffer(ByteBuffer.allocateDirect(LABELS_LENGTH)),
                new UnsafeBuffer(ByteBuffer.allocateDirect(VALUES_LENGTH)));
    }

    void publish(long completions) {
        publishedCompletions.setRelease(completions);
        publishedBytesRead.setRelease(bytesRead);
        publishedBytesWritten.setRelease(bytesWritten);
        publishedWouldBlocks.setRelease(wouldBlocks);
        publishedInlineCompletions.setRelease(inlineCompletions);
        publishedPosts.setRelease(posts);
        publishedLongestHandlerNs.setRelease(longestHandlerNs);
    }

    /**
     * Gives the counters back to their manager.
     */
    void close() {
        publishedCompletions.close();
        publishedBytesRead.close();
        publishedBytesWritten.close();
        publishedWouldBlocks.close();
        publishedInlineCompletions.close();
        publishedPosts.close();
        publishedLongestHandlerNs.close();
    }
}
