package io.sonic;

import org.agrona.MutableDirectBuffer;

/**
 * A first-in, first-out buffer of bytes with one contiguous readable and one contiguous writable region.
 *
 * <p>Bytes go in by {@link #claim(int)} and {@link #commit(int)}, and leave by {@link #consume(int)}. Both regions are
 * ranges of one {@link #buffer()}, so the kernel, a codec and the user read and write in place, without a copy.
 * Streams and codecs ask for no more than this interface, so any buffer serves any of them.
 *
 * <p><b>Threading</b>: one thread, the one that runs the reactor.
 *
 * <p><b>Lifetime</b>: an offset is valid until the next call that changes the buffer. After {@link #close()} every
 * call but {@code close} throws {@link IllegalStateException}.
 */
public interface FifoBuffer extends AutoCloseable {
    /**
     * What {@link #claim(int)} returns when the buffer has no room.
     */
    int INSUFFICIENT_CAPACITY = -2;

    /**
     * The storage that both regions are ranges of. Its identity may change when a growable buffer grows.
     *
     * @return the storage, off the heap; owned by this buffer.
     */
    MutableDirectBuffer buffer();

    /**
     * The bytes that the buffer can hold.
     *
     * @return capacity in bytes.
     */
    int capacity();

    /**
     * Finds room for bytes. The room is contiguous, starts at {@link #writeOffset()}, and belongs to the caller until
     * it commits or claims again.
     *
     * @param length bytes wanted, at least 0.
     * @return the offset of the room in {@link #buffer()}, or {@link #INSUFFICIENT_CAPACITY}; never less room than
     *         asked.
     * @throws IllegalArgumentException when {@code length} is negative.
     */
    int claim(int length);

    /**
     * Makes the first bytes of the writable region readable.
     *
     * @param length bytes written, between 0 and {@link #writableLength()}.
     * @throws IllegalArgumentException when {@code length} is out of range; the buffer is unchanged.
     */
    void commit(int length);

    /**
     * Drops the first bytes of the readable region.
     *
     * @param length bytes to drop, between 0 and {@link #readableLength()}.
     * @throws IllegalArgumentException when {@code length} is out of range; the buffer is unchanged.
     */
    void consume(int length);

    /**
     * Where the readable region starts.
     *
     * @return offset in {@link #buffer()}.
     */
    int readOffset();

    /**
     * How many bytes wait to be read; all of them are contiguous.
     *
     * @return length of the readable region in bytes.
     */
    int readableLength();

    /**
     * Where the writable region starts.
     *
     * @return offset in {@link #buffer()}.
     */
    int writeOffset();

    /**
     * How many bytes can be written; all of them are contiguous.
     *
     * @return length of the writable region in bytes.
     */
    int writableLength();

    /**
     * Drops everything, readable or claimed.
     */
    void reset();

    /**
     * Releases the storage. A second call does nothing.
     */
    @Override
    void close();
}
