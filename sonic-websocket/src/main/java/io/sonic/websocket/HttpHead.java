package io.sonic.websocket;

import java.util.List;

/**
 * The first line and the fields of an HTTP message (RFC 9112).
 */
record HttpHead(String startLine, List<Field> fields) {
    /**
     * A header field, as it came.
     */
    record Field(String name, String value) {
    }

    /**
     * The value of the first field of a name, or null.
     */
    String value(String name) {
        for (Field field : fields) {
            if (field.name.equalsIgnoreCase(name)) {
                return field.value;
            }
        }
        return null;
    }

    int count(String name) {
        int count = 0;
        for (Field field : fields) {
            count += field.name.equalsIgnoreCase(name) ? 1 : 0;
        }
        return count;
    }

    /**
     * Tells whether one of the fields of a name lists a token; servers and proxies send
     * {@code Connection: keep-alive, Upgrade}.
     */
    boolean hasToken(String name, String token) {
        for (Field field : fields) {
            if (field.name.equalsIgnoreCase(name)) {
                for (String listed : field.value.split(",")) {
                    if (listed.strip().equalsIgnoreCase(token)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
