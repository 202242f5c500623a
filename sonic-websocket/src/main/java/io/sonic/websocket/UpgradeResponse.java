package io.sonic.websocket;

import java.io.IOException;
import java.util.List;

/**
 * The answer to a request for a websocket (RFC 6455, 4.2.2): written by a server, checked by a client.
 */
final class UpgradeResponse {
    static final int SWITCHING_PROTOCOLS = 101;

    private UpgradeResponse() {
    }

    static OutgoingHead write(String key, List<HttpHead.Field> extraFields) {
        OutgoingHead response = new OutgoingHead("HTTP/1.1 101 Switching Protocols");
        response.put("Upgrade", "websocket");
        response.put("Connection", "Upgrade");
        response.put("Sec-WebSocket-Accept", HandshakeKeys.acceptFor(key));
        extraFields.forEach(response::put);
        return response;
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
     * @param protocols the sub-protocols that were offered.
     * @return the one that the server chose, or null.
     * @throws IOException when it does not belong to the request; the message says why.
     */
    static String check(HttpHead head, String key, List<String> protocols) throws IOException {
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
        return protocol(head, protocols);
    }

    /**
     * RFC 6455, 4.1: at most one field, and in it one of those that were offered.
     */
    private static String protocol(HttpHead head, List<String> offered) throws IOException {
        int count = head.count("Sec-WebSocket-Protocol");
        if (count > 1) {
            throw new IOException("it has " + count + " fields Sec-WebSocket-Protocol");
        }
        String chosen = head.value("Sec-WebSocket-Protocol");
        if (chosen == null || chosen.isEmpty()) {
            return null;
        }
        if (!offered.contains(chosen)) {
            throw new IOException("it uses the sub-protocol " + HttpHeadParser.quote(chosen)
                + ", which was not asked for");
        }
        return chosen;
    }
}
