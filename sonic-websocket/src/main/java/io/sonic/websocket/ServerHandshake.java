package io.sonic.websocket;

import io.sonic.ConnectHandler;
import io.sonic.IoStatus;
import io.sonic.Stream;
import io.sonic.tls.TlsStream;
import java.io.IOException;
import java.util.List;

/**
 * Waits for the request for a websocket, checks it, and answers (RFC 6455, 4.2).
 */
final class ServerHandshake extends Handshake {
    /**
     * How long a client that is refused may take to end the connection. What it still sends is read and dropped,
     * because closing a socket with unread bytes resets it, and the client would not see the answer.
     */
    private static final long LINGER_NS = 1_000_000_000L;

    private IOException refusal;

    ServerHandshake(Connection connection, HandshakeOptions options, ConnectHandler handler) {
        super(connection, "", options, handler);
    }

    void accept(Stream accepted) {
        startDeadline();
        use(accepted);
        if (options.tls != null && !(accepted instanceof TlsStream)) {
            secure(accepted);
            return;
        }
        if (accepted instanceof TlsStream given && !given.isReady()) {
            shakeHands(given);
        } else {
            onTransportReady();
        }
    }

    private void secure(Stream accepted) {
        TlsStream secured;
        try {
            secured = TlsStream.server(accepted, options.tls);
        } catch (IllegalArgumentException e) {
            failWith(IoStatus.FAILED, e.getMessage(), e, 0);
            return;
        }
        use(secured);
        shakeHands(secured);
    }

    @Override
    void onTransportReady() {
        enter(HandshakePhase.UPGRADE);
        read();
    }

    @Override
    String activity() {
        return phase() == HandshakePhase.TLS ? super.activity()
            : refusal == null ? "waiting for the client's request" : "refusing the client's request";
    }

    @Override
    void onBytes() throws IOException {
        if (refusal != null) {
            received.reset();
            read();
        } else {
            super.onBytes();
        }
    }

    @Override
    void onHead(HttpHead head) throws IOException {
        String target = UpgradeRequest.check(head);
        checkOrigin(head);
        List<String> offered = head.elements("Sec-WebSocket-Protocol");
        OutgoingHead answer = UpgradeResponse.write(head.value("Sec-WebSocket-Key"), options.fields);
        UpgradeAnswer decision = new UpgradeAnswer(offered, firstKnown(offered));
        if (options.upgradeHandler != null) {
            ask(target, head, decision);
            if (!connection.isHandshaking()) {
                return;
            }
        }
        if (decision.refusal() != null) {
            throw decision.refusal();
        }
        if (decision.protocol() != null) {
            answer.put("Sec-WebSocket-Protocol", decision.protocol());
        }
        DeflateNegotiation.Answer deflate = options.deflate == null ? null
            : DeflateNegotiation.answer(head, options.deflate);
        if (deflate != null) {
            answer.put(Extension.FIELD, deflate.field());
            connection.deflate(deflate.parameters(), options.deflate);
        }
        decision.fields().forEach(answer::put);
        write(answer.toBytes(), (status, length) -> {
            if (status == IoStatus.OK) {
                connection.handshakeSucceeded(head, target, head.value("Host"), decision.protocol());
            } else {
                failByTransport(status);
            }
        });
    }

    /**
     * RFC 6455, 10.2: a server that is for certain pages refuses scripts of others.
     */
    private void checkOrigin(HttpHead head) throws UpgradeRequest.Refusal {
        if (options.origins != null) {
            for (String origin : head.values("Origin")) {
                if (options.origins.stream().noneMatch(origin::equalsIgnoreCase)) {
                    throw new UpgradeRequest.Refusal("403 Forbidden",
                        "the origin is not one of those accepted: " + HttpHeadParser.quote(origin));
                }
            }
        }
    }

    private String firstKnown(List<String> offered) {
        for (String protocol : offered) {
            if (options.protocols.contains(protocol)) {
                return protocol;
            }
        }
        return null;
    }

    private void ask(String target, HttpHead head, UpgradeAnswer decision) throws IOException {
        try {
            options.upgradeHandler.onUpgrade(target, head, decision);
        } catch (IOException | RuntimeException e) {
            UpgradeRequest.Refusal failure = new UpgradeRequest.Refusal("500 Internal Server Error",
                "the request cannot be answered");
            failure.initCause(e);
            throw failure;
        }
    }

    @Override
    void onRefused(IOException why) {
        refusal = new IOException(connection.subject() + ": the client's request is refused: " + why.getMessage(), why);
        UpgradeRequest.Refusal answer = why instanceof UpgradeRequest.Refusal known ? known
            : new UpgradeRequest.Refusal("400 Bad Request", why.getMessage());
        received.reset();
        write(answer.answer(), (status, length) -> linger(status));
    }

    private void linger(IoStatus written) {
        try {
            if (written == IoStatus.OK) {
                transport().shutdownOutput();
                hurry(LINGER_NS);
                read();
                return;
            }
        } catch (IOException e) {
            refusal.addSuppressed(e);
        }
        refused();
    }

    private void refused() {
        connection.handshakeFailed(IoStatus.FAILED, refusal, 0);
    }

    @Override
    void onDeadline(long timeoutNs) {
        if (refusal != null) {
            refused();
        } else {
            super.onDeadline(timeoutNs);
        }
    }

    @Override
    void onEnd(IoStatus status) {
        if (refusal != null) {
            refused();
        } else if (status == IoStatus.END_OF_STREAM) {
            fail(IoStatus.FAILED, "the client closed the connection during the handshake");
        } else {
            failByTransport(status);
        }
    }
}
