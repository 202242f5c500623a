package io.sonic.feed;

/**
 * What became of the numbers of a feed.
 *
 * <p><b>Threading</b>: the thread of the arbiter.
 */
public final class FeedStatistics {
    long delivered;
    long duplicates;
    long gaps;
    long recovered;
    long restored;
    long lost;
    long first = -1;
    long last = -1;
    long numbers;
    int maxDepth;

    FeedStatistics() {
    }

    /**
     * Messages that were handed on.
     *
     * @return messages.
     */
    public long delivered() {
        return delivered;
    }

    /**
     * Copies of messages that were not needed any more.
     *
     * @return messages.
     */
    public long duplicates() {
        return duplicates;
    }

    /**
     * Ranges that were missing when something later came.
     *
     * @return ranges.
     */
    public long gaps() {
        return gaps;
    }

    /**
     * Messages that recovery brought before any line did.
     *
     * @return messages.
     */
    public long recovered() {
        return recovered;
    }

    /**
     * Messages that were not handed on because a snapshot contained them.
     *
     * @return messages.
     */
    public long restored() {
        return restored;
    }

    /**
     * Messages that are lost.
     *
     * @return messages.
     */
    public long lost() {
        return lost;
    }

    /**
     * The number of the first message that was handed on.
     *
     * @return the number, -1 when there is none.
     */
    public long first() {
        return first;
    }

    /**
     * The number of the last message that was handed on.
     *
     * @return the number, -1 when there is none.
     */
    public long last() {
        return last;
    }

    /**
     * The most numbers between what was expected and what had come.
     *
     * @return numbers.
     */
    public int maxDepth() {
        return maxDepth;
    }
}
