package io.sonic.websocket;

import org.agrona.DirectBuffer;

/**
 * Finds text in messages without making strings.
 */
final class TextMatch {
    private static final int WINDOW = 256;

    private TextMatch() {
    }

    static boolean isAt(byte[] expected, DirectBuffer buffer, int offset) {
        for (int i = 0; i < expected.length; i++) {
            if (buffer.getByte(offset + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    static boolean isIn(byte[] expected, DirectBuffer buffer, int offset, int length) {
        int last = offset + Math.min(length, WINDOW) - expected.length;
        for (int at = offset; at <= last; at++) {
            if (isAt(expected, buffer, at)) {
                return true;
            }
        }
        return false;
    }
}
