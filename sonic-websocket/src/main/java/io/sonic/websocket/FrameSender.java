package io.sonic.websocket;

import io.sonic.Deferral;
import io.sonic.FifoBuffer;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.Stream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The way out: frames are appended to one queue of bytes as a whole, whoever sends them, and the queue is written by
 * one write at a time, with all that has gathered. A frame is done when the transport has taken the queue up to its
 * end.
 */
final class FrameSender implements WriteHandler {
    /**
     * Pongs are held back, and only the newest is kept, while more than this waits to be written.
     */
    private static final int CONTROL_BACKLOG = 16 * 1024;
    private static final int MAX_CONTROL_FRAME = 125 + FrameEncoder.MAX_HEADER_LENGTH;
    private static final int NONE = -1;
    private static final long NEVER = Long.MAX_VALUE;

    private final Connection connection;
    private final Reactor reactor;
    private final WebSocketStatistics statistics;
    private final GrowableFifo queue;
    private final int maxQueuedLength;
    private final SendQueue sends = new SendQueue();
    private final SendQueue refusals = new SendQueue();
    private final UnsafeBuffer heldPong = new UnsafeBuffer(ByteBuffer.allocateDirect(125));
    private final Deferral settleLater = new Deferral() {
        @Override
        protected void run() {
            settle();
        }
    };
    private final Deferral uncorkLater = new Deferral() {
        @Override
        protected void run() {
            uncork();
        }
    };
    private Stream transport;
    private FrameEncoder encoder;
    /**
     * Null when nothing is compressed.
     */
    private MessageDeflater deflater;
    private FifoBuffer fifo;
    private UnsafeBuffer buffer;
    private long appended;
    private long flushed;
    private boolean writing;
    private boolean movingStorage;
    private boolean corked;
    private boolean stopped;
    private int heldPongLength = NONE;
    private int claimedLength = NONE;
    /**
     * Why nothing more can be sent, or null.
     */
    private IoStatus end;

    FrameSender(Connection connection, int capacity, int maxQueuedLength) throws IOException {
        this.connection = connection;
        this.maxQueuedLength = maxQueuedLength;
        reactor = connection.reactor;
        statistics = connection.statistics;
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

    /**
     * Has messages compressed from here on, as it was agreed on.
     */
    void deflate(DeflateParameters parameters, PerMessageDeflate options) {
        if (options.compressionLevel() > 0) {
            deflater = new MessageDeflater(parameters, options);
        }
    }

    void write(Opcode opcode, boolean isFinal, DirectBuffer payload, int offset, int length, WriteHandler handler) {
        checkNotClaimed();
        Objects.requireNonNull(handler, "handler");
        Masking.checkRange(payload, offset, length);
        IoStatus refusal = refusal(length);
        if (refusal == null && !appendMessage(opcode, isFinal, payload, offset, length)) {
            refusal = end == null ? IoStatus.FAILED : end;
        }
        sent(refusal, length, handler);
    }

    void ping(DirectBuffer payload, int offset, int length, WriteHandler handler) {
        checkNotClaimed();
        Objects.requireNonNull(handler, "handler");
        Masking.checkRange(payload, offset, length);
        IoStatus refusal = refusal(length);
        if (refusal == null && !append(FrameEncoder.firstByte(Opcode.PING, true, false), payload, offset, length)) {
            refusal = IoStatus.FAILED;
        }
        if (refusal == null) {
            statistics.pingsSent++;
        }
        sent(refusal, length, handler);
    }

    /**
     * Is done when everything that was queued before is.
     */
    void flush(WriteHandler handler) {
        Objects.requireNonNull(handler, "handler");
        corked = false;
        if (queuedLength() == 0 && sends.isEmpty()) {
            refuse(handler, end == null ? IoStatus.OK : end);
        } else {
            sends.add(handler, 0, appended, null);
            flush();
        }
    }

    /**
     * Finds room for a payload, which the caller writes in its place.
     *
     * @return its offset in {@link #buffer()}, or the negative code of why there is none.
     */
    int claim(int length) {
        checkNotClaimed();
        if (length < 0) {
            throw new IllegalArgumentException("cannot claim a negative length: " + length);
        }
        IoStatus refusal = refusal(length);
        if (refusal != null) {
            return refusal.code();
        }
        long frameLength = encoder.frameLength(length);
        if (frameLength > fifo.writableLength() && !makeRoom(frameLength)) {
            return IoStatus.FAILED.code();
        }
        claimedLength = length;
        return fifo.writeOffset() + encoder.headerLength(length);
    }

    /**
     * Sends what was written where there was room for it.
     */
    void commit(Opcode opcode, boolean isFinal, int length, WriteHandler handler) {
        Objects.requireNonNull(handler, "handler");
        if (end != null) {
            claimedLength = NONE;
            refuse(handler, end);
            return;
        }
        checkClaimed();
        if (length < 0 || length > claimedLength) {
            throw new IllegalArgumentException("cannot commit " + length + " bytes: " + claimedLength + " are claimed");
        }
        int frame = fifo.writeOffset();
        int payload = frame + encoder.headerLength(claimedLength);
        claimedLength = NONE;
        IoStatus refusal = null;
        if (deflater != null && deflater.wants(opcode, isFinal, length)) {
            refusal = appendCompressed(opcode, isFinal, buffer, payload, length) ? null : IoStatus.FAILED;
        } else {
            int header = encoder.headerLength(length);
            if (frame + header != payload) {
                // Fewer bytes than were claimed, which need a shorter header.
                buffer.putBytes(frame + header, buffer, payload, length);
            }
            appended(encoder.encodeInPlace(opcode, isFinal, buffer, frame, length));
        }
        if (refusal == null && isFinal) {
            statistics.messagesSent++;
        }
        sendHeldPong();
        sent(refusal, length, handler);
    }

    /**
     * Gives room back that was found by {@link #claim(int)}.
     */
    void abort() {
        if (end == null) {
            checkClaimed();
            claimedLength = NONE;
            sendHeldPong();
            flush();
        }
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    private void checkClaimed() {
        if (claimedLength == NONE) {
            throw new IllegalStateException("no room is claimed");
        }
    }

    void checkNotClaimed() {
        if (claimedLength != NONE) {
            throw new IllegalStateException("room is claimed: commit or abort it first");
        }
    }

    /**
     * Why a payload cannot be queued, or null. One that is alone is always taken, however long it is.
     */
    private IoStatus refusal(int length) {
        int queued = queuedLength();
        if (end == null && queued > 0 && queued + encoder.frameLength(length) > maxQueuedLength) {
            statistics.backPressured++;
            return IoStatus.WOULD_BLOCK;
        }
        return end;
    }

    private void sent(IoStatus refusal, int length, WriteHandler handler) {
        if (refusal == null) {
            sends.add(handler, length, appended, null);
            flush();
        } else {
            refuse(handler, refusal);
        }
    }

    private void refuse(WriteHandler handler, IoStatus outcome) {
        refusals.add(handler, 0, NEVER, outcome);
        settleInline();
    }

    /**
     * Answers a ping, or keeps the answer until there is room: a pong for the newest ping is enough (RFC 6455, 5.5.3).
     */
    void pong(DirectBuffer payload, int offset, int length) {
        if (end != null) {
            return;
        }
        if (heldPongLength == NONE && hasRoomForControl()) {
            append(FrameEncoder.firstByte(Opcode.PONG, true, false), payload, offset, length);
            statistics.pongsSent++;
        } else {
            statistics.pongsOmitted += heldPongLength == NONE ? 0 : 1;
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
        if (claimedLength != NONE) {
            // What the user still writes where room was claimed must not end up in the close frame.
            claimedLength = NONE;
            replaceStorage(fifo.capacity());
        }
        if (end == null) {
            append(FrameEncoder.firstByte(Opcode.CLOSE, true, false), payload, 0, length);
            end = reason;
            heldPongLength = NONE;
        }
        corked = false;
    }

    private boolean appendMessage(Opcode opcode, boolean isFinal, DirectBuffer payload, int offset, int length) {
        boolean done = deflater != null && deflater.wants(opcode, isFinal, length)
            ? appendCompressed(opcode, isFinal, payload, offset, length)
            : append(FrameEncoder.firstByte(opcode, isFinal, false), payload, offset, length);
        if (done && isFinal) {
            statistics.messagesSent++;
        }
        return done;
    }

    private boolean appendCompressed(Opcode opcode, boolean isFinal, DirectBuffer payload, int offset, int length) {
        boolean done = false;
        try {
            deflater.deflate(payload, offset, length, isFinal);
            done = append(FrameEncoder.firstByte(opcode, isFinal, opcode != Opcode.CONTINUATION), deflater.buffer(),
                deflater.offset(), deflater.length());
        } catch (IOException e) {
            connection.failed("no room to compress: " + e.getMessage());
        }
        if (done) {
            statistics.deflatedBytesSent += length;
            statistics.compressedBytesSent += deflater.length();
        } else {
            deflater.reset();
        }
        return done;
    }

    private boolean append(int firstByte, DirectBuffer payload, int offset, int length) {
        long frameLength = encoder.frameLength(length);
        if (frameLength > fifo.writableLength() && !makeRoom(frameLength)) {
            return false;
        }
        appended(encoder.encode(firstByte, payload, offset, length, buffer, fifo.writeOffset()));
        return true;
    }

    private void appended(int frameLength) {
        fifo.commit(frameLength);
        appended += frameLength;
        statistics.framesSent++;
    }

    /**
     * Finds room for a frame, in a larger queue if need be.
     */
    private boolean makeRoom(long length) {
        if (fifo.readableLength() + length > GrowableFifo.MAX_CAPACITY) {
            connection.failed(length + " bytes are too many for one frame");
            return false;
        }
        takeBackWrite();
        return fifo.claim((int) length) >= 0 || replaceStorage((int) (fifo.readableLength() + length));
    }

    /**
     * Ends the write that is in flight: it reads from storage that is about to move or to go.
     */
    private void takeBackWrite() {
        if (writing) {
            movingStorage = true;
            transport.cancelWrite();
            movingStorage = false;
        }
    }

    private boolean replaceStorage(int minCapacity) {
        takeBackWrite();
        try {
            queue.growTo(minCapacity);
            statistics.bufferGrowths++;
            useQueue();
            return true;
        } catch (IOException e) {
            connection.failed("no room to send: " + e.getMessage());
            flush();
            return false;
        }
    }

    private boolean hasRoomForControl() {
        return claimedLength == NONE && fifo.readableLength() <= CONTROL_BACKLOG
            && fifo.writableLength() >= MAX_CONTROL_FRAME;
    }

    /**
     * Leaves what is queued until {@link #uncork()}, or the next turn of the loop.
     */
    void cork() {
        if (!corked) {
            corked = true;
            reactor.defer(uncorkLater);
        }
    }

    void uncork() {
        if (corked) {
            corked = false;
            flush();
        }
    }

    /**
     * How many bytes wait to be written.
     */
    int queuedLength() {
        return stopped ? 0 : fifo.readableLength();
    }

    void flush() {
        if (writing || stopped || corked) {
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
        statistics.writes++;
        transport.asyncWrite(buffer, fifo.readOffset(), length, this);
    }

    @Override
    public void onWrite(IoStatus status, int length) {
        writing = false;
        flushed += length;
        statistics.bytesSent += length;
        if (stopped) {
            return;
        }
        if (length == fifo.readableLength() && claimedLength == NONE) {
            // Starting over at the front keeps the same few lines of cache in use.
            fifo.reset();
        } else {
            fifo.consume(length);
        }
        if (movingStorage) {
            return;
        }
        if (status == IoStatus.OK) {
            sendHeldPong();
            flush();
        } else {
            fail(status);
        }
        settle();
        connection.onFlushed();
    }

    private void sendHeldPong() {
        if (heldPongLength != NONE && end == null && hasRoomForControl()) {
            append(FrameEncoder.firstByte(Opcode.PONG, true, false), heldPong, 0, heldPongLength);
            statistics.pongsSent++;
            heldPongLength = NONE;
        }
    }

    /**
     * Gives up on what waits: the transport takes no more.
     */
    private void fail(IoStatus status) {
        end = status;
        fifo.reset();
        sends.end(status);
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
        sends.settle(reactor, flushed);
        refusals.settle(reactor, flushed);
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
        claimedLength = NONE;
        sends.end(status);
    }

    void release() {
        queue.close();
        if (deflater != null) {
            deflater.close();
        }
    }

    void cancel() {
        sends.end(IoStatus.CANCELLED);
        settle();
    }
}
