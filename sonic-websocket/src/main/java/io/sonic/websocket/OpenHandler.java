package io.sonic.websocket;

import io.sonic.IoStatus;

/**
 * Is given a websocket that was connected, or was not.
 */
@FunctionalInterface
public interface OpenHandler {
    /**
     * Called once per {@link WebSocketStream#asyncConnect}, on the reactor's thread.
     *
     * @param status {@link IoStatus#OK}, or why it is not connected: see
     *               {@link WebSocketStream#asyncHandshake(String, io.sonic.ConnectHandler)}.
     * @param ws     the websocket; when it is not connected, its {@link WebSocketStream#failure()} says why.
     */
    void onOpen(IoStatus status, WebSocketStream ws);
}
