package io.sonic.websocket;

import java.util.List;

/**
 * Decides which redirects are followed, and what of the request goes along.
 */
final class Redirects {
    /**
     * Fields that say nothing secret. All others of the user's may be credentials, under whatever name, and are not
     * sent to another origin than the one they were given for.
     */
    private static final List<String> HARMLESS = List.of("User-Agent", "Origin");

    private final int limit;
    private final boolean insecureAllowed;
    private int followed;
    private boolean leftOrigin;
    private String refusal;

    Redirects(HandshakeOptions options) {
        limit = options.maxRedirects;
        insecureAllowed = options.insecureRedirects;
    }

    /**
     * Says where to go on.
     *
     * @return null when the answer is no redirect, or is not followed: then {@link #refusal()} may say why.
     */
    WebSocketUrl next(WebSocketUrl from, int status, HttpHead answer) {
        String location = answer.value("Location");
        if (limit == 0 || location == null || !isRedirect(status)) {
            return null;
        }
        if (followed == limit) {
            refusal = "not followed after " + limit + " redirects";
            return null;
        }
        WebSocketUrl to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            refusal = "not followed: " + e.getMessage();
            return null;
        }
        if (from.secure() && !to.secure() && !insecureAllowed) {
            refusal = "not followed: it leads out of TLS";
            return null;
        }
        followed++;
        if (!to.hasOriginOf(from)) {
            leftOrigin = true;
        } else if (to.userInfo() == null && !leftOrigin) {
            return to.withUserInfo(from.userInfo());
        }
        return to;
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /**
     * Tells whether a field that the user has set is sent to where the redirects have led.
     */
    boolean mayCarry(String name) {
        return !leftOrigin || HARMLESS.stream().anyMatch(name::equalsIgnoreCase);
    }

    String refusal() {
        return refusal;
    }
}
