package io.sonic;

import java.net.UnixDomainSocketAddress;
import java.util.Objects;

/**
 * A connection to another process of this host, by the path of a unix domain socket. See {@code unix(7)}.
 */
public final class UnixStream extends SocketStream {
    private UnixDomainSocketAddress remote;

    private UnixStream(Reactor reactor, SocketOptions options) {
        super(reactor, options);
        // unix(7): descriptors that the peer passes along end a read, though bytes may follow.
        drainsWhole = true;
    }

    /**
     * Creates a stream that is not connected.
     *
     * @param reactor completes its operations.
     * @return a new stream, the caller's to close.
     */
    public static UnixStream open(Reactor reactor) {
        return open(reactor, new SocketOptions());
    }

    /**
     * Creates a stream that is not connected.
     *
     * @param reactor completes its operations.
     * @param options applied before it connects; copied.
     * @return a new stream, the caller's to close.
     */
    public static UnixStream open(Reactor reactor, SocketOptions options) {
        return new UnixStream(reactor, options);
    }

    /**
     * Connects.
     *
     * <p><b>Completion</b>: as {@link TcpStream#asyncConnect}. A listener whose queue is full is asked again until the
     * time is over.
     *
     * @param address   path of the listener.
     * @param timeoutNs nanoseconds; 0 waits for ever.
     * @param handler   called once.
     * @throws IllegalStateException    when the stream is connected, or connecting.
     * @throws IllegalArgumentException when the time-out is negative, or the path longer than
     *                                  {@value Endpoint#MAX_PATH_LENGTH} bytes.
     */
    public void asyncConnect(UnixDomainSocketAddress address, long timeoutNs, ConnectHandler handler) {
        Objects.requireNonNull(address, "address");
        checkUnconnected();
        Endpoint endpoint = new Endpoint().set(address);
        remote = address;
        connect().start(endpoint, timeoutNs, handler);
    }

    /**
     * The path of the peer.
     *
     * @return null before the first connect; an empty path for a peer that was accepted and has none.
     */
    public UnixDomainSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    String subject() {
        if (remote == null) {
            return "not connected";
        }
        return remote.toString().isEmpty() ? "unnamed unix socket" : remote.toString();
    }

    @Override
    Endpoint localEndpoint() {
        return null;
    }

    @Override
    void connectedTo(Endpoint peer) {
        remote = peer.isUnix() ? peer.toUnixDomainSocketAddress() : UnixDomainSocketAddress.of("");
    }
}
