package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.Stream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What is encrypted and not taken by the transport yet.
 *
 * <p>A record that was made has to be sent whole, whatever becomes of the operation that it was made for: the next one
 * is only understood after it. So what the transport does not take at once is written in the background.
 */
final class CiphertextOut implements AutoCloseable {
    /**
     * What the engine has to send of its own while data is exchanged: an alert, a key update.
     */
    private static final int MAX_CONTROL_LENGTH = 256;
    /**
     * Kept free for it: who cannot answer must not read on, and where neither side reads, both are stuck.
     */
    private static final int SPARE = 8 * MAX_CONTROL_LENGTH;
    private static final int CAPACITY = 2 * TlsEngine.MAX_RECORD_LENGTH + SPARE;

    private final TlsConnection connection;
    private final Stream transport;
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));
    private final WriteHandler handler = this::onWrite;
    private int head;
    private int tail;
    private boolean writing;
    private boolean starting;
    private boolean failed;
    /**
     * Why the transport did not accept a write, or null: somebody else writes to it.
     */
    private IOException refusal;

    CiphertextOut(TlsConnection connection, Stream transport) {
        this.connection = connection;
        this.transport = transport;
    }

    long address() {
        return buffer.addressOffset() + tail;
    }

    int room() {
        return CAPACITY - tail;
    }

    /**
     * Makes room for a record if that can be done.
     *
     * @return whether there is room for the longest one.
     */
    boolean hasRoom() {
        return hasRoom(TlsEngine.MAX_RECORD_LENGTH + SPARE);
    }

    /**
     * Makes room for what the engine has to send of its own.
     *
     * @return whether there is room for it.
     */
    boolean hasRoomForControl() {
        return hasRoom(MAX_CONTROL_LENGTH);
    }

    /**
     * Takes over what was written to {@link #address()}. Without effect once the transport has failed.
     */
    void commit(int bytes) {
        if (!failed) {
            tail += bytes;
        }
    }

    boolean isWriting() {
        return writing;
    }

    /**
     * Why the transport takes nothing more.
     */
    IOException failure() {
        return refusal != null ? refusal : transport.failure();
    }

    /**
     * Gives the transport as much as it takes, and has it write the rest in the background.
     *
     * @return {@code OK} when it took everything, {@code WOULD_BLOCK} while it writes, {@code FAILED} when it refused.
     */
    IoStatus flush() {
        if (writing) {
            return IoStatus.WOULD_BLOCK;
        }
        if (head < tail) {
            try {
                writeAtOnce();
                while (head < tail) {
                    if (writeRest()) {
                        return IoStatus.WOULD_BLOCK;
                    }
                }
            } catch (IllegalStateException e) {
                writing = false;
                refusal = new IOException(
                        connection + ": the stream below cannot be written: " + e.getMessage(), e);
                fail();
            }
            head = 0;
            tail = 0;
        }
        return failed ? IoStatus.FAILED : IoStatus.OK;
    }

    @Override
    public void close() {
        BufferUtil.free(buffer);
    }

    private boolean hasRoom(int wanted) {
        if (room() < wanted && head > 0 && !writing) {
            buffer.putBytes(0, buffer, head, tail - head);
            tail -= head;
            head = 0;
        }
        return room() >= wanted;
    }

    private void writeAtOnce() {
        int result = transport.tryWrite(buffer, head, tail - head);
        if (result >= 0) {
            head += result;
        } else if (result == IoStatus.FAILED.code()) {
            fail();
        }
    }

    /**
     * Starts to write what is left.
     *
     * @return whether the transport waits now.
     */
    private boolean writeRest() {
        writing = true;
        starting = true;
        try {
            transport.asyncWriteAll(buffer, head, tail - head, handler);
        } finally {
            starting = false;
        }
        return writing;
    }

    private void onWrite(IoStatus status, int length) {
        writing = false;
        head += length;
        switch (status) {
            case CLOSED -> {
                connection.close();
                return;
            }
            case CANCELLED -> {
                connection.cancel();
                return;
            }
            case FAILED -> fail();
            case OK, WOULD_BLOCK, END_OF_STREAM, TRUNCATED, TIMED_OUT -> {
                // What is left, because more was added or a time-out of the transport ended it, is flushed again.
            }
        }
        if (!starting) {
            flush();
            connection.progress();
        }
    }

    private void fail() {
        failed = true;
        head = 0;
        tail = 0;
    }
}
