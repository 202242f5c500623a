package io.sonic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

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
public final class TcpStream extends InetChannel implements Stream {
    private final ReadOperation read;
    private final WriteOperation write;
    /**
     * Made when it is first needed: an accepted connection never does.
     */
    private ConnectOperation connect;
    private InetSocketAddress local;
    private InetSocketAddress remote;
    private boolean connected;

    private TcpStream(Reactor reactor, SocketOptions options) {
        super(reactor, options);
        this.options.setDefault(SocketOption.NO_DELAY, true);
        read = new ReadOperation(this);
        write = new WriteOperation(this);
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
     * Takes over an accepted connection. On failure nothing is left open.
     */
    static TcpStream accepted(Reactor reactor, SocketOptions options, BackendSocket socket, InetSocketAddress remote)
            throws IOException {
        TcpStream stream = new TcpStream(reactor, options);
        stream.socket = socket;
        stream.remote = remote;
        try {
            stream.options.applyTo(socket);
            stream.register();
            stream.becomeConnected();
            return stream;
        } catch (IOException | RuntimeException e) {
            stream.close();
            throw e;
        }
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
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("unresolved address: " + address);
        }
        local = address;
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
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(address, "address");
        if (timeoutNs < 0) {
            throw new IllegalArgumentException("negative time-out: " + timeoutNs + " ns");
        }
        checkUnconnected();
        clearFailure();
        remote = address;
        if (connect == null) {
            connect = new ConnectOperation(this);
        }
        connect.start(address, timeoutNs, handler);
    }

    @Override
    public void asyncRead(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler) {
        checkConnected();
        checkRegion(buffer, offset, length);
        read.start(buffer, offset, length, false, handler);
    }

    @Override
    public void asyncReadAll(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler) {
        checkConnected();
        checkRegion(buffer, offset, length);
        read.start(buffer, offset, length, true, handler);
    }

    @Override
    public void asyncWrite(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkConnected();
        checkRegion(buffer, offset, length);
        write.start(buffer, offset, length, false, handler);
    }

    @Override
    public void asyncWriteAll(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkConnected();
        checkRegion(buffer, offset, length);
        write.start(buffer, offset, length, true, handler);
    }

    @Override
    public int tryRead(MutableDirectBuffer buffer, int offset, int length) {
        checkConnected();
        checkRegion(buffer, offset, length);
        return read.tryRead(buffer, offset, length);
    }

    @Override
    public int tryWrite(DirectBuffer buffer, int offset, int length) {
        checkConnected();
        checkRegion(buffer, offset, length);
        return write.tryWrite(buffer, offset, length);
    }

    @Override
    public void cancelRead() {
        assert reactor.isOwnThread();
        read.abort(IoStatus.CANCELLED);
    }

    @Override
    public void cancelWrite() {
        assert reactor.isOwnThread();
        write.abort(IoStatus.CANCELLED);
    }

    @Override
    public void shutdownOutput() throws IOException {
        checkConnected();
        write.checkIdle("a write");
        int result = socket.shutdownOutput();
        if (result < 0) {
            throw Errno.exception("shutdown", subject(), -result);
        }
    }

    /**
     * Sets an option of a stream that is connected.
     *
     * @param option which.
     * @param value  its value.
     * @param <T>    type of the value.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the stream is not connected: give the option to {@link #open} then.
     */
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        checkConnected();
        setOption(option, option.encode(value), value);
    }

    /**
     * Asks the system for an option.
     *
     * @param option which.
     * @param <T>    type of the value.
     * @return what the system answers, which may differ from what was set.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the stream is not connected.
     */
    public <T> T option(SocketOption<T> option) throws IOException {
        checkConnected();
        return getOption(option);
    }

    /**
     * Tells whether the stream is connected.
     *
     * @return false before a connect ended with {@link IoStatus#OK}, and from {@link #close()} on.
     */
    public boolean isConnected() {
        return connected;
    }

    /**
     * The address of this side. Allocates.
     *
     * @return null when the stream is not connected.
     */
    public InetSocketAddress localAddress() {
        return boundAddress();
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
    public String toString() {
        return "TcpStream " + subject();
    }

    @Override
    Operation reader() {
        return read;
    }

    @Override
    Operation writer() {
        return connected || connect == null ? write : connect;
    }

    @Override
    String subject() {
        return remote == null ? "not connected" : Endpoint.format(remote);
    }

    @Override
    void abort(IoStatus status) {
        if (!isOpen()) {
            connected = false;
        }
        if (connect != null) {
            connect.abort(status);
        }
        read.abort(status);
        write.abort(status);
    }

    /**
     * Starts to connect to one address; 0, {@code -EINPROGRESS}, or another negated errno.
     */
    int connect(Endpoint endpoint) throws IOException {
        openSocket(endpoint.isIpv6(), true, local);
        int result = socket.connect(endpoint);
        if (result == 0 || result == -Errno.EINPROGRESS.number) {
            register();
        }
        return result;
    }

    /**
     * Is told by the connect how it ended.
     *
     * @param peer null when it failed.
     */
    void connectEnded(InetSocketAddress peer, IOException reason, int number) {
        if (peer != null) {
            remote = peer;
            becomeConnected();
        } else {
            closeSocket();
            failed(reason, number);
        }
    }

    private void becomeConnected() {
        connected = true;
        readable = true;
        writable = true;
    }

    private void checkConnected() {
        checkOpen();
        if (!connected) {
            throw new IllegalStateException("the stream is not connected: " + subject());
        }
    }

    private void checkUnconnected() {
        checkOpen();
        if (connected) {
            throw new IllegalStateException("the stream is connected already: " + subject());
        }
        if (connect != null) {
            connect.checkIdle("a connect");
        }
    }
}
