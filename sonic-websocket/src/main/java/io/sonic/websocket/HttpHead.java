package io.sonic.websocket;

import java.util.ArrayList;
import java.util.List;

/**
 * The first line and the fields of an HTTP message (RFC 9112), as the peer sent them.
 *
 * @param startLine the request line, or the status line.
 * @param fields    in the order in which they came.
 */
public record HttpHead(String startLine, List<Field> fields) {
    /**
     * A header field.
     *
     * @param name  in the case in which it was sent.
     * @param value without the blanks around it.
     */
    public record Field(String name, String value) {
    }

    /**
     * The value of the first field of a name.
     *
     * @param name in any case.
     * @return null when there is none.
     */
    public String value(String name) {
        for (Field field : fields) {
            if (field.name.equalsIgnoreCase(name)) {
                return field.value;
            }
        }
        return null;
    }

    /**
     * The values of all fields of a name, in their order.
     *
     * @param name in any case.
     * @return empty when there is none.
     */
    public List<String> values(String name) {
        List<String> values = new ArrayList<>();
        for (Field field : fields) {
            if (field.name.equalsIgnoreCase(name)) {
                values.add(field.value);
            }
        }
        return values;
    }

    /**
     * The elements of a list that may be spread over several fields (RFC 9110, 5.6.1): of
     * {@code Connection: keep-alive, Upgrade}, for instance.
     *
     * @param name in any case.
     * @return the elements without the blanks around them; empty ones are left out.
     */
    public List<String> elements(String name) {
        List<String> elements = new ArrayList<>();
        for (String value : values(name)) {
            for (String element : value.split(",")) {
                if (!element.isBlank()) {
                    elements.add(element.strip());
                }
            }
        }
        return elements;
    }

    int count(String name) {
        return values(name).size();
    }

    /**
     * Tells whether one of the fields of a name lists a token, in any case.
     */
    boolean hasToken(String name, String token) {
        for (String element : elements(name)) {
            if (element.equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The head as text, for logs. It may hold secrets: those of {@code Authorization} and of cookies, for instance.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(startLine).append("\r\n");
        for (Field field : fields) {
            text.append(field.name).append(": ").append(field.value).append("\r\n");
        }
        return text.toString();
    }
}
