package io.sonic.websocket;

import io.sonic.IoStatus;

/**
 * Is told how the close of a connection ended.
 */
@FunctionalInterface
public interface CloseHandler {
    /**
     * Called once per {@link WebSocketStream#asyncClose}, on the reactor's thread.
     *
     * @param status {@link IoStatus#OK} when both sides sent a close frame, or why that did not come about.
     */
    void onClose(IoStatus status);
}
