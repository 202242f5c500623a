package io.sonic.tls;

/**
 * Whether a server asks its clients for a certificate.
 */
public enum ClientAuthentication {
    /**
     * It does not.
     */
    NONE,
    /**
     * It does, and goes on without one; one that is sent must be trusted.
     */
    WANTED,
    /**
     * It does, and refuses a client without one.
     */
    NEEDED
}
