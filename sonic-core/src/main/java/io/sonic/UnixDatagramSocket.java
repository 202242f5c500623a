package io.sonic;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;

/**
 * Sends datagrams to, and receives them from, other processes of this host, by the paths of unix domain sockets. They
 * arrive in order and none is lost. See {@code unix(7)}.
 *
 * <p>What {@link UdpSocket} says of ownership, completion and allocation holds here too.
 */
public final class UnixDatagramSocket extends DatagramSocketBase {
    private UnixDatagramSocket(Reactor reactor, SocketOptions options) {
        super(reactor, AddressFamily.UNIX, options);
    }

    /**
     * Opens a socket without a path: it can send, and nobody can answer it.
     *
     * @param reactor completes its operations.
     * @return a new socket, the caller's to close.
     * @throws IOException when the system refuses.
     */
    public static UnixDatagramSocket open(Reactor reactor) throws IOException {
        UnixDatagramSocket socket = new UnixDatagramSocket(reactor, new SocketOptions());
        socket.openDatagrams();
        return socket;
    }

    /**
     * Opens a socket and binds it.
     *
     * @param reactor completes its operations.
     * @param local   path to create; the file stays when the socket is closed: remove it then.
     * @return a new socket, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the path is longer than {@value Endpoint#MAX_PATH_LENGTH} bytes.
     */
    public static UnixDatagramSocket open(Reactor reactor, UnixDomainSocketAddress local) throws IOException {
        Endpoint endpoint = new Endpoint().set(local);
        UnixDatagramSocket socket = open(reactor);
        try {
            socket.bindTo(endpoint);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
