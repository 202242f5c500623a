package io.sonic.tls;

import io.sonic.tls.TlsException.Reason;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Why the peer's certificate is not accepted, in a sentence with the names and dates that matter.
 */
final class RejectedCertificateException extends CertificateException {
    private static final long serialVersionUID = 1;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final int MAX_NAMES = 8;

    final Reason reason;

    private RejectedCertificateException(Reason reason, String sentence, Throwable cause) {
        // The engine chooses the alert by the direct cause.
        super(sentence, cause);
        this.reason = reason;
    }

    /**
     * Explains what a trust manager threw.
     *
     * @param chain what the peer sent, its own certificate first; or null when that is not known.
     * @param host  whom the certificate should be for, or null.
     */
    static RejectedCertificateException explain(CertificateException thrown, X509Certificate[] chain, String host) {
        if (thrown instanceof RejectedCertificateException explained) {
            return explained;
        }
        Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
        if (chain == null || chain.length == 0) {
            return new RejectedCertificateException(
                    reasonWithoutChain(thrown, cause), "its certificate is not accepted: " + text(thrown), cause);
        }
        X509Certificate own = chain[0];
        // Only the check of the name fails without a cause, and comes after all others.
        if (host != null && thrown.getCause() == null && isAboutTheName(thrown)) {
            return new RejectedCertificateException(
                    Reason.HOST_MISMATCH, "its certificate is for " + names(own) + ", not for " + host, cause);
        }
        Date now = new Date();
        for (X509Certificate certificate : chain) {
            if (now.after(certificate.getNotAfter())) {
                return new RejectedCertificateException(Reason.CERTIFICATE_EXPIRED, "the certificate of "
                        + name(certificate) + " expired at " + time(certificate.getNotAfter()), cause);
            }
            if (now.before(certificate.getNotBefore())) {
                return new RejectedCertificateException(Reason.CERTIFICATE_NOT_YET_VALID, "the certificate of "
                        + name(certificate) + " is not valid before " + time(certificate.getNotBefore()), cause);
            }
        }
        if (cause instanceof CertPathValidatorException invalid) {
            Reason reason = invalid.getReason() == BasicReason.REVOKED
                    ? Reason.CERTIFICATE_REVOKED : Reason.CERTIFICATE_INVALID;
            return new RejectedCertificateException(
                    reason, "the certificate of " + name(own) + " is not accepted: " + text(invalid), cause);
        }
        X509Certificate last = chain[chain.length - 1];
        boolean selfSigned = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        String sentence = chain.length == 1 && selfSigned
                ? "the certificate of " + name(own) + " is self-signed, and not trusted here"
                : "the certificate of " + name(own) + " is from an authority that is not trusted here, "
                        + last.getIssuerX500Principal();
        return isAboutTrust(thrown)
                ? new RejectedCertificateException(Reason.CERTIFICATE_UNTRUSTED, sentence, cause)
                : new RejectedCertificateException(Reason.CERTIFICATE_INVALID,
                        "the certificate of " + name(own) + " is not accepted: " + text(thrown), cause);
    }

    private static Reason reasonWithoutChain(CertificateException thrown, Throwable cause) {
        if (cause instanceof CertPathValidatorException invalid && invalid.getReason() instanceof BasicReason reason) {
            return switch (reason) {
                case EXPIRED -> Reason.CERTIFICATE_EXPIRED;
                case NOT_YET_VALID -> Reason.CERTIFICATE_NOT_YET_VALID;
                case REVOKED -> Reason.CERTIFICATE_REVOKED;
                case UNSPECIFIED, INVALID_SIGNATURE, UNDETERMINED_REVOCATION_STATUS, ALGORITHM_CONSTRAINED ->
                    Reason.CERTIFICATE_INVALID;
            };
        }
        if (isAboutTheName(thrown)) {
            return Reason.HOST_MISMATCH;
        }
        return isAboutTrust(thrown) ? Reason.CERTIFICATE_UNTRUSTED : Reason.CERTIFICATE_INVALID;
    }

    /**
     * The JDK has no type for it.
     */
    private static boolean isAboutTheName(CertificateException thrown) {
        String message = text(thrown);
        return message.startsWith("No subject alternative") || message.startsWith("No name matching");
    }

    private static boolean isAboutTrust(CertificateException thrown) {
        return text(thrown).contains("path building failed") || text(thrown).contains("No trusted certificate");
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName().isEmpty()
                ? names(certificate) : certificate.getSubjectX500Principal().toString();
    }

    private static String time(Date date) {
        return Instant.ofEpochMilli(date.getTime()).toString();
    }

    private static String names(X509Certificate certificate) {
        Set<String> names = new LinkedHashSet<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    int type = (Integer) alternative.get(0);
                    if (type == DNS_NAME || type == IP_ADDRESS) {
                        names.add((String) alternative.get(1));
                    }
                }
            }
        } catch (CertificateException e) {
            names.clear(); // not readable, then the subject has to do
        }
        if (names.isEmpty()) {
            return certificate.getSubjectX500Principal().toString();
        }
        String text = String.join(", ", names.stream().limit(MAX_NAMES).toList());
        return names.size() > MAX_NAMES ? text + " and " + (names.size() - MAX_NAMES) + " more" : text;
    }
}
