package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What came from the transport and is not decrypted yet.
 */
final class CiphertextIn implements AutoCloseable {
    /**
     * Room for one record, and for what comes with its end.
     */
    private static final int CAPACITY = 2 * TlsEngine.MAX_RECORD_LENGTH;

    private final TlsConnection connection;
    private final Stream transport;
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));
    private final ReadHandler handler = this::onRead;
    private int head;
    private int tail;
    private boolean reading;
    private boolean starting;
    private boolean cancelling;
    /**
     * Why nothing more will come, or null.
     */
    private IoStatus end;
    /**
     * Why the transport did not accept a read, or null: somebody else reads it.
     */
    private IOException refusal;

    CiphertextIn(TlsConnection connection, Stream transport) {
        this.connection = connection;
        this.transport = transport;
    }

    long address() {
        return buffer.addressOffset() + head;
    }

    int length() {
        return tail - head;
    }

    void consume(int bytes) {
        head += bytes;
        // A read in flight goes on from where it was told to.
        if (head == tail && !reading) {
            head = 0;
            tail = 0;
        }
    }

    IoStatus end() {
        return end;
    }

    /**
     * Describes an {@link #end()} that is {@code FAILED}.
     */
    IOException failure() {
        return refusal != null ? refusal : transport.failure();
    }

    /**
     * Reads what the transport has, without waiting.
     *
     * @return whether something came: bytes, or the end.
     */
    boolean tryFill() {
        if (reading || end != null || !makeRoom()) {
            return false;
        }
        int result;
        try {
            result = transport.tryRead(buffer, tail, CAPACITY - tail);
        } catch (IllegalStateException e) {
            refuse(e);
            return true;
        }
        if (result > 0) {
            tail += result;
            return true;
        }
        IoStatus status = result == 0 ? IoStatus.WOULD_BLOCK : IoStatus.of(result);
        if (status == IoStatus.WOULD_BLOCK) {
            return false;
        }
        end = status;
        return true;
    }

    /**
     * Has the transport read; the stream is told when something came.
     *
     * @return true when it waits for the peer now; false when something came at once, or nothing more can come.
     */
    boolean await() {
        if (reading) {
            return true;
        }
        if (end != null || !makeRoom()) {
            return false;
        }
        reading = true;
        starting = true;
        try {
            transport.asyncRead(buffer, tail, CAPACITY - tail, handler);
        } catch (IllegalStateException e) {
            reading = false;
            refuse(e);
        } finally {
            starting = false;
        }
        return reading;
    }

    /**
     * Takes a waiting read back.
     */
    void cancel() {
        if (reading) {
            cancelling = true;
            try {
                transport.cancelRead();
            } finally {
                cancelling = false;
            }
        }
    }

    @Override
    public void close() {
        BufferUtil.free(buffer);
    }

    private void refuse(IllegalStateException reason) {
        end = IoStatus.FAILED;
        refusal = new IOException(connection + ": the stream below cannot be read: " + reason.getMessage(), reason);
    }

    private boolean makeRoom() {
        if (head > 0 && CAPACITY - tail < TlsEngine.MAX_RECORD_LENGTH) {
            buffer.putBytes(0, buffer, head, tail - head);
            tail -= head;
            head = 0;
        }
        return tail < CAPACITY;
    }

    private void onRead(IoStatus status, int length) {
        reading = false;
        tail += length;
        if (status == IoStatus.CLOSED) {
            connection.close();
            return;
        }
        if (status == IoStatus.END_OF_STREAM || status == IoStatus.FAILED) {
            end = status;
        }
        if (status == IoStatus.CANCELLED && !cancelling) {
            // Somebody cancelled the transport's operations, and so means ours.
            connection.cancel();
        } else if (!starting && !cancelling) {
            connection.progress();
        }
    }
}
