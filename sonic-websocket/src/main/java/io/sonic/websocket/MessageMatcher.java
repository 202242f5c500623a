package io.sonic.websocket;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * Tells whether a message is of a certain kind.
 */
@FunctionalInterface
public interface MessageMatcher {
    /**
     * Looks at a message. Called for each one: it must be quick, and not allocate.
     *
     * @param type   of the message.
     * @param buffer holds it; valid until this call returns.
     * @param offset of the first byte.
     * @param length in bytes.
     * @return whether it is of that kind.
     */
    boolean matches(Opcode type, DirectBuffer buffer, int offset, int length);

    /**
     * Matches messages of exactly these characters.
     *
     * @param text {@code pong}, for instance.
     * @return a new matcher.
     */
    static MessageMatcher equalTo(String text) {
        byte[] expected = text.getBytes(StandardCharsets.UTF_8);
        return (type, buffer, offset, length) ->
            length == expected.length && TextMatch.isAt(expected, buffer, offset);
    }

    /**
     * Matches messages that have these characters among the first 256.
     *
     * @param text {@code "op":"pong"}, for instance.
     * @return a new matcher.
     */
    static MessageMatcher containing(String text) {
        byte[] expected = text.getBytes(StandardCharsets.UTF_8);
        return (type, buffer, offset, length) -> TextMatch.isIn(expected, buffer, offset, length);
    }
}
