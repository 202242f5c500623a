package io.sonic;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A non-blocking socket of a backend.
 */
interface BackendSocket extends BackendDescriptor {
    int bind(Endpoint local);

    /**
     * Starts to connect: 0 when that is done at once, {@code -EINPROGRESS} when readiness to write will tell.
     */
    int connect(Endpoint remote);

    /**
     * Asks how a started connect ended: 0 or the negated errno.
     */
    int finishConnect();

    int listen(int backlog);

    /**
     * Accepts a connection, and stores its address.
     *
     * @return the connection, or null: then {@link #acceptResult()} says why.
     */
    BackendSocket accept(Endpoint remote);

    int acceptResult();

    /**
     * Receives a datagram.
     *
     * @return its length on the wire, which may be more than {@code length}.
     */
    int receive(MutableDirectBuffer buffer, int offset, int length, Endpoint source);

    /**
     * Sends a datagram.
     *
     * @param destination or null when the socket is connected.
     */
    int send(DirectBuffer buffer, int offset, int length, Endpoint destination);

    /**
     * Receives datagrams.
     *
     * @return how many.
     */
    int receive(DatagramBatch batch);

    /**
     * Sends the datagrams of a batch from the given one on.
     *
     * @return how many were sent.
     */
    int send(DatagramBatch batch, int first);

    <T> int setOption(SocketOption<T> option, T value);

    /**
     * Asks for an option.
     *
     * @return null when {@link #optionResult()} says why there is no answer.
     */
    <T> T getOption(SocketOption<T> option);

    int optionResult();

    /**
     * Sets an option by its numbers, see {@code setsockopt(2)}.
     */
    int setOption(int level, int name, DirectBuffer value, int offset, int length);

    /**
     * Reads an option by its numbers.
     *
     * @return the length of the value.
     */
    int getOption(int level, int name, MutableDirectBuffer value, int offset, int length);

    int localEndpoint(Endpoint local);

    int remoteEndpoint(Endpoint remote);

    int shutdownOutput();
}
