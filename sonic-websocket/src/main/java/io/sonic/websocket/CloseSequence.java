package io.sonic.websocket;

import io.sonic.Deferral;
import io.sonic.IoStatus;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The close of a connection, whoever begins it (RFC 6455, 7): close frames in both directions, then the end of the
 * stream, each of the two with a deadline. A connection whose deadline passes is reset: a peer that does not answer
 * would keep the system busy with it for minutes.
 */
final class CloseSequence {
    /**
     * How long the peer may take to end the stream after the close frames. What it still sends is read and dropped,
     * because closing a socket with unread bytes resets it and may destroy the close frame on its way.
     */
    private static final long FIN_TIMEOUT_NS = 1_000_000_000L;
    private static final int MAX_REASON_LENGTH = 123;

    private enum Stage { NONE, AWAITING_PEER, FLUSHING, LINGERING }

    private final Connection connection;
    private final FrameSender sender;
    private final MessageReader reader;
    private final Timer deadline;
    private final TimerHandler onDeadline = this::onDeadline;
    private final long timeoutNs;
    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(125));
    private final Deferral settleLater = new Deferral() {
        @Override
        protected void run() {
            complete(end);
        }
    };
    private Stage stage = Stage.NONE;
    private boolean peerClosed;
    private IoStatus outcome = IoStatus.END_OF_STREAM;
    /**
     * How closes end once the connection is gone, or null.
     */
    private IoStatus end;
    private CloseHandler handler;
    private int code;
    private String reason = "";

    CloseSequence(Connection connection, FrameSender sender, MessageReader reader, long timeoutNs) {
        this.connection = connection;
        this.sender = sender;
        this.reader = reader;
        this.timeoutNs = timeoutNs;
        deadline = new Timer(connection.reactor);
    }

    /**
     * Begins the close from this side, or joins one that is under way.
     */
    void start(int closeCode, String closeReason, CloseHandler closeHandler) {
        Objects.requireNonNull(closeHandler, "handler");
        byte[] bytes = closeReason.getBytes(StandardCharsets.UTF_8);
        if (!CloseCode.isValidOnWire(closeCode)) {
            throw new IllegalArgumentException("not a code that a close frame may carry: " + closeCode);
        }
        if (bytes.length > MAX_REASON_LENGTH) {
            throw new IllegalArgumentException("a close reason has at most " + MAX_REASON_LENGTH
                + " bytes in UTF-8, not " + bytes.length);
        }
        if (handler != null) {
            throw new IllegalStateException("a close is in flight already");
        }
        if (!connection.transport().isOpen()) {
            connection.transportEnded(IoStatus.CLOSED);
        }
        handler = closeHandler;
        if (end != null) {
            settleInline();
        } else if (stage == Stage.NONE) {
            sendClose(closeCode, bytes, IoStatus.CLOSED);
            stage = Stage.AWAITING_PEER;
            deadline.scheduleOnce(timeoutNs, onDeadline);
            sender.flush();
            reader.readInBackground();
        }
    }

    /**
     * Answers the peer's close frame with the same code (RFC 6455, 5.5.1).
     */
    void onPeerClose(DirectBuffer buffer, int offset, int length) {
        peerClosed = true;
        byte[] bytes = new byte[Math.max(0, length - 2)];
        code = length < 2 ? CloseCode.NONE : buffer.getShort(offset, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        buffer.getBytes(Math.min(offset + 2, buffer.capacity()), bytes);
        reason = new String(bytes, StandardCharsets.UTF_8);
        if (stage == Stage.NONE) {
            payload.putBytes(0, buffer, offset, Math.min(length, 2));
            sender.close(payload, Math.min(length, 2), IoStatus.END_OF_STREAM);
            deadline.scheduleOnce(timeoutNs, onDeadline);
        }
        finishFlushing();
    }

    /**
     * Says to the peer why this side gives up, and gives up.
     */
    void fail(int closeCode, String closeReason) {
        outcome = IoStatus.FAILED;
        code = CloseCode.ABNORMAL;
        if (stage == Stage.NONE) {
            sendClose(closeCode, closeReason.getBytes(StandardCharsets.UTF_8), IoStatus.FAILED);
            deadline.scheduleOnce(timeoutNs, onDeadline);
        }
        finishFlushing();
    }

    /**
     * Says to the peer why nothing comes of the connection, without waiting for anything.
     */
    void sayGoodbye(int closeCode, String closeReason) {
        sendClose(closeCode, closeReason.getBytes(StandardCharsets.UTF_8), IoStatus.FAILED);
        sender.flush();
    }

    private void sendClose(int closeCode, byte[] closeReason, IoStatus refusal) {
        int length = Math.min(closeReason.length, MAX_REASON_LENGTH);
        payload.putShort(0, (short) closeCode, ByteOrder.BIG_ENDIAN);
        payload.putBytes(2, closeReason, 0, length);
        sender.close(payload, 2 + length, refusal);
    }

    private void finishFlushing() {
        stage = Stage.FLUSHING;
        reader.discard();
        sender.flush();
        onFlushed();
    }

    /**
     * Is called whenever the transport has taken something.
     */
    void onFlushed() {
        if (stage == Stage.FLUSHING && sender.isFlushed()) {
            stage = Stage.LINGERING;
            deadline.cancel();
            deadline.scheduleOnce(FIN_TIMEOUT_NS, onDeadline);
            connection.endOutput();
            reader.end(outcome);
        }
    }

    private void onDeadline(Timer timer) {
        connection.reset();
        if (stage == Stage.AWAITING_PEER) {
            code = CloseCode.ABNORMAL;
            connection.failed("the peer did not answer the close within " + timeoutNs / 1_000_000 + " ms");
            connection.finish(IoStatus.TIMED_OUT);
        } else {
            connection.finish(outcome);
        }
    }

    /**
     * The transport has ended.
     *
     * @return how the connection ended.
     */
    IoStatus onTransportEnded(IoStatus status) {
        if (stage == Stage.FLUSHING || stage == Stage.LINGERING) {
            return outcome;
        }
        code = CloseCode.ABNORMAL;
        return status;
    }

    /**
     * Tells who waits for the close; the connection is gone.
     */
    void settle(IoStatus status) {
        deadline.close();
        if (code == 0) {
            code = CloseCode.ABNORMAL;
        }
        end = peerClosed && status != IoStatus.CLOSED ? IoStatus.OK : status;
        complete(end);
    }

    private void settleInline() {
        if (connection.reactor.tryInline()) {
            try {
                complete(end);
            } finally {
                connection.reactor.endInline();
            }
        } else {
            connection.reactor.defer(settleLater);
        }
    }

    void cancel() {
        complete(IoStatus.CANCELLED);
    }

    private void complete(IoStatus status) {
        CloseHandler ended = handler;
        handler = null;
        if (ended != null) {
            connection.reactor.completed();
            try {
                ended.onClose(status);
            } catch (Throwable t) {
                connection.reactor.handlerFailed(t);
            }
        }
    }

    int code() {
        return code;
    }

    String reason() {
        return reason;
    }
}
