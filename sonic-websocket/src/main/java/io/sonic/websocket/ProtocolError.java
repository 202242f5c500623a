package io.sonic.websocket;

/**
 * How a peer can break the protocol: a closed list, each with the code that the connection is closed with.
 */
public enum ProtocolError {
    /**
     * RSV1, RSV2 or RSV3 is set without an extension that gives it a meaning, or on a frame that does not begin a
     * message.
     */
    RESERVED_BITS(CloseCode.PROTOCOL_ERROR, "a frame has reserved bits set, its first byte is"),
    /**
     * The opcode is 3 to 7 or 11 to 15.
     */
    RESERVED_OPCODE(CloseCode.PROTOCOL_ERROR, "a frame has the reserved opcode"),
    /**
     * A close, ping or pong without the FIN bit.
     */
    FRAGMENTED_CONTROL_FRAME(CloseCode.PROTOCOL_ERROR, "a control frame is fragmented, its opcode is"),
    /**
     * A close, ping or pong of more than 125 bytes.
     */
    LONG_CONTROL_FRAME(CloseCode.PROTOCOL_ERROR, "a control frame is longer than 125 bytes, its opcode is"),
    /**
     * A server must not mask.
     */
    MASKED_SERVER_FRAME(CloseCode.PROTOCOL_ERROR, "the server sent a masked frame, its opcode is"),
    /**
     * A client must mask.
     */
    UNMASKED_CLIENT_FRAME(CloseCode.PROTOCOL_ERROR, "the client sent a frame that is not masked, its opcode is"),
    /**
     * A length is not written in the fewest bytes.
     */
    LENGTH_NOT_MINIMAL(CloseCode.PROTOCOL_ERROR, "a frame does not write its length in the fewest bytes, it is"),
    /**
     * The top bit of a length of 64 bits is set.
     */
    LENGTH_OUT_OF_RANGE(CloseCode.PROTOCOL_ERROR, "a frame has the top bit of its 64-bit length set, it is"),
    /**
     * A continuation without a message that it continues.
     */
    UNEXPECTED_CONTINUATION(CloseCode.PROTOCOL_ERROR,
        "a continuation came without a message to continue, its first byte is"),
    /**
     * A new message inside of a fragmented one.
     */
    EXPECTED_CONTINUATION(CloseCode.PROTOCOL_ERROR, "a new message began inside of a fragmented one, its opcode is"),
    /**
     * The payload of a close frame is one byte.
     */
    SHORT_CLOSE_PAYLOAD(CloseCode.PROTOCOL_ERROR, "a close frame has half a close code, its payload length is"),
    /**
     * The close code is reserved or out of range.
     */
    INVALID_CLOSE_CODE(CloseCode.PROTOCOL_ERROR, "a close frame has an invalid close code"),
    /**
     * The reason in a close frame is not UTF-8.
     */
    INVALID_CLOSE_REASON(CloseCode.INVALID_PAYLOAD, "a close frame has a reason that is not UTF-8, its close code is"),
    /**
     * A text message is not UTF-8.
     */
    INVALID_UTF8(CloseCode.INVALID_PAYLOAD, "a text message is not UTF-8, found by byte"),
    /**
     * A compressed message cannot be inflated.
     */
    INVALID_DEFLATE(CloseCode.INVALID_PAYLOAD, "a compressed message cannot be inflated, found behind byte"),
    /**
     * A message is longer than the limit of this side.
     */
    MESSAGE_TOO_LONG(CloseCode.MESSAGE_TOO_BIG, "a message is over the limit, its length so far is");

    private final int closeCode;
    private final String sentence;

    ProtocolError(int closeCode, String sentence) {
        this.closeCode = closeCode;
        this.sentence = sentence;
    }

    /**
     * The code that the connection is closed with.
     *
     * @return 1002, 1007 or 1009.
     */
    public int closeCode() {
        return closeCode;
    }

    /**
     * Says what the peer did.
     *
     * @param culprit the number that broke the rule.
     * @return a sentence that ends with the number, without a full stop.
     */
    public String describe(long culprit) {
        boolean bits = this == RESERVED_BITS || this == UNEXPECTED_CONTINUATION;
        return sentence + ' ' + (bits ? "0x" + Long.toHexString(culprit) : Long.toUnsignedString(culprit));
    }
}
