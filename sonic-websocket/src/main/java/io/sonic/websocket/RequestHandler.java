package io.sonic.websocket;

import java.io.IOException;

/**
 * Sees the request for a websocket before a client sends it, and may add to it: a signature of this very moment, for
 * instance.
 */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Called for each request, on the reactor's thread: once, and once more for each redirect that is followed.
     *
     * @param url     what is asked, without user information.
     * @param request as it will be sent; valid until this call returns.
     * @throws IOException when the request is not to be sent; the handshake fails with it.
     */
    void onRequest(String url, OutgoingHead request) throws IOException;
}
