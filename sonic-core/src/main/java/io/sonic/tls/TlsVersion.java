package io.sonic.tls;

/**
 * The versions of the protocol that are spoken. Older ones are refused (RFC 8996).
 */
public enum TlsVersion {
    /**
     * RFC 5246.
     */
    TLS_1_2("TLSv1.2", "TLS 1.2"),
    /**
     * RFC 8446.
     */
    TLS_1_3("TLSv1.3", "TLS 1.3");

    /**
     * What the JDK calls it.
     */
    final String standardName;
    private final String text;

    TlsVersion(String standardName, String text) {
        this.standardName = standardName;
        this.text = text;
    }

    /**
     * Formats {@code TLS 1.3}.
     */
    @Override
    public String toString() {
        return text;
    }

    static TlsVersion of(String standardName) {
        for (TlsVersion version : values()) {
            if (version.standardName.equals(standardName)) {
                return version;
            }
        }
        throw new IllegalArgumentException("not a version of TLS that is spoken here: " + standardName);
    }
}
