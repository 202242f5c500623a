package io.sonic;

import java.io.IOException;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A socket for datagrams.
 */
abstract class DatagramSocketBase extends SocketBase {
    final AddressFamily family;
    private final ReceiveOperation receive;
    private final SendOperation send;
    /**
     * Made when they are first needed.
     */
    private BatchReceiveOperation batchReceive;
    private BatchSendOperation batchSend;
    private Endpoint bound;
    private String peerName;

    DatagramSocketBase(Reactor reactor, AddressFamily family, SocketOptions options) {
        super(reactor, options);
        this.family = family;
        receive = new ReceiveOperation(this);
        send = new SendOperation(this);
    }

    /**
     * Fixes the peer: only its datagrams are received, and {@link #asyncSend(DirectBuffer, int, int, WriteHandler)}
     * sends to it.
     *
     * @param peer its address.
     * @throws IOException when the system refuses.
     */
    public final void connect(Endpoint peer) throws IOException {
        checkOpen();
        int result;
        do {
            // Nothing is sent, so one that was interrupted can be repeated.
            result = socket.connect(peer);
        } while (result == -Errno.EINPROGRESS.number);
        if (result < 0) {
            throw Errno.exception("connect", peer.toString(), -result);
        }
        peerName = peer.toString();
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
    public final void asyncReceive(MutableDirectBuffer buffer, int offset, int length, ReceiveHandler handler) {
        checkOpen();
        Channel.checkRegion(buffer, offset, length);
        checkReceiveIdle();
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
    public final void receiveBuffer(MutableDirectBuffer buffer, int offset, int length) {
        checkOpen();
        Channel.checkRegion(buffer, offset, length);
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
    public final int tryReceive(MutableDirectBuffer buffer, int offset, int length, Endpoint source) {
        checkOpen();
        Channel.checkRegion(buffer, offset, length);
        checkReceiveIdle();
        return receive.tryReceive(buffer, offset, length, Objects.requireNonNull(source, "source"));
    }

    /**
     * Sends one datagram.
     *
     * @param buffer      where from, off the heap.
     * @param offset      of the first byte in the buffer.
     * @param length      bytes of the datagram.
     * @param destination whom to; one that names nothing is the peer of a connected socket.
     * @param handler     called once.
     * @throws IllegalStateException when a send is in flight, or the socket is closed.
     */
    public final void asyncSend(
            DirectBuffer buffer, int offset, int length, Endpoint destination, WriteHandler handler) {
        checkOpen();
        Channel.checkRegion(buffer, offset, length);
        checkSendIdle();
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
    public final void asyncSend(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkOpen();
        Channel.checkRegion(buffer, offset, length);
        checkSendIdle();
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
    public final int trySend(DirectBuffer buffer, int offset, int length, Endpoint destination) {
        checkOpen();
        Channel.checkRegion(buffer, offset, length);
        checkSendIdle();
        return send.trySend(buffer, offset, length, destination);
    }

    /**
     * Ends a waiting receive with {@link IoStatus#CANCELLED}.
     */
    public final void cancelReceive() {
        assert reactor.checkOwnThread();
        reader().abort(IoStatus.CANCELLED);
    }

    /**
     * Ends a waiting send with {@link IoStatus#CANCELLED}.
     */
    public final void cancelSend() {
        assert reactor.checkOwnThread();
        writer().abort(IoStatus.CANCELLED);
    }

    /**
     * Sets an option.
     *
     * @param option which.
     * @param value  its value.
     * @param <T>    type of the value.
     * @throws IOException when the system refuses.
     */
    public final <T> void option(SocketOption<T> option, T value) throws IOException {
        checkOpen();
        setOption(option, value);
    }

    /**
     * Asks the system for an option.
     *
     * @param option which.
     * @param <T>    type of the value.
     * @return what the system answers, which may differ from what was set.
     * @throws IOException when the system refuses.
     */
    public final <T> T option(SocketOption<T> option) throws IOException {
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
    public final void rawOption(int level, int name, DirectBuffer buffer, int offset, int length) throws IOException {
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
    public final int readRawOption(int level, int name, MutableDirectBuffer buffer, int offset, int length)
            throws IOException {
        checkOpen();
        return getRawOption(level, name, buffer, offset, length);
    }

    /**
     * Receives as many datagrams as are there, at least one, up to the capacity of the batch, with one system call.
     *
     * @param batch   where to.
     * @param handler called once, with {@link DatagramBatch#count()}.
     * @throws IllegalStateException when a receive is in flight, or the socket is closed.
     */
    public final void asyncReceive(DatagramBatch batch, BatchHandler handler) {
        checkOpen();
        checkReceiveIdle();
        if (batchReceive == null) {
            batchReceive = new BatchReceiveOperation(this);
        }
        batchReceive.start(batch, handler);
    }

    /**
     * Sends the datagrams of a batch, with as few system calls as the system allows.
     *
     * @param batch   its first {@link DatagramBatch#count()} slots, each to its endpoint.
     * @param handler called once, with the number that was sent.
     * @throws IllegalStateException when a send is in flight, or the socket is closed.
     */
    public final void asyncSend(DatagramBatch batch, BatchHandler handler) {
        checkOpen();
        checkSendIdle();
        if (batchSend == null) {
            batchSend = new BatchSendOperation(this);
        }
        batchSend.start(batch, handler);
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + " " + subject();
    }

    @Override
    final Operation reader() {
        return batchReceive != null && batchReceive.isInFlight() ? batchReceive : receive;
    }

    @Override
    final Operation writer() {
        return batchSend != null && batchSend.isInFlight() ? batchSend : send;
    }

    @Override
    final String subject() {
        String own = bound == null ? "unbound datagram socket" : bound.toString();
        return peerName == null ? own : own + " connected to " + peerName;
    }

    /**
     * Opens the descriptor. On failure the channel is closed.
     */
    final void openDatagrams() throws IOException {
        try {
            openSocket(family, false, null);
            register();
            readable = true;
            writable = true;
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    final void bindTo(Endpoint local) throws IOException {
        checkOpen();
        int result = socket.bind(local);
        if (result < 0) {
            throw Errno.exception("bind", local.toString(), -result);
        }
        // With the port that the system gave, for messages.
        Endpoint given = boundEndpoint();
        bound = given == null ? local : given;
    }

    private void checkReceiveIdle() {
        reader().checkIdle();
    }

    private void checkSendIdle() {
        writer().checkIdle();
    }
}
