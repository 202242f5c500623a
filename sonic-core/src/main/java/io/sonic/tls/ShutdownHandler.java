package io.sonic.tls;

import io.sonic.IoStatus;

/**
 * Is told how a shutdown ended.
 */
@FunctionalInterface
public interface ShutdownHandler {
    /**
     * Called once per shutdown, on the reactor's thread.
     *
     * @param status {@link IoStatus#OK} when both sides have said that nothing follows; otherwise
     *               {@link IoStatus#TIMED_OUT}, {@link IoStatus#CANCELLED}, {@link IoStatus#CLOSED} or
     *               {@link IoStatus#FAILED}, and {@link TlsStream#failure()} says why.
     */
    void onShutdown(IoStatus status);
}
