package io.sonic.websocket;

import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Checks that bytes are UTF-8 (RFC 3629), in as many pieces as they come.
 *
 * <p>ASCII is checked by whole words. The rest runs through a state machine whose row for a byte is one long: the six
 * bits at position {@code state} are the next state. A wrong byte leads to {@link #REJECT}, which nothing leaves, so
 * a piece is refused at its first wrong byte even when the message is not complete.
 */
final class Utf8Validator {
    private static final int REJECT = 0;
    private static final int ACCEPT = 6;
    private static final int ONE_MORE = 12;
    private static final int TWO_MORE = 18;
    private static final int THREE_MORE = 24;
    private static final int TWO_MORE_AFTER_E0 = 30;
    private static final int TWO_MORE_AFTER_ED = 36;
    private static final int THREE_MORE_AFTER_F0 = 42;
    private static final int THREE_MORE_AFTER_F4 = 48;

    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long[] NEXT = new long[256];

    static {
        allow(ACCEPT, 0x00, 0x7F, ACCEPT);
        allow(ACCEPT, 0xC2, 0xDF, ONE_MORE);
        allow(ACCEPT, 0xE0, 0xE0, TWO_MORE_AFTER_E0);
        allow(ACCEPT, 0xE1, 0xEC, TWO_MORE);
        allow(ACCEPT, 0xED, 0xED, TWO_MORE_AFTER_ED);
        allow(ACCEPT, 0xEE, 0xEF, TWO_MORE);
        allow(ACCEPT, 0xF0, 0xF0, THREE_MORE_AFTER_F0);
        allow(ACCEPT, 0xF1, 0xF3, THREE_MORE);
        allow(ACCEPT, 0xF4, 0xF4, THREE_MORE_AFTER_F4);
        allow(ONE_MORE, 0x80, 0xBF, ACCEPT);
        allow(TWO_MORE, 0x80, 0xBF, ONE_MORE);
        allow(THREE_MORE, 0x80, 0xBF, TWO_MORE);
        // Overlong forms, surrogates, and what is past U+10FFFF.
        allow(TWO_MORE_AFTER_E0, 0xA0, 0xBF, ONE_MORE);
        allow(TWO_MORE_AFTER_ED, 0x80, 0x9F, ONE_MORE);
        allow(THREE_MORE_AFTER_F0, 0x90, 0xBF, TWO_MORE);
        allow(THREE_MORE_AFTER_F4, 0x80, 0x8F, TWO_MORE);
    }

    private long state = ACCEPT;

    /**
     * Begins a new text.
     */
    void reset() {
        state = ACCEPT;
    }

    /**
     * Checks the next piece of the text.
     *
     * @return false when a byte of it, or of an earlier piece, is wrong.
     */
    boolean accept(UnsafeBuffer buffer, int offset, int length) {
        Masking.checkRange(buffer, offset, length);
        byte[] array = buffer.byteArray();
        long address = buffer.addressOffset() + offset;
        long end = address + length;
        while (address < end) {
            if (state == ACCEPT) {
                address += asciiPrefix(array, address, (int) (end - address));
            }
            address = step(array, address, end);
            if (state == REJECT) {
                return false;
            }
        }
        return true;
    }

    /**
     * Tells whether the text could end here.
     *
     * @return false when a character is incomplete or a byte was wrong.
     */
    boolean isComplete() {
        return state == ACCEPT;
    }

    /**
     * Tells whether all bytes are below 0x80.
     */
    static boolean isAscii(UnsafeBuffer buffer, int offset, int length) {
        Masking.checkRange(buffer, offset, length);
        return asciiPrefix(buffer.byteArray(), buffer.addressOffset() + offset, length) == length;
    }

    /**
     * Counts bytes at the front that are certainly ASCII: all of them, or a number of whole steps before the first
     * that is not.
     */
    private static int asciiPrefix(byte[] array, long address, int length) {
        int done = 0;
        for (; done <= length - 64; done += 64) {
            long at = address + done;
            long first = UnsafeApi.getLong(array, at) | UnsafeApi.getLong(array, at + 8)
                | UnsafeApi.getLong(array, at + 16) | UnsafeApi.getLong(array, at + 24);
            long second = UnsafeApi.getLong(array, at + 32) | UnsafeApi.getLong(array, at + 40)
                | UnsafeApi.getLong(array, at + 48) | UnsafeApi.getLong(array, at + 56);
            if (((first | second) & HIGH_BITS) != 0) {
                return done;
            }
        }
        for (; done <= length - 8; done += 8) {
            if ((UnsafeApi.getLong(array, address + done) & HIGH_BITS) != 0) {
                return done;
            }
        }
        if (length >= 8) {
            // The last word overlaps the one before it: cheaper than up to seven single bytes.
            return (UnsafeApi.getLong(array, address + length - 8) & HIGH_BITS) == 0 ? length : done;
        }
        for (; done < length; done++) {
            if (UnsafeApi.getByte(array, address + done) < 0) {
                return done;
            }
        }
        return length;
    }

    /**
     * Runs the state machine up to the next place where a character ends, at least for eight bytes where there are so
     * many.
     */
    private long step(byte[] array, long address, long end) {
        long current = state;
        long at = address;
        long pause = address + 8;
        while (at < end && (at < pause || current != ACCEPT) && current != REJECT) {
            current = NEXT[UnsafeApi.getByte(array, at) & 0xFF] >>> current & 0x3F;
            at++;
        }
        state = current;
        return at;
    }

    private static void allow(int from, int first, int last, int to) {
        for (int value = first; value <= last; value++) {
            NEXT[value] |= (long) to << from;
        }
    }
}
