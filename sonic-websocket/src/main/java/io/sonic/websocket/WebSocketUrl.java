package io.sonic.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * A URL of RFC 6455, 3, taken apart. Path and query are sent as they are given, never encoded again.
 *
 * @param text     the URL without its user information, for messages.
 * @param secure   whether the scheme is {@code wss}.
 * @param host     name or address, that of IPv6 without brackets.
 * @param port     1 to 65535.
 * @param target   path and query, for the request line.
 * @param userInfo user name and password, or null.
 */
record WebSocketUrl(String text, boolean secure, String host, int port, String target, String userInfo) {
    static WebSocketUrl parse(String url) {
        String lower = url.toLowerCase(Locale.ROOT);
        boolean secure = lower.startsWith("wss://");
        if (!secure && !lower.startsWith("ws://")) {
            throw new IllegalArgumentException("not a URL that begins with ws:// or wss://: " + url);
        }
        for (int i = 0; i < url.length(); i++) {
            if (url.charAt(i) <= ' ' || url.charAt(i) >= 0x7F) {
                throw new IllegalArgumentException("a URL must be of visible ASCII characters, position " + i
                    + " is not: " + url);
            }
        }
        if (url.indexOf('#') >= 0) {
            throw new IllegalArgumentException("a websocket URL must not have a fragment: " + url);
        }
        String scheme = secure ? "wss://" : "ws://";
        int end = scheme.length();
        while (end < url.length() && url.charAt(end) != '/' && url.charAt(end) != '?') {
            end++;
        }
        String authority = url.substring(scheme.length(), end);
        String rest = url.substring(end);
        int at = authority.lastIndexOf('@');
        String userInfo = at < 0 ? null : authority.substring(0, at);
        String place = authority.substring(at + 1);
        String target = rest.startsWith("/") ? rest : "/" + rest;
        return new WebSocketUrl(scheme + place + rest, secure, host(place, url), port(place, secure, url), target,
            userInfo);
    }

    private static int hostEnd(String place) {
        return place.startsWith("[") ? place.indexOf(']') + 1
            : place.indexOf(':') < 0 ? place.length() : place.indexOf(':');
    }

    private static String host(String place, String url) {
        boolean bracketed = place.startsWith("[");
        int end = hostEnd(place);
        String host = bracketed && end > 0 ? place.substring(1, end - 1) : place.substring(0, end);
        if (host.isEmpty()) {
            throw new IllegalArgumentException("a URL without a host: " + url);
        }
        return host;
    }

    private static int port(String place, boolean secure, String url) {
        String rest = place.substring(hostEnd(place));
        if (rest.isEmpty() || rest.equals(":")) {
            return secure ? 443 : 80;
        }
        String digits = rest.substring(1);
        if (rest.charAt(0) == ':' && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int port = Integer.parseInt(digits);
            if (port >= 1 && port <= 0xFFFF) {
                return port;
            }
        }
        throw new IllegalArgumentException("a URL with the port " + digits + ": " + url);
    }

    /**
     * The value of the {@code Host} field: the port is named unless it is that of the scheme.
     */
    String hostField() {
        String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return port == (secure ? 443 : 80) ? name : name + ":" + port;
    }

    /**
     * The value of the {@code Authorization} field (RFC 7617), or null.
     */
    String authorization() {
        return userInfo == null ? null
            : "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.US_ASCII));
    }
}
