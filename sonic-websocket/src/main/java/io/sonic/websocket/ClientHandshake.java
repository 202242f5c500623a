package io.sonic.websocket;

import io.sonic.ConnectHandler;
import io.sonic.IoStatus;
import io.sonic.Stream;
import io.sonic.TcpStream;
import io.sonic.tls.TlsStream;
import java.io.IOException;

/**
 * Connects, through a proxy and TLS where they are wanted, asks for a websocket, checks the answer (RFC 6455, 4.1), and
 * follows redirects.
 */
final class ClientHandshake extends Handshake {
    private static final long BODY_TIMEOUT_NS = 1_000_000_000L;
    private static final int MAX_INFORMATIONAL = 8;

    private final Redirects redirects;
    private WebSocketUrl url;
    private String key;
    private Tunnel tunnel;
    private int informational;
    private HttpHead refusal;
    private RefusalBody body;

    ClientHandshake(Connection connection, WebSocketUrl url, HandshakeOptions options, ConnectHandler handler) {
        super(connection, "HTTP/1.1 ", options, handler);
        this.url = url;
        redirects = new Redirects(options);
    }

    void connect() {
        startDeadline();
        dial();
    }

    private void dial() {
        TcpStream tcp = TcpStream.open(connection.reactor, options.socketOptions);
        use(tcp);
        Proxy proxy = options.proxy;
        if (proxy == null) {
            new Dial(this, tcp, url.host(), url.port()).start();
        } else {
            new Dial(this, tcp, proxy.host(), proxy.port()).start();
        }
    }

    void onConnected() {
        if (options.proxy == null) {
            onReached();
            return;
        }
        enter(HandshakePhase.PROXY);
        try {
            tunnel = Tunnel.through(options.proxy, url);
        } catch (IOException e) {
            onRefused(e);
            return;
        }
        write(tunnel.opening(), READ_SAYS_MORE);
        read();
    }

    /**
     * What is written from now on reaches the server.
     */
    private void onReached() {
        tunnel = null;
        if (!url.secure()) {
            onTransportReady();
            return;
        }
        TlsStream secured;
        try {
            secured = TlsStream.client(transport(), options.tls == null ? DefaultTls.context() : options.tls,
                url.host(), url.port());
        } catch (IOException | IllegalArgumentException e) {
            failWith(IoStatus.FAILED, e.getMessage(), e, 0);
            return;
        }
        use(secured);
        shakeHands(secured);
    }

    /**
     * Asks over a stream that is connected already.
     */
    void upgrade(Stream connected) {
        use(connected);
        startDeadline();
        if (connected instanceof TlsStream given && !given.isReady()) {
            shakeHands(given);
        } else {
            onTransportReady();
        }
    }

    @Override
    void onTransportReady() {
        enter(HandshakePhase.UPGRADE);
        key = HandshakeKeys.newKey();
        OutgoingHead request = UpgradeRequest.write(url, key, options, redirects);
        if (options.requestHandler != null) {
            try {
                options.requestHandler.onRequest(url.text(), request);
            } catch (IOException | RuntimeException e) {
                failWith(IoStatus.FAILED, "the request is not sent: " + e.getMessage(), e, 0);
                return;
            }
        }
        if (connection.isHandshaking()) {
            write(request.toBytes(), READ_SAYS_MORE);
            read();
        }
    }

    @Override
    void onBytes() throws IOException {
        if (tunnel != null) {
            onTunnelBytes();
        } else if (body != null) {
            onBodyBytes();
        } else {
            super.onBytes();
        }
    }

    private void onTunnelBytes() throws IOException {
        byte[] next = tunnel.onBytes(received);
        if (tunnel.isOpen()) {
            if (received.readableLength() > 0) {
                // Nobody has been asked anything yet; taking it for the server's answer would let a proxy forge it.
                throw new IOException(options.proxy + " sent " + received.readableLength()
                    + " bytes that nobody asked for");
            }
            onReached();
            return;
        }
        if (next != null) {
            write(next, READ_SAYS_MORE);
        }
        read();
    }

    private void onBodyBytes() {
        body.append(received.buffer(), received.readOffset(), received.readableLength());
        received.reset();
        if (body.isComplete()) {
            refuse();
        } else {
            read();
        }
    }

    @Override
    void onHead(HttpHead head) throws IOException {
        int status = UpgradeResponse.statusCode(head);
        if (status < 200 && status != UpgradeResponse.SWITCHING_PROTOCOLS) {
            // RFC 9110, 15.2: other informational answers come before the one that counts.
            if (++informational > MAX_INFORMATIONAL) {
                throw new IOException("it is the informational answer number " + informational);
            }
            readNextHead();
            return;
        }
        if (options.responseHandler != null) {
            show(head);
            if (!connection.isHandshaking()) {
                return;
            }
        }
        if (status == UpgradeResponse.SWITCHING_PROTOCOLS) {
            String protocol = UpgradeResponse.check(head, key, options.protocols);
            connection.deflate(DeflateNegotiation.accept(head, options.deflate), options.deflate);
            connection.handshakeSucceeded(head, url.target(), url.hostField(), protocol);
            return;
        }
        WebSocketUrl next = redirects.next(url, status, head);
        if (next != null) {
            follow(next);
        } else {
            refusal = head;
            body = new RefusalBody(head);
            hurry(BODY_TIMEOUT_NS);
            onBodyBytes();
        }
    }

    private void show(HttpHead head) throws IOException {
        try {
            options.responseHandler.onResponse(url.text(), head);
        } catch (RuntimeException e) {
            throw new IOException(e.toString(), e);
        }
    }

    private void follow(WebSocketUrl next) {
        connection.subject(next.text() + " (redirected from " + url.text() + ")");
        url = next;
        informational = 0;
        received.reset();
        transport().close();
        dial();
    }

    @Override
    void onRefused(IOException why) {
        if (why instanceof DeflateNegotiation.UnacceptableException) {
            connection.refuseExtension(why.getMessage());
        }
        if (tunnel != null) {
            IOException failure = why instanceof ProxyRefusedException refused ? refused.at(connection.subject())
                : new IOException(connection.subject() + ": " + why.getMessage(), why);
            connection.handshakeFailed(IoStatus.FAILED, failure, 0);
        } else {
            failWith(IoStatus.FAILED, "the server's answer is refused: " + why.getMessage(), why, 0);
        }
    }

    @Override
    void onEnd(IoStatus status) {
        if (body != null) {
            refuse();
        } else if (status != IoStatus.END_OF_STREAM) {
            failByTransport(status);
        } else if (tunnel != null) {
            fail(IoStatus.FAILED, options.proxy + " closed the connection without an answer");
        } else {
            fail(IoStatus.FAILED, hasReceived() ? "the server closed the connection in the middle of its answer"
                : "the server closed the connection without an answer");
        }
    }

    @Override
    void onDeadline(long timeoutNs) {
        if (body != null) {
            refuse();
        } else {
            super.onDeadline(timeoutNs);
        }
    }

    private void refuse() {
        try {
            connection.handshakeFailed(IoStatus.FAILED, new UpgradeRefusedException(connection.subject(),
                UpgradeResponse.statusCode(refusal), UpgradeResponse.reason(refusal), refusal, body.toBytes(),
                redirects.refusal()), 0);
        } catch (IOException e) {
            onRefused(e);
        }
    }
}
