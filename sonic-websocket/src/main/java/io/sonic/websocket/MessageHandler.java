package io.sonic.websocket;

import io.sonic.IoStatus;
import org.agrona.DirectBuffer;

/**
 * Is given a message.
 */
@FunctionalInterface
public interface MessageHandler {
    /**
     * Called once per {@link WebSocketStream#asyncNextMessage}, on the reactor's thread.
     *
     * <p><b>Ownership</b>: the buffer is the connection's own. The range given is valid, and may be read, until this
     * call returns; copy what must stay.
     *
     * @param status {@link IoStatus#OK}, or why there is no message: see {@link WebSocketStream#asyncNextMessage}.
     * @param type   {@link Opcode#TEXT}, which is valid UTF-8, or {@link Opcode#BINARY}; null without a message.
     * @param buffer holds the message; null without one.
     * @param offset of the first byte of the message.
     * @param length of the message in bytes; may be 0.
     */
    void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length);
}
