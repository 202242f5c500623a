package io.sonic.websocket;

import org.agrona.DirectBuffer;

/**
 * Sees the control frames that the peer sends. They are dealt with already: a ping is answered, a close too.
 */
@FunctionalInterface
public interface ControlHandler {
    /**
     * Called for each control frame, on the reactor's thread, in the order of the frames. Control frames are only seen
     * while the connection is read from.
     *
     * <p><b>Ownership</b>: the range given is valid until this call returns.
     *
     * @param opcode {@link Opcode#PING}, {@link Opcode#PONG} or {@link Opcode#CLOSE}.
     * @param buffer holds the payload.
     * @param offset of the first byte of the payload.
     * @param length of the payload in bytes, 0 to 125.
     */
    void onControl(Opcode opcode, DirectBuffer buffer, int offset, int length);
}
