package io.sonic.websocket;

import java.util.ArrayList;
import java.util.List;

/**
 * What a server is about to answer to a request that is in order: yes, unless it is told otherwise.
 */
public final class UpgradeAnswer {
    private final List<String> offered;
    private final List<HttpHead.Field> fields = new ArrayList<>();
    private String protocol;
    private UpgradeRequest.Refusal refusal;

    UpgradeAnswer(List<String> offered, String protocol) {
        this.offered = offered;
        this.protocol = protocol;
    }

    /**
     * The sub-protocols that the client offers, the preferred one first.
     *
     * @return may be empty.
     */
    public List<String> offeredProtocols() {
        return offered;
    }

    /**
     * The sub-protocol that is agreed on, as far as is known: the first one offered that
     * {@link WebSocketStream.Context#protocols} has.
     *
     * @return null for none.
     */
    public String protocol() {
        return protocol;
    }

    /**
     * Agrees on a sub-protocol.
     *
     * @param name one of those offered; null for none.
     * @return this.
     * @throws IllegalArgumentException when it was not offered.
     */
    public UpgradeAnswer protocol(String name) {
        if (name != null && !offered.contains(name)) {
            throw new IllegalArgumentException("the sub-protocol '" + name + "' was not offered, these were: "
                + offered);
        }
        protocol = name;
        return this;
    }

    /**
     * Adds a header field to the answer, also to a refusal.
     *
     * @param name  a token; not one of the fields that the handshake itself sets.
     * @param value visible ASCII characters, blanks and tabs.
     * @return this.
     * @throws IllegalArgumentException when one of them is not acceptable.
     */
    public UpgradeAnswer header(String name, String value) {
        fields.add(OutgoingHead.checked(name, value));
        return this;
    }

    /**
     * Says no.
     *
     * @param statusCode of HTTP, 300 to 599: 401, for instance.
     * @param reason     goes with the status: {@code Unauthorized}; visible ASCII.
     * @param message    one line for the body, and for {@link WebSocketStream#failure()} of this side.
     * @return this.
     * @throws IllegalArgumentException when the status is another one, or the reason is not visible ASCII.
     */
    public UpgradeAnswer refuse(int statusCode, String reason, String message) {
        if (statusCode < 300 || statusCode > 599 || !reason.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
            throw new IllegalArgumentException("not a status to refuse with: " + statusCode + " " + reason);
        }
        refusal = new UpgradeRequest.Refusal(statusCode + " " + reason, message, fields);
        return this;
    }

    List<HttpHead.Field> fields() {
        return fields;
    }

    /**
     * Null when the answer is yes.
     */
    UpgradeRequest.Refusal refusal() {
        return refusal;
    }
}
