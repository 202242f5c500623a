package io.sonic;

import java.io.IOException;
import org.agrona.DirectBuffer;

/**
 * Something that operations are started on: a stream, a listener, a datagram socket.
 *
 * <p><b>Threading</b>: every method is for the thread that runs the {@link #reactor()}; a call from another thread is
 * refused with {@link IllegalStateException} while assertions are on.
 *
 * <p><b>Completion</b>: an operation that was accepted calls its handler exactly once. It may do so before the call
 * that started it returns. One operation per direction can be in flight; a second one is refused with
 * {@link IllegalStateException}.
 */
public interface Channel extends AutoCloseable {
    /**
     * The reactor that completes this channel's operations.
     *
     * @return the reactor, never null.
     */
    Reactor reactor();

    /**
     * Tells whether operations can be started.
     *
     * @return false from {@link #close()} on.
     */
    boolean isOpen();

    /**
     * The error number of the last operation that ended with {@link IoStatus#FAILED}.
     *
     * @return a value of {@code errno(3)}, or 0 when none failed, or when what failed was no system call.
     */
    int errno();

    /**
     * Describes the last operation that did not end well: the call, what it was tried on, and the reason.
     *
     * @return a new exception, not thrown; or null when nothing failed.
     */
    IOException failure();

    /**
     * Marks the channel as hot, or not: while a read waits on a hot channel, each {@link Reactor#poll()} tries that
     * read directly, and asks the system about the other channels only every
     * {@link Reactor.Context#hotTurns(int) so many} turns. A turn of a busy-polled echo then costs two system calls in
     * place of three. It changes nothing for a reactor that waits in the kernel. A channel above another one passes it
     * on.
     *
     * @param hot true for the few channels that latency depends on; false at first.
     */
    void hot(boolean hot);

    /**
     * Ends the waiting operations with {@link IoStatus#CANCELLED}, on the stack of this call. The channel stays
     * usable. What was transferred before is reported to the handler.
     */
    void cancel();

    /**
     * Ends the waiting operations with {@link IoStatus#CLOSED}, on the stack of this call, and gives the descriptor
     * back. A second call does nothing.
     */
    @Override
    void close();

    /**
     * Refuses a region that no operation takes; for layers with operations of their own.
     *
     * @param buffer of the region.
     * @param offset of its first byte in the buffer.
     * @param length of the region in bytes.
     * @throws IndexOutOfBoundsException when it is not within its buffer.
     * @throws IllegalArgumentException  when the buffer is on the heap.
     */
    static void checkRegion(DirectBuffer buffer, int offset, int length) {
        int capacity = buffer.capacity();
        if ((offset | length) < 0 || offset > capacity - length) {
            throw new IndexOutOfBoundsException("offset " + offset + " and length " + length
                    + " are outside of a buffer of " + capacity + " bytes");
        }
        if (buffer.byteArray() != null) {
            throw new IllegalArgumentException(
                    "the buffer is on the heap: use one over a direct ByteBuffer or a native MemorySegment");
        }
    }
}
