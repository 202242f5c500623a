package io.sonic.websocket;

import io.sonic.ConnectHandler;
import io.sonic.FifoBuffer;
import io.sonic.IoStatus;
import io.sonic.Stream;
import io.sonic.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Connects, asks for a websocket, and checks the answer (RFC 6455, 4.1).
 */
final class ClientHandshake extends Handshake {
    private static final long BODY_TIMEOUT_NS = 1_000_000_000L;
    private static final int MAX_INFORMATIONAL = 8;

    private final WebSocketUrl url;
    private final List<HttpHead.Field> extraFields;
    private final String key = HandshakeKeys.newKey();
    private String phase = "connecting";
    private int informational;
    private HttpHead refusal;
    private RefusalBody body;

    ClientHandshake(Connection connection, WebSocketUrl url, WebSocketStream.Context context, ConnectHandler handler) {
        super(connection, "HTTP/1.1 ", context.handshakeTimeoutNs(), handler);
        this.url = url;
        extraFields = context.fields();
    }

    void connect(TcpStream tcp) {
        use(tcp);
        startDeadline();
        tcp.asyncConnect(address(url), 0, status -> {
            if (connection.isHandshaking()) {
                if (status == IoStatus.OK) {
                    request();
                } else {
                    failByTransport(status);
                }
            }
        });
    }

    /**
     * An address is used as it is; a name is resolved on another thread.
     */
    private static InetSocketAddress address(WebSocketUrl url) {
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(url.host()), url.port());
        } catch (IllegalArgumentException e) {
            return InetSocketAddress.createUnresolved(url.host(), url.port());
        }
    }

    void upgrade(Stream connected) {
        use(connected);
        startDeadline();
        request();
    }

    private void request() {
        phase = "waiting for the server's answer";
        sender.raw(UpgradeRequest.write(url, key, extraFields));
        sender.flush();
        if (connection.isHandshaking()) {
            read();
        }
    }

    @Override
    String phase() {
        return phase;
    }

    @Override
    void onFlushed() {
        // The answer says more.
    }

    @Override
    void onHead(HttpHead head) throws IOException {
        int status = UpgradeResponse.statusCode(head);
        if (status == UpgradeResponse.SWITCHING_PROTOCOLS) {
            UpgradeResponse.check(head, key);
            connection.handshakeSucceeded(head, url.target(), url.hostField());
        } else if (status < 200) {
            // RFC 9110, 15.2: other informational answers come before the one that counts.
            if (++informational > MAX_INFORMATIONAL) {
                throw new IOException("it is the informational answer number " + informational);
            }
            readNextHead();
        } else {
            refusal = head;
            body = new RefusalBody(head);
            hurry(BODY_TIMEOUT_NS);
            onBytes(received);
        }
    }

    @Override
    void onBytes(FifoBuffer bytes) throws IOException {
        if (body == null) {
            super.onBytes(bytes);
            return;
        }
        body.append(bytes.buffer(), bytes.readOffset(), bytes.readableLength());
        bytes.reset();
        if (body.isComplete()) {
            refuse();
        } else {
            read();
        }
    }

    @Override
    void onRefused(IOException why) {
        connection.handshakeFailed(IoStatus.FAILED,
            new IOException(connection.subject() + ": the server's answer is refused: " + why.getMessage(), why), 0);
    }

    @Override
    void onEnd(IoStatus status) {
        if (body != null) {
            refuse();
        } else if (status == IoStatus.END_OF_STREAM) {
            fail(IoStatus.FAILED, hasReceived() ? "the server closed the connection in the middle of its answer"
                : "the server closed the connection without an answer");
        } else {
            failByTransport(status);
        }
    }

    @Override
    void onDeadline() {
        if (body != null) {
            refuse();
        } else {
            super.onDeadline();
        }
    }

    private void refuse() {
        try {
            connection.handshakeFailed(IoStatus.FAILED, new UpgradeRefusedException(connection.subject(),
                UpgradeResponse.statusCode(refusal), UpgradeResponse.reason(refusal), refusal, body.toBytes()), 0);
        } catch (IOException e) {
            onRefused(e);
        }
    }
}
