package io.sonic.tls;

import java.io.IOException;
import java.util.Objects;

/**
 * Why TLS with a peer did not work: one sentence that names the peer and the reason, and the reason as a value of a
 * closed list.
 */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Why.
     */
    private final Reason reason;

    TlsException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    TlsException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * The reason.
     *
     * @return never null.
     */
    public Reason reason() {
        return reason;
    }

    /**
     * What can go wrong.
     */
    public enum Reason {
        /**
         * The peer sent something that is not TLS, HTTP for instance. The port is wrong, or a proxy answers.
         */
        NOT_TLS,
        /**
         * The two sides have no version of the protocol in common.
         */
        NO_COMMON_VERSION,
        /**
         * The two sides have no cipher suite in common.
         */
        NO_COMMON_CIPHER_SUITE,
        /**
         * The two sides have no application protocol (ALPN) in common.
         */
        NO_COMMON_APPLICATION_PROTOCOL,
        /**
         * The peer's certificate is for another host.
         */
        HOST_MISMATCH,
        /**
         * A certificate of the peer has expired.
         */
        CERTIFICATE_EXPIRED,
        /**
         * A certificate of the peer is not valid yet. A clock is wrong, here or where it was issued.
         */
        CERTIFICATE_NOT_YET_VALID,
        /**
         * The peer's certificate is self-signed, or from an authority that is not trusted here.
         */
        CERTIFICATE_UNTRUSTED,
        /**
         * The peer's certificate was revoked.
         */
        CERTIFICATE_REVOKED,
        /**
         * The peer's certificate is not acceptable for another reason.
         */
        CERTIFICATE_INVALID,
        /**
         * The client did not send the certificate that this server needs.
         */
        CERTIFICATE_MISSING,
        /**
         * The peer ended the connection with an alert; the message has its name.
         */
        ALERT_RECEIVED,
        /**
         * The time for an operation ran out.
         */
        TIMED_OUT,
        /**
         * The connection ended without the peer's {@code close_notify}: what it sent may be incomplete.
         */
        TRUNCATED,
        /**
         * The peer asked for a renegotiation, which is refused.
         */
        RENEGOTIATION_REFUSED,
        /**
         * This side, or the peer, has said already that it will write nothing more.
         */
        OUTPUT_SHUT_DOWN,
        /**
         * The peer broke the protocol, or a record was changed on its way.
         */
        PROTOCOL_ERROR
    }
}
