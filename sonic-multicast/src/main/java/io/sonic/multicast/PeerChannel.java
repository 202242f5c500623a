package io.sonic.multicast;

import io.sonic.BatchHandler;
import io.sonic.Channel;
import io.sonic.DatagramBatch;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReceiveHandler;
import io.sonic.SocketOption;
import io.sonic.UdpSocket;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The datagrams of a peer, and the channel that it is.
 */
abstract class PeerChannel implements Channel {
    final UdpSocket socket;

    PeerChannel(UdpSocket socket) {
        this.socket = socket;
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
     * @throws IllegalStateException when a receive is in flight, or the peer is closed.
     */
    public final void asyncReceive(MutableDirectBuffer buffer, int offset, int length, ReceiveHandler handler) {
        socket.asyncReceive(buffer, offset, length, handler);
    }

    /**
     * Changes where the receive that is in flight will put its datagram; so that several peers can share one buffer.
     *
     * @param buffer where to, off the heap.
     * @param offset of the first byte in the buffer.
     * @param length room in bytes.
     * @throws IllegalStateException when no receive is in flight, or the peer is closed.
     */
    public final void receiveBuffer(MutableDirectBuffer buffer, int offset, int length) {
        socket.receiveBuffer(buffer, offset, length);
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
     * @throws IllegalStateException when a receive is in flight, or the peer is closed.
     */
    public final int tryReceive(MutableDirectBuffer buffer, int offset, int length, Endpoint source) {
        return socket.tryReceive(buffer, offset, length, source);
    }

    /**
     * Sends one datagram.
     *
     * <p>To a group it goes out through {@link MulticastPeer#outbound()}. {@link IoStatus#FAILED} with {@code ENOBUFS}
     * means that the queue of the interface is full: the datagram is lost, and waiting would not have helped.
     *
     * @param buffer      where from, off the heap.
     * @param offset      of the first byte in the buffer.
     * @param length      bytes of the datagram.
     * @param destination group or host, of the peer's family.
     * @param handler     called once.
     * @throws IllegalArgumentException when the destination is of the other family.
     * @throws IllegalStateException    when a send is in flight, or the peer is closed.
     */
    public final void asyncSend(
            DirectBuffer buffer, int offset, int length, Endpoint destination, WriteHandler handler) {
        checkDestination(destination);
        socket.asyncSend(buffer, offset, length, destination, handler);
    }

    /**
     * Sends one datagram, if the system takes it at once.
     *
     * @param buffer      where from, off the heap.
     * @param offset      of the first byte in the buffer.
     * @param length      bytes of the datagram.
     * @param destination group or host, of the peer's family.
     * @return the number of bytes, or the negative {@link IoStatus#code()} of {@link IoStatus#WOULD_BLOCK} or
     *         {@link IoStatus#FAILED}.
     * @throws IllegalArgumentException when the destination is of the other family.
     * @throws IllegalStateException    when a send is in flight, or the peer is closed.
     */
    public final int trySend(DirectBuffer buffer, int offset, int length, Endpoint destination) {
        checkDestination(destination);
        return socket.trySend(buffer, offset, length, destination);
    }

    /**
     * Receives as many datagrams as are there, at least one, up to the capacity of the batch, with one system call.
     *
     * @param batch   where to.
     * @param handler called once, with {@link DatagramBatch#count()}.
     * @throws IllegalStateException when a receive is in flight, or the peer is closed.
     */
    public final void asyncReceive(DatagramBatch batch, BatchHandler handler) {
        socket.asyncReceive(batch, handler);
    }

    /**
     * Sends the datagrams of a batch, with as few system calls as the system allows.
     *
     * @param batch   its first {@link DatagramBatch#count()} slots, each to its endpoint.
     * @param handler called once, with the number that was sent.
     * @throws IllegalArgumentException when an endpoint is not of the peer's family.
     * @throws IllegalStateException    when a send is in flight, or the peer is closed.
     */
    public final void asyncSend(DatagramBatch batch, BatchHandler handler) {
        for (int i = 0; i < batch.count(); i++) {
            checkDestination(batch.endpoint(i));
        }
        socket.asyncSend(batch, handler);
    }

    /**
     * Ends a waiting receive with {@link IoStatus#CANCELLED}.
     */
    public final void cancelReceive() {
        socket.cancelReceive();
    }

    /**
     * Ends a waiting send with {@link IoStatus#CANCELLED}.
     */
    public final void cancelSend() {
        socket.cancelSend();
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
        socket.option(option, value);
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
        return socket.option(option);
    }

    /**
     * Sets an option by its numbers, as {@code setsockopt(2)} does.
     *
     * @param level  for instance 0 for {@code IPPROTO_IP}.
     * @param name   number of the option.
     * @param buffer holds the value, off the heap, in the layout of the system.
     * @param offset of the value in the buffer.
     * @param length of the value in bytes.
     * @throws IOException when the system refuses; {@link #errno()} is the reason's number then.
     */
    public final void rawOption(int level, int name, DirectBuffer buffer, int offset, int length) throws IOException {
        socket.rawOption(level, name, buffer, offset, length);
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
        return socket.readRawOption(level, name, buffer, offset, length);
    }

    /**
     * The family of the peer.
     *
     * @return whether it is of IPv6.
     */
    public final boolean isIpv6() {
        return socket.isIpv6();
    }

    /**
     * The address that the peer is bound to. Allocates.
     *
     * @return address and port, or null when the peer is closed.
     */
    public final InetSocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public final Reactor reactor() {
        return socket.reactor();
    }

    @Override
    public final boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public final int errno() {
        return socket.errno();
    }

    @Override
    public final IOException failure() {
        return socket.failure();
    }

    @Override
    public final void hot(boolean hot) {
        socket.hot(hot);
    }

    @Override
    public final void cancel() {
        socket.cancel();
    }

    @Override
    public final String toString() {
        return "MulticastPeer of " + socket;
    }

    void checkOpen() {
        assert reactor().checkOwnThread();
        if (!isOpen()) {
            throw new IllegalStateException("the peer is closed: " + socket);
        }
    }

    private void checkDestination(Endpoint destination) {
        if (!destination.isSet() || destination.isIpv6() != isIpv6()) {
            throw new IllegalArgumentException("the destination " + destination + " is not of "
                    + (isIpv6() ? "IPv6" : "IPv4") + ", as the peer is");
        }
    }
}
