package io.sonic.websocket;

import io.sonic.FifoBuffer;
import java.io.IOException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Joins the fragments of a message. Its storage is made with the first fragmented message, and kept.
 */
final class MessageAssembler implements AutoCloseable {
    private static final int FIRST_CAPACITY = 64 * 1024;

    private GrowableFifo storage;
    private Opcode type;

    /**
     * Tells whether a message has begun and not ended.
     */
    boolean isOpen() {
        return type != null;
    }

    void append(Opcode opcode, DirectBuffer payload, int offset, int length) throws IOException {
        if (storage == null) {
            storage = new GrowableFifo(Math.max(FIRST_CAPACITY, length));
        }
        if (type == null) {
            type = opcode;
            storage.fifo().reset();
        }
        if (storage.fifo().claim(length) == FifoBuffer.INSUFFICIENT_CAPACITY) {
            storage.growTo(length() + length);
        }
        storage.buffer().putBytes(storage.fifo().writeOffset(), payload, offset, length);
        storage.fifo().commit(length);
    }

    /**
     * Ends the message. What {@link #buffer()} holds stays until the next one begins.
     */
    Opcode finish() {
        Opcode finished = type;
        type = null;
        return finished;
    }

    UnsafeBuffer buffer() {
        return storage.buffer();
    }

    int length() {
        return storage.fifo().readableLength();
    }

    @Override
    public void close() {
        type = null;
        if (storage != null) {
            storage.close();
        }
    }
}
