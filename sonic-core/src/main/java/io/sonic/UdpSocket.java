package io.sonic;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Sends and receives datagrams, over IPv4 or IPv6. See {@code udp(7)}.
 *
 * <p>An empty datagram is a datagram: it is received with {@link IoStatus#OK} and length 0.
 *
 * <p><b>Ownership</b>: a buffer belongs to the operation from the call until its handler is called; it is off the
 * heap. The destination of a send may be used again when the handler was called.
 *
 * <p><b>Completion</b>: what can be done at once is done before the call returns, up to
 * {@value Reactor#MAX_INLINE_COMPLETIONS} completions deep. A receive and a send may be in flight at the same time.
 *
 * <p><b>Allocation</b>: none, whoever sends.
 */
public final class UdpSocket extends SocketBase {
    private final boolean ipv6;
    private final ReceiveOperation receive;
    private final SendOperation send;
    private InetSocketAddress bound;

    private UdpSocket(Reactor reactor, boolean ipv6, SocketOptions options) {
        super(reactor, options);
        this.ipv6 = ipv6;
        receive = new ReceiveOperation(this);
        send = new SendOperation(this);
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
        checkResolved(local);
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
        UdpSocket socket = new UdpSocket(reactor, family == StandardProtocolFamily.INET6, options);
        try {
            socket.openSocket(socket.ipv6 ? AddressFamily.IPV6 : AddressFamily.IPV4, false, null);
            socket.register();
            socket.readable = true;
            socket.writable = true;
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Binds the socket to an address of this host, or to a multicast group, and a port.
     *
     * @param local port 0 leaves the port to the system, see {@link #localAddress()}.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when the address is unresolved.
     */
    public void bind(InetSocketAddress local) throws IOException {
        checkOpen();
        checkResolved(local);
        int result = socket.bind(Endpoint.of(local));
        if (result < 0) {
            throw Errno.exception("bind", Endpoint.format(local), -result);
        }
        bound = local;
    }

    /**
     * Fixes the peer: only its datagrams are received, and {@link #asyncSend(DirectBuffer, int, int, WriteHandler)}
     * sends to it.
     *
     * @param peer address and port.
     * @throws IOException when the system refuses.
     */
    public void connect(Endpoint peer) throws IOException {
        checkOpen();
        int result = socket.connect(peer);
        if (result < 0) {
            throw Errno.exception("connect", peer.toString(), -result);
        }
    }

    /**
     * Receives one datagram.
     *
     * <p>The handler gets {@link IoStatus#OK}, or {@link IoStatus#TRUNCATED} when the datagram did not fit; then the
     * buffer holds its beginning and the rest is lost.
     *
     * @param buffer  where to, off the heap.
     * @param offset  of the first byte in the buffer.
     * @param length  room in bytes.
     * @param handler called once.
     * @throws IllegalStateException when a receive is in flight, or the socket is closed.
     */
    public void asyncReceive(MutableDirectBuffer buffer, int offset, int length, ReceiveHandler handler) {
        checkOpen();
        checkRegion(buffer, offset, length);
        receive.start(buffer, offset, length, handler);
    }

    /**
     * Changes where the receive that is in flight will put its datagram; so that several sockets can share one buffer.
     *
     * @param buffer where to, off the heap.
     * @param offset of the first byte in the buffer.
     * @param length room in bytes.
     * @throws IllegalStateException when no receive is in flight, or the socket is closed.
     */
    public void receiveBuffer(MutableDirectBuffer buffer, int offset, int length) {
        checkOpen();
        checkRegion(buffer, offset, length);
        receive.retarget(buffer, offset, length);
    }

    /**
     * Receives one datagram, if one is there.
     *
     * @param buffer where to, off the heap.
     * @param offset of the first byte in the buffer.
     * @param length room in bytes.
     * @param source receives the sender.
     * @return the number of bytes, or the negative {@link IoStatus#code()} of {@link IoStatus#WOULD_BLOCK},
     *         {@link IoStatus#TRUNCATED} (then all of the room is filled) or {@link IoStatus#FAILED}.
     * @throws IllegalStateException when a receive is in flight, or the socket is closed.
     */
    public int tryReceive(MutableDirectBuffer buffer, int offset, int length, Endpoint source) {
        checkOpen();
        checkRegion(buffer, offset, length);
        return receive.tryReceive(buffer, offset, length, Objects.requireNonNull(source, "source"));
    }

    /**
     * Sends one datagram.
     *
     * @param buffer      where from, off the heap.
     * @param offset      of the first byte in the buffer.
     * @param length      bytes of the datagram.
     * @param destination whom to.
     * @param handler     called once.
     * @throws IllegalStateException when a send is in flight, or the socket is closed.
     */
    public void asyncSend(DirectBuffer buffer, int offset, int length, Endpoint destination, WriteHandler handler) {
        checkOpen();
        checkRegion(buffer, offset, length);
        send.start(buffer, offset, length, Objects.requireNonNull(destination, "destination"), handler);
    }

    /**
     * Sends one datagram to the peer that the socket is connected to.
     *
     * @param buffer  where from, off the heap.
     * @param offset  of the first byte in the buffer.
     * @param length  bytes of the datagram.
     * @param handler called once.
     * @throws IllegalStateException when a send is in flight, or the socket is closed.
     */
    public void asyncSend(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkOpen();
        checkRegion(buffer, offset, length);
        send.start(buffer, offset, length, null, handler);
    }

    /**
     * Sends one datagram, if the system takes it at once.
     *
     * @param buffer      where from, off the heap.
     * @param offset      of the first byte in the buffer.
     * @param length      bytes of the datagram.
     * @param destination whom to; null when the socket is connected.
     * @return the number of bytes, or the negative {@link IoStatus#code()} of {@link IoStatus#WOULD_BLOCK} or
     *         {@link IoStatus#FAILED}.
     * @throws IllegalStateException when a send is in flight, or the socket is closed.
     */
    public int trySend(DirectBuffer buffer, int offset, int length, Endpoint destination) {
        checkOpen();
        checkRegion(buffer, offset, length);
        return send.trySend(buffer, offset, length, destination);
    }

    /**
     * Ends a waiting receive with {@link IoStatus#CANCELLED}.
     */
    public void cancelReceive() {
        assert reactor.isOwnThread();
        receive.abort(IoStatus.CANCELLED);
    }

    /**
     * Ends a waiting send with {@link IoStatus#CANCELLED}.
     */
    public void cancelSend() {
        assert reactor.isOwnThread();
        send.abort(IoStatus.CANCELLED);
    }

    /**
     * Sets an option.
     *
     * @param option which.
     * @param value  its value.
     * @param <T>    type of the value.
     * @throws IOException when the system refuses.
     */
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        checkOpen();
        setOption(option, option.encode(value), value);
    }

    /**
     * Asks the system for an option.
     *
     * @param option which.
     * @param <T>    type of the value.
     * @return what the system answers, which may differ from what was set.
     * @throws IOException when the system refuses.
     */
    public <T> T option(SocketOption<T> option) throws IOException {
        checkOpen();
        return getOption(option);
    }

    /**
     * Sets an option by its numbers, as {@code setsockopt(2)} does; for options that {@link SocketOption} does not
     * list.
     *
     * @param level  for instance 0 for {@code IPPROTO_IP}.
     * @param name   number of the option.
     * @param buffer holds the value, off the heap, in the layout of the system.
     * @param offset of the value in the buffer.
     * @param length of the value in bytes.
     * @throws IOException when the system refuses; {@link #errno()} is the reason's number then.
     */
    public void rawOption(int level, int name, DirectBuffer buffer, int offset, int length) throws IOException {
        checkOpen();
        setRawOption(level, name, buffer, offset, length);
    }

    /**
     * Asks for an option by its numbers, as {@code getsockopt(2)} does.
     *
     * @param level  for instance 0 for {@code IPPROTO_IP}.
     * @param name   number of the option.
     * @param buffer receives the value, off the heap.
     * @param offset of the value in the buffer.
     * @param length room in bytes.
     * @return the length of the value in bytes.
     * @throws IOException when the system refuses; {@link #errno()} is the reason's number then.
     */
    public int readRawOption(int level, int name, MutableDirectBuffer buffer, int offset, int length)
            throws IOException {
        checkOpen();
        return getRawOption(level, name, buffer, offset, length);
    }

    /**
     * The family of the socket.
     *
     * @return whether it is of IPv6.
     */
    public boolean isIpv6() {
        return ipv6;
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

    @Override
    public String toString() {
        return "UdpSocket " + subject();
    }

    @Override
    Operation reader() {
        return receive;
    }

    @Override
    Operation writer() {
        return send;
    }

    @Override
    String subject() {
        return bound == null ? "unbound datagram socket" : Endpoint.format(bound);
    }

    private static void checkResolved(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("unresolved address: " + address);
        }
    }
}
