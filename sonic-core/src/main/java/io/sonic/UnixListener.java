package io.sonic;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;

/**
 * Accepts connections on the path of a unix domain socket. See {@code unix(7)}.
 *
 * <p>The path must not exist; the listener creates it, and the file stays when the listener is closed: remove it then.
 */
public final class UnixListener extends SocketListener<UnixStream> {
    private UnixListener(Reactor reactor, UnixDomainSocketAddress address, SocketOptions options) {
        super(reactor, endpoint(address), options);
    }

    /**
     * Listens.
     *
     * @param reactor completes its operations.
     * @param address path to create.
     * @return a new listener, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the path is empty, or longer than {@value Endpoint#MAX_PATH_LENGTH} bytes.
     */
    public static UnixListener open(Reactor reactor, UnixDomainSocketAddress address) throws IOException {
        return open(reactor, address, new SocketOptions());
    }

    /**
     * Listens.
     *
     * @param reactor completes its operations.
     * @param address path to create.
     * @param options applied before the listener is bound; copied.
     * @return a new listener, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the path is empty, or longer than {@value Endpoint#MAX_PATH_LENGTH} bytes.
     */
    public static UnixListener open(Reactor reactor, UnixDomainSocketAddress address, SocketOptions options)
            throws IOException {
        UnixListener listener = new UnixListener(reactor, address, options);
        listener.listen();
        return listener;
    }

    private static Endpoint endpoint(UnixDomainSocketAddress address) {
        if (address.getPath().toString().isEmpty()) {
            throw new IllegalArgumentException("a listener of the unix domain needs a path");
        }
        return new Endpoint().set(address);
    }

    @Override
    UnixStream newStream() {
        return UnixStream.open(reactor);
    }
}
