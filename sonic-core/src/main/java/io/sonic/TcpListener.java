package io.sonic;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * Accepts TCP connections on an address of this host. See {@code listen(2)} and {@code accept(2)}.
 *
 * <p>{@link SocketOption#REUSE_ADDRESS} is on by default, so that a server can be started again at once.
 */
public final class TcpListener extends InetChannel {
    /**
     * Connections that may wait to be accepted; the system caps it at {@code net.core.somaxconn}.
     */
    private static final int BACKLOG = 4096;

    final Endpoint peer = new Endpoint();
    private final AcceptOperation accept;
    private final NoOperation write;
    private final InetSocketAddress address;

    private TcpListener(Reactor reactor, InetSocketAddress address, SocketOptions options) {
        super(reactor, options);
        this.options.setDefault(SocketOption.REUSE_ADDRESS, true);
        this.address = address;
        accept = new AcceptOperation(this);
        write = new NoOperation(reactor);
    }

    /**
     * Listens.
     *
     * @param reactor completes its operations.
     * @param address address and port of this host; port 0 leaves the port to the system, see {@link #localAddress()}.
     * @return a new listener, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the address is unresolved.
     */
    public static TcpListener open(Reactor reactor, InetSocketAddress address) throws IOException {
        return open(reactor, address, new SocketOptions());
    }

    /**
     * Listens.
     *
     * @param reactor completes its operations.
     * @param address address and port of this host; port 0 leaves the port to the system, see {@link #localAddress()}.
     * @param options applied before the listener is bound; the accepted connections inherit their buffer sizes. Copied.
     * @return a new listener, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the address is unresolved.
     */
    public static TcpListener open(Reactor reactor, InetSocketAddress address, SocketOptions options)
            throws IOException {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("unresolved address: " + address);
        }
        TcpListener listener = new TcpListener(reactor, address, options);
        try {
            listener.listen();
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
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
    public void asyncAccept(AcceptHandler handler) {
        checkOpen();
        accept.start(handler);
    }

    /**
     * The address that the system gave. Allocates.
     *
     * @return address and port, or null when the listener is closed.
     */
    public InetSocketAddress localAddress() {
        return boundAddress();
    }

    @Override
    public String toString() {
        return "TcpListener " + subject();
    }

    @Override
    Operation reader() {
        return accept;
    }

    @Override
    Operation writer() {
        return write;
    }

    @Override
    String subject() {
        return Endpoint.format(address);
    }

    SocketOptions streamOptions() {
        return new SocketOptions();
    }

    private void listen() throws IOException {
        openSocket(address.getAddress() instanceof Inet6Address, true, address);
        int result = socket.listen(BACKLOG);
        if (result < 0) {
            throw Errno.exception("listen", subject(), -result);
        }
        register();
        readable = true;
    }
}
