package io.sonic.websocket;

import io.sonic.Channel;
import io.sonic.ConnectHandler;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.SocketOptions;
import io.sonic.Stream;
import io.sonic.WriteHandler;
import io.sonic.tls.TlsContext;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A websocket (RFC 6455), of a client or of a server, over any {@link Stream}. One object carries one connection.
 *
 * {@snippet :
 * WebSocketStream ws = WebSocketStream.open(reactor);
 * ws.asyncHandshake("ws://localhost:9001/feed", status -> {
 *     if (status == IoStatus.OK) {
 *         ws.asyncNextMessage(onMessage);
 *     } else {
 *         System.err.println(ws.failure().getMessage());
 *     }
 * });
 * }
 *
 * <p><b>Ownership</b>: what is read is a view into the connection's own buffer, valid until the handler returns. What
 * is written is copied (and masked, by a client) before the call returns, so the source is free again at once, and
 * may be on the heap.
 *
 * <p><b>Completion</b>: as {@link Channel} has it. One read and one close can be in flight at a time, and as many
 * writes and pings as fit into the queue, whose bound is in bytes; each has its own completion. A handler may start
 * the next operation of its kind; messages that are in the buffer already are handed out one after the other by one
 * loop, that neither deepens the stack nor keeps others of the reactor waiting for long.
 *
 * <p><b>Control frames</b> are dealt with while the connection is read from: a ping is answered at once, and of pings
 * that come faster than pongs leave only the newest; a close is answered. A {@link ControlHandler} sees them.
 *
 * <p><b>End</b>: whatever ends the connection, the read that waits is told once: {@link IoStatus#END_OF_STREAM} when
 * the peer closed it ({@link #closeCode()} says with which code; {@link CloseCode#ABNORMAL} when it went without a
 * close frame), {@link IoStatus#FAILED} when the peer broke the protocol (it is told so with the close code that is
 * due) or the system failed, see {@link #failure()}. Later reads end the same way. Buffers and the transport are
 * given back then; {@link #close()} may follow or not.
 *
 * <p><b>Allocation</b>: none for messages, pings and pongs; handshake and close allocate.
 */
public final class WebSocketStream implements Channel {
    private static final int MAX_PING_LENGTH = 125;

    private final Reactor reactor;
    private final Context context;
    private final Connection connection;
    private boolean closed;
    private Opcode openFragments;

    private WebSocketStream(Reactor reactor, Context context) throws IOException {
        this.reactor = reactor;
        this.context = context;
        connection = new Connection(reactor, context);
    }

    /**
     * Creates a websocket that is not connected, with the defaults.
     *
     * @param reactor completes its operations.
     * @return a new websocket, the caller's to close.
     * @throws IOException when the system refuses memory for the buffers.
     */
    public static WebSocketStream open(Reactor reactor) throws IOException {
        return open(reactor, new Context());
    }

    /**
     * Creates a websocket that is not connected. {@link Reactor#close()} closes it, connected or not.
     *
     * @param reactor completes its operations.
     * @param context options; may be changed and used again afterwards.
     * @return a new websocket, the caller's to close.
     * @throws IOException           when the system refuses memory for the buffers.
     * @throws IllegalStateException when the reactor is closed.
     */
    public static WebSocketStream open(Reactor reactor, Context context) throws IOException {
        assert reactor.checkOwnThread();
        WebSocketStream ws = new WebSocketStream(reactor, new Context(context));
        try {
            ws.connection.ownedBy(ws);
        } catch (IllegalStateException e) {
            ws.connection.finish(IoStatus.CLOSED);
            throw e;
        }
        return ws;
    }

    /**
     * Connects to a server and hands out the websocket, in one call.
     *
     * {@snippet :
     * WebSocketStream.asyncConnect(reactor, "wss://stream.example.com/feed", (status, ws) -> {
     *     if (status == IoStatus.OK) {
     *         ws.asyncNextMessage(onMessage);
     *     } else {
     *         System.err.println(ws.failure().getMessage());
     *     }
     * });
     * }
     *
     * @param reactor completes its operations.
     * @param url     as in {@link #asyncHandshake(String, ConnectHandler)}.
     * @param handler called once, as there, with the websocket.
     * @return the websocket that is connecting, the caller's to close.
     * @throws IOException              when the system refuses memory for the buffers.
     * @throws IllegalArgumentException when the URL is malformed.
     */
    public static WebSocketStream asyncConnect(Reactor reactor, String url, OpenHandler handler) throws IOException {
        return asyncConnect(reactor, url, new Context(), handler);
    }

    /**
     * Connects to a server and hands out the websocket, in one call.
     *
     * @param reactor completes its operations.
     * @param url     as in {@link #asyncHandshake(String, ConnectHandler)}.
     * @param context options; may be changed and used again afterwards.
     * @param handler called once, as there, with the websocket.
     * @return the websocket that is connecting, the caller's to close.
     * @throws IOException              when the system refuses memory for the buffers.
     * @throws IllegalArgumentException when the URL is malformed.
     */
    public static WebSocketStream asyncConnect(Reactor reactor, String url, Context context, OpenHandler handler)
            throws IOException {
        Objects.requireNonNull(handler, "handler");
        WebSocketUrl.parse(url);
        WebSocketStream ws = open(reactor, context);
        ws.asyncHandshake(url, status -> handler.onOpen(status, ws));
        return ws;
    }

    /**
     * Connects to a server and asks it for a websocket: resolves the name on another thread, connects, through a
     * {@link Context#proxy proxy} if there is one, agrees on TLS for {@code wss}, and follows redirects where
     * {@link Context#maxRedirects} allows it.
     *
     * <p><b>Completion</b>: the handler gets {@link IoStatus#OK}; or {@link IoStatus#FAILED},
     * {@link IoStatus#TIMED_OUT} ({@link Context#handshakeTimeoutNs(long)} for all of it,
     * {@link Context#phaseTimeoutNs} for a part), {@link IoStatus#CANCELLED} or {@link IoStatus#CLOSED}. Then
     * {@link #failure()} says why, naming the URL; it is an {@link UpgradeRefusedException} when the server answered
     * with another status than 101, a {@link ProxyRefusedException} when the proxy refused, and its cause is a
     * {@link io.sonic.tls.TlsException} when TLS did. After a failure the websocket is at its end: open another one.
     *
     * @param url     {@code ws://host[:port][/path][?query]}, or {@code wss:} for TLS. Path and query are sent as they
     *                are. A name and a password before the host are sent as basic authentication; what is not visible
     *                ASCII in them, and {@code @}, is written as {@code %40}.
     * @param handler called once.
     * @throws IllegalArgumentException when the URL is malformed.
     * @throws IllegalStateException    when a handshake was begun before.
     */
    public void asyncHandshake(String url, ConnectHandler handler) {
        WebSocketUrl parsed = WebSocketUrl.parse(url);
        checkNew(handler);
        client(parsed, handler).connect();
    }

    /**
     * Asks for a websocket over a stream that is connected already: through a tunnel, for instance.
     *
     * @param connected the transport; the websocket's from here on, it closes it. It is used as it is, also for
     *                  {@code wss}; a {@link io.sonic.tls.TlsStream} that is not ready agrees on keys first.
     * @param url       as in {@link #asyncHandshake(String, ConnectHandler)}; says what is asked for, nothing is
     *                  connected.
     * @param handler   called once, as there.
     * @throws IllegalArgumentException when the URL is malformed, or the stream belongs to another reactor.
     * @throws IllegalStateException    when a handshake was begun before, or the stream is closed.
     */
    public void asyncHandshake(Stream connected, String url, ConnectHandler handler) {
        WebSocketUrl parsed = WebSocketUrl.parse(url);
        checkNew(handler);
        checkTransport(connected);
        client(parsed, handler).upgrade(connected);
    }

    private ClientHandshake client(WebSocketUrl url, ConnectHandler handler) {
        ClientHandshake client = new ClientHandshake(connection, url, context.handshake, handler);
        connection.begin(Role.CLIENT, url.text(), client);
        return client;
    }

    /**
     * Waits for the request of a client and answers it.
     *
     * <p><b>Completion</b>: as {@link #asyncHandshake(String, ConnectHandler)}; a client that asks wrongly is
     * answered with the HTTP status that is due, and the handler gets {@link IoStatus#FAILED}. After
     * {@link IoStatus#OK}, {@link #target()}, {@link #host()} and {@link #header(String)} say what was asked for.
     *
     * @param accepted the transport; the websocket's from here on, it closes it. With {@link Context#tls}, or when it
     *                 is a {@link io.sonic.tls.TlsStream} that is not ready, keys are agreed on first.
     * @param handler  called once.
     * @throws IllegalArgumentException when the stream belongs to another reactor.
     * @throws IllegalStateException    when a handshake was begun before, or the stream is closed.
     */
    public void asyncAccept(Stream accepted, ConnectHandler handler) {
        checkNew(handler);
        checkTransport(accepted);
        ServerHandshake server = new ServerHandshake(connection, context.handshake, handler);
        connection.begin(Role.SERVER, "websocket over " + accepted, server);
        server.accept(accepted);
    }

    private void checkNew(ConnectHandler handler) {
        Objects.requireNonNull(handler, "handler");
        checkOpen();
        if (!connection.isNew()) {
            throw new IllegalStateException("one websocket carries one connection: open another");
        }
    }

    private void checkTransport(Stream connected) {
        if (connected.reactor() != reactor) {
            throw new IllegalArgumentException("the stream belongs to another reactor: " + connected);
        }
        if (!connected.isOpen()) {
            throw new IllegalStateException("the stream is closed: " + connected);
        }
    }

    /**
     * Reads the next message. One in several fragments is joined first; one in a single frame is handed out as it came.
     *
     * <p><b>Completion</b>: the handler gets {@link IoStatus#OK} and the message; or {@link IoStatus#END_OF_STREAM},
     * {@link IoStatus#FAILED}, {@link IoStatus#TIMED_OUT} (the peer did not answer a close),
     * {@link IoStatus#CANCELLED} or {@link IoStatus#CLOSED}, and no message.
     *
     * @param handler called once.
     * @throws IllegalStateException when a read is in flight, or the websocket is not connected.
     */
    public void asyncNextMessage(MessageHandler handler) {
        checkBegun();
        connection.reader.nextMessage(handler);
    }

    /**
     * Reads the next frame of a message: for messages that are too long to be joined, or worth looking at before they
     * are complete. The frames of one message are all read this way.
     *
     * <p><b>Completion</b>: as {@link #asyncNextMessage}.
     *
     * @param handler called once.
     * @throws IllegalStateException when a read is in flight, or the websocket is not connected.
     */
    public void asyncNextFrame(FrameHandler handler) {
        checkBegun();
        connection.reader.nextFrame(handler);
    }

    /**
     * Writes a message in one frame. Several can be written without waiting: they are sent in this order, and what
     * gathers while the transport takes no more goes out with one system call, see also {@link #cork()}.
     *
     * <p><b>Ownership</b>: the message is copied before the call returns.
     *
     * <p><b>Completion</b>: the handler gets {@link IoStatus#OK} and the length when the transport has taken all of
     * the frame; {@link IoStatus#WOULD_BLOCK} at once when too much waits already
     * ({@link Context#maxQueuedLength(int)}), and nothing is sent; {@link IoStatus#CLOSED} after {@link #asyncClose},
     * {@link IoStatus#END_OF_STREAM} after the peer's close, {@link IoStatus#FAILED}, or {@link IoStatus#CANCELLED},
     * with the bytes that were taken. A frame cannot be taken back: one whose write was cancelled is sent
     * nevertheless.
     *
     * @param type    {@link Opcode#TEXT} for UTF-8 (which is not checked), or {@link Opcode#BINARY}.
     * @param buffer  where from, on the heap or off.
     * @param offset  of the first byte of the message.
     * @param length  of the message in bytes.
     * @param handler called once.
     * @throws IllegalStateException     when a fragmented message is not ended, or room is claimed, or the websocket is
     *                                   not connected.
     * @throws IllegalArgumentException  when the type is another one.
     * @throws IndexOutOfBoundsException when the range is outside of the buffer.
     */
    public void asyncWrite(Opcode type, DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkBegun();
        checkWhole(type);
        connection.sender.write(type, true, buffer, offset, length, handler);
    }

    /**
     * Finds room for a message in the buffer that is sent from, so that it can be written there, without a copy.
     * {@link #commit} or {@link #abort()} has to follow before control returns to the reactor; until then nothing else
     * can be written.
     *
     * {@snippet :
     * int offset = ws.claim(64);
     * if (offset >= 0) {
     *     int length = order.encode(ws.claimBuffer(), offset);
     *     ws.commit(Opcode.TEXT, length, onWritten);
     * }
     * }
     *
     * @param length the most bytes that the message will have.
     * @return the offset of the room in {@link #claimBuffer()}; or the negative {@link IoStatus#code()} of
     *         {@link IoStatus#WOULD_BLOCK} when too much waits already, or of why nothing can be sent any more, as in
     *         {@link #asyncWrite}.
     * @throws IllegalStateException    when room is claimed already, or the websocket is not connected.
     * @throws IllegalArgumentException when the length is negative.
     */
    public int claim(int length) {
        checkBegun();
        return connection.sender.claim(length);
    }

    /**
     * The buffer that room is claimed in.
     *
     * @return valid until the room is committed or given back; another one after the next {@link #claim(int)},
     *         perhaps.
     */
    public MutableDirectBuffer claimBuffer() {
        return connection.sender.buffer();
    }

    /**
     * Sends what was written where room was claimed, as one message. A client masks it in its place.
     *
     * <p><b>Completion</b>: as {@link #asyncWrite}.
     *
     * @param type    {@link Opcode#TEXT} or {@link Opcode#BINARY}.
     * @param length  of the message in bytes, at most what was claimed.
     * @param handler called once.
     * @throws IllegalStateException    when no room is claimed, or a fragmented message is not ended, or the websocket
     *                                  is not connected.
     * @throws IllegalArgumentException when the type is another one, or the length is more than was claimed; the room
     *                                  stays claimed.
     */
    public void commit(Opcode type, int length, WriteHandler handler) {
        checkBegun();
        checkWhole(type);
        connection.sender.commit(type, true, length, handler);
    }

    /**
     * Gives claimed room back, and sends nothing.
     *
     * @throws IllegalStateException when no room is claimed, or the websocket is not connected.
     */
    public void abort() {
        checkBegun();
        connection.sender.abort();
    }

    /**
     * Lets what is written gather, so that it goes out with one system call: by {@link #uncork()} or
     * {@link #asyncFlush}, or else in the reactor's next turn.
     *
     * @throws IllegalStateException when the websocket is not connected.
     */
    public void cork() {
        checkBegun();
        connection.sender.cork();
    }

    /**
     * Sends what has gathered since {@link #cork()}.
     *
     * @throws IllegalStateException when the websocket is not connected.
     */
    public void uncork() {
        checkBegun();
        connection.sender.uncork();
    }

    /**
     * Waits until the transport has taken everything that was written before.
     *
     * <p><b>Completion</b>: the handler gets {@link IoStatus#OK}, or why not everything was taken, as in
     * {@link #asyncWrite}, and a length of 0.
     *
     * @param handler called once.
     * @throws IllegalStateException when the websocket is not connected.
     */
    public void asyncFlush(WriteHandler handler) {
        checkBegun();
        connection.sender.flush(handler);
    }

    /**
     * How many bytes wait for the transport to take them, frame headers included.
     *
     * @return 0 when nothing waits.
     */
    public int queuedLength() {
        return connection.sender.queuedLength();
    }

    /**
     * Writes one fragment of a message: the first one begins it, the final one ends it.
     *
     * <p><b>Ownership</b> and <b>Completion</b> as {@link #asyncWrite}.
     *
     * @param type    of the message: the same for all its fragments.
     * @param isFinal whether it is the last one.
     * @param buffer  where from, on the heap or off.
     * @param offset  of the first byte of the fragment.
     * @param length  of the fragment in bytes.
     * @param handler called once.
     * @throws IllegalStateException     when room is claimed, or the websocket is not connected.
     * @throws IllegalArgumentException  when the type is not that of the message.
     * @throws IndexOutOfBoundsException when the range is outside of the buffer.
     */
    public void asyncWriteFragment(Opcode type, boolean isFinal, DirectBuffer buffer, int offset, int length,
                                   WriteHandler handler) {
        checkBegun();
        checkType(type);
        if (openFragments != null && openFragments != type) {
            throw new IllegalArgumentException("the message began as " + openFragments + ", not as " + type);
        }
        Opcode opcode = openFragments == null ? type : Opcode.CONTINUATION;
        Opcode before = openFragments;
        openFragments = isFinal ? null : type;
        try {
            connection.sender.write(opcode, isFinal, buffer, offset, length, handler);
        } catch (RuntimeException e) {
            openFragments = before;
            throw e;
        }
    }

    /**
     * Sends a ping. The pong is seen by the {@link ControlHandler}.
     *
     * @param buffer  where the payload is copied from, on the heap or off.
     * @param offset  of the first byte of the payload.
     * @param length  of the payload in bytes, at most 125.
     * @param handler called once, as in {@link #asyncWrite}.
     * @throws IllegalStateException     when room is claimed, or the websocket is not connected.
     * @throws IllegalArgumentException  when the payload is longer.
     * @throws IndexOutOfBoundsException when the range is outside of the buffer.
     */
    public void asyncPing(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkBegun();
        if (length > MAX_PING_LENGTH) {
            throw new IllegalArgumentException("a ping has at most " + MAX_PING_LENGTH + " bytes, not " + length);
        }
        connection.sender.ping(buffer, offset, length, handler);
    }

    /**
     * Closes the connection in order: sends a close frame after what waits to be written, waits for the peer's
     * ({@link Context#closeTimeoutNs(long)}), then for the end of its stream (one second), and gives the connection
     * back.
     *
     * <p>Messages that come in the meantime go to a read that waits, and are dropped when there is none.
     *
     * <p><b>Completion</b>: the handler gets {@link IoStatus#OK} when both sides sent a close frame, whoever began;
     * {@link IoStatus#TIMED_OUT} when the peer did not, {@link IoStatus#END_OF_STREAM} when it hung up,
     * {@link IoStatus#FAILED}, {@link IoStatus#CANCELLED} or {@link IoStatus#CLOSED}. The connection is gone then
     * (except after a cancel).
     *
     * @param code    why: see {@link CloseCode#isValidOnWire(int)}.
     * @param reason  for people to read, at most 123 bytes in UTF-8; may be empty.
     * @param handler called once.
     * @throws IllegalStateException    when a close is in flight, or room is claimed, or the websocket is not
     *                                  connected.
     * @throws IllegalArgumentException when the code may not be sent, or the reason is too long.
     */
    public void asyncClose(int code, String reason, CloseHandler handler) {
        checkBegun();
        connection.sender.checkNotClaimed();
        connection.closing.start(code, reason, handler);
    }

    private void checkWhole(Opcode type) {
        checkType(type);
        if (openFragments != null) {
            throw new IllegalStateException("a fragmented message has to be ended first");
        }
    }

    private static void checkType(Opcode type) {
        if (type != Opcode.TEXT && type != Opcode.BINARY) {
            throw new IllegalArgumentException("a message is TEXT or BINARY, not " + type);
        }
    }

    private void checkBegun() {
        assert reactor.checkOwnThread();
        if (connection.isConnected()) {
            return;
        }
        checkOpen();
        if (!connection.isEnded()) {
            throw new IllegalStateException(connection.subject() + " is not connected");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(connection.subject() + " is closed");
        }
    }

    /**
     * Tells whether a handshake has succeeded and the connection has not ended.
     *
     * @return false also after {@link #close()}.
     */
    public boolean isConnected() {
        return connection.isConnected();
    }

    /**
     * Which end of the connection this is.
     *
     * @return null before a handshake was begun.
     */
    public Role role() {
        return connection.role();
    }

    /**
     * The code of the peer's close frame.
     *
     * @return 0 as long as there was none, {@link CloseCode#NONE} when it had no code, {@link CloseCode#ABNORMAL}
     *         when the connection ended without one.
     */
    public int closeCode() {
        return connection.closing.code();
    }

    /**
     * The reason in the peer's close frame.
     *
     * @return empty when there was none.
     */
    public String closeReason() {
        return connection.closing.reason();
    }

    /**
     * What the client asked for: path and query, as they are in the request.
     *
     * @return null before the handshake has succeeded.
     */
    public String target() {
        return connection.target();
    }

    /**
     * The sub-protocol that both sides have agreed on.
     *
     * @return null when there is none, or the handshake has not succeeded.
     */
    public String protocol() {
        return connection.protocol();
    }

    /**
     * The host that the client asked for.
     *
     * @return the {@code Host} field; null before the handshake has succeeded.
     */
    public String host() {
        return connection.host();
    }

    /**
     * A header field that the peer sent with its half of the handshake.
     *
     * @param name of the field, in any case.
     * @return the value of the first field of this name; null when there is none, or the handshake has not succeeded.
     */
    public String header(String name) {
        HttpHead head = connection.peerHead();
        return head == null ? null : head.value(name);
    }

    /**
     * The head that the peer sent with its half of the handshake.
     *
     * @return null when the handshake has not succeeded.
     */
    public HttpHead peerHead() {
        return connection.peerHead();
    }

    /**
     * Tells whether messages may be compressed: whether permessage-deflate was agreed on (RFC 7692).
     *
     * @return false before the handshake has succeeded.
     */
    public boolean isDeflating() {
        return connection.isDeflating();
    }

    /**
     * What the connection has done so far.
     *
     * @return the same object each time; its numbers go on.
     */
    public WebSocketStatistics statistics() {
        return connection.statistics;
    }

    /**
     * The stream that carries the websocket, for its addresses and options. It must not be read, written or closed.
     *
     * @return null before a handshake was begun.
     */
    public Stream transport() {
        return connection.transport();
    }

    @Override
    public Reactor reactor() {
        return reactor;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public int errno() {
        return connection.errno();
    }

    @Override
    public IOException failure() {
        return connection.failure();
    }

    @Override
    public void hot(boolean hot) {
        checkOpen();
        connection.hot(hot);
    }

    /**
     * Ends the waiting operations with {@link IoStatus#CANCELLED}. A handshake cannot be gone on with: its connection
     * is closed. A frame or a close that is on its way goes on, only its handler has been called.
     */
    @Override
    public void cancel() {
        assert reactor.checkOwnThread();
        if (connection.isHandshaking()) {
            connection.failed("the handshake was cancelled");
            connection.finish(IoStatus.CANCELLED);
            return;
        }
        connection.reader.abort(IoStatus.CANCELLED);
        connection.sender.cancel();
        connection.closing.cancel();
    }

    /**
     * Ends the connection at once, without a close frame, and the waiting operations with {@link IoStatus#CLOSED};
     * gives everything back. A second call does nothing.
     */
    @Override
    public void close() {
        assert reactor.checkOwnThread();
        if (!closed) {
            closed = true;
            connection.finish(IoStatus.CLOSED);
            // What was refused after the end, and left to the loop.
            connection.reader.abort(IoStatus.CLOSED);
            connection.sender.settle();
            connection.closing.settle(IoStatus.CLOSED);
        }
    }

    @Override
    public String toString() {
        return "WebSocketStream " + connection.subject();
    }

    /**
     * The options of a websocket.
     */
    public static final class Context {
        private static final int MIN_BUFFER_LENGTH = 1024;
        private static final int MAX_MESSAGE_LENGTH = 512 * 1024 * 1024;

        private final HandshakeOptions handshake;
        private int readBufferLength = 128 * 1024;
        private int writeBufferLength = 64 * 1024;
        private int maxMessageLength = 16 * 1024 * 1024;
        private long closeTimeoutNs = 5_000_000_000L;
        private int maxQueuedLength = 1024 * 1024;
        private Utf8Check utf8Check = Utf8Check.STRICT;
        private ControlHandler controlHandler;

        /**
         * Creates the defaults.
         */
        public Context() {
            handshake = new HandshakeOptions();
        }

        Context(Context other) {
            handshake = new HandshakeOptions(other.handshake);
            readBufferLength = other.readBufferLength;
            writeBufferLength = other.writeBufferLength;
            maxMessageLength = other.maxMessageLength;
            closeTimeoutNs = other.closeTimeoutNs;
            maxQueuedLength = other.maxQueuedLength;
            utf8Check = other.utf8Check;
            controlHandler = other.controlHandler;
        }

        /**
         * Sets how many bytes can be read by one system call. The buffer grows when a frame needs more.
         *
         * @param length bytes, at least 1,024, rounded up to whole pages; by default 128 KiB.
         * @return this.
         */
        public Context readBufferLength(int length) {
            readBufferLength = atLeast(MIN_BUFFER_LENGTH, length, "readBufferLength");
            return this;
        }

        /**
         * Sets how long the buffer is at first that holds what waits to be written. It grows when more has to wait, see
         * {@link #maxQueuedLength(int)}, and stays as long then.
         *
         * @param length bytes, at least 1,024, rounded up to whole pages; by default 64 KiB.
         * @return this.
         */
        public Context writeBufferLength(int length) {
            writeBufferLength = atLeast(MIN_BUFFER_LENGTH, length, "writeBufferLength");
            return this;
        }

        /**
         * Sets the longest message that is accepted, all its fragments together. A longer one closes the connection
         * with {@link CloseCode#MESSAGE_TOO_BIG}, as soon as a header announces it.
         *
         * @param length bytes, up to 512 MiB; by default 16 MiB.
         * @return this.
         */
        public Context maxMessageLength(int length) {
            if (length > MAX_MESSAGE_LENGTH) {
                throw new IllegalArgumentException(
                    "maxMessageLength must be at most " + MAX_MESSAGE_LENGTH + ": " + length);
            }
            maxMessageLength = atLeast(0, length, "maxMessageLength");
            return this;
        }

        /**
         * Sets the time for a handshake, all its phases and redirects together.
         *
         * @param timeoutNs nanoseconds, more than 0; by default 5 seconds.
         * @return this.
         */
        public Context handshakeTimeoutNs(long timeoutNs) {
            handshake.timeoutNs = positive(timeoutNs, "handshakeTimeoutNs");
            return this;
        }

        /**
         * Sets the time for a close: flushing the close frame and waiting for the peer's.
         *
         * @param timeoutNs nanoseconds, more than 0; by default 5 seconds.
         * @return this.
         */
        public Context closeTimeoutNs(long timeoutNs) {
            closeTimeoutNs = positive(timeoutNs, "closeTimeoutNs");
            return this;
        }

        /**
         * Sets how many bytes may wait to be written. A write beyond that ends with {@link IoStatus#WOULD_BLOCK} at
         * once. One that finds the queue empty is taken whatever its length is; pongs and the close frame are always
         * taken.
         *
         * @param length bytes, at least 1,024; by default 1 MiB.
         * @return this.
         */
        public Context maxQueuedLength(int length) {
            maxQueuedLength = atLeast(MIN_BUFFER_LENGTH, length, "maxQueuedLength");
            return this;
        }

        /**
         * Sets when text that comes is checked to be UTF-8.
         *
         * @param check by default {@link Utf8Check#STRICT}.
         * @return this.
         */
        public Context utf8Check(Utf8Check check) {
            utf8Check = Objects.requireNonNull(check, "check");
            return this;
        }

        /**
         * Offers compression as a client, and accepts it as a server (RFC 7692).
         *
         * @param options copied; null for no compression, the default.
         * @return this.
         */
        public Context perMessageDeflate(PerMessageDeflate options) {
            handshake.deflate = options == null ? null : new PerMessageDeflate(options);
            return this;
        }

        /**
         * Sets who sees control frames.
         *
         * @param handler called for each one; null for nobody, the default.
         * @return this.
         */
        public Context controlHandler(ControlHandler handler) {
            controlHandler = handler;
            return this;
        }

        /**
         * Sets the options of the socket that a client connects with.
         *
         * @param options copied when it connects.
         * @return this.
         */
        public Context socketOptions(SocketOptions options) {
            handshake.socketOptions = Objects.requireNonNull(options, "options");
            return this;
        }

        /**
         * Adds a header field to this side's half of the handshake. Order and case are kept. {@code Host} and
         * {@code Authorization} replace what the URL gives. A redirect to another origin gets none of them but
         * {@code User-Agent} and {@code Origin}.
         *
         * @param name  a token; not one of the fields that the handshake itself sets.
         * @param value visible ASCII characters, blanks and tabs.
         * @return this.
         * @throws IllegalArgumentException when one of them is not acceptable.
         */
        public Context header(String name, String value) {
            handshake.fields.add(OutgoingHead.checked(name, value));
            return this;
        }

        /**
         * Says from which page the websocket is asked for (RFC 6454), for servers that want to know.
         *
         * @param origin {@code https://example.com}, for instance.
         * @return this.
         * @throws IllegalArgumentException when it has a character that a header field may not have.
         */
        public Context origin(String origin) {
            return header("Origin", origin);
        }

        /**
         * Sends credentials as basic authentication (RFC 7617), in UTF-8, in place of those in the URL.
         *
         * @param user     without a colon.
         * @param password goes with it.
         * @return this.
         * @throws IllegalArgumentException when they cannot be sent so.
         */
        public Context basicAuthentication(String user, String password) {
            return header("Authorization", BasicAuthentication.of(user, password));
        }

        /**
         * Sets the sub-protocols: what a client offers, the preferred one first; what a server knows. The server
         * chooses the first one of the client's that it knows. See {@link WebSocketStream#protocol()}.
         *
         * @param names tokens, each once; by default none.
         * @return this.
         * @throws IllegalArgumentException when one is no token, or is there twice.
         */
        public Context protocols(String... names) {
            for (String name : names) {
                if (!HttpHeadParser.isToken(name)) {
                    throw new IllegalArgumentException("not the name of a sub-protocol: '" + name + "'");
                }
            }
            if (Set.of(names).size() < names.length) {
                throw new IllegalArgumentException("a sub-protocol is there twice: " + List.of(names));
            }
            handshake.protocols = List.of(names);
            return this;
        }

        /**
         * Sets the origins that a server accepts; requests of others are answered 403. One without an {@code Origin}
         * comes from no browser, and is accepted.
         *
         * @param origins {@code https://example.com}, for instance; by default any origin is accepted.
         * @return this.
         */
        public Context acceptedOrigins(String... origins) {
            handshake.origins = List.of(origins);
            return this;
        }

        /**
         * Sets the time for one phase of a handshake.
         *
         * @param phase     which one.
         * @param timeoutNs nanoseconds; by default 0: no limit but that of {@link #handshakeTimeoutNs}.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context phaseTimeoutNs(HandshakePhase phase, long timeoutNs) {
            if (timeoutNs < 0) {
                throw new IllegalArgumentException("negative time-out: " + timeoutNs + " ns");
            }
            handshake.phaseTimeoutsNs[phase.ordinal()] = timeoutNs;
            return this;
        }

        /**
         * Sets how many redirects (301, 302, 303, 307, 308) a client follows, one after the other. A redirect to
         * another origin is sent no credentials: neither those of the URL, nor any {@link #header} but
         * {@code User-Agent} and {@code Origin}.
         *
         * @param count by default 0: a redirect is a refusal.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context maxRedirects(int count) {
            handshake.maxRedirects = atLeast(0, count, "maxRedirects");
            return this;
        }

        /**
         * Sets whether redirects from {@code wss} to {@code ws} are followed.
         *
         * @param allowed by default false.
         * @return this.
         */
        public Context insecureRedirects(boolean allowed) {
            handshake.insecureRedirects = allowed;
            return this;
        }

        /**
         * Sets the proxy that a client goes through.
         *
         * @param proxy null for none, the default.
         * @return this.
         */
        public Context proxy(Proxy proxy) {
            handshake.proxy = proxy;
            return this;
        }

        /**
         * Sets how TLS is spoken. A client needs it for {@code wss} only where the defaults do not do: they trust whom
         * the JDK trusts, verify the host, and offer {@code http/1.1}. A server that has it speaks TLS.
         *
         * @param tls with {@code applicationProtocols("http/1.1")} in its settings, which some servers insist on; null
         *            for the default.
         * @return this.
         */
        public Context tls(TlsContext tls) {
            handshake.tls = tls;
            return this;
        }

        /**
         * Sets who sees a client's requests before they are sent, and may add to them.
         *
         * @param handler null for nobody, the default.
         * @return this.
         */
        public Context requestHandler(RequestHandler handler) {
            handshake.requestHandler = handler;
            return this;
        }

        /**
         * Sets who sees the answers to a client's requests before they are checked.
         *
         * @param handler null for nobody, the default.
         * @return this.
         */
        public Context responseHandler(ResponseHandler handler) {
            handshake.responseHandler = handler;
            return this;
        }

        /**
         * Sets who sees the requests to a server, and may say how they are answered.
         *
         * @param handler null for nobody, the default.
         * @return this.
         */
        public Context upgradeHandler(UpgradeHandler handler) {
            handshake.upgradeHandler = handler;
            return this;
        }

        int readBufferLength() {
            return readBufferLength;
        }

        int writeBufferLength() {
            return writeBufferLength;
        }

        int maxMessageLength() {
            return maxMessageLength;
        }

        long closeTimeoutNs() {
            return closeTimeoutNs;
        }

        int maxQueuedLength() {
            return maxQueuedLength;
        }

        Utf8Check utf8Check() {
            return utf8Check;
        }

        ControlHandler controlHandler() {
            return controlHandler;
        }

        private static int atLeast(int minimum, int value, String name) {
            if (value < minimum) {
                throw new IllegalArgumentException(name + " must be at least " + minimum + ": " + value);
            }
            return value;
        }

        private static long positive(long value, String name) {
            if (value <= 0) {
                throw new IllegalArgumentException(name + " must be more than 0: " + value);
            }
            return value;
        }
    }
}
