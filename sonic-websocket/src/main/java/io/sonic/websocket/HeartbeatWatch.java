package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends heartbeats, and waits for their answers. The time for an answer begins when the transport has taken the
 * heartbeat: one that waits behind a long message is not the peer's fault. One that is not even taken until the next is
 * due is a connection that is stuck.
 */
final class HeartbeatWatch {
    static final WriteHandler UNHEEDED = (status, length) -> { };

    private final SessionLink link;
    private final Reactor reactor;
    private final Heartbeat venuesOwn;
    private final long intervalNs;
    private final long timeoutNs;
    private final Timer intervalTimer;
    private final Timer replyTimer;
    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(Long.BYTES));
    private final TimerHandler onInterval = timer -> beat();
    private final TimerHandler onReplyTime = timer -> replyMissed();
    private final WriteHandler onWritten = this::onWritten;
    private boolean awaitingReply;
    private boolean taken;
    private long number;
    private long sentNs;
    private long roundTripNs = -1;

    HeartbeatWatch(SessionLink link, Reactor reactor, WebSocketSession.Context context) {
        this.link = link;
        this.reactor = reactor;
        venuesOwn = context.heartbeat;
        intervalNs = context.pingIntervalNs;
        timeoutNs = context.pongTimeoutNs;
        intervalTimer = new Timer(reactor);
        replyTimer = new Timer(reactor);
    }

    void start() {
        if (intervalNs > 0) {
            intervalTimer.scheduleAtFixedRate(intervalNs, onInterval);
        }
    }

    void stop() {
        intervalTimer.close();
        replyTimer.close();
        awaitingReply = false;
    }

    private void beat() {
        if (awaitingReply) {
            if (!taken) {
                link.giveUp(Disconnect.Cause.HEARTBEAT_MISSED,
                    "a heartbeat could not be sent for " + intervalNs / 1_000_000 + " ms", false);
            }
            return;
        }
        if (!link.ws.isConnected()) {
            return;
        }
        awaitingReply = true;
        taken = false;
        link.heartbeatSent();
        if (venuesOwn == null) {
            payload.putLong(0, ++number);
            link.ws.asyncPing(payload, 0, Long.BYTES, onWritten);
            return;
        }
        int room = link.claim(venuesOwn.maxLength());
        if (room >= 0) {
            int length = 0;
            try {
                length = venuesOwn.encode(link.ws.claimBuffer(), room);
            } catch (Throwable t) {
                link.ws.abort();
                awaitingReply = false;
                reactor.handlerFailed(t);
                return;
            }
            link.ws.commit(Opcode.TEXT, length, onWritten);
        }
    }

    private void onWritten(IoStatus status, int length) {
        if (status == IoStatus.OK && awaitingReply && !taken) {
            taken = true;
            sentNs = reactor.nanoTime();
            if (timeoutNs > 0) {
                replyTimer.scheduleOnce(timeoutNs, onReplyTime);
            }
        }
    }

    private void replyMissed() {
        link.giveUp(Disconnect.Cause.HEARTBEAT_MISSED,
            "a heartbeat was not answered within " + timeoutNs / 1_000_000 + " ms", false);
    }

    void onPong(DirectBuffer buffer, int offset, int length) {
        if (venuesOwn == null && length == Long.BYTES && buffer.getLong(offset) == number) {
            answered();
        }
    }

    /**
     * Takes a message that answers heartbeats.
     *
     * @return false when it is another one.
     */
    boolean takeReply(Opcode type, DirectBuffer buffer, int offset, int length) {
        if (venuesOwn == null || !venuesOwn.isReply(type, buffer, offset, length)) {
            return false;
        }
        answered();
        return true;
    }

    private void answered() {
        if (awaitingReply) {
            awaitingReply = false;
            replyTimer.cancel();
            roundTripNs = taken ? reactor.nanoTime() - sentNs : 0;
        }
    }

    long roundTripNs() {
        return roundTripNs;
    }
}
