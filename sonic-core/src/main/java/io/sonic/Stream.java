package io.sonic;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A two-way stream of bytes.
 *
 * <p><b>Ownership</b>: a buffer belongs to the operation from the call until its handler is called. Buffers are off
 * the heap (a direct {@link java.nio.ByteBuffer} wrapped by an {@link org.agrona.concurrent.UnsafeBuffer}, for
 * instance); one on the heap is refused with {@link IllegalArgumentException}, and a range outside of its buffer with
 * {@link IndexOutOfBoundsException}.
 *
 * <p><b>Completion</b>: what can be done at once is done before the call returns, up to
 * {@value Reactor#MAX_INLINE_COMPLETIONS} completions deep; the next one goes through the loop. A read and a write may
 * be in flight at the same time, two reads or two writes may not ({@link IllegalStateException}).
 *
 * <p><b>Allocation</b>: none.
 */
public interface Stream extends Channel {
    /**
     * Reads what is there, at least one byte.
     *
     * <p>The handler gets {@link IoStatus#OK} with the number of bytes, or {@link IoStatus#END_OF_STREAM} with 0. A
     * length of 0 completes with {@code OK} and 0 and says nothing about the peer.
     *
     * @param buffer  where to, off the heap.
     * @param offset  of the first byte in the buffer.
     * @param length  the most bytes to read.
     * @param handler called once.
     */
    void asyncRead(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler);

    /**
     * Reads exactly {@code length} bytes.
     *
     * <p>The handler gets {@link IoStatus#OK} with {@code length}, or a status that says why there are fewer, and how
     * many there are.
     *
     * @param buffer  where to, off the heap.
     * @param offset  of the first byte in the buffer.
     * @param length  the bytes to read.
     * @param handler called once.
     */
    void asyncReadAll(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler);

    /**
     * Writes what can be written, at least one byte.
     *
     * @param buffer  where from, off the heap.
     * @param offset  of the first byte in the buffer.
     * @param length  the most bytes to write.
     * @param handler called once, with the number of bytes that the system took.
     */
    void asyncWrite(DirectBuffer buffer, int offset, int length, WriteHandler handler);

    /**
     * Writes exactly {@code length} bytes; what the system takes partially goes on where it stopped.
     *
     * @param buffer  where from, off the heap.
     * @param offset  of the first byte in the buffer.
     * @param length  the bytes to write.
     * @param handler called once: {@link IoStatus#OK} with {@code length}, or a status that says why fewer were taken.
     */
    void asyncWriteAll(DirectBuffer buffer, int offset, int length, WriteHandler handler);

    /**
     * Reads what is there, at least one byte, into several regions in order, with one system call.
     *
     * @param vector  where to.
     * @param handler called once, with the number of bytes.
     */
    void asyncRead(IoVector vector, ReadHandler handler);

    /**
     * Fills several regions in order.
     *
     * @param vector  where to.
     * @param handler called once: {@link IoStatus#OK} with {@link IoVector#length()}, or why there are fewer bytes.
     */
    void asyncReadAll(IoVector vector, ReadHandler handler);

    /**
     * Writes what can be written of several regions in order, at least one byte, with one system call.
     *
     * @param vector  where from.
     * @param handler called once, with the number of bytes that the system took.
     */
    void asyncWrite(IoVector vector, WriteHandler handler);

    /**
     * Writes several regions in order.
     *
     * @param vector  where from.
     * @param handler called once: {@link IoStatus#OK} with {@link IoVector#length()}, or why fewer bytes were taken.
     */
    void asyncWriteAll(IoVector vector, WriteHandler handler);

    /**
     * Reads what is there without waiting.
     *
     * @param buffer where to, off the heap.
     * @param offset of the first byte in the buffer.
     * @param length the most bytes to read.
     * @return the number of bytes, or the negative {@link IoStatus#code()} of {@link IoStatus#WOULD_BLOCK},
     *         {@link IoStatus#END_OF_STREAM} or {@link IoStatus#FAILED}.
     * @throws IllegalStateException when an asynchronous read is in flight.
     */
    int tryRead(MutableDirectBuffer buffer, int offset, int length);

    /**
     * Writes what can be written without waiting.
     *
     * @param buffer where from, off the heap.
     * @param offset of the first byte in the buffer.
     * @param length the most bytes to write.
     * @return the number of bytes, or the negative {@link IoStatus#code()} of {@link IoStatus#WOULD_BLOCK} or
     *         {@link IoStatus#FAILED}.
     * @throws IllegalStateException when an asynchronous write is in flight.
     */
    int tryWrite(DirectBuffer buffer, int offset, int length);

    /**
     * Limits the time that a read may wait; it then ends with {@link IoStatus#TIMED_OUT} and what was read, and the
     * stream stays usable. Holds for reads that are started afterwards.
     *
     * @param timeoutNs nanoseconds from the call of {@code async…}; 0, as at first, is without limit.
     * @throws IllegalArgumentException when it is negative.
     */
    void readTimeoutNs(long timeoutNs);

    /**
     * Limits the time that a write may wait; it then ends with {@link IoStatus#TIMED_OUT} and what was written. Holds
     * for writes that are started afterwards.
     *
     * @param timeoutNs nanoseconds from the call of {@code async…}; 0, as at first, is without limit.
     * @throws IllegalArgumentException when it is negative.
     */
    void writeTimeoutNs(long timeoutNs);

    /**
     * Ends a waiting read with {@link IoStatus#CANCELLED}.
     */
    void cancelRead();

    /**
     * Ends a waiting write with {@link IoStatus#CANCELLED}.
     */
    void cancelWrite();

    /**
     * Tells the peer that nothing more will be written (the FIN of TCP); reading goes on. See {@code shutdown(2)}.
     *
     * @throws IllegalStateException when a write is in flight.
     * @throws java.io.IOException   when the system refuses.
     */
    void shutdownOutput() throws java.io.IOException;
}
