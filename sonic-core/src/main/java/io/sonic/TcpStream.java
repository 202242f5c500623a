package io.sonic;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * A TCP connection, over IPv4 or IPv6. See {@code tcp(7)}.
 *
 * <p>{@link SocketOption#NO_DELAY} is on by default.
 *
 * {@snippet :
 * TcpStream stream = TcpStream.open(reactor);
 * stream.asyncConnect(InetSocketAddress.createUnresolved("localhost", 7), 1_000_000_000L, status -> {
 *     if (status == IoStatus.OK) {
 *         stream.asyncWriteAll(buffer, 0, 5, (written, length) -> stream.close());
 *     } else {
 *         System.err.println(stream.failure());
 *     }
 * });
 * }
 */
public final class TcpStream extends SocketStream {
    private Endpoint local;
    private InetSocketAddress remote;

    private TcpStream(Reactor reactor, SocketOptions options) {
        super(reactor, options);
        this.options.setDefault(SocketOption.NO_DELAY, true);
    }

    /**
     * Creates a stream that is not connected.
     *
     * @param reactor completes its operations.
     * @return a new stream, the caller's to close.
     */
    public static TcpStream open(Reactor reactor) {
        return open(reactor, new SocketOptions());
    }

    /**
     * Creates a stream that is not connected.
     *
     * @param reactor completes its operations.
     * @param options applied before it connects; copied.
     * @return a new stream, the caller's to close.
     */
    public static TcpStream open(Reactor reactor, SocketOptions options) {
        return new TcpStream(reactor, options);
    }

    /**
     * Binds the stream to an address of this host, from which it will connect. Takes effect in {@link #asyncConnect},
     * which reports an address that cannot be had.
     *
     * @param address address and port of this host; port 0 leaves the port to the system.
     * @throws IllegalArgumentException when the address is unresolved.
     * @throws IllegalStateException    when the stream is connected, or connecting.
     */
    public void bind(InetSocketAddress address) {
        checkUnconnected();
        local = Endpoint.of(address);
    }

    /**
     * Connects. A name is resolved on another thread, and its addresses are tried in turn.
     *
     * <p><b>Completion</b>: the handler gets {@link IoStatus#OK}, or {@link IoStatus#TIMED_OUT},
     * {@link IoStatus#CANCELLED}, {@link IoStatus#CLOSED} or {@link IoStatus#FAILED}; then {@link #failure()} names
     * what was tried and why it did not work, and the stream can connect again.
     *
     * @param address   where to; unresolved ({@link InetSocketAddress#createUnresolved}) for a name.
     * @param timeoutNs nanoseconds for all of it; 0 leaves it to the system, which waits for minutes.
     * @param handler   called once.
     * @throws IllegalStateException    when the stream is connected, or connecting.
     * @throws IllegalArgumentException when the time-out is negative.
     */
    public void asyncConnect(InetSocketAddress address, long timeoutNs, ConnectHandler handler) {
        Objects.requireNonNull(address, "address");
        checkUnconnected();
        remote = address;
        connect().start(address, timeoutNs, handler);
    }

    /**
     * The address of this side. Allocates.
     *
     * @return null when the stream is not connected.
     */
    public InetSocketAddress localAddress() {
        Endpoint bound = boundEndpoint();
        return bound == null ? null : bound.toInetSocketAddress();
    }

    /**
     * The address of the peer: what it was accepted from, or connects to.
     *
     * @return null before the first connect.
     */
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    String subject() {
        return remote == null ? "not connected" : Endpoint.format(remote);
    }

    @Override
    Endpoint localEndpoint() {
        return local;
    }

    @Override
    void connectedTo(Endpoint peer) {
        remote = peer.toInetSocketAddress();
    }
}
