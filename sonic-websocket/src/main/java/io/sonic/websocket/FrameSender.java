package io.sonic.websocket;

import io.sonic.Deferral;
import io.sonic.FifoBuffer;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.Stream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The way out: frames are appended to one queue of bytes as a whole, whoever sends them, and the queue is written by
 * one write at a time. A frame is done when the transport has taken the queue up to its end.
 */
final class FrameSender implements WriteHandler {
    /**
     * Pongs are held back, and only the newest is kept, while more than this waits to be written.
     */
    private static final int CONTROL_BACKLOG = 16 * 1024;
    private static final int MAX_CONTROL_FRAME = 125 + FrameEncoder.MAX_HEADER_LENGTH;
    private static final int NONE = -1;

    private final Connection connection;
    private final Reactor reactor;
    private final GrowableFifo queue;
    private final PendingSend message = new PendingSend("a write");
    private final PendingSend ping = new PendingSend("a ping");
    private final UnsafeBuffer heldPong = new UnsafeBuffer(ByteBuffer.allocateDirect(125));
    private final Deferral settleLater = new Deferral() {
        @Override
        protected void run() {
            settle();
        }
    };
    private Stream transport;
    private FrameEncoder encoder;
    private FifoBuffer fifo;
    private UnsafeBuffer buffer;
    private long appended;
    private long flushed;
    private boolean writing;
    private boolean movingStorage;
    private boolean stopped;
    private int heldPongLength = NONE;
    /**
     * Why nothing more can be sent, or null.
     */
    private IoStatus end;

    FrameSender(Connection connection, int capacity) throws IOException {
        this.connection = connection;
        reactor = connection.reactor;
        queue = new GrowableFifo(capacity);
        useQueue();
    }

    private void useQueue() {
        fifo = queue.fifo();
        buffer = queue.buffer();
    }

    void begin(Stream connected, Role role) {
        transport = connected;
        encoder = new FrameEncoder(role);
    }

    void write(Opcode opcode, boolean isFinal, DirectBuffer payload, int offset, int length, WriteHandler handler) {
        message.checkIdle(handler);
        send(message, opcode, isFinal, payload, offset, length, handler);
    }

    void ping(DirectBuffer payload, int offset, int length, WriteHandler handler) {
        ping.checkIdle(handler);
        send(ping, Opcode.PING, true, payload, offset, length, handler);
    }

    private void send(PendingSend pending, Opcode opcode, boolean isFinal, DirectBuffer payload, int offset, int length,
                      WriteHandler handler) {
        Masking.checkRange(payload, offset, length);
        if (end == null && append(opcode, isFinal, payload, offset, length)) {
            pending.start(handler, length, appended);
            flush();
        } else {
            pending.refuse(handler, end == null ? IoStatus.FAILED : end);
            settleInline();
        }
    }

    /**
     * Answers a ping, or keeps the answer until there is room: a pong for the newest ping is enough (RFC 6455, 5.5.3).
     */
    void pong(DirectBuffer payload, int offset, int length) {
        if (end != null) {
            return;
        }
        if (hasRoomForControl()) {
            append(Opcode.PONG, true, payload, offset, length);
        } else {
            heldPong.putBytes(0, payload, offset, length);
            heldPongLength = length;
        }
    }

    /**
     * Appends a close frame; nothing is sent after it (RFC 6455, 5.5.1).
     *
     * @param reason why later sends are refused.
     */
    void close(DirectBuffer payload, int length, IoStatus reason) {
        if (end == null) {
            append(Opcode.CLOSE, true, payload, 0, length);
            end = reason;
            heldPongLength = NONE;
        }
    }

    private boolean append(Opcode opcode, boolean isFinal, DirectBuffer payload, int offset, int length) {
        long frameLength = encoder.frameLength(length);
        if (frameLength > fifo.writableLength() && !makeRoom(frameLength)) {
            return false;
        }
        int written = encoder.encode(opcode, isFinal, payload, offset, length, buffer, fifo.writeOffset());
        fifo.commit(written);
        appended += written;
        return true;
    }

    /**
     * Finds room for a frame, in a larger queue if need be.
     */
    private boolean makeRoom(long length) {
        if (fifo.readableLength() + length > GrowableFifo.MAX_CAPACITY) {
            connection.failed(length + " bytes are too many for one frame");
            return false;
        }
        if (writing) {
            // It reads from storage that may move or go.
            movingStorage = true;
            transport.cancelWrite();
            movingStorage = false;
        }
        if (fifo.claim((int) length) >= 0) {
            return true;
        }
        try {
            queue.growTo((int) (fifo.readableLength() + length));
            useQueue();
            return true;
        } catch (IOException e) {
            connection.failed("no room to send: " + e.getMessage());
            flush();
            return false;
        }
    }

    private boolean hasRoomForControl() {
        return heldPongLength == NONE && fifo.readableLength() <= CONTROL_BACKLOG
            && fifo.writableLength() >= MAX_CONTROL_FRAME;
    }

    void flush() {
        if (writing || stopped) {
            return;
        }
        int length = fifo.readableLength();
        if (length == 0) {
            return;
        }
        if (!transport.isOpen()) {
            connection.transportEnded(IoStatus.CLOSED);
            return;
        }
        writing = true;
        transport.asyncWrite(buffer, fifo.readOffset(), length, this);
    }

    @Override
    public void onWrite(IoStatus status, int length) {
        writing = false;
        flushed += length;
        if (stopped) {
            return;
        }
        if (length == fifo.readableLength()) {
            // Starting over at the front keeps the same few lines of cache in use.
            fifo.reset();
        } else {
            fifo.consume(length);
        }
        if (movingStorage) {
            return;
        }
        if (status == IoStatus.OK) {
            if (heldPongLength != NONE) {
                sendHeldPong();
            }
            flush();
        } else {
            fail(status);
        }
        settle();
        connection.onFlushed();
    }

    private void sendHeldPong() {
        int length = heldPongLength;
        heldPongLength = NONE;
        if (hasRoomForControl()) {
            append(Opcode.PONG, true, heldPong, 0, length);
        } else {
            heldPongLength = length;
        }
    }

    /**
     * Gives up on what waits: the transport takes no more.
     */
    private void fail(IoStatus status) {
        end = status;
        fifo.reset();
        message.end(status);
        ping.end(status);
        if (status == IoStatus.FAILED) {
            connection.transportFailed();
        }
    }

    private void settleInline() {
        if (reactor.tryInline()) {
            try {
                settle();
            } finally {
                reactor.endInline();
            }
        } else {
            reactor.defer(settleLater);
        }
    }

    /**
     * Calls the handlers of what is done or has ended.
     */
    void settle() {
        message.settle(reactor, flushed);
        ping.settle(reactor, flushed);
    }

    /**
     * Tells whether nothing waits to be written, or what waits never will be.
     */
    boolean isFlushed() {
        return stopped || fifo.readableLength() == 0;
    }

    /**
     * Ends what waits, and refuses what comes; {@link #settle()} calls the handlers.
     */
    void stop(IoStatus status) {
        stopped = true;
        end = status;
        message.end(status);
        ping.end(status);
    }

    void release() {
        queue.close();
    }

    void cancel() {
        message.end(IoStatus.CANCELLED);
        ping.end(IoStatus.CANCELLED);
        settle();
    }
}
