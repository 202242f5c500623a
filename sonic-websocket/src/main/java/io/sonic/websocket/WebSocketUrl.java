package io.sonic.websocket;

import java.net.InetAddress;
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
     * Host and port, both in any case: what a proxy is asked for.
     */
    String place() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /**
     * The value of the {@code Authorization} field (RFC 7617), or null.
     */
    String authorization() {
        return userInfo == null ? null : BasicAuthentication.ofUserInfo(userInfo);
    }

    /**
     * The address that the text of a host is, or null when it is a name.
     */
    static InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    boolean hasOriginOf(WebSocketUrl other) {
        return secure == other.secure && port == other.port && host.equalsIgnoreCase(other.host);
    }

    WebSocketUrl withUserInfo(String info) {
        return new WebSocketUrl(text, secure, host, port, target, info);
    }

    /**
     * Takes a reference relative to this URL (RFC 3986, 5.2). That of HTTP stands for the websocket beside it.
     *
     * @throws IllegalArgumentException when it leads to no websocket.
     */
    WebSocketUrl resolve(String reference) {
        int fragment = reference.indexOf('#');
        String to = fragment < 0 ? reference : reference.substring(0, fragment);
        String lower = to.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http:") || lower.startsWith("https:")) {
            return parse("ws" + to.substring("http".length()));
        }
        if (lower.startsWith("ws:") || lower.startsWith("wss:")) {
            return parse(to);
        }
        int schemeEnd = to.indexOf(':');
        if (schemeEnd > 0 && HttpHeadParser.isToken(to.substring(0, schemeEnd))) {
            throw new IllegalArgumentException("not a URL of a websocket: " + HttpHeadParser.quote(to));
        }
        String scheme = secure ? "wss:" : "ws:";
        if (to.startsWith("//")) {
            return parse(scheme + to);
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        String newTarget = to.isEmpty() ? target : to.startsWith("/") ? to : to.startsWith("?") ? path + to
            : withoutDots(path.substring(0, path.lastIndexOf('/') + 1) + to);
        return parse(scheme + "//" + hostField() + newTarget);
    }

    /**
     * Takes the segments {@code .} and {@code ..} out of a path (RFC 3986, 5.2.4).
     */
    private static String withoutDots(String pathAndQuery) {
        int end = pathAndQuery.indexOf('?');
        String path = end < 0 ? pathAndQuery : pathAndQuery.substring(0, end);
        StringBuilder clean = new StringBuilder();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean up = segments[i].equals("..");
            if (up) {
                clean.setLength(Math.max(0, clean.lastIndexOf("/")));
            } else if (!segments[i].equals(".")) {
                clean.append('/').append(segments[i]);
                continue;
            }
            if (i == segments.length - 1) {
                clean.append('/');
            }
        }
        return clean + (end < 0 ? "" : pathAndQuery.substring(end));
    }
}
