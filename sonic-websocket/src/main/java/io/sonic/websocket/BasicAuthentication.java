package io.sonic.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Credentials as the value of an {@code Authorization} field (RFC 7617).
 */
final class BasicAuthentication {
    private BasicAuthentication() {
    }

    static String of(String user, String password) {
        check(user, password);
        return encode((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Takes the user information of a URL, in which bytes can be written as {@code %40} (RFC 3986, 3.2.1).
     */
    static String ofUserInfo(String userInfo) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < userInfo.length(); i++) {
            char c = userInfo.charAt(i);
            if (c == '%' && i + 2 < userInfo.length() && isHex(userInfo, i + 1) && isHex(userInfo, i + 2)) {
                bytes.write(Integer.parseInt(userInfo, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        if (userInfo.indexOf(':') < 0) {
            bytes.write(':');
        }
        return encode(bytes.toByteArray());
    }

    private static boolean isHex(String text, int index) {
        return Character.digit(text.charAt(index), 16) >= 0;
    }

    private static String encode(byte[] bytes) {
        return "Basic " + Base64.getEncoder().encodeToString(bytes);
    }

    /**
     * RFC 7617, 2: a name has no colon, and neither has control characters.
     */
    static void check(String user, String password) {
        if (user.indexOf(':') >= 0 || hasControl(user) || hasControl(password)) {
            throw new IllegalArgumentException(
                "a name for basic authentication has no colon, and neither it nor the password has control characters");
        }
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }
}
