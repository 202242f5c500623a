package io.sonic.examples;

import org.agrona.DirectBuffer;

/** Where the demo's exchange has its messages from, one after the other without end. */
interface MarketSource extends AutoCloseable {

    /**
     * Goes on to the next message.
     *
     * @param number of the message, from 0.
     */
    void next(long number) throws CommandFailure;

    /** Holds the message until the next call of {@link #next}. */
    DirectBuffer buffer();

    int offset();

    int length();

    /** The quote in the message, if it is one. */
    Quote quote();

    boolean isQuote();

    @Override
    void close();
}
