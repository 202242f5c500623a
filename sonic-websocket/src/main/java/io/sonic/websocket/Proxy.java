package io.sonic.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A proxy that a client goes through: one of HTTP, by {@code CONNECT} (RFC 9110, 9.3.6), or of SOCKS 5 (RFC 1928). The
 * proxy resolves the name of the server.
 *
 * @param type     what it speaks.
 * @param host     a name, or a literal address (that of IPv6 without brackets).
 * @param port     1 to 65535.
 * @param user     the name to be let in with; null for nobody.
 * @param password goes with the name; null for nobody.
 */
public record Proxy(Type type, String host, int port, String user, String password) {
    /**
     * What a proxy speaks.
     */
    public enum Type {
        /**
         * HTTP/1.1; credentials are sent as basic authentication (RFC 7617).
         */
        HTTP,
        /**
         * SOCKS 5; credentials are sent as RFC 1929 has it.
         */
        SOCKS5
    }

    private static final int MAX_SOCKS_FIELD_LENGTH = 255;

    /**
     * Creates a proxy.
     *
     * @throws IllegalArgumentException when the host is empty, the port is out of range, or the protocol cannot carry
     *                                  the credentials.
     */
    public Proxy {
        Objects.requireNonNull(type, "type");
        if (host.isBlank() || port < 1 || port > 0xFFFF) {
            throw new IllegalArgumentException("not a host and a port of a proxy: '" + host + "', " + port);
        }
        if (user == null != (password == null)) {
            throw new IllegalArgumentException("a proxy needs both a name and a password, or neither");
        }
        if (user != null && type == Type.SOCKS5) {
            checkSocksField("name", user);
            checkSocksField("password", password);
        } else if (user != null) {
            BasicAuthentication.check(user, password);
        }
    }

    private static void checkSocksField(String what, String value) {
        int length = value.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > MAX_SOCKS_FIELD_LENGTH) {
            throw new IllegalArgumentException("the " + what + " for a SOCKS proxy has 1 to 255 bytes, not " + length);
        }
    }

    /**
     * A proxy of HTTP.
     *
     * @param host a name, or a literal address.
     * @param port 1 to 65535.
     * @return a new proxy, without credentials.
     * @throws IllegalArgumentException when the host is empty, or the port out of range.
     */
    public static Proxy http(String host, int port) {
        return new Proxy(Type.HTTP, host, port, null, null);
    }

    /**
     * A proxy of SOCKS 5.
     *
     * @param host a name, or a literal address.
     * @param port 1 to 65535.
     * @return a new proxy, without credentials.
     * @throws IllegalArgumentException when the host is empty, or the port out of range.
     */
    public static Proxy socks5(String host, int port) {
        return new Proxy(Type.SOCKS5, host, port, null, null);
    }

    /**
     * The same proxy with credentials.
     *
     * @param newUser     the name to be let in with.
     * @param newPassword goes with the name.
     * @return a new proxy.
     * @throws IllegalArgumentException when the protocol cannot carry them.
     */
    public Proxy credentials(String newUser, String newPassword) {
        return new Proxy(type, host, port, Objects.requireNonNull(newUser, "user"),
            Objects.requireNonNull(newPassword, "password"));
    }

    /**
     * Host and port; never the credentials.
     */
    @Override
    public String toString() {
        return (type == Type.HTTP ? "HTTP proxy " : "SOCKS proxy ")
            + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
