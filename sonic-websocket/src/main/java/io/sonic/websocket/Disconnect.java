package io.sonic.websocket;

import java.io.IOException;

/**
 * Why a session lost its connection.
 *
 * @param cause       who or what ended it.
 * @param closeCode   of the peer's close frame; {@link CloseCode#ABNORMAL} when it sent none.
 * @param closeReason of the peer's close frame; may be empty.
 * @param failure     says it in a sentence; null when the peer closed in order.
 */
public record Disconnect(Cause cause, int closeCode, String closeReason, IOException failure) {
    /**
     * Who or what ended a connection.
     */
    public enum Cause {
        /**
         * The peer sent a close frame.
         */
        CLOSED_BY_PEER,
        /**
         * The connection ended without one, or the protocol was broken.
         */
        LOST,
        /**
         * A heartbeat was not answered in time, or could not be sent.
         */
        HEARTBEAT_MISSED,
        /**
         * No data came for too long.
         */
        DATA_SILENCE,
        /**
         * {@link WebSocketSession#reconnect()} was called.
         */
        RECONNECT_REQUESTED
    }
}
