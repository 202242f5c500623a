package io.sonic.examples;

import org.agrona.DirectBuffer;

/** What a receiver makes of the messages of a feed: the best prices. */
interface FeedView {

    /** The most instruments that {@link #appendTop} shows. */
    int SHOWN = 4;

    /** Takes a message, in order. */
    void onMessage(DirectBuffer buffer, int offset, int length);

    /** Is told that messages are lost, so that what is shown may be wrong. */
    void onLost();

    /** Appends the best prices of the first instruments. */
    void appendTop(StringBuilder text);

    /** Messages that could not be read. */
    long unreadable();
}
