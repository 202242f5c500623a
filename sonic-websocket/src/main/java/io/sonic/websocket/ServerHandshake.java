package io.sonic.websocket;

import io.sonic.ConnectHandler;
import io.sonic.IoStatus;
import io.sonic.Stream;
import java.io.IOException;
import java.util.List;

/**
 * Waits for the request for a websocket, checks it, and answers (RFC 6455, 4.2).
 */
final class ServerHandshake extends Handshake {
    private final List<HttpHead.Field> extraFields;
    private IOException refusal;

    ServerHandshake(Connection connection, WebSocketStream.Context context, ConnectHandler handler) {
        super(connection, "", context.handshakeTimeoutNs(), handler);
        extraFields = context.fields();
    }

    void accept(Stream accepted) {
        use(accepted);
        startDeadline();
        read();
    }

    @Override
    String phase() {
        return refusal == null ? "waiting for the client's request" : "refusing the client's request";
    }

    @Override
    void onHead(HttpHead head) throws IOException {
        String target = UpgradeRequest.check(head);
        sender.raw(UpgradeResponse.write(head.value("Sec-WebSocket-Key"), extraFields));
        sender.flush();
        if (connection.isHandshaking()) {
            connection.handshakeSucceeded(head, target, head.value("Host"));
        }
    }

    @Override
    void onRefused(IOException why) {
        refusal = new IOException(connection.subject() + ": the client's request is refused: " + why.getMessage(), why);
        UpgradeRequest.Refusal answer = why instanceof UpgradeRequest.Refusal known ? known
            : new UpgradeRequest.Refusal("400 Bad Request", why.getMessage());
        sender.raw(answer.answer());
        sender.flush();
        onFlushed();
    }

    @Override
    void onFlushed() {
        if (refusal != null && sender.isFlushed() && connection.isHandshaking()) {
            connection.handshakeFailed(IoStatus.FAILED, refusal, 0);
        }
    }

    @Override
    void onEnd(IoStatus status) {
        if (status == IoStatus.END_OF_STREAM) {
            fail(IoStatus.FAILED, "the client closed the connection during the handshake");
        } else {
            failByTransport(status);
        }
    }
}
