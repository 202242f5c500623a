package io.sonic;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;

/**
 * Sends and receives datagrams, over IPv4 or IPv6. See {@code udp(7)}.
 *
 * <p>An empty datagram is a datagram: it is received with {@link IoStatus#OK} and length 0. The {@code nio} backend can
 * send one to an address, but not to the peer of a connected socket: that ends with {@link IoStatus#FAILED}.
 *
 * <p><b>Ownership</b>: a buffer belongs to the operation from the call until its handler is called; it is off the heap.
 * The destination of a send may be used again when the handler was called.
 *
 * <p><b>Completion</b>: what can be done at once is done before the call returns, up to
 * {@value Reactor#MAX_INLINE_COMPLETIONS} completions deep. A receive and a send may be in flight at the same time.
 *
 * <p><b>Allocation</b>: none, whoever sends.
 */
public final class UdpSocket extends DatagramSocketBase {
    private UdpSocket(Reactor reactor, AddressFamily family, SocketOptions options) {
        super(reactor, family, options);
    }

    /**
     * Opens a socket and binds it.
     *
     * @param reactor completes its operations.
     * @param local   address and port of this host, or a multicast group; port 0 leaves the port to the system.
     * @return a new socket, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the address is unresolved.
     */
    public static UdpSocket open(Reactor reactor, InetSocketAddress local) throws IOException {
        return open(reactor, local, new SocketOptions());
    }

    /**
     * Opens a socket and binds it.
     *
     * @param reactor completes its operations.
     * @param local   address and port of this host, or a multicast group; port 0 leaves the port to the system.
     * @param options applied before the socket is bound; copied.
     * @return a new socket, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the address is unresolved.
     */
    public static UdpSocket open(Reactor reactor, InetSocketAddress local, SocketOptions options) throws IOException {
        UdpSocket socket = open(reactor, local.getAddress() instanceof Inet6Address
                ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET, options);
        try {
            socket.bind(local);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Opens a socket that is not bound. The first send binds it to a port of the system's choice.
     *
     * @param reactor completes its operations.
     * @param family  {@link StandardProtocolFamily#INET} or {@link StandardProtocolFamily#INET6}.
     * @param options applied at once; copied.
     * @return a new socket, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the family is another one.
     */
    public static UdpSocket open(Reactor reactor, ProtocolFamily family, SocketOptions options) throws IOException {
        if (family != StandardProtocolFamily.INET && family != StandardProtocolFamily.INET6) {
            throw new IllegalArgumentException("the family must be INET or INET6: " + family);
        }
        UdpSocket socket = new UdpSocket(reactor,
                family == StandardProtocolFamily.INET6 ? AddressFamily.IPV6 : AddressFamily.IPV4, options);
        socket.openDatagrams();
        return socket;
    }

    /**
     * Binds the socket to an address of this host, or to a multicast group, and a port.
     *
     * @param local port 0 leaves the port to the system, see {@link #localAddress()}.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the address is unresolved.
     */
    public void bind(InetSocketAddress local) throws IOException {
        bindTo(Endpoint.of(local));
    }

    /**
     * The family of the socket.
     *
     * @return whether it is of IPv6.
     */
    public boolean isIpv6() {
        return family == AddressFamily.IPV6;
    }

    /**
     * The channel of the JDK that the socket is, for what only that can do: joining groups, for instance. Reading,
     * writing and closing stay with the socket.
     *
     * @return on the nio backend the channel; null on others, and when the socket is closed.
     */
    public DatagramChannel datagramChannel() {
        assert reactor.checkOwnThread();
        return socket instanceof NioDatagramSocket nio ? nio.channel() : null;
    }

    /**
     * The address that the socket is bound to. Allocates.
     *
     * @return address and port, or null when the socket is closed.
     */
    public InetSocketAddress localAddress() {
        Endpoint endpoint = boundEndpoint();
        return endpoint == null ? null : endpoint.toInetSocketAddress();
    }
}
