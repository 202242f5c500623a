package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A client and a server that are connected over loopback, in one reactor.
 */
final class WebSocketPair implements AutoCloseable {
    final Loop loop = new Loop();
    final WebSocketStream client;
    final WebSocketStream server;

    WebSocketPair() throws IOException {
        this(new WebSocketStream.Context(), new WebSocketStream.Context());
    }

    WebSocketPair(WebSocketStream.Context clientContext, WebSocketStream.Context serverContext) throws IOException {
        client = WebSocketStream.open(loop.reactor, clientContext);
        server = WebSocketStream.open(loop.reactor, serverContext);
        try (TcpListener listener = TcpListener.open(loop.reactor, loopback())) {
            listener.asyncAccept((status, stream) -> server.asyncAccept(stream, this::requireOk));
            client.asyncHandshake(url(listener) + "/path?query", this::requireOk);
            loop.until(() -> client.isConnected() && server.isConnected());
        }
    }

    static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    static String url(TcpListener listener) {
        return "ws://127.0.0.1:" + listener.localAddress().getPort();
    }

    private void requireOk(IoStatus status) {
        if (status != IoStatus.OK) {
            throw new AssertionError(status + ": " + client.failure() + ", " + server.failure());
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
        loop.close();
    }
}
