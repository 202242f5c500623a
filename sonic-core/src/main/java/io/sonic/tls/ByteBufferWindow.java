package io.sonic.tls;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A {@link ByteBuffer} for any memory off the heap, without a new one for each region: it looks at as much as a buffer
 * can, and is made anew only for a region that begins outside of the first half.
 */
final class ByteBufferWindow {
    private static final long HALF = 1L << 30;
    /**
     * The JDK makes no longer one.
     */
    private static final int LENGTH = Integer.MAX_VALUE - 8;

    private ByteBuffer window;
    private long start = -1;

    /**
     * Tells whether the JVM lets this class look at memory.
     *
     * @return false when native access is denied, or would be warned about.
     */
    static boolean isAllowed() {
        return ByteBufferWindow.class.getModule().isNativeAccessEnabled();
    }

    /**
     * Makes the buffer stand for a region; until the next call.
     *
     * @param length less than 1 GiB.
     */
    ByteBuffer at(long address, int length) {
        long wanted = address & -HALF;
        if (wanted != start) {
            window = make(wanted);
            start = wanted;
        }
        int position = (int) (address - wanted);
        return window.limit(position + length).position(position);
    }

    @SuppressWarnings("restricted")
    private static ByteBuffer make(long address) {
        return MemorySegment.ofAddress(address).reinterpret(LENGTH).asByteBuffer();
    }
}
