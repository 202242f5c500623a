package io.sonic.feed;

/**
 * What a packet of a feed is, as its {@link PacketFormat} reads it.
 */
public enum PacketKind {
    /**
     * Carries {@link PacketHeader#count()} messages, numbered from {@link PacketHeader#sequence()} on.
     */
    DATA,
    /**
     * Carries nothing: {@link PacketHeader#sequence()} is the number that comes next.
     */
    HEARTBEAT,
    /**
     * Ends the session: {@link PacketHeader#sequence()} is the number behind its last one.
     */
    END_OF_SESSION,
    /**
     * Starts the numbers anew: {@link PacketHeader#sequence()} is the one that comes next.
     */
    RESET,
    /**
     * Carries nothing that is numbered.
     */
    UNNUMBERED,
    /**
     * Contradicts the format; nothing of it is used.
     */
    MALFORMED
}
