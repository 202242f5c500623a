package io.sonic.websocket;

/**
 * What the handshake of a client goes through, in this order; that of a server knows {@link #TLS} and {@link #UPGRADE}.
 */
public enum HandshakePhase {
    /**
     * The addresses of the host, or of the proxy, are looked up.
     */
    RESOLVE("resolving the name of the host"),
    /**
     * The TCP connection is made; all addresses together.
     */
    CONNECT("connecting"),
    /**
     * The proxy is asked to connect to the server.
     */
    PROXY("waiting for the proxy"),
    /**
     * Keys are agreed on, and who the peer is.
     */
    TLS("agreeing on TLS"),
    /**
     * The websocket is asked for, and the answer is awaited.
     */
    UPGRADE("waiting for the server's answer");

    private final String activity;

    HandshakePhase(String activity) {
        this.activity = activity;
    }

    /**
     * What is done in this phase, for messages.
     */
    String activity() {
        return activity;
    }
}
