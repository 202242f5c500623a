package io.sonic.websocket;

import java.io.IOException;
import java.io.Serial;

/**
 * Says that a server answered the request for a websocket with something else, and keeps what it answered.
 */
public final class UpgradeRefusedException extends IOException {
    /**
     * The most bytes of a body that are kept.
     */
    public static final int MAX_BODY_LENGTH = 4096;

    @Serial
    private static final long serialVersionUID = 1L;

    /** Of the answer. */
    private final int statusCode;
    /** Of the answer. */
    private final String reason;
    /** The answer; not serialized. */
    private final transient HttpHead head;
    /** The first bytes of the answer's body. */
    private final byte[] body;

    UpgradeRefusedException(String url, int statusCode, String reason, HttpHead head, byte[] body,
                            String note) {
        super(url + ": the server answered " + statusCode + (reason.isEmpty() ? "" : " " + reason)
            + (head.value("Location") == null ? "" : ", Location: " + head.value("Location"))
            + (note == null ? "" : ", " + note));
        this.statusCode = statusCode;
        this.reason = reason;
        this.head = head;
        this.body = body;
    }

    /**
     * The status code of the answer.
     *
     * @return 200 to 999: 404, for instance.
     */
    public int statusCode() {
        return statusCode;
    }

    /**
     * The reason phrase of the answer.
     *
     * @return may be empty.
     */
    public String reason() {
        return reason;
    }

    /**
     * A header field of the answer: {@code Retry-After}, for instance.
     *
     * @param name of the field, in any case.
     * @return the value of the first field of this name, or null.
     */
    public String header(String name) {
        return head == null ? null : head.value(name);
    }

    /**
     * How long the server asks to wait before the next attempt ({@code Retry-After}; RFC 9110, 10.2.3). A date is taken
     * relative to the answer's {@code Date}, so that the clocks of the two sides need not agree.
     *
     * @return nanoseconds, 0 or more; -1 when the server does not say, or says what is neither seconds nor a date.
     */
    public long retryAfterNs() {
        return head == null ? -1 : RetryAfter.parseNs(head.value("Retry-After"), head.value("Date"));
    }

    /**
     * The beginning of the body of the answer, as far as it came.
     *
     * @return a copy, at most {@link #MAX_BODY_LENGTH} bytes; empty when there was none.
     */
    public byte[] body() {
        return body.clone();
    }
}
