package io.sonic.websocket;

import java.io.IOException;
import java.io.Serial;

/**
 * Says that a proxy did not connect to the server, or did not let this client in.
 */
public final class ProxyRefusedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Of the answer. */
    private final int code;
    /** The answer of a proxy of HTTP; not serialized. */
    private final transient HttpHead head;

    ProxyRefusedException(String message, int code, HttpHead head) {
        super(message);
        this.code = code;
        this.head = head;
    }

    ProxyRefusedException at(String url) {
        return new ProxyRefusedException(url + ": " + getMessage(), code, head);
    }

    /**
     * What the proxy answered.
     *
     * @return the status code of HTTP: 407, for instance; or the reply code of SOCKS 5, 1 to 255: 2, for instance, when
     *         its rules do not allow the connection, and 255 when it does not let this client in.
     */
    public int code() {
        return code;
    }

    /**
     * A header field of the answer of a proxy of HTTP: {@code Proxy-Authenticate}, for instance.
     *
     * @param name of the field, in any case.
     * @return the value of the first field of this name, or null.
     */
    public String header(String name) {
        return head == null ? null : head.value(name);
    }
}
