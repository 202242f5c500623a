package io.sonic.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The answer to a request for a websocket (RFC 6455, 4.2.2): written by a server, checked by a client.
 */
final class UpgradeResponse {
    static final int SWITCHING_PROTOCOLS = 101;

    private UpgradeResponse() {
    }

    static byte[] write(String key, List<HttpHead.Field> extraFields) {
        StringBuilder response = new StringBuilder(256);
        response.append("HTTP/1.1 101 Switching Protocols\r\n");
        UpgradeRequest.append(response, "Upgrade", "websocket");
        UpgradeRequest.append(response, "Connection", "Upgrade");
        UpgradeRequest.append(response, "Sec-WebSocket-Accept", HandshakeKeys.acceptFor(key));
        for (HttpHead.Field field : extraFields) {
            UpgradeRequest.append(response, field.name(), field.value());
        }
        return response.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static int statusCode(HttpHead head) throws IOException {
        String line = head.startLine();
        // HTTP/1.1 101 Switching Protocols; the reason may be missing, with its blank or without.
        boolean shaped = line.length() == 12 || line.length() > 12 && line.charAt(12) == ' ';
        if (shaped) {
            int code = 0;
            for (int i = 9; i < 12; i++) {
                int digit = line.charAt(i) - '0';
                shaped &= digit >= 0 && digit <= 9;
                code = code * 10 + digit;
            }
            if (shaped && code >= 100) {
                return code;
            }
        }
        throw new IOException("its first line is no status line: " + HttpHeadParser.quote(line));
    }

    static String reason(HttpHead head) {
        return head.startLine().length() > 13 ? head.startLine().substring(13) : "";
    }

    /**
     * Checks an answer of status 101.
     *
     * @throws IOException when it does not belong to the request; the message says why.
     */
    static void check(HttpHead head, String key) throws IOException {
        if (!head.hasToken("Upgrade", "websocket")) {
            throw new IOException("it does not upgrade to websocket: Upgrade is " + head.value("Upgrade"));
        }
        if (!head.hasToken("Connection", "Upgrade")) {
            throw new IOException("it does not upgrade the connection: Connection is " + head.value("Connection"));
        }
        int accepts = head.count("Sec-WebSocket-Accept");
        if (accepts != 1) {
            throw new IOException("it has " + accepts + " fields Sec-WebSocket-Accept instead of one");
        }
        if (!HandshakeKeys.accepts(head.value("Sec-WebSocket-Accept"), key)) {
            throw new IOException("its Sec-WebSocket-Accept does not belong to the request: "
                + HttpHeadParser.quote(head.value("Sec-WebSocket-Accept")));
        }
        refuseUnasked(head, "Sec-WebSocket-Extensions", "extension");
        refuseUnasked(head, "Sec-WebSocket-Protocol", "sub-protocol");
    }

    private static void refuseUnasked(HttpHead head, String name, String what) throws IOException {
        String value = head.value(name);
        if (value != null && !value.isEmpty()) {
            throw new IOException("it uses the " + what + " " + HttpHeadParser.quote(value)
                + ", which was not asked for");
        }
    }
}
