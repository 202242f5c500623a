package io.sonic.websocket;

/**
 * What a frame is (RFC 6455, 5.2 and 11.8).
 */
public enum Opcode {
    /**
     * A further part of a fragmented message.
     */
    CONTINUATION(0x0),
    /**
     * A message in UTF-8, or its first part.
     */
    TEXT(0x1),
    /**
     * A message of bytes, or its first part.
     */
    BINARY(0x2),
    /**
     * The last frame in its direction.
     */
    CLOSE(0x8),
    /**
     * Asks for a {@link #PONG} with the same payload.
     */
    PING(0x9),
    /**
     * Answers a {@link #PING}, or comes unasked as a heartbeat.
     */
    PONG(0xA);

    private static final Opcode[] BY_CODE = new Opcode[16];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    Opcode(int code) {
        this.code = code;
    }

    /**
     * The number on the wire.
     *
     * @return 0 to 15.
     */
    public int code() {
        return code;
    }

    /**
     * Tells whether this is a control frame: short, never fragmented, and allowed between the fragments of a message.
     *
     * @return true for {@link #CLOSE}, {@link #PING} and {@link #PONG}.
     */
    public boolean isControl() {
        return code >= 0x8;
    }

    /**
     * Finds an opcode by its number.
     *
     * @param code 0 to 15; higher bits are ignored.
     * @return the opcode, or null when the number is reserved.
     */
    static Opcode of(int code) {
        return BY_CODE[code & 0xF];
    }
}
