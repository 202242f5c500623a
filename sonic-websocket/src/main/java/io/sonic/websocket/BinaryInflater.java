package io.sonic.websocket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Inflates messages that a venue compresses by itself, each on its own, and sends as binary ones: as GZIP (RFC 1952) or
 * as raw DEFLATE (RFC 1951). This is another thing than the compression of the protocol.
 *
 * {@snippet :
 * int inflated = inflater.inflate(buffer, offset, length);
 * if (inflated >= 0) {
 *     parse(inflater.buffer(), 0, inflated);
 * } else {
 *     System.err.println(inflater.error());
 * }
 * }
 *
 * <p><b>Threading</b>: one thread at a time. <b>Allocation</b>: none, but when the buffer grows.
 */
public final class BinaryInflater implements AutoCloseable {
    private static final int FIRST_CAPACITY = 64 * 1024;
    private static final int GZIP_HEADER_LENGTH = 10;
    private static final int GZIP_TRAILER_LENGTH = 8;
    private static final int HAS_HEADER_CRC = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int FAILED = -1;

    private final boolean gzip;
    private final int maxLength;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private ByteBuffer input = ByteBuffer.allocateDirect(FIRST_CAPACITY);
    private ByteBuffer output;
    private final UnsafeBuffer result = new UnsafeBuffer(0, 0);
    private String error;

    private BinaryInflater(boolean gzip, int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("maxLength must be at least 1: " + maxLength);
        }
        this.gzip = gzip;
        this.maxLength = maxLength;
        useOutput(Math.min(FIRST_CAPACITY, maxLength));
    }

    /**
     * For messages that are one member of GZIP each.
     *
     * @param maxLength the most bytes that a message may be inflated to, at least 1; a bomb goes no further.
     * @return a new inflater, the caller's to close.
     * @throws IllegalArgumentException when the length is less.
     */
    public static BinaryInflater gzip(int maxLength) {
        return new BinaryInflater(true, maxLength);
    }

    /**
     * For messages that are one stream of DEFLATE each, without a header.
     *
     * @param maxLength the most bytes that a message may be inflated to, at least 1; a bomb goes no further.
     * @return a new inflater, the caller's to close.
     * @throws IllegalArgumentException when the length is less.
     */
    public static BinaryInflater raw(int maxLength) {
        return new BinaryInflater(false, maxLength);
    }

    /**
     * Inflates a message.
     *
     * @param buffer holds it, on the heap or off.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return how many bytes there are in {@link #buffer()}; -1 when the message is damaged, or inflates to more than
     *         the limit: {@link #error()} says which.
     */
    public int inflate(DirectBuffer buffer, int offset, int length) {
        error = null;
        int start = 0;
        int end = length;
        if (gzip) {
            start = gzipHeaderLength(buffer, offset, length);
            end = length - GZIP_TRAILER_LENGTH;
            if (start < 0 || start > end) {
                return fail("no message of GZIP: its header is damaged");
            }
        }
        takeInput(buffer, offset + start, end - start);
        int inflated = inflateAll();
        if (inflated >= 0 && gzip && !isIntact(buffer, offset + end, inflated)) {
            return fail("a message of GZIP is damaged: its checksum or its length does not match");
        }
        return inflated;
    }

    /**
     * Copies, because the source may be memory of any kind; this costs little beside inflating.
     */
    private void takeInput(DirectBuffer buffer, int offset, int length) {
        if (input.capacity() < length) {
            input = ByteBuffer.allocateDirect(Math.max(length, 2 * input.capacity()));
        }
        buffer.getBytes(offset, input, 0, length);
        input.limit(length).position(0);
    }

    private int inflateAll() {
        inflater.reset();
        inflater.setInput(input);
        output.clear();
        try {
            while (true) {
                int count = inflater.inflate(output);
                if (inflater.finished()) {
                    return inflater.getRemaining() == 0 ? output.position()
                        : fail("a compressed message has bytes after its end");
                }
                if (!output.hasRemaining()) {
                    if (output.capacity() == maxLength) {
                        return fail("a compressed message inflates to more than " + maxLength + " bytes");
                    }
                    grow();
                } else if (count == 0) {
                    // A raw message may end with a flush in place of a last block, as those of the protocol do.
                    return !gzip && output.position() > 0 ? output.position()
                        : fail("a compressed message is cut off");
                }
            }
        } catch (DataFormatException e) {
            return fail("a compressed message is damaged");
        }
    }

    private void grow() {
        ByteBuffer full = output;
        useOutput((int) Math.min(maxLength, 2L * full.capacity()));
        output.put(full.flip());
    }

    private void useOutput(int capacity) {
        output = ByteBuffer.allocateDirect(capacity);
        result.wrap(output);
    }

    /**
     * RFC 1952, 2.3.
     */
    private static int gzipHeaderLength(DirectBuffer buffer, int offset, int length) {
        if (length < GZIP_HEADER_LENGTH + GZIP_TRAILER_LENGTH || (buffer.getByte(offset) & 0xFF) != 0x1F
                || (buffer.getByte(offset + 1) & 0xFF) != 0x8B || buffer.getByte(offset + 2) != 8) {
            return FAILED;
        }
        int flags = buffer.getByte(offset + 3);
        int at = GZIP_HEADER_LENGTH;
        if ((flags & HAS_EXTRA) != 0) {
            at += 2 + (buffer.getByte(offset + at) & 0xFF) + ((buffer.getByte(offset + at + 1) & 0xFF) << 8);
        }
        for (int flag = HAS_NAME; flag <= HAS_COMMENT; flag <<= 1) {
            if ((flags & flag) != 0) {
                while (at < length && buffer.getByte(offset + at) != 0) {
                    at++;
                }
                at++;
            }
        }
        return at + ((flags & HAS_HEADER_CRC) != 0 ? 2 : 0);
    }

    private boolean isIntact(DirectBuffer buffer, int trailer, int length) {
        checksum.reset();
        checksum.update(output.flip());
        return buffer.getInt(trailer, ByteOrder.LITTLE_ENDIAN) == (int) checksum.getValue()
            && buffer.getInt(trailer + Integer.BYTES, ByteOrder.LITTLE_ENDIAN) == length;
    }

    private int fail(String why) {
        error = why;
        return FAILED;
    }

    /**
     * Holds the message that was inflated last.
     *
     * @return valid until the next call of {@link #inflate}; the message begins at its first byte.
     */
    public DirectBuffer buffer() {
        return result;
    }

    /**
     * Why the last message could not be inflated.
     *
     * @return a sentence, or null when it could.
     */
    public String error() {
        return error;
    }

    /**
     * Gives the memory of the inflater back. A second call does nothing.
     */
    @Override
    public void close() {
        inflater.end();
    }
}
