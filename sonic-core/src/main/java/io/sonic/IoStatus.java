package io.sonic;

/**
 * How an operation ended.
 *
 * <p>A closed list: an operation that was accepted ends with exactly one of these. What the kernel said in the case of
 * {@link #FAILED} stays on the channel ({@link Channel#errno()}, {@link Channel#failure()}).
 */
public enum IoStatus {
    /**
     * It did what it was asked to.
     */
    OK,
    /**
     * Nothing could be done without waiting. Only {@code try…} calls return it, and only a layer with a bounded queue
     * of its own ends an operation with it, at once: what was to be queued is not.
     */
    WOULD_BLOCK,
    /**
     * The peer has sent everything that it will send.
     */
    END_OF_STREAM,
    /**
     * A datagram was longer than the buffer that received it; the rest is lost.
     */
    TRUNCATED,
    /**
     * {@code cancel} was called while the operation waited.
     */
    CANCELLED,
    /**
     * The channel or its reactor was closed on this side while the operation waited.
     */
    CLOSED,
    /**
     * The time given to the operation ran out.
     */
    TIMED_OUT,
    /**
     * The system refused: see {@link Channel#failure()}.
     */
    FAILED;

    private static final IoStatus[] VALUES = values();

    private final int code = -1 - ordinal();

    /**
     * The negative number that stands for this outcome in the result of a {@code try…} call.
     *
     * @return a negative number, different for each outcome.
     */
    public int code() {
        return code;
    }

    /**
     * Translates the negative result of a {@code try…} call.
     *
     * @param code a negative result.
     * @return the outcome it stands for.
     * @throws IllegalArgumentException when no outcome has this code.
     */
    public static IoStatus of(int code) {
        int ordinal = -1 - code;
        if (ordinal < 0 || ordinal >= VALUES.length) {
            throw new IllegalArgumentException("no outcome has the code " + code);
        }
        return VALUES[ordinal];
    }
}
