package io.sonic;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Buffers off the heap, and bytes that tell their place in a stream.
 */
final class Buffers {
    private Buffers() {
    }

    static UnsafeBuffer allocate(int capacity) {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
    }

    static UnsafeBuffer of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        UnsafeBuffer buffer = allocate(bytes.length);
        buffer.putBytes(0, bytes);
        return buffer;
    }

    static String text(DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * The byte at a position of the test stream: a lost, doubled or exchanged byte is seen at once.
     */
    static byte pattern(long position) {
        return (byte) (position * 31 + (position >>> 8) * 17 + (position >>> 16));
    }

    static void fill(UnsafeBuffer buffer, int offset, int length, long position) {
        for (int i = 0; i < length; i++) {
            buffer.putByte(offset + i, pattern(position + i));
        }
    }

    /**
     * Finds the first byte that is not the one of the test stream.
     *
     * @return its position, or -1.
     */
    static long mismatch(DirectBuffer buffer, int offset, int length, long position) {
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != pattern(position + i)) {
                return position + i;
            }
        }
        return -1;
    }
}
