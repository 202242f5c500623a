package io.sonic.websocket;

/**
 * What became of a message that was given to a {@link WebSocketSession}.
 */
public enum SendOutcome {
    /**
     * It will be sent; its handler is called once.
     */
    ACCEPTED,
    /**
     * There is no connection at the moment.
     */
    NOT_CONNECTED,
    /**
     * The venue's limit does not allow it now: see {@link WebSocketSession#rateLimitDelayNs()}.
     */
    RATE_LIMITED,
    /**
     * Too much waits to be written already.
     */
    BACK_PRESSURED
}
