package io.sonic.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The request for a websocket (RFC 6455, 4.1): written by a client, checked by a server.
 */
final class UpgradeRequest {
    private static final String VERSION = "13";

    private UpgradeRequest() {
    }

    static byte[] write(WebSocketUrl url, String key, List<HttpHead.Field> extraFields) {
        HttpHead extra = new HttpHead("", extraFields);
        StringBuilder request = new StringBuilder(256);
        request.append("GET ").append(url.target()).append(" HTTP/1.1\r\n");
        if (extra.value("Host") == null) {
            append(request, "Host", url.hostField());
        }
        append(request, "Upgrade", "websocket");
        append(request, "Connection", "Upgrade");
        append(request, "Sec-WebSocket-Key", key);
        append(request, "Sec-WebSocket-Version", VERSION);
        if (url.userInfo() != null && extra.value("Authorization") == null) {
            append(request, "Authorization", url.authorization());
        }
        for (HttpHead.Field field : extraFields) {
            append(request, field.name(), field.value());
        }
        return request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
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
        return parts[1];
    }

    private static void require(boolean condition, String otherwise) throws Refusal {
        if (!condition) {
            throw new Refusal("400 Bad Request", otherwise);
        }
    }

    static void append(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    /**
     * Says why a request is refused, and what to answer.
     */
    static final class Refusal extends IOException {
        private static final long serialVersionUID = 1L;

        private final String status;

        Refusal(String status, String message) {
            super(message);
            this.status = status;
        }

        byte[] answer() {
            String body = getMessage() + "\n";
            StringBuilder answer = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
            if (status.startsWith("426")) {
                append(answer, "Upgrade", "websocket");
                append(answer, "Sec-WebSocket-Version", VERSION);
            }
            append(answer, "Connection", "close");
            append(answer, "Content-Type", "text/plain; charset=utf-8");
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            append(answer, "Content-Length", Integer.toString(bytes.length));
            return (answer.append("\r\n").toString() + body).getBytes(StandardCharsets.UTF_8);
        }
    }
}
