package io.sonic.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A heartbeat of a venue's own, in place of the ping of the protocol: a message, and how its answer is recognised.
 */
public interface Heartbeat {
    /**
     * The most bytes that the message has.
     *
     * @return a length, 0 or more.
     */
    int maxLength();

    /**
     * Writes the message, a text. Called each time; it may count, or tell the time.
     *
     * @param buffer where to.
     * @param offset of the first byte.
     * @return the length in bytes, at most {@link #maxLength()}.
     */
    int encode(MutableDirectBuffer buffer, int offset);

    /**
     * Tells whether a message answers heartbeats. Such a message is not handed to the user, and is no data.
     *
     * @param type   of the message.
     * @param buffer holds it; valid until this call returns.
     * @param offset of the first byte.
     * @param length in bytes.
     * @return whether it is an answer.
     */
    boolean isReply(Opcode type, DirectBuffer buffer, int offset, int length);

    /**
     * A heartbeat of an unchanging text.
     *
     * @param message {@code ping}, or <code>{"op":"ping"}</code>, for instance.
     * @param reply   recognises the answer.
     * @return a new heartbeat.
     */
    static Heartbeat text(String message, MessageMatcher reply) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        Objects.requireNonNull(reply, "reply");
        return new Heartbeat() {
            @Override
            public int maxLength() {
                return bytes.length;
            }

            @Override
            public int encode(MutableDirectBuffer buffer, int offset) {
                buffer.putBytes(offset, bytes);
                return bytes.length;
            }

            @Override
            public boolean isReply(Opcode type, DirectBuffer buffer, int offset, int length) {
                return reply.matches(type, buffer, offset, length);
            }
        };
    }
}
