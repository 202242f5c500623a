package io.sonic;

/**
 * What a {@link Reactor} counts, see {@link Reactor#counters()}.
 */
public enum ReactorCounter {
    /**
     * Completed operations, timers and posts.
     */
    COMPLETIONS(7001, "completions"),
    /**
     * Bytes read from streams and received in datagrams.
     */
    BYTES_READ(7002, "bytes read"),
    /**
     * Bytes written to streams and sent in datagrams.
     */
    BYTES_WRITTEN(7003, "bytes written"),
    /**
     * Attempts for which the system was not ready ({@code EAGAIN}).
     */
    WOULD_BLOCK(7004, "would block"),
    /**
     * Operations that were attempted inside of the call that started them.
     */
    INLINE_COMPLETIONS(7005, "inline completions"),
    /**
     * Posts that were run.
     */
    POSTS(7006, "posts"),
    /**
     * The longest handler in nanoseconds, with those that it completed inline; measured only with
     * {@link Reactor.Context#slowHandlerThresholdNs(long)}.
     */
    LONGEST_HANDLER(7007, "longest handler in ns");

    final String label;
    private final int typeId;

    ReactorCounter(int typeId, String label) {
        this.typeId = typeId;
        this.label = label;
    }

    /**
     * The type that Agrona's counters have it under.
     *
     * @return the same for every reactor; the label tells reactors apart.
     */
    public int typeId() {
        return typeId;
    }
}
