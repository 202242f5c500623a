package io.sonic.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The request for a websocket (RFC 6455, 4.1): written by a client, checked by a server.
 */
final class UpgradeRequest {
    private static final String VERSION = "13";

    private UpgradeRequest() {
    }

    static OutgoingHead write(WebSocketUrl url, String key, HandshakeOptions options, Redirects redirects) {
        HttpHead extra = new HttpHead("",
            options.fields.stream().filter(field -> redirects.mayCarry(field.name())).toList());
        OutgoingHead request = new OutgoingHead("GET " + url.target() + " HTTP/1.1");
        if (extra.value("Host") == null) {
            request.put("Host", url.hostField());
        }
        request.put("Upgrade", "websocket");
        request.put("Connection", "Upgrade");
        request.put("Sec-WebSocket-Key", key);
        request.put("Sec-WebSocket-Version", VERSION);
        if (options.deflate != null) {
            request.put(Extension.FIELD, DeflateNegotiation.offer(options.deflate));
        }
        if (!options.protocols.isEmpty()) {
            request.put("Sec-WebSocket-Protocol", String.join(", ", options.protocols));
        }
        if (url.userInfo() != null && extra.value("Authorization") == null) {
            request.put("Authorization", url.authorization());
        }
        extra.fields().forEach(request::put);
        return request;
    }

    /**
     * Checks a request.
     *
     * @return its target: path and query.
     * @throws Refusal when it is no request for a websocket; says what to answer.
     */
    static String check(HttpHead head) throws Refusal {
        String[] parts = head.startLine().split(" ", -1);
        if (parts.length != 3 || parts[1].isEmpty() || !parts[2].startsWith("HTTP/1.")) {
            throw new Refusal("400 Bad Request", "the first line is no request: "
                + HttpHeadParser.quote(head.startLine()));
        }
        if (!parts[0].equals("GET")) {
            throw new Refusal("405 Method Not Allowed", "the method is not GET: " + HttpHeadParser.quote(parts[0]));
        }
        require(parts[2].equals("HTTP/1.1"), "the version is not HTTP/1.1");
        require(parts[1].startsWith("/"), "the target is no path: " + HttpHeadParser.quote(parts[1]));
        require(head.count("Host") == 1, "there is not one Host field");
        if (!head.hasToken("Upgrade", "websocket") || !head.hasToken("Connection", "Upgrade")) {
            throw new Refusal("426 Upgrade Required", "it does not ask for an upgrade to websocket");
        }
        require(head.count("Sec-WebSocket-Key") == 1, "there is not one Sec-WebSocket-Key");
        require(HandshakeKeys.isKey(head.value("Sec-WebSocket-Key")),
            "the Sec-WebSocket-Key is not 16 bytes in Base64");
        if (!VERSION.equals(head.value("Sec-WebSocket-Version"))) {
            throw new Refusal("426 Upgrade Required", "the version of the protocol is not 13");
        }
        for (String protocol : head.elements("Sec-WebSocket-Protocol")) {
            require(HttpHeadParser.isToken(protocol),
                "a sub-protocol is no token: " + HttpHeadParser.quote(protocol));
        }
        return parts[1];
    }

    private static void require(boolean condition, String otherwise) throws Refusal {
        if (!condition) {
            throw new Refusal("400 Bad Request", otherwise);
        }
    }

    /**
     * Says why a request is refused, and what to answer.
     */
    static final class Refusal extends IOException {
        private static final long serialVersionUID = 1L;

        private final String status;
        private final transient List<HttpHead.Field> fields;

        Refusal(String status, String message) {
            this(status, message, List.of());
        }

        Refusal(String status, String message, List<HttpHead.Field> fields) {
            super(message);
            this.status = status;
            this.fields = fields;
        }

        byte[] answer() {
            OutgoingHead answer = new OutgoingHead("HTTP/1.1 " + status);
            if (status.startsWith("426")) {
                answer.put("Upgrade", "websocket");
                answer.put("Sec-WebSocket-Version", VERSION);
            }
            answer.put("Connection", "close");
            answer.put("Content-Type", "text/plain; charset=utf-8");
            byte[] body = (getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
            answer.put("Content-Length", Integer.toString(body.length));
            fields.forEach(answer::put);
            byte[] head = answer.toBytes();
            byte[] both = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, both, head.length, body.length);
            return both;
        }
    }
}
