package io.sonic.examples;

/**
 * Knows what is missing from two numbers: {@link #present()}, up to which nothing is, and {@link #future()}, which was
 * the highest to arrive. So a gap is known, and asked for, when it opens, and not when one gets to it.
 */
final class GapTracker {

    private long present;
    private long future;
    private long gapFirst;

    /** Up to this number everything has arrived, and was handed out. */
    long present() {
        return present;
    }

    /** The highest number that has arrived; as high as {@link #present()} when nothing is missing. */
    long future() {
        return future;
    }

    /**
     * Is told of a packet of the feed.
     *
     * @return whether a gap has opened before it: from {@link #gapFirst()} to the number before this one.
     */
    boolean arrived(long sequence) {
        gapFirst = future + 1;
        boolean gap = sequence > gapFirst;
        future = Math.max(future, sequence);
        return gap;
    }

    long gapFirst() {
        return gapFirst;
    }

    /** Tells whether a packet is the next to be handed out. */
    boolean isNext(long sequence) {
        return sequence == present + 1;
    }

    /** Tells whether a packet has been handed out already. */
    boolean isBehind(long sequence) {
        return sequence <= present;
    }

    /** Is told that the next packet was handed out. */
    void handedOut() {
        present++;
    }
}
