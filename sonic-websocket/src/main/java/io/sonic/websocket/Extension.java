package io.sonic.websocket;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One entry of {@code Sec-WebSocket-Extensions} (RFC 6455, 9.1): a name, and parameters with a value or null.
 */
record Extension(String name, Map<String, String> parameters) {
    static final String FIELD = "Sec-WebSocket-Extensions";

    /**
     * Takes all fields of a head apart, in their order.
     *
     * @throws IOException when one is malformed or names a parameter twice; the message says which.
     */
    static List<Extension> of(HttpHead head) throws IOException {
        List<Extension> extensions = new ArrayList<>();
        for (HttpHead.Field field : head.fields()) {
            if (field.name().equalsIgnoreCase(FIELD)) {
                for (String entry : split(field.value(), ',')) {
                    // RFC 9110, 5.6.1: empty elements of a list are ignored.
                    if (!entry.isEmpty()) {
                        extensions.add(parse(entry));
                    }
                }
            }
        }
        return extensions;
    }

    private static Extension parse(String entry) throws IOException {
        List<String> parts = split(entry, ';');
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : parts.subList(1, parts.size())) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals).strip();
            String value = equals < 0 ? null : unquote(part.substring(equals + 1).strip());
            if (!HttpHeadParser.isToken(name) || value != null && !HttpHeadParser.isToken(value)) {
                throw new IOException("an extension has a malformed parameter: " + HttpHeadParser.quote(part));
            }
            if (parameters.containsKey(name)) {
                throw new IOException("an extension has a parameter twice: " + HttpHeadParser.quote(name));
            }
            parameters.put(name, value);
        }
        if (!HttpHeadParser.isToken(parts.getFirst())) {
            throw new IOException("an extension has a malformed name: " + HttpHeadParser.quote(parts.getFirst()));
        }
        return new Extension(parts.getFirst(), parameters);
    }

    /**
     * Splits at a separator that is not in a quoted string.
     */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == separator && !quoted) {
                parts.add(text.substring(start, i).strip());
                start = i + 1;
            } else if (text.charAt(i) == '"') {
                quoted = !quoted;
            }
        }
        return parts;
    }

    /**
     * A value that is quoted has to be a token without its quotes (RFC 6455, 9.1), so it has nothing to escape.
     */
    private static String unquote(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name);
        parameters.forEach((parameter, value) -> text.append("; ").append(parameter)
            .append(value == null ? "" : "=" + value));
        return text.toString();
    }
}
