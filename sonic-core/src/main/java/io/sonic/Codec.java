package io.sonic;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns bytes into items and items into bytes, in place: no socket, no thread, no copy.
 *
 * <p>An item is usually a flyweight over the bytes, one object per codec, valid until the next call of {@link #decode}.
 * See {@link CodecStream}.
 *
 * @param <T> the items.
 */
public interface Codec<T> {
    /**
     * What {@link #decode} returns when the item at the front is not complete.
     */
    int NEED_MORE = 0;
    /**
     * What {@link #decode} returns when the bytes are no item, and never will be.
     */
    int MALFORMED = -1;

    /**
     * Looks for an item at the front of what was received.
     *
     * @param buffer holds the bytes.
     * @param offset of the first one.
     * @param length how many there are, 0 or more.
     * @return how many bytes the item has, more than 0: it is {@link #item()} then; or {@link #NEED_MORE}, or
     *         {@link #MALFORMED}.
     */
    int decode(DirectBuffer buffer, int offset, int length);

    /**
     * The item that was decoded last.
     *
     * @return valid until the next call of {@link #decode}, and only as long as the bytes stay.
     */
    T item();

    /**
     * How many bytes the item at the front has in all, as far as that is known after {@link #NEED_MORE}.
     *
     * @return more than what was there.
     */
    int requiredLength();

    /**
     * Says what is wrong with the bytes, after {@link #MALFORMED}.
     *
     * @return a sentence without a full stop.
     */
    String error();

    /**
     * How many bytes an item becomes.
     *
     * @param item to be encoded.
     * @return length in bytes.
     * @throws IllegalArgumentException when the item cannot be encoded.
     */
    int encodedLength(T item);

    /**
     * Writes an item.
     *
     * @param item   to be encoded.
     * @param buffer receives the bytes.
     * @param offset of the first one; {@link #encodedLength} bytes are there.
     */
    void encode(T item, MutableDirectBuffer buffer, int offset);
}
