package io.sonic;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Accepts TCP connections on an address of this host. See {@code listen(2)} and {@code accept(2)}.
 *
 * <p>{@link SocketOption#REUSE_ADDRESS} is on by default, so that a server can be started again at once.
 */
public final class TcpListener extends SocketListener<TcpStream> {
    private TcpListener(Reactor reactor, InetSocketAddress address, SocketOptions options) {
        super(reactor, Endpoint.of(address), options);
        this.options.setDefault(SocketOption.REUSE_ADDRESS, true);
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
        TcpListener listener = new TcpListener(reactor, address, options);
        listener.listen();
        return listener;
    }

    /**
     * The address that the system gave. Allocates.
     *
     * @return address and port, or null when the listener is closed.
     */
    public InetSocketAddress localAddress() {
        Endpoint bound = boundEndpoint();
        return bound == null ? null : bound.toInetSocketAddress();
    }

    @Override
    TcpStream newStream() {
        return TcpStream.open(reactor);
    }
}
