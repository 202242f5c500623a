package io.sonic.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Compresses messages frame by frame (RFC 7692, 7.2.1) into a buffer of its own.
 *
 * <p>{@link Deflater} knows no window but the largest. Where a smaller one was agreed on, only messages that fit into
 * it are compressed, each by itself: no reference in them can reach further back than the message is long.
 */
final class MessageDeflater implements AutoCloseable {
    private static final int STEP = 16 * 1024;
    private static final int FIRST_CAPACITY = 64 * 1024;
    private static final int TAIL_LENGTH = 4;
    // With less room than a flush needs for its tail, zlib would write the tail again and again.
    private static final int MIN_ROOM = 64;

    private final int level;
    private final boolean contextTakeover;
    private final int minLength;
    private final int maxLength;
    // Made with the first message that is compressed.
    private Deflater deflater;
    private GrowableFifo storage;
    private ByteBuffer input;
    private boolean compressing;
    private int length;

    MessageDeflater(DeflateParameters parameters, PerMessageDeflate options) {
        boolean wholeWindow = parameters.windowBits() == PerMessageDeflate.MAX_WINDOW_BITS;
        level = options.compressionLevel();
        contextTakeover = parameters.contextTakeover() && wholeWindow;
        minLength = options.minLength();
        maxLength = wholeWindow ? Integer.MAX_VALUE : 1 << parameters.windowBits();
    }

    /**
     * Tells whether a frame is to be compressed: the first one of a message decides for all of them.
     */
    boolean wants(Opcode opcode, boolean isFinal, int payloadLength) {
        if (opcode != Opcode.CONTINUATION) {
            // An empty one is its own shortest form.
            compressing = payloadLength > 0 && payloadLength >= minLength && payloadLength <= maxLength
                && (isFinal || maxLength == Integer.MAX_VALUE);
        }
        return compressing;
    }

    /**
     * Compresses one frame of a message.
     *
     * @throws IOException when the system refuses memory; {@link #reset()} has to follow.
     */
    void deflate(DirectBuffer payload, int offset, int payloadLength, boolean isFinal) throws IOException {
        if (storage == null) {
            storage = new GrowableFifo(FIRST_CAPACITY);
            input = ByteBuffer.allocateDirect(STEP);
            deflater = new Deflater(level, true);
        }
        storage.fifo().reset();
        for (int done = 0; done < payloadLength;) {
            int step = Math.min(STEP, payloadLength - done);
            payload.getBytes(offset + done, input.clear(), 0, step);
            done += step;
            deflater.setInput(input.limit(step).position(0));
            drain(done == payloadLength ? Deflater.SYNC_FLUSH : Deflater.NO_FLUSH);
        }
        length = storage.fifo().readableLength();
        if (isFinal) {
            end();
        }
    }

    private void drain(int flush) throws IOException {
        ByteBuffer output;
        do {
            output = room();
            storage.fifo().commit(deflater.deflate(output, flush));
        } while (!output.hasRemaining());
    }

    private ByteBuffer room() throws IOException {
        if (storage.fifo().writableLength() < MIN_ROOM) {
            storage.growTo(2 * storage.fifo().capacity());
        }
        UnsafeBuffer buffer = storage.buffer();
        int position = buffer.wrapAdjustment() + storage.fifo().writeOffset();
        return buffer.byteBuffer().limit(position + storage.fifo().writableLength()).position(position);
    }

    /**
     * Takes off what a flush ends with; a message must not become empty by that (RFC 7692, 7.2.1 and 7.2.3.6).
     */
    private void end() {
        if (length > TAIL_LENGTH) {
            length -= TAIL_LENGTH;
        } else {
            storage.buffer().putByte(storage.fifo().readOffset(), (byte) 0);
            length = 1;
        }
        if (!contextTakeover) {
            deflater.reset();
        }
    }

    /**
     * Forgets the messages before: the one that was compressed last is not sent.
     */
    void reset() {
        if (deflater != null) {
            deflater.reset();
        }
    }

    UnsafeBuffer buffer() {
        return storage.buffer();
    }

    int offset() {
        return storage.fifo().readOffset();
    }

    int length() {
        return length;
    }

    @Override
    public void close() {
        if (storage != null) {
            deflater.end();
            storage.close();
        }
    }
}
