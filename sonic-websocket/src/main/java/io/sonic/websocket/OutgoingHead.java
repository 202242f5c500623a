package io.sonic.websocket;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The head of a request or an answer before it is sent: what is in it already, and what is to be added.
 */
public final class OutgoingHead {
    private static final List<String> OWN_FIELDS = List.of("Upgrade", "Connection", "Sec-WebSocket-Key",
        "Sec-WebSocket-Version", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol");

    private final String startLine;
    private final List<HttpHead.Field> fields = new ArrayList<>();

    OutgoingHead(String startLine) {
        this.startLine = startLine;
    }

    /**
     * The request line or the status line.
     *
     * @return {@code GET /path HTTP/1.1}, for instance.
     */
    public String startLine() {
        return startLine;
    }

    /**
     * The fields so far.
     *
     * @return a copy, in the order in which they are sent.
     */
    public List<HttpHead.Field> fields() {
        return List.copyOf(fields);
    }

    /**
     * Adds a field at the end. Its case is kept.
     *
     * @param name  a token; not one of the fields that the handshake itself sets.
     * @param value visible ASCII characters, blanks and tabs.
     * @return this.
     * @throws IllegalArgumentException when one of them is not acceptable.
     */
    public OutgoingHead add(String name, String value) {
        put(checked(name, value));
        return this;
    }

    void put(String name, String value) {
        fields.add(new HttpHead.Field(name, value));
    }

    void put(HttpHead.Field field) {
        fields.add(field);
    }

    static HttpHead.Field checked(String name, String value) {
        if (!HttpHeadParser.isToken(name) || OWN_FIELDS.stream().anyMatch(name::equalsIgnoreCase)) {
            throw new IllegalArgumentException("not a header field that can be added: '" + name + "'");
        }
        if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7F || c == '\t')) {
            throw new IllegalArgumentException(
                "the value of header field " + name + " has a character that it may not have");
        }
        return new HttpHead.Field(name, value);
    }

    byte[] toBytes() {
        return (new HttpHead(startLine, fields) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * The head as text, for logs. It may hold secrets: those of {@code Authorization} and of cookies, for instance.
     */
    @Override
    public String toString() {
        return new HttpHead(startLine, fields).toString();
    }
}
