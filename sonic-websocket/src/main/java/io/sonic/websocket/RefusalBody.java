package io.sonic.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * The beginning of the body that comes with a refusal: enough to show why.
 */
final class RefusalBody {
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes = new byte[UpgradeRefusedException.MAX_BODY_LENGTH];
    private final boolean chunked;
    private final int limit;
    private int length;

    RefusalBody(HttpHead head) {
        chunked = head.hasToken("Transfer-Encoding", "chunked");
        limit = chunked ? bytes.length : (int) Math.min(contentLength(head.value("Content-Length")), bytes.length);
    }

    /**
     * The length announced; what is not a number leaves it to the end of the connection.
     */
    private static long contentLength(String value) {
        try {
            return value == null ? Long.MAX_VALUE : Math.max(0, Long.parseLong(value));
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    void append(DirectBuffer buffer, int offset, int available) {
        int taken = Math.min(available, limit - length);
        buffer.getBytes(offset, bytes, length, taken);
        length += taken;
    }

    boolean isComplete() {
        return length == limit || chunked && length >= LAST_CHUNK.length
            && Arrays.equals(bytes, length - LAST_CHUNK.length, length, LAST_CHUNK, 0, LAST_CHUNK.length);
    }

    byte[] toBytes() {
        return chunked ? unchunk() : Arrays.copyOf(bytes, length);
    }

    /**
     * Takes the sizes of the chunks out (RFC 9112, 7.1), as far as the body is well formed.
     */
    private byte[] unchunk() {
        ByteArrayOutputStream content = new ByteArrayOutputStream(length);
        int at = 0;
        while (at < length) {
            int size = 0;
            int digits = 0;
            while (at < length && Character.digit(bytes[at], 16) >= 0 && digits++ < 7) {
                size = size << 4 | Character.digit(bytes[at++], 16);
            }
            while (at < length && bytes[at++] != '\n') {
                continue;
            }
            int present = Math.min(size, length - at);
            content.write(bytes, at, present);
            at += present + 2;
            if (digits == 0 || size == 0) {
                break;
            }
        }
        return content.toByteArray();
    }
}
