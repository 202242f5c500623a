package io.sonic.feed;

import java.io.IOException;
import org.agrona.DirectBuffer;

/**
 * Receives the one stream that several lines make.
 *
 * <p><b>Threading</b>: the thread that gives packets to the arbiter; of a {@link Feed} the reactor's.
 *
 * <p><b>Errors</b>: what a method throws does not keep messages from coming; it goes to the reactor's error handler.
 */
@FunctionalInterface
public interface FeedHandler {
    /**
     * A message: each number once, in the order of the numbers.
     *
     * @param sequence number of the message; numbers of 32 bits go on beyond them.
     * @param buffer   that the message is in, where it was received; valid until the method returns.
     * @param offset   of the message.
     * @param length   of the message in bytes.
     */
    void onMessage(long sequence, DirectBuffer buffer, int offset, int length);

    /**
     * Messages are missing: a later one came first. Nothing is lost yet.
     *
     * @param first number that is missing.
     * @param last  number that is missing.
     */
    default void onGap(long first, long last) {
    }

    /**
     * Messages are lost: no line brought them, nor did recovery, in time. Exactly these will never come.
     *
     * @param first number that is lost.
     * @param last  number that is lost.
     */
    default void onLost(long first, long last) {
    }

    /**
     * Numbers start: with the first packet, in a new session, or after a reset.
     *
     * @param expected the number that comes next.
     */
    default void onSession(long expected) {
    }

    /**
     * A session has ended, and all of it was handed on or is lost.
     *
     * @param next the number behind its last one.
     */
    default void onEndOfSession(long next) {
    }

    /**
     * Nothing came on a line for the time that {@link Arbiter.Context#silenceTimeoutNs} says.
     *
     * @param line its number.
     */
    default void onLineSilent(int line) {
    }

    /**
     * A line that was silent brings packets again.
     *
     * @param line its number.
     */
    default void onLineBack(int line) {
    }

    /**
     * A line could not be received from; it is tried again after the time of silence.
     *
     * @param line   its number.
     * @param reason what the system said.
     */
    default void onLineFailed(int line, IOException reason) {
    }
}
