package io.sonic.websocket;

import java.io.IOException;

/**
 * Sees the request of a client before a server answers it, and may say how it is answered.
 */
@FunctionalInterface
public interface UpgradeHandler {
    /**
     * Called for each request that asks rightly for a websocket, on the reactor's thread.
     *
     * @param target  path and query of the request.
     * @param request as it came.
     * @param answer  what will be answered; valid until this call returns.
     * @throws IOException when it cannot be answered; the client is told 500.
     */
    void onUpgrade(String target, HttpHead request, UpgradeAnswer answer) throws IOException;
}
