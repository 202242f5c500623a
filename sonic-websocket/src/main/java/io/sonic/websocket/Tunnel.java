package io.sonic.websocket;

import io.sonic.FifoBuffer;
import java.io.IOException;

/**
 * What is said to a proxy until it has connected to the server. Knows no socket.
 */
interface Tunnel {
    /**
     * What is said first.
     */
    byte[] opening();

    /**
     * Takes what the proxy has said, as far as it is complete.
     *
     * @return what is said next, or null.
     * @throws IOException when the proxy refuses, or says what it must not.
     */
    byte[] onBytes(FifoBuffer received) throws IOException;

    /**
     * Tells whether what follows is said to the server.
     */
    boolean isOpen();

    static Tunnel through(Proxy proxy, WebSocketUrl url) throws IOException {
        return switch (proxy.type()) {
            case HTTP -> new HttpTunnel(proxy, url);
            case SOCKS5 -> new SocksTunnel(proxy, url);
        };
    }
}
