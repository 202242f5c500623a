package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.NameResolver;
import io.sonic.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Connects to a host: looks its addresses up, and tries one after the other.
 */
final class Dial {
    private final ClientHandshake handshake;
    private final TcpStream tcp;
    private final String host;
    private final int port;
    private InetAddress[] addresses;
    private int next;
    private IOException reason;

    Dial(ClientHandshake handshake, TcpStream tcp, String host, int port) {
        this.handshake = handshake;
        this.tcp = tcp;
        this.host = host;
        this.port = port;
    }

    void start() {
        InetAddress literal = WebSocketUrl.literal(host);
        if (literal != null) {
            tryAll(new InetAddress[] {literal});
        } else {
            handshake.enter(HandshakePhase.RESOLVE);
            NameResolver.asyncResolve(handshake.connection.reactor, host, this::onResolved);
        }
    }

    private void onResolved(InetAddress[] found, UnknownHostException failure) {
        if (!handshake.isAt(tcp)) {
            return;
        }
        if (failure != null) {
            handshake.failWith(IoStatus.FAILED, failure.getMessage(), failure, 0);
        } else {
            tryAll(found);
        }
    }

    private void tryAll(InetAddress[] found) {
        addresses = found;
        handshake.enter(HandshakePhase.CONNECT);
        tryNext();
    }

    private void tryNext() {
        tcp.asyncConnect(new InetSocketAddress(addresses[next++], port), 0, this::onConnect);
    }

    private void onConnect(IoStatus status) {
        if (!handshake.isAt(tcp)) {
            return;
        }
        if (status == IoStatus.OK) {
            handshake.onConnected();
            return;
        }
        IOException why = tcp.failure();
        if (reason != null) {
            why.addSuppressed(reason);
        }
        reason = why;
        if (status == IoStatus.FAILED && next < addresses.length) {
            tryNext();
        } else {
            handshake.failWith(status, why.getMessage(), why, tcp.errno());
        }
    }
}
