package io.sonic.websocket;

import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * The exclusive-or that a client's payload is sent with (RFC 6455, 5.3), by words of 64 bits at any alignment.
 *
 * <p>A key is the four bytes of the wire read as an int in the machine's byte order.
 */
final class Masking {
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Masking() {
    }

    /**
     * Masks while copying. The two ranges must not overlap.
     */
    static void copy(DirectBuffer source, int sourceOffset, DirectBuffer target, int targetOffset, int length,
                     int key) {
        checkRange(source, sourceOffset, length);
        checkRange(target, targetOffset, length);
        copy(source.byteArray(), source.addressOffset() + sourceOffset,
            target.byteArray(), target.addressOffset() + targetOffset, length, key);
    }

    private static void copy(byte[] source, long from, byte[] target, long to, int length, int key) {
        long wide = widen(key);
        int done = 0;
        for (; done <= length - 8; done += 8) {
            UnsafeApi.putLong(target, to + done, UnsafeApi.getLong(source, from + done) ^ wide);
        }
        if (done < length && length >= 8) {
            // The last word overlaps the one before it: cheaper than up to seven single bytes.
            int last = length - 8;
            UnsafeApi.putLong(target, to + last, UnsafeApi.getLong(source, from + last) ^ widen(rotate(key, last)));
            return;
        }
        for (; done < length; done++) {
            byte value = UnsafeApi.getByte(source, from + done);
            UnsafeApi.putByte(target, to + done, (byte) (value ^ keyByte(key, done)));
        }
    }

    /**
     * Masks or unmasks in place.
     *
     * @param phase bytes of the payload that come before this range.
     */
    static void apply(DirectBuffer buffer, int offset, int length, int key, int phase) {
        checkRange(buffer, offset, length);
        byte[] array = buffer.byteArray();
        long address = buffer.addressOffset() + offset;
        int rotated = rotate(key, phase);
        long wide = widen(rotated);
        int done = 0;
        for (; done <= length - 8; done += 8) {
            UnsafeApi.putLong(array, address + done, UnsafeApi.getLong(array, address + done) ^ wide);
        }
        for (; done < length; done++) {
            byte value = UnsafeApi.getByte(array, address + done);
            UnsafeApi.putByte(array, address + done, (byte) (value ^ keyByte(rotated, done)));
        }
    }

    /**
     * Refuses a range outside of a buffer. Raw access by address follows it, so it holds also where Agrona's checks
     * are off.
     */
    static void checkRange(DirectBuffer buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
    }

    private static long widen(int key) {
        long low = key & 0xFFFFFFFFL;
        return low << 32 | low;
    }

    private static int rotate(int key, int bytes) {
        int bits = (bytes & 3) << 3;
        return LITTLE_ENDIAN ? Integer.rotateRight(key, bits) : Integer.rotateLeft(key, bits);
    }

    private static int keyByte(int key, int index) {
        int bits = (index & 3) << 3;
        return LITTLE_ENDIAN ? key >>> bits : key >>> 24 - bits;
    }
}
