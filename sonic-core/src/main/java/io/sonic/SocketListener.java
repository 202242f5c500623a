package io.sonic;

import java.io.IOException;

/**
 * A listening socket.
 *
 * @param <S> the streams that it accepts.
 */
abstract class SocketListener<S extends SocketStream> extends SocketBase {
    /**
     * Connections that may wait to be accepted; the system caps it at {@code net.core.somaxconn}.
     */
    private static final int BACKLOG = 4096;

    private final AcceptOperation<S> accept;
    private final NoOperation write;
    private Endpoint address;

    SocketListener(Reactor reactor, Endpoint address, SocketOptions options) {
        super(reactor, options);
        this.address = address;
        accept = new AcceptOperation<>(this);
        write = new NoOperation(this);
    }

    /**
     * Accepts one connection.
     *
     * <p>The handler gets {@link IoStatus#OK} and a stream that is the caller's to close. With {@link IoStatus#FAILED}
     * (no descriptor left, for instance) there is none, and the listener goes on.
     *
     * @param handler called once.
     * @throws IllegalStateException when an accept is in flight, or the listener is closed.
     */
    public final void asyncAccept(AcceptHandler<? super S> handler) {
        checkOpen();
        accept.start(false, handler);
    }

    /**
     * Accepts connections, one after the other, until {@link #cancel()} or {@link #close()}.
     *
     * <p><b>Completion</b>: the handler is called for each connection, with {@link IoStatus#OK} and a stream that is
     * the caller's to close; with {@link IoStatus#FAILED} for each that could not be accepted, and the listener goes
     * on by itself, after 100 ms where nothing can be accepted at all, for want of descriptors for instance; and a last
     * time with {@link IoStatus#CANCELLED} or {@link IoStatus#CLOSED}.
     *
     * @param handler called for each connection, and once when no more follows.
     * @throws IllegalStateException when an accept is in flight, or the listener is closed.
     */
    public final void asyncAcceptEach(AcceptHandler<? super S> handler) {
        checkOpen();
        accept.start(true, handler);
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + " " + subject();
    }

    @Override
    final Operation reader() {
        return accept;
    }

    @Override
    final Operation writer() {
        return write;
    }

    @Override
    final String subject() {
        return address.toString();
    }

    /**
     * Creates the stream that takes over the next connection.
     */
    abstract S newStream();

    /**
     * Opens the descriptor and listens. On failure the channel is closed.
     */
    final void listen() throws IOException {
        try {
            openSocket(address.family(), true, address);
            int result = socket.listen(BACKLOG);
            if (result < 0) {
                throw Errno.exception("listen", subject(), -result);
            }
            register();
            readable = true;
            // With the port that the system gave, for messages.
            Endpoint given = boundEndpoint();
            address = given == null ? address : given;
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }
}
