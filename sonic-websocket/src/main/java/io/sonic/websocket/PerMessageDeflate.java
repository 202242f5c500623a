package io.sonic.websocket;

/**
 * The options of the extension permessage-deflate (RFC 7692), which compresses messages.
 *
 * <p>A client that has them offers the extension, a server that has them accepts it; the other side may decline. As
 * created they let the peer compress and send everything uncompressed, which is always allowed: what comes is
 * inflated, what goes costs nothing. {@link #compressionLevel(int)} compresses what is sent too.
 *
 * <p>A connection that uses the extension keeps some 40 KiB for inflating from the first compressed message on, and
 * some 260 KiB for compressing from the first message that it compresses.
 */
public final class PerMessageDeflate {
    /**
     * The least window that may be negotiated: 256 bytes.
     */
    public static final int MIN_WINDOW_BITS = 8;
    /**
     * The largest window, and the default: 32 KiB.
     */
    public static final int MAX_WINDOW_BITS = 15;

    private int compressionLevel;
    private int minLength = 64;
    private boolean contextTakeover = true;
    private boolean peerContextTakeover = true;
    private int peerMaxWindowBits = MAX_WINDOW_BITS;

    /**
     * Creates the defaults.
     */
    public PerMessageDeflate() {
    }

    PerMessageDeflate(PerMessageDeflate other) {
        compressionLevel = other.compressionLevel;
        minLength = other.minLength;
        contextTakeover = other.contextTakeover;
        peerContextTakeover = other.peerContextTakeover;
        peerMaxWindowBits = other.peerMaxWindowBits;
    }

    /**
     * Sets how hard messages that are sent are compressed. Where a window of less than 32 KiB is agreed on for this
     * side, only messages that fit into that window are compressed.
     *
     * @param level 1, the fastest, to 9; 0, the default, sends everything uncompressed.
     * @return this.
     */
    public PerMessageDeflate compressionLevel(int level) {
        compressionLevel = between(0, 9, level, "compressionLevel");
        return this;
    }

    /**
     * Sets the length from which on a message is compressed. The first fragment of a message decides for all of them.
     *
     * @param length bytes; by default 64.
     * @return this.
     */
    public PerMessageDeflate minLength(int length) {
        minLength = between(0, Integer.MAX_VALUE, length, "minLength");
        return this;
    }

    /**
     * Sets whether a message that is sent may refer to the ones before it, which is what makes short messages small.
     *
     * @param takeover true, the default; false compresses each one by itself. The peer may insist on false.
     * @return this.
     */
    public PerMessageDeflate contextTakeover(boolean takeover) {
        contextTakeover = takeover;
        return this;
    }

    /**
     * Sets whether the peer's messages may refer to the ones before them. They are understood in either case.
     *
     * @param takeover true, the default; false asks the peer to compress each one by itself.
     * @return this.
     */
    public PerMessageDeflate peerContextTakeover(boolean takeover) {
        peerContextTakeover = takeover;
        return this;
    }

    /**
     * Sets the largest window that the peer may compress with, as a power of two. A larger one is understood too.
     *
     * @param bits 8 to 15, the default.
     * @return this.
     */
    public PerMessageDeflate peerMaxWindowBits(int bits) {
        peerMaxWindowBits = between(MIN_WINDOW_BITS, MAX_WINDOW_BITS, bits, "peerMaxWindowBits");
        return this;
    }

    int compressionLevel() {
        return compressionLevel;
    }

    int minLength() {
        return minLength;
    }

    boolean contextTakeover() {
        return contextTakeover;
    }

    boolean peerContextTakeover() {
        return peerContextTakeover;
    }

    int peerMaxWindowBits() {
        return peerMaxWindowBits;
    }

    private static int between(int least, int most, int value, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be " + least + " to " + most + ": " + value);
        }
        return value;
    }
}
