package io.sonic.tls;

import io.sonic.tls.TlsException.Reason;
import java.security.cert.CertificateException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;

/**
 * Says in a sentence what the JDK's engine threw.
 */
final class JdkFailure {
    private static final Pattern RECEIVED_ALERT = Pattern.compile("Received fatal alert: (\\w+)");
    /**
     * How the JDK begins a message about an alert that it sends.
     */
    private static final Pattern OWN_ALERT = Pattern.compile("^\\((\\w+)\\) ");
    /**
     * What an alert says to the one who receives it. RFC 8446, 6.2.
     */
    private static final Map<String, String> MEANINGS = Map.ofEntries(
            Map.entry("handshake_failure",
                    "it finds nothing in common with what this side offers, or wants a certificate"),
            Map.entry("insufficient_security", "it finds what this side offers too weak"),
            Map.entry("protocol_version", "it speaks none of the versions that this side offers"),
            Map.entry("bad_certificate", "it does not accept this side's certificate, or wants one"),
            Map.entry("unsupported_certificate", "it does not support this side's certificate"),
            Map.entry("certificate_revoked", "this side's certificate was revoked"),
            Map.entry("certificate_expired", "this side's certificate has expired"),
            Map.entry("certificate_unknown", "it does not accept this side's certificate"),
            Map.entry("unknown_ca", "it does not trust the authority of this side's certificate"),
            Map.entry("access_denied", "it does not grant access to this side's certificate"),
            Map.entry("certificate_required", "it wants a certificate"),
            Map.entry("unrecognized_name", "it does not serve the host name"),
            Map.entry("no_application_protocol", "it speaks none of the application protocols that this side offers"),
            Map.entry("bad_record_mac", "a record was changed on its way"),
            Map.entry("internal_error", "something went wrong on its side"));

    private JdkFailure() {
    }

    static TlsException explain(String subject, Exception thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException certificate) {
                RejectedCertificateException rejected =
                        RejectedCertificateException.explain(certificate, null, null);
                return new TlsException(rejected.reason, subject + ": " + rejected.getMessage(), thrown);
            }
            if (cause instanceof AEADBadTagException) {
                return new TlsException(Reason.PROTOCOL_ERROR,
                        subject + ": a record was changed on its way, or is not of this connection", thrown);
            }
        }
        String message = thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
        Matcher received = RECEIVED_ALERT.matcher(message);
        if (received.find()) {
            String alert = received.group(1);
            String meaning = MEANINGS.get(alert);
            return new TlsException(Reason.ALERT_RECEIVED, subject + ": the peer ended it with the alert " + alert
                    + (meaning == null ? "" : ": " + meaning), thrown);
        }
        if (message.contains("Received close_notify during handshake")) {
            return new TlsException(Reason.ALERT_RECEIVED,
                    subject + ": the peer ended it with the alert close_notify, in the handshake", thrown);
        }
        Matcher own = OWN_ALERT.matcher(message);
        String alert = own.find() ? own.group(1) : "";
        String text = message.substring(alert.isEmpty() ? 0 : own.end());
        if (text.contains("cipher suites in common")) {
            return new TlsException(Reason.NO_COMMON_CIPHER_SUITE,
                    subject + ": the two sides have no cipher suite in common", thrown);
        }
        if (text.contains("Empty client certificate chain")) {
            return new TlsException(Reason.CERTIFICATE_MISSING,
                    subject + ": the client sent no certificate, and one is needed", thrown);
        }
        return switch (alert) {
            case "protocol_version" -> new TlsException(Reason.NO_COMMON_VERSION,
                    subject + ": the two sides have no version in common: " + text, thrown);
            case "no_application_protocol" -> new TlsException(Reason.NO_COMMON_APPLICATION_PROTOCOL,
                    subject + ": the two sides have no application protocol in common", thrown);
            default -> new TlsException(Reason.PROTOCOL_ERROR, subject + ": " + text, thrown);
        };
    }
}
