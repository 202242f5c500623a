package io.sonic.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Reads the head of an HTTP message from bytes in as many pieces as they come, and leaves what follows it.
 *
 * <p>Strict, because what is ambiguous here is how requests are smuggled: lines end with CR LF, a field is on one line
 * (RFC 9112, 5.2 and 2.2), NUL is refused. Bounded: {@value #MAX_LENGTH} bytes in all, {@value #MAX_LINE_LENGTH} in a
 * line, {@value #MAX_FIELDS} fields.
 */
final class HttpHeadParser {
    static final int MAX_LENGTH = 64 * 1024;
    static final int MAX_LINE_LENGTH = 8 * 1024;
    static final int MAX_FIELDS = 128;
    private static final int SHOWN = 24;

    private final String prefix;
    private final byte[] line = new byte[MAX_LINE_LENGTH];
    private final List<HttpHead.Field> fields = new ArrayList<>();
    private int lineLength;
    private int length;
    private boolean afterReturn;
    private String startLine;
    private boolean complete;

    /**
     * Creates a parser.
     *
     * @param prefix what the first line has to begin with, so that another protocol is refused by its first bytes.
     */
    HttpHeadParser(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Takes bytes up to the end of the head.
     *
     * @return how many were taken: all of them unless the head is complete.
     * @throws IOException when this is no head of HTTP, or it is too long; the message says which.
     */
    int feed(DirectBuffer buffer, int offset, int available) throws IOException {
        int used = 0;
        while (used < available && !complete) {
            accept(buffer.getByte(offset + used++));
        }
        return used;
    }

    /**
     * The head, or null when it is not complete.
     */
    HttpHead head() {
        return complete ? new HttpHead(startLine, List.copyOf(fields)) : null;
    }

    /**
     * Tells whether nothing was taken yet.
     */
    boolean isEmpty() {
        return length == 0;
    }

    /**
     * Begins with the next head; the limit of the length holds for all heads together.
     */
    void next() {
        fields.clear();
        startLine = null;
        complete = false;
    }

    private void accept(byte value) throws IOException {
        if (++length > MAX_LENGTH) {
            throw new IOException("its head is longer than " + MAX_LENGTH + " bytes");
        }
        if (value == '\n') {
            if (!afterReturn) {
                throw new IOException("a line of its head ends without a carriage return");
            }
            afterReturn = false;
            endLine();
            return;
        }
        if (afterReturn) {
            throw new IOException("its head has a carriage return inside of a line");
        }
        if (value == '\r') {
            afterReturn = true;
            return;
        }
        if (value == 0) {
            throw new IOException("its head has a NUL byte");
        }
        if (lineLength == MAX_LINE_LENGTH) {
            throw new IOException("a line of its head is longer than " + MAX_LINE_LENGTH + " bytes");
        }
        line[lineLength++] = value;
        if (startLine == null && lineLength <= prefix.length() && value != prefix.charAt(lineLength - 1)) {
            throw new IOException("it begins with " + quote(line, lineLength) + " instead of " + prefix);
        }
    }

    private void endLine() throws IOException {
        String text = new String(line, 0, lineLength, StandardCharsets.ISO_8859_1);
        lineLength = 0;
        if (startLine == null) {
            if (text.length() < prefix.length() || text.isEmpty()) {
                throw new IOException("its first line is '" + text + "'");
            }
            startLine = text;
        } else if (text.isEmpty()) {
            complete = true;
        } else {
            addField(text);
        }
    }

    private void addField(String text) throws IOException {
        if (text.charAt(0) == ' ' || text.charAt(0) == '\t') {
            throw new IOException("its head continues a field on a second line");
        }
        int colon = text.indexOf(':');
        if (colon < 1 || !isToken(text.substring(0, colon))) {
            throw new IOException("its head has a line that is no field: " + quote(text));
        }
        if (fields.size() == MAX_FIELDS) {
            throw new IOException("its head has more than " + MAX_FIELDS + " fields");
        }
        fields.add(new HttpHead.Field(text.substring(0, colon), text.substring(colon + 1).strip()));
    }

    /**
     * Tells whether a text is a token of RFC 9110, 5.6.2.
     */
    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!alphanumeric && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String quote(byte[] bytes, int count) {
        return quote(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
    }

    /**
     * The beginning of a text that a peer sent, made fit to print.
     */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7F) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\x%02x", (int) c));
            }
        }
        return quoted.append(text.length() > SHOWN ? "…'" : "'").toString();
    }
}
