package io.sonic.buffers;

/**
 * Receives ranges of sequence numbers that are missing.
 */
@FunctionalInterface
public interface GapHandler {
    /**
     * Is told a range of which nothing was received.
     *
     * @param first first sequence number that is missing.
     * @param last  last sequence number that is missing; both are part of the range.
     */
    void onGap(long first, long last);
}
