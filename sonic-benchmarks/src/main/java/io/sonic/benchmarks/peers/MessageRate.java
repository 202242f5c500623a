package io.sonic.benchmarks.peers;

/**
 * Counts messages and times them, the warm-up left out.
 */
final class MessageRate {
    private final long warmup;
    private final long count;
    private long messages;
    private long bytes;
    private long startNs = System.nanoTime();
    private long endNs;

    MessageRate(PeerOptions options) {
        warmup = options.warmup();
        count = options.count();
    }

    /**
     * Counts one message; false after the last one.
     */
    boolean received(int length) {
        messages++;
        bytes += length;
        if (messages == warmup) {
            bytes = 0;
            startNs = System.nanoTime();
        }
        if (messages < count) {
            return true;
        }
        endNs = System.nanoTime();
        return false;
    }

    String summary(String name) {
        long counted = messages - warmup;
        return name + ": messages=" + counted + " bytes=" + bytes
            + " messages_per_s=" + Math.round(counted * 1e9 / (endNs - startNs));
    }
}
