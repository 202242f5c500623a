package io.sonic.websocket;

/**
 * When the text that a peer sends is checked to be UTF-8. Text that is not closes the connection with
 * {@link CloseCode#INVALID_PAYLOAD}.
 */
public enum Utf8Check {
    /**
     * As it comes: a wrong byte is found as soon as it is received, in a frame that is not complete too.
     */
    STRICT,
    /**
     * A frame at a time, once all of it is there: a message that is handed out is UTF-8, but the end of a frame is
     * waited for before its first byte is looked at.
     */
    PER_MESSAGE,
    /**
     * Never: for a peer that is trusted, and a user who decodes the text with a check of his own.
     */
    OFF
}
