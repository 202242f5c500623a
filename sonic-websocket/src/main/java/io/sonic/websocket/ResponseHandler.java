package io.sonic.websocket;

import java.io.IOException;

/**
 * Sees what a server answers to the request for a websocket, whatever it is, before it is checked.
 */
@FunctionalInterface
public interface ResponseHandler {
    /**
     * Called for each answer but informational ones, on the reactor's thread: for redirects and refusals too.
     *
     * @param url      what was asked, without user information.
     * @param response as it came.
     * @throws IOException when it is not acceptable; the handshake fails with it.
     */
    void onResponse(String url, HttpHead response) throws IOException;
}
