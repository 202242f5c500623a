package io.sonic.examples;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds best bid and ask in a message of JSON, in place and without garbage.
 *
 * <p>Knows the names that Binance, Coinbase, Deribit, KuCoin and OKX give them. It looks at names and their values and
 * not at how objects are nested, which is enough for these messages: a message without a symbol and both prices is no
 * quote.
 */
final class QuoteScanner {

    private enum Field { SYMBOL, TOPIC, BID_PRICE, BID_SIZE, ASK_PRICE, ASK_SIZE }

    private record Name(Field field, boolean onlyText, UnsafeBuffer text) {

        static Name of(Field field, String text) {
            // Binance calls order numbers "a" and "b" too: prices are in quotes, numbers are not.
            return new Name(field, text.length() == 1, new UnsafeBuffer(text.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private static final Name[] NAMES = {
        Name.of(Field.SYMBOL, "s"), Name.of(Field.SYMBOL, "product_id"), Name.of(Field.SYMBOL, "instId"),
        Name.of(Field.SYMBOL, "instrument_name"), Name.of(Field.TOPIC, "topic"),
        Name.of(Field.BID_PRICE, "b"), Name.of(Field.BID_PRICE, "best_bid"), Name.of(Field.BID_PRICE, "bidPx"),
        Name.of(Field.BID_PRICE, "best_bid_price"), Name.of(Field.BID_PRICE, "bestBid"),
        Name.of(Field.BID_SIZE, "B"), Name.of(Field.BID_SIZE, "bidSz"), Name.of(Field.BID_SIZE, "best_bid_amount"),
        Name.of(Field.BID_SIZE, "bestBidSize"),
        Name.of(Field.ASK_PRICE, "a"), Name.of(Field.ASK_PRICE, "best_ask"), Name.of(Field.ASK_PRICE, "askPx"),
        Name.of(Field.ASK_PRICE, "best_ask_price"), Name.of(Field.ASK_PRICE, "bestAsk"),
        Name.of(Field.ASK_SIZE, "A"), Name.of(Field.ASK_SIZE, "askSz"), Name.of(Field.ASK_SIZE, "best_ask_amount"),
        Name.of(Field.ASK_SIZE, "bestAskSize"),
    };

    /**
     * Looks through a message.
     *
     * @param quote receives what is found.
     * @return whether the message is a quote.
     */
    boolean scan(DirectBuffer buffer, int offset, int length, Quote quote) {
        quote.clear();
        int limit = offset + length;
        int i = offset;
        while (i < limit) {
            if (buffer.getByte(i) != '"') {
                i++;
                continue;
            }
            int textBegin = i + 1;
            int textEnd = endOfText(buffer, textBegin, limit);
            i = skipBlanks(buffer, textEnd + 1, limit);
            if (i < limit && buffer.getByte(i) == ':') {
                i = skipBlanks(buffer, i + 1, limit);
                Name name = find(buffer, textBegin, textEnd - textBegin);
                if (name != null && i < limit) {
                    i = value(buffer, i, limit, name, quote);
                }
            }
        }
        return quote.isComplete();
    }

    /** Takes over the value of a name. Returns the index behind it, or its own where it is an object or an array. */
    private static int value(DirectBuffer buffer, int begin, int limit, Name name, Quote quote) {
        byte first = buffer.getByte(begin);
        if (first == '"') {
            int end = endOfText(buffer, begin + 1, limit);
            take(name.field, buffer, begin + 1, end - begin - 1, quote);
            return end + 1;
        }
        int end = begin;
        while (end < limit && isNumeric(buffer.getByte(end))) {
            end++;
        }
        if (end > begin && !name.onlyText) {
            take(name.field, buffer, begin, end - begin, quote);
        }
        return end;
    }

    private static void take(Field field, DirectBuffer buffer, int offset, int length, Quote quote) {
        switch (field) {
            case SYMBOL -> quote.symbol(buffer, offset, length);
            case TOPIC -> takeTopic(buffer, offset, length, quote);
            case BID_PRICE -> quote.bidPrice = Decimal.parse(buffer, offset, length);
            case BID_SIZE -> quote.bidSize = Decimal.parse(buffer, offset, length);
            case ASK_PRICE -> quote.askPrice = Decimal.parse(buffer, offset, length);
            case ASK_SIZE -> quote.askSize = Decimal.parse(buffer, offset, length);
        }
    }

    /** The symbol is what follows the colon of a topic such as {@code /market/ticker:BTC-USDT}. */
    private static void takeTopic(DirectBuffer buffer, int offset, int length, Quote quote) {
        for (int i = offset; i < offset + length; i++) {
            if (buffer.getByte(i) == ':') {
                quote.symbol(buffer, i + 1, offset + length - i - 1);
                return;
            }
        }
    }

    private static Name find(DirectBuffer buffer, int offset, int length) {
        for (int i = 0; i < NAMES.length; i++) {
            UnsafeBuffer text = NAMES[i].text;
            if (text.capacity() == length && Memory.firstDifference(text, buffer, offset, length) < 0) {
                return NAMES[i];
            }
        }
        return null;
    }

    /** The index of the quotation mark that ends a text, or the limit. */
    private static int endOfText(DirectBuffer buffer, int begin, int limit) {
        int i = begin;
        while (i < limit && buffer.getByte(i) != '"') {
            i += buffer.getByte(i) == '\\' ? 2 : 1;
        }
        return Math.min(i, limit);
    }

    private static int skipBlanks(DirectBuffer buffer, int begin, int limit) {
        int i = begin;
        while (i < limit && buffer.getByte(i) <= ' ') {
            i++;
        }
        return i;
    }

    private static boolean isNumeric(byte character) {
        return character >= '0' && character <= '9' || character == '-' || character == '+' || character == '.'
                || character == 'e' || character == 'E';
    }
}
