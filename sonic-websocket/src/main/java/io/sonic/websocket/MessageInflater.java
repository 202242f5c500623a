package io.sonic.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Inflates compressed messages frame by frame (RFC 7692, 7.2.2), out of the read buffer into one of its own.
 *
 * <p>The limit holds for the inflated bytes, and while they are made: no more than one byte beyond it is ever
 * inflated. Text is checked as it is inflated.
 */
final class MessageInflater implements AutoCloseable {
    private static final int FIRST_CAPACITY = 64 * 1024;
    // RFC 7692, 7.2.1: the sender takes these bytes off the end of each message.
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private final int maxMessageLength;
    private final boolean contextTakeover;
    private final Utf8Check utf8Check;
    private final WebSocketStatistics statistics;
    private final Inflater inflater = new Inflater(true);
    private final GrowableFifo storage = new GrowableFifo(FIRST_CAPACITY);
    private final ByteBuffer tail = ByteBuffer.allocateDirect(TAIL.length).put(TAIL);
    private final Utf8Validator utf8 = new Utf8Validator();
    private Opcode messageType;
    private long messageLength;

    MessageInflater(boolean contextTakeover, int maxMessageLength, Utf8Check utf8Check,
                    WebSocketStatistics statistics) throws IOException {
        this.contextTakeover = contextTakeover;
        this.maxMessageLength = maxMessageLength;
        this.utf8Check = utf8Check;
        this.statistics = statistics;
    }

    /**
     * Inflates one frame of a message.
     *
     * @param opcode  of the frame.
     * @param isFinal whether it is the last one of its message.
     * @param joined  whether what it holds is kept behind what the message's frames before it held; the buffer begins
     *                with this frame otherwise.
     * @return what is wrong with it, or null.
     * @throws IOException when the system refuses memory.
     */
    ProtocolError inflate(Opcode opcode, boolean isFinal, boolean joined, UnsafeBuffer payload, int offset, int length)
            throws IOException {
        if (opcode != Opcode.CONTINUATION) {
            messageType = opcode;
            messageLength = 0;
            utf8.reset();
        }
        if (opcode != Opcode.CONTINUATION || !joined) {
            storage.fifo().reset();
        }
        statistics.compressedBytesReceived += length;
        long before = messageLength;
        ByteBuffer bytes = payload.byteBuffer();
        int position = payload.wrapAdjustment() + offset;
        ProtocolError error = inflate(bytes.limit(position + length).position(position));
        if (error == null && isFinal) {
            error = inflate(tail.clear());
        }
        statistics.inflatedBytesReceived += messageLength - before;
        if (error != null || !isFinal) {
            return error;
        }
        if (!contextTakeover) {
            inflater.reset();
        }
        return isText() && !utf8.isComplete() ? ProtocolError.INVALID_UTF8 : null;
    }

    private boolean isText() {
        return messageType == Opcode.TEXT && utf8Check != Utf8Check.OFF;
    }

    private ProtocolError inflate(ByteBuffer input) throws IOException {
        inflater.setInput(input);
        try {
            while (true) {
                ByteBuffer output = room();
                int length = inflater.inflate(output);
                ProtocolError error = accept(length);
                if (error != null) {
                    return error;
                }
                if (inflater.finished()) {
                    // RFC 7692, 7.2.3.4: a block may be marked as the last one; what follows begins anew.
                    inflater.reset();
                    inflater.setInput(input);
                } else if (output.hasRemaining()) {
                    return null;
                }
            }
        } catch (DataFormatException e) {
            return ProtocolError.INVALID_DEFLATE;
        }
    }

    /**
     * Room for what is inflated next: at least one byte, and at most one more than the limit allows.
     */
    private ByteBuffer room() throws IOException {
        if (storage.fifo().writableLength() == 0) {
            storage.growTo(2 * storage.fifo().capacity());
            statistics.bufferGrowths++;
        }
        int length = (int) Math.min(storage.fifo().writableLength(), maxMessageLength - messageLength + 1);
        UnsafeBuffer buffer = storage.buffer();
        int position = buffer.wrapAdjustment() + storage.fifo().writeOffset();
        return buffer.byteBuffer().limit(position + length).position(position);
    }

    private ProtocolError accept(int length) {
        int offset = storage.fifo().writeOffset();
        storage.fifo().commit(length);
        messageLength += length;
        if (messageLength > maxMessageLength) {
            return ProtocolError.MESSAGE_TOO_LONG;
        }
        return isText() && !utf8.accept(storage.buffer(), offset, length) ? ProtocolError.INVALID_UTF8 : null;
    }

    Opcode messageType() {
        return messageType;
    }

    UnsafeBuffer buffer() {
        return storage.buffer();
    }

    int offset() {
        return storage.fifo().readOffset();
    }

    int length() {
        return storage.fifo().readableLength();
    }

    /**
     * What {@link ProtocolError#describe} is told: how far the message was inflated.
     */
    long messageLength() {
        return messageLength;
    }

    @Override
    public void close() {
        inflater.end();
        storage.close();
    }
}
