package io.sonic.examples;

import org.agrona.MutableDirectBuffer;

/** Makes the messages of a feed. */
interface FeedSource {

    /**
     * Writes the next message.
     *
     * @return its length in bytes.
     */
    int next(MutableDirectBuffer buffer, int offset);
}
