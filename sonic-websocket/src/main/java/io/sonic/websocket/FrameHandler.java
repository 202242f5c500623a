package io.sonic.websocket;

import io.sonic.IoStatus;
import org.agrona.DirectBuffer;

/**
 * Is given a frame of a message.
 */
@FunctionalInterface
public interface FrameHandler {
    /**
     * Called once per {@link WebSocketStream#asyncNextFrame}, on the reactor's thread.
     *
     * <p><b>Ownership</b>: the buffer is the connection's own. The range given is valid, and may be read, until this
     * call returns; copy what must stay.
     *
     * @param status  {@link IoStatus#OK}, or why there is no frame: see {@link WebSocketStream#asyncNextMessage}.
     * @param opcode  {@link Opcode#TEXT} or {@link Opcode#BINARY} for the first frame of a message,
     *                {@link Opcode#CONTINUATION} for the others; null without a frame.
     * @param isFinal whether it is the last frame of its message.
     * @param buffer  holds the payload; null without a frame. A character of a text may go on in the next frame.
     * @param offset  of the first byte of the payload.
     * @param length  of the payload in bytes; may be 0.
     */
    void onFrame(IoStatus status, Opcode opcode, boolean isFinal, DirectBuffer buffer, int offset, int length);
}
