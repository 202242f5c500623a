package io.sonic.examples;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The binary form of an update, as the demo's exchange sends it over multicast. Numbers are big endian.
 *
 * <pre>
 *  0  sequence number
 *  8  time of publication, of System.nanoTime()
 * 16  type: 0 nothing that concerns the book, 1 quote, 2 end of the session
 * 24  symbol, ends with zeros
 * 48  price of the best bid, in 1e-8
 * 56  size of the best bid
 * 64  price of the best ask
 * 72  size of the best ask
 * </pre>
 */
final class QuotePacket {

    static final int LENGTH = 80;
    static final int OTHER = 0;
    static final int QUOTE = 1;
    static final int END = 2;

    private static final int SEQUENCE_OFFSET = 0;
    private static final int TIME_OFFSET = 8;
    private static final int TYPE_OFFSET = 16;
    private static final int SYMBOL_OFFSET = 24;
    private static final int BID_PRICE_OFFSET = 48;
    private static final int BID_SIZE_OFFSET = 56;
    private static final int ASK_PRICE_OFFSET = 64;
    private static final int ASK_SIZE_OFFSET = 72;

    private QuotePacket() {
    }

    /**
     * Writes a packet.
     *
     * @param quote left out where the type is not {@link #QUOTE}.
     */
    static void encode(MutableDirectBuffer buffer, int offset, int type, long sequence, long timeNs, Quote quote) {
        buffer.putLong(offset + SEQUENCE_OFFSET, sequence, BIG_ENDIAN);
        buffer.putLong(offset + TIME_OFFSET, timeNs, BIG_ENDIAN);
        buffer.putLong(offset + TYPE_OFFSET, type, BIG_ENDIAN);
        if (type == QUOTE) {
            quote.putSymbol(buffer, offset + SYMBOL_OFFSET);
            buffer.putLong(offset + BID_PRICE_OFFSET, quote.bidPrice, BIG_ENDIAN);
            buffer.putLong(offset + BID_SIZE_OFFSET, quote.bidSize, BIG_ENDIAN);
            buffer.putLong(offset + ASK_PRICE_OFFSET, quote.askPrice, BIG_ENDIAN);
            buffer.putLong(offset + ASK_SIZE_OFFSET, quote.askSize, BIG_ENDIAN);
        } else {
            buffer.setMemory(offset + SYMBOL_OFFSET, LENGTH - SYMBOL_OFFSET, (byte) 0);
        }
    }

    static long sequence(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + SEQUENCE_OFFSET, BIG_ENDIAN);
    }

    static long timeNs(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + TIME_OFFSET, BIG_ENDIAN);
    }

    static int type(DirectBuffer buffer, int offset) {
        return (int) buffer.getLong(offset + TYPE_OFFSET, BIG_ENDIAN);
    }

    static void decode(DirectBuffer buffer, int offset, Quote quote) {
        quote.symbol(buffer, offset + SYMBOL_OFFSET, Quote.SYMBOL_LENGTH);
        quote.bidPrice = buffer.getLong(offset + BID_PRICE_OFFSET, BIG_ENDIAN);
        quote.bidSize = buffer.getLong(offset + BID_SIZE_OFFSET, BIG_ENDIAN);
        quote.askPrice = buffer.getLong(offset + ASK_PRICE_OFFSET, BIG_ENDIAN);
        quote.askSize = buffer.getLong(offset + ASK_SIZE_OFFSET, BIG_ENDIAN);
    }
}
