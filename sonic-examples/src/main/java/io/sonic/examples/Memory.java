package io.sonic.examples;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Buffers off the heap, which channels read into and write from. */
final class Memory {

    private Memory() {
    }

    static UnsafeBuffer allocate(int length) {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder()));
    }

    /** Allocates the bytes of a text, in UTF-8. */
    static UnsafeBuffer of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        UnsafeBuffer buffer = allocate(bytes.length);
        buffer.putBytes(0, bytes);
        return buffer;
    }

    /** Allocates a payload of readable text, so that an echo can be compared with what was sent. */
    static UnsafeBuffer allocateText(int length) {
        UnsafeBuffer text = allocate(length);
        for (int i = 0; i < length; i++) {
            text.putByte(i, (byte) ('a' + i % 26));
        }
        return text;
    }

    /**
     * Compares bytes.
     *
     * @return the index of the first one that differs, or -1 when none does.
     */
    static int firstDifference(DirectBuffer expected, DirectBuffer actual, int offset, int length) {
        int i = 0;
        while (i + Long.BYTES <= length && expected.getLong(i) == actual.getLong(offset + i)) {
            i += Long.BYTES;
        }
        while (i < length && expected.getByte(i) == actual.getByte(offset + i)) {
            i++;
        }
        return i < length ? i : -1;
    }
}
