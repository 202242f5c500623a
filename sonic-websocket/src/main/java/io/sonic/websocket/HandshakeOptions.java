package io.sonic.websocket;

import io.sonic.SocketOptions;
import io.sonic.tls.TlsContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The options of a {@link WebSocketStream.Context} that are for the handshake.
 */
final class HandshakeOptions {
    final List<HttpHead.Field> fields = new ArrayList<>();
    List<String> protocols = List.of();
    /**
     * What a server accepts; null for any.
     */
    List<String> origins;
    long timeoutNs = 5_000_000_000L;
    /**
     * By the phase's number; 0 for no limit of its own.
     */
    final long[] phaseTimeoutsNs = new long[HandshakePhase.values().length];
    /**
     * Null for no compression.
     */
    PerMessageDeflate deflate;
    int maxRedirects;
    boolean insecureRedirects;
    Proxy proxy;
    /**
     * Null for the default: a client's, and no TLS for a server.
     */
    TlsContext tls;
    RequestHandler requestHandler;
    ResponseHandler responseHandler;
    UpgradeHandler upgradeHandler;
    SocketOptions socketOptions = new SocketOptions();

    HandshakeOptions() {
    }

    HandshakeOptions(HandshakeOptions other) {
        fields.addAll(other.fields);
        protocols = other.protocols;
        origins = other.origins;
        timeoutNs = other.timeoutNs;
        System.arraycopy(other.phaseTimeoutsNs, 0, phaseTimeoutsNs, 0, phaseTimeoutsNs.length);
        deflate = other.deflate;
        maxRedirects = other.maxRedirects;
        insecureRedirects = other.insecureRedirects;
        proxy = other.proxy;
        tls = other.tls;
        requestHandler = other.requestHandler;
        responseHandler = other.responseHandler;
        upgradeHandler = other.upgradeHandler;
        socketOptions = other.socketOptions;
    }
}
