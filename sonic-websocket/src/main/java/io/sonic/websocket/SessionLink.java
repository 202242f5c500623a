package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One connection of a session, from the attempt to its end, with its subscriptions and its watchdogs.
 */
final class SessionLink {
    WebSocketStream ws;
    private final WebSocketSession session;
    private final WebSocketSession.Context context;
    private final Reactor reactor;
    private final HeartbeatWatch heartbeat;
    private final Timer subscriptionTimer;
    private final Timer dataTimer;
    private final Timer ageTimer;
    private final MessageHandler onMessage = this::onMessage;
    private final TimerHandler onSubscriptionTime = timer -> subscribe();
    private final TimerHandler onDataTime = timer -> checkData();
    private ControlHandler usersControl;
    private TokenBucket bucket;
    private long pongsCounted;
    private List<String> subscriptions;
    private int subscribed;
    private boolean over;
    private long dataCount;
    private long dataCountSeen;
    private long lastDataNs;

    SessionLink(WebSocketSession session) {
        this.session = session;
        context = session.context;
        reactor = session.reactor;
        subscriptionTimer = new Timer(reactor);
        dataTimer = new Timer(reactor);
        ageTimer = new Timer(reactor);
        heartbeat = new HeartbeatWatch(this, reactor, context);
    }

    void connect() {
        try {
            WebSocketStream.Context options = new WebSocketStream.Context(context.connection.get());
            usersControl = options.controlHandler();
            ws = WebSocketStream.open(reactor, options.controlHandler(this::onControl));
            ws.asyncHandshake(context.url.get(), this::onConnect);
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException e) {
            fail(new IOException("no attempt to connect: " + e.getMessage(), e));
        }
    }

    private void fail(IOException why) {
        stopWatching();
        over = true;
        if (ws != null) {
            ws.close();
        }
        session.linkFailed(this, why);
    }

    private void onConnect(IoStatus status) {
        if (over) {
            return;
        }
        if (status != IoStatus.OK) {
            fail(ws.failure() == null ? new IOException("not connected: " + status) : ws.failure());
            return;
        }
        try {
            subscriptions = List.copyOf(context.subscriptions.get());
        } catch (RuntimeException e) {
            fail(new IOException("no subscriptions: " + e.getMessage(), e));
            return;
        }
        bucket = new TokenBucket(context.rateLimit, context.ratePeriodNs, reactor.nanoTime());
        lastDataNs = reactor.nanoTime();
        session.linkConnected(this);
        if (over) {
            return;
        }
        heartbeat.start();
        if (context.dataTimeoutNs > 0) {
            dataTimer.scheduleAtFixedRate(Math.max(1, context.dataTimeoutNs / 8), onDataTime);
        }
        if (context.maxAgeNs > 0) {
            ageTimer.scheduleOnce(context.maxAgeNs, timer -> session.ageReached(this));
        }
        subscribe();
        if (!over) {
            ws.asyncNextMessage(onMessage);
        }
    }

    private void subscribe() {
        while (subscribed < subscriptions.size()) {
            byte[] text = subscriptions.get(subscribed).getBytes(StandardCharsets.UTF_8);
            SendOutcome outcome = tryWrite(Opcode.TEXT, new UnsafeBuffer(text), 0, text.length,
                HeartbeatWatch.UNHEEDED);
            if (over || outcome == SendOutcome.NOT_CONNECTED) {
                return;
            }
            if (outcome == SendOutcome.BACK_PRESSURED) {
                ws.asyncFlush((status, length) -> {
                    if (!over && status == IoStatus.OK) {
                        subscriptionTimer.scheduleOnce(1, onSubscriptionTime);
                    }
                });
                return;
            }
            if (outcome == SendOutcome.RATE_LIMITED) {
                subscriptionTimer.scheduleOnce(Math.max(1, rateLimitDelayNs()), onSubscriptionTime);
                return;
            }
            subscribed++;
        }
        if (subscriptions.isEmpty()) {
            session.linkReady(this);
        } else if (!session.isCurrent(this)) {
            subscriptionTimer.scheduleOnce(Math.max(1, context.takeOverTimeoutNs), timer -> session.linkReady(this));
        }
    }

    SendOutcome tryWrite(Opcode type, DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        if (rateLimitDelayNs() > 0) {
            return SendOutcome.RATE_LIMITED;
        }
        int room = claim(length);
        if (room < 0) {
            return outcomeOf(room);
        }
        ws.claimBuffer().putBytes(room, buffer, offset, length);
        bucket.take(1, reactor.nanoTime());
        try {
            ws.commit(type, length, handler);
        } catch (IllegalArgumentException e) {
            ws.abort();
            throw e;
        }
        return SendOutcome.ACCEPTED;
    }

    /**
     * Claims room to send from.
     *
     * @return its offset, or the negative code of why there is none.
     */
    int claim(int length) {
        return ws.isConnected() ? ws.claim(length) : IoStatus.CLOSED.code();
    }

    static SendOutcome outcomeOf(int code) {
        return code == IoStatus.WOULD_BLOCK.code() ? SendOutcome.BACK_PRESSURED : SendOutcome.NOT_CONNECTED;
    }

    long rateLimitDelayNs() {
        if (context.rateLimit == 0 || bucket == null) {
            return 0;
        }
        long now = reactor.nanoTime();
        countPongs(now);
        return bucket.delayNs(now);
    }

    private void countPongs(long now) {
        long pongs = ws.statistics().pongsSent();
        if (pongs != pongsCounted) {
            bucket.take(pongs - pongsCounted, now);
            pongsCounted = pongs;
        }
    }

    /**
     * A heartbeat was sent, which asks nobody.
     */
    void heartbeatSent() {
        bucket.take(1, reactor.nanoTime());
        session.heartbeatSent();
    }

    private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
        if (over) {
            return;
        }
        if (status != IoStatus.OK) {
            lost(status);
            return;
        }
        if (!heartbeat.takeReply(type, buffer, offset, length)) {
            if (context.data.matches(type, buffer, offset, length)) {
                dataCount++;
                if (!session.isCurrent(this)) {
                    session.linkReady(this);
                }
            }
            if (session.isCurrent(this)) {
                deliver(type, buffer, offset, length);
            }
        }
        if (!over) {
            ws.asyncNextMessage(onMessage);
        }
    }

    private void deliver(Opcode type, DirectBuffer buffer, int offset, int length) {
        try {
            session.handler.onMessage(type, buffer, offset, length);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    private void onControl(Opcode opcode, DirectBuffer buffer, int offset, int length) {
        if (opcode == Opcode.PONG && !over) {
            heartbeat.onPong(buffer, offset, length);
        }
        if (usersControl != null) {
            usersControl.onControl(opcode, buffer, offset, length);
        }
    }

    private void lost(IoStatus status) {
        boolean closedByPeer = status == IoStatus.END_OF_STREAM && ws.closeCode() != CloseCode.ABNORMAL;
        Disconnect why = new Disconnect(closedByPeer ? Disconnect.Cause.CLOSED_BY_PEER : Disconnect.Cause.LOST,
            ws.closeCode(), ws.closeReason(), closedByPeer ? null : ws.failure());
        stopWatching();
        over = true;
        if (session.isClosing()) {
            return;
        }
        if (!closedByPeer) {
            ws.close();
            session.linkLost(this, why);
            return;
        }
        // The close frame is being answered; the stream ends by itself, or by its deadlines.
        session.retire(this, "");
        session.linkLost(this, why);
    }

    private void checkData() {
        long now = reactor.nanoTime();
        if (dataCount != dataCountSeen) {
            dataCountSeen = dataCount;
            lastDataNs = now;
        } else if (now - lastDataNs >= context.dataTimeoutNs) {
            giveUp(Disconnect.Cause.DATA_SILENCE, "no data came for " + context.dataTimeoutNs / 1_000_000 + " ms",
                true);
        }
    }

    /**
     * Ends the connection from this side.
     *
     * @param orderly whether the peer is likely to answer a close frame.
     */
    void giveUp(Disconnect.Cause cause, String sentence, boolean orderly) {
        if (over) {
            return;
        }
        Disconnect why = new Disconnect(cause, CloseCode.ABNORMAL, "",
            new IOException(ws.toString().replace("WebSocketStream ", "") + ": " + sentence));
        if (orderly) {
            session.retire(this, sentence);
        } else {
            drop();
        }
        session.linkLost(this, why);
    }

    boolean isConnected() {
        return ws != null && ws.isConnected();
    }

    long roundTripNs() {
        return heartbeat.roundTripNs();
    }

    void stopWatching() {
        heartbeat.stop();
        subscriptionTimer.close();
        dataTimer.close();
        ageTimer.close();
    }

    /**
     * Closes in order, without anybody waiting for it.
     */
    void retire(String reason) {
        stopWatching();
        over = true;
        ws.asyncClose(CloseCode.NORMAL, reason, status -> {
            ws.close();
            session.retiredEnded(this);
        });
    }

    /**
     * Closes at once.
     */
    void drop() {
        stopWatching();
        over = true;
        if (ws != null) {
            ws.close();
        }
    }
}
