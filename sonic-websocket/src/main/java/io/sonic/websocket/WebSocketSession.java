package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * A websocket client that connects and stays connected: with heartbeats, watchdogs, a limit of what it sends, and a new
 * connection whenever the old one is lost, silent or too old.
 *
 * {@snippet :
 * WebSocketSession session = WebSocketSession.open(reactor,
 *     new WebSocketSession.Context("wss://stream.example.com/ws")
 *         .subscriptions("{\"op\":\"subscribe\",\"args\":[\"trades\"]}")
 *         .pingIntervalNs(20_000_000_000L)
 *         .dataTimeoutNs(30_000_000_000L),
 *     (type, buffer, offset, length) -> decode(buffer, offset, length));
 * session.start();
 * }
 *
 * <p>URL, options and subscriptions come from suppliers that are asked at each attempt, because tokens and signatures
 * do not last. Attempts follow each other with a delay that grows, see {@link Context#backoff}; a server's
 * {@code Retry-After} is respected. They are made by the reactor's loop, never inside a call of the user's or a
 * handler's.
 *
 * <p><b>Watchdogs</b>: three, each on its own. Heartbeats that are not answered ({@link Context#pongTimeoutNs}), data
 * that does not come ({@link Context#dataTimeoutNs}; neither pongs nor answers to heartbeats are data), and the age of
 * the connection ({@link Context#maxAgeNs}): then another one is made and subscribed first, and takes over when its
 * first data comes.
 *
 * <p><b>Threading</b>: the thread that runs the reactor. All times are those of {@link Reactor#nanoTime()}.
 *
 * <p><b>Allocation</b>: none while a connection lasts; connecting allocates.
 */
public final class WebSocketSession implements AutoCloseable {
    private enum State { NEW, RUNNING, CLOSING, CLOSED }

    final Reactor reactor;
    final Context context;
    final SessionHandler handler;
    private final Backoff backoff;
    private final Timer attemptTimer;
    private final TimerHandler onAttemptTime = timer -> attempt();
    private final List<SessionLink> retired = new ArrayList<>();
    private State state = State.NEW;
    private SessionLink current;
    private SessionLink next;
    private boolean hot;
    private long connectedAtNs;
    private long connections;
    private long failedAttempts;
    private long heartbeats;

    private WebSocketSession(Reactor reactor, Context context, SessionHandler handler) {
        this.reactor = reactor;
        this.context = context;
        this.handler = handler;
        backoff = new Backoff(context.initialBackoffNs, context.maxBackoffNs);
        attemptTimer = new Timer(reactor);
    }

    /**
     * Creates a session that is not started.
     *
     * @param reactor completes its operations.
     * @param context options; may be changed and used again afterwards.
     * @param handler is told what happens.
     * @return a new session, the caller's to close.
     */
    public static WebSocketSession open(Reactor reactor, Context context, SessionHandler handler) {
        assert reactor.checkOwnThread();
        return new WebSocketSession(reactor, new Context(context), Objects.requireNonNull(handler, "handler"));
    }

    /**
     * Begins to connect. {@link SessionHandler#onConnected()} tells when that has succeeded.
     *
     * @throws IllegalStateException when it was started or closed before.
     */
    public void start() {
        assert reactor.checkOwnThread();
        if (state != State.NEW) {
            throw new IllegalStateException("the session was started or closed before");
        }
        state = State.RUNNING;
        attemptIn(0);
    }

    /**
     * Sends a message. Never waits.
     *
     * <p><b>Ownership</b>: the message is copied before the call returns.
     *
     * <p><b>Completion</b>: of a message that was accepted, the handler gets {@link IoStatus#OK} when the transport
     * has taken it, or why it has not: when the connection ends, each message that was accepted is told about. That
     * the transport has taken a message does not say that the venue got it.
     *
     * @param type    {@link Opcode#TEXT} for UTF-8 (which is not checked), or {@link Opcode#BINARY}.
     * @param buffer  where from, on the heap or off.
     * @param offset  of the first byte of the message.
     * @param length  of the message in bytes.
     * @param handler called once when the message is accepted, and not at all when it is not.
     * @return whether it is accepted, or why not.
     * @throws IllegalArgumentException  when the type is another one.
     * @throws IndexOutOfBoundsException when the range is outside of the buffer.
     */
    public SendOutcome tryWrite(Opcode type, DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        assert reactor.checkOwnThread();
        Objects.requireNonNull(handler, "handler");
        Masking.checkRange(buffer, offset, length);
        return current == null ? SendOutcome.NOT_CONNECTED : current.tryWrite(type, buffer, offset, length, handler);
    }

    /**
     * How long the venue's limit keeps the next message back.
     *
     * @return nanoseconds; 0 when one can be sent now, or there is no connection.
     */
    public long rateLimitDelayNs() {
        assert reactor.checkOwnThread();
        return current == null ? 0 : current.rateLimitDelayNs();
    }

    /**
     * Tells whether there is a connection.
     *
     * @return whether messages can be sent.
     */
    public boolean isConnected() {
        return current != null;
    }

    /**
     * Gives the connection up, in order but without waiting, and makes another one, after the delay that is due. For a
     * venue that asks for it in a message of its own, or for a gap that only a new snapshot can fill. Without a
     * connection it does nothing: one is being made already.
     *
     * @throws IllegalStateException when the session is not running.
     */
    public void reconnect() {
        checkRunning();
        if (current != null) {
            current.giveUp(Disconnect.Cause.RECONNECT_REQUESTED, "a new connection was asked for", true);
        }
    }

    /**
     * Makes another connection that takes over from this one, as at its {@link Context#maxAgeNs age}.
     *
     * @throws IllegalStateException when the session is not running.
     */
    public void rotate() {
        checkRunning();
        if (next == null && !attemptTimer.isScheduled()) {
            attemptIn(0);
        }
    }

    /**
     * Ends the session in order: closes the connection as {@link WebSocketStream#asyncClose} does, and makes no other.
     *
     * @param code    why: see {@link CloseCode#isValidOnWire(int)}.
     * @param reason  for people to read, at most 123 bytes in UTF-8; may be empty.
     * @param handler called once: as there, or with {@link IoStatus#OK} when there is no connection.
     * @throws IllegalStateException    when the session is not running.
     * @throws IllegalArgumentException when the code may not be sent, or the reason is too long.
     */
    public void asyncClose(int code, String reason, CloseHandler handler) {
        checkRunning();
        Objects.requireNonNull(handler, "handler");
        if (current == null) {
            close();
            handler.onClose(IoStatus.OK);
            return;
        }
        current.ws.asyncClose(code, reason, status -> {
            close();
            handler.onClose(status);
        });
        if (state == State.RUNNING) {
            state = State.CLOSING;
            attemptTimer.close();
            dropNext();
            current.stopWatching();
        }
    }

    /**
     * Ends the session at once. Messages that were accepted and not sent yet end with {@link IoStatus#CLOSED}; the
     * handler of the session is called no more. A second call does nothing.
     */
    @Override
    public void close() {
        assert reactor.checkOwnThread();
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        attemptTimer.close();
        dropNext();
        SessionLink last = current;
        current = null;
        if (last != null) {
            last.drop();
        }
        while (!retired.isEmpty()) {
            retired.removeLast().drop();
        }
    }

    private void dropNext() {
        SessionLink dropped = next;
        next = null;
        if (dropped != null) {
            dropped.drop();
        }
    }

    private void checkRunning() {
        assert reactor.checkOwnThread();
        if (state != State.RUNNING) {
            throw new IllegalStateException("the session is not running");
        }
    }

    private void attemptIn(long delayNs) {
        if (!attemptTimer.isScheduled() && reactor.isOpen()) {
            // Never 0, which would be now, inside of this call.
            attemptTimer.scheduleOnce(Math.max(1, delayNs), onAttemptTime);
        }
    }

    private void attempt() {
        next = new SessionLink(this);
        next.connect();
    }

    /**
     * A connection was made.
     */
    void linkConnected(SessionLink link) {
        connections++;
        link.ws.hot(hot);
        if (current == null) {
            takeOver(link);
        }
    }

    /**
     * A connection was made, subscribed, and has sent data, or has nothing to wait for.
     */
    void linkReady(SessionLink link) {
        if (link == next) {
            takeOver(link);
        }
    }

    private void takeOver(SessionLink link) {
        SessionLink old = current;
        current = link;
        next = null;
        connectedAtNs = reactor.nanoTime();
        if (old != null) {
            retire(old, "another connection has taken over");
        }
        try {
            handler.onConnected();
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    /**
     * Closes a connection in order, in the background.
     */
    void retire(SessionLink link, String reason) {
        retired.add(link);
        link.retire(reason);
    }

    void retiredEnded(SessionLink link) {
        retired.remove(link);
    }

    /**
     * The connection could not be made, or was lost before it took over.
     */
    void linkFailed(SessionLink link, IOException failure) {
        if (link != next) {
            return;
        }
        next = null;
        failedAttempts++;
        long delayNs = backoff.nextNs();
        if (failure instanceof UpgradeRefusedException refused) {
            delayNs = Math.max(delayNs, refused.retryAfterNs());
        }
        attemptIn(delayNs);
        try {
            handler.onAttemptFailed(failure, delayNs);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    /**
     * A connection that was made is gone.
     */
    void linkLost(SessionLink link, Disconnect why) {
        if (link == next) {
            linkFailed(link, why.failure() == null ? new IOException("the connection that was to take over was closed: "
                + why.closeCode() + " " + why.closeReason()) : why.failure());
            return;
        }
        if (link != current || state != State.RUNNING) {
            return;
        }
        current = null;
        if (reactor.nanoTime() - connectedAtNs >= context.maxBackoffNs) {
            backoff.reset();
        }
        if (next == null) {
            attemptIn(backoff.nextNs());
        }
        try {
            handler.onDisconnected(why);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
        if (state == State.RUNNING && current == null && next != null && next.isConnected()) {
            takeOver(next);
        }
    }

    void ageReached(SessionLink link) {
        if (link == current && state == State.RUNNING) {
            rotate();
        }
    }

    boolean isClosing() {
        return state != State.RUNNING;
    }

    boolean isCurrent(SessionLink link) {
        return link == current;
    }

    void heartbeatSent() {
        heartbeats++;
    }

    /**
     * Has a busy-polled reactor read the connections directly, see {@link io.sonic.Channel#hot}.
     *
     * @param nowHot true for the few sessions that latency depends on; false at first.
     */
    public void hot(boolean nowHot) {
        assert reactor.checkOwnThread();
        hot = nowHot;
        if (current != null) {
            current.ws.hot(nowHot);
        }
    }

    /**
     * The connection that carries the session, for its addresses and statistics. It must not be read, written or
     * closed.
     *
     * @return null when there is none.
     */
    public WebSocketStream stream() {
        return current == null ? null : current.ws;
    }

    /**
     * How many connections were made.
     *
     * @return 0 or more.
     */
    public long connections() {
        return connections;
    }

    /**
     * How many attempts to connect have failed.
     *
     * @return 0 or more.
     */
    public long failedAttempts() {
        return failedAttempts;
    }

    /**
     * How many heartbeats were sent.
     *
     * @return 0 or more.
     */
    public long heartbeats() {
        return heartbeats;
    }

    /**
     * How long the last heartbeat took to be answered, from when the transport had taken it.
     *
     * @return nanoseconds; -1 when none was answered on this connection.
     */
    public long heartbeatRoundTripNs() {
        return current == null ? -1 : current.roundTripNs();
    }

    @Override
    public String toString() {
        return "WebSocketSession " + (current == null ? "without a connection" : current.ws.toString());
    }

    /**
     * The options of a session.
     */
    public static final class Context {
        Supplier<String> url;
        Supplier<WebSocketStream.Context> connection = WebSocketStream.Context::new;
        Supplier<? extends List<String>> subscriptions = List::of;
        Heartbeat heartbeat;
        MessageMatcher data = (type, buffer, offset, length) -> true;
        long pingIntervalNs;
        long pongTimeoutNs = 10_000_000_000L;
        long dataTimeoutNs;
        long maxAgeNs;
        long takeOverTimeoutNs = 10_000_000_000L;
        long initialBackoffNs = 100_000_000L;
        long maxBackoffNs = 30_000_000_000L;
        int rateLimit;
        long ratePeriodNs;

        /**
         * Creates options for a URL that does not change.
         *
         * @param url as in {@link WebSocketStream#asyncHandshake(String, io.sonic.ConnectHandler)}.
         * @throws IllegalArgumentException when it is malformed.
         */
        public Context(String url) {
            WebSocketUrl.parse(url);
            this.url = () -> url;
        }

        /**
         * Creates options for a URL that is asked for at each attempt: with a token that does not last, for instance.
         * What the supplier throws fails the attempt.
         *
         * @param url asked on the reactor's thread; must not block.
         */
        public Context(Supplier<String> url) {
            this.url = Objects.requireNonNull(url, "url");
        }

        private Context(Context other) {
            url = other.url;
            connection = other.connection;
            subscriptions = other.subscriptions;
            heartbeat = other.heartbeat;
            data = other.data;
            pingIntervalNs = other.pingIntervalNs;
            pongTimeoutNs = other.pongTimeoutNs;
            dataTimeoutNs = other.dataTimeoutNs;
            maxAgeNs = other.maxAgeNs;
            takeOverTimeoutNs = other.takeOverTimeoutNs;
            initialBackoffNs = other.initialBackoffNs;
            maxBackoffNs = other.maxBackoffNs;
            rateLimit = other.rateLimit;
            ratePeriodNs = other.ratePeriodNs;
        }

        /**
         * Sets who gives the options of a connection: header fields, TLS, proxy, limits. Asked at each attempt, so that
         * header fields may be signatures of that moment. What the supplier throws fails the attempt.
         *
         * @param supplier asked on the reactor's thread; must not block. By default it gives the defaults.
         * @return this.
         */
        public Context connection(Supplier<WebSocketStream.Context> supplier) {
            connection = Objects.requireNonNull(supplier, "supplier");
            return this;
        }

        /**
         * Sets what is sent first on each connection, also before one takes over from another: logins and
         * subscriptions.
         *
         * @param messages texts, sent in this order, as fast as the {@link #rateLimit} allows.
         * @return this.
         */
        public Context subscriptions(String... messages) {
            List<String> list = List.of(messages);
            return subscriptions(() -> list);
        }

        /**
         * Sets who says what is sent first on each connection. Asked at each attempt, when it is connected.
         *
         * @param supplier asked on the reactor's thread; must not block.
         * @return this.
         */
        public Context subscriptions(Supplier<? extends List<String>> supplier) {
            subscriptions = Objects.requireNonNull(supplier, "supplier");
            return this;
        }

        /**
         * Sets how often a heartbeat is sent. One is left out while the answer to the last one is awaited.
         *
         * @param intervalNs nanoseconds; 0, the default, for none.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context pingIntervalNs(long intervalNs) {
            pingIntervalNs = notNegative(intervalNs, "pingIntervalNs");
            return this;
        }

        /**
         * Sets how long the answer to a heartbeat may take, from when the transport has taken the heartbeat.
         *
         * @param timeoutNs nanoseconds, by default 10 seconds; 0 for any time.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context pongTimeoutNs(long timeoutNs) {
            pongTimeoutNs = notNegative(timeoutNs, "pongTimeoutNs");
            return this;
        }

        /**
         * Sets a heartbeat of the venue's own in place of the ping of the protocol.
         *
         * @param venuesOwn null for pings, the default.
         * @return this.
         */
        public Context heartbeat(Heartbeat venuesOwn) {
            heartbeat = venuesOwn;
            return this;
        }

        /**
         * Sets how long no data may come. It is noticed when that time is over, at most an eighth of it later.
         *
         * @param timeoutNs nanoseconds; 0, the default, for any time.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context dataTimeoutNs(long timeoutNs) {
            dataTimeoutNs = notNegative(timeoutNs, "dataTimeoutNs");
            return this;
        }

        /**
         * Sets which messages are data: for {@link #dataTimeoutNs}, and for when a connection takes over. A venue that
         * sends heartbeats by itself, or confirms subscriptions, does not thereby send data.
         *
         * @param matcher matches data; by default every message that does not answer a heartbeat.
         * @return this.
         */
        public Context data(MessageMatcher matcher) {
            data = Objects.requireNonNull(matcher, "matcher");
            return this;
        }

        /**
         * Sets at which age a connection is replaced, before the venue cuts it. The new one is made and subscribed
         * while the old one goes on; it takes over with its first data.
         *
         * @param ageNs nanoseconds; 0, the default, for any age.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context maxAgeNs(long ageNs) {
            maxAgeNs = notNegative(ageNs, "maxAgeNs");
            return this;
        }

        /**
         * Sets how long a new connection waits for its first data before it takes over without.
         *
         * @param timeoutNs nanoseconds from its last subscription on, by default 10 seconds.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context takeOverTimeoutNs(long timeoutNs) {
            takeOverTimeoutNs = notNegative(timeoutNs, "takeOverTimeoutNs");
            return this;
        }

        /**
         * Sets the delays between attempts. The first one is between half the initial delay and all of it; each further
         * one is twice as long, up to the longest. A connection that has lasted for the longest delay begins anew.
         *
         * @param initialNs nanoseconds, more than 0; by default 100 ms.
         * @param maxNs     nanoseconds, at least the initial delay; by default 30 seconds.
         * @return this.
         * @throws IllegalArgumentException when they are out of range.
         */
        public Context backoff(long initialNs, long maxNs) {
            if (initialNs <= 0 || maxNs < initialNs) {
                throw new IllegalArgumentException(
                    "not delays between attempts: " + initialNs + " to " + maxNs + " ns");
            }
            initialBackoffNs = initialNs;
            maxBackoffNs = maxNs;
            return this;
        }

        /**
         * Limits what is sent on a connection, because venues cut those that send too much. Everything counts:
         * messages, subscriptions, heartbeats, and the pongs that answer the venue's pings. Subscriptions wait for
         * their turn; heartbeats and pongs do not, and leave that much less for messages.
         *
         * @param count    how many may be sent per period, and at once; 0, the default, for any number.
         * @param periodNs nanoseconds, more than 0.
         * @return this.
         * @throws IllegalArgumentException when they are out of range.
         */
        public Context rateLimit(int count, long periodNs) {
            if (count < 0 || periodNs <= 0) {
                throw new IllegalArgumentException("not a rate: " + count + " in " + periodNs + " ns");
            }
            rateLimit = count;
            ratePeriodNs = periodNs;
            return this;
        }

        private static long notNegative(long value, String name) {
            if (value < 0) {
                throw new IllegalArgumentException(name + " must not be negative: " + value);
            }
            return value;
        }
    }
}
