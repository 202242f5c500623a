package io.sonic.tls;

import io.sonic.IoStatus;

/**
 * Is told how a handshake ended.
 */
@FunctionalInterface
public interface HandshakeHandler {
    /**
     * Called once per handshake, on the reactor's thread.
     *
     * @param status {@link IoStatus#OK}, {@link IoStatus#TIMED_OUT}, {@link IoStatus#CANCELLED},
     *               {@link IoStatus#CLOSED} or {@link IoStatus#FAILED}; {@link TlsStream#failure()} says why.
     */
    void onHandshake(IoStatus status);
}
