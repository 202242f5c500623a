package io.sonic.examples;

import static io.sonic.examples.SimulatedBook.BUY;
import static io.sonic.examples.SimulatedBook.LEVELS;
import static io.sonic.examples.SimulatedBook.SELL;

import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A few symbols that are traded at random: the same for the same seed. Each message has the book of one of them after
 * something happened, and the trade if that was one:
 * <pre>
 * {"e":"depth","u":7,"s":"BTC-USD","b":"64250.0","B":"2.3519","a":"64250.1","A":"4.0660",
 *  "bids":[["64250.0","2.3519"],…],"asks":[["64250.1","4.0660"],…],
 *  "trade":{"p":"64250.1","q":"0.5120","side":"buy"}}
 * </pre>
 */
final class GeneratedMarket implements MarketSource {

    private static final int SIZE_DIGITS = 4;
    private static final int MAX_LENGTH = 1024;

    private final SplittableRandom random;
    private final SimulatedBook[] books;
    private final Quote quote = new Quote();
    private final UnsafeBuffer text = Memory.allocate(MAX_LENGTH);
    private int length;

    GeneratedMarket(long seed) {
        random = new SplittableRandom(seed);
        books = new SimulatedBook[] {
            new SimulatedBook("BTC-USD", 64_250, 1, random),
            new SimulatedBook("ETH-USD", 3_412, 2, random),
            new SimulatedBook("SOL-USD", 148, 2, random),
            new SimulatedBook("LTC-USD", 83, 2, random),
            new SimulatedBook("LINK-USD", 14, 3, random),
            new SimulatedBook("XRP-USD", 0.6, 4, random),
            new SimulatedBook("ADA-USD", 0.45, 4, random),
            new SimulatedBook("DOGE-USD", 0.16, 5, random),
        };
    }

    @Override
    public void next(long number) {
        // Of two choices the first in the list: some symbols are traded more than others.
        SimulatedBook book = books[Math.min(random.nextInt(books.length), random.nextInt(books.length))];
        book.move(random);
        book.putQuote(quote);
        int at = putText(0, "{\"e\":\"depth\",\"u\":");
        at += text.putNaturalLongAscii(at, number);
        at = putText(at, ",\"s\":\"");
        at = putText(at, book.symbol());
        at = putBest(at, book);
        at = putLevels(at, "\"bids\":[", book, BUY);
        at = putLevels(at, ",\"asks\":[", book, SELL);
        if (book.tradeSize() > 0) {
            at = putTrade(at, book);
        }
        length = putText(at, "}");
    }

    private int putBest(int begin, SimulatedBook book) {
        int at = putDecimal(begin, "\",\"b\":\"", quote.bidPrice, book.digits());
        at = putDecimal(at, "\",\"B\":\"", quote.bidSize, SIZE_DIGITS);
        at = putDecimal(at, "\",\"a\":\"", quote.askPrice, book.digits());
        at = putDecimal(at, "\",\"A\":\"", quote.askSize, SIZE_DIGITS);
        return putText(at, "\",");
    }

    private int putLevels(int begin, String name, SimulatedBook book, int side) {
        int at = putText(begin, name);
        for (int level = 0; level < LEVELS; level++) {
            at = putDecimal(at, level == 0 ? "[\"" : ",[\"", book.price(side, level), book.digits());
            at = putDecimal(at, "\",\"", book.size(side, level), SIZE_DIGITS);
            at = putText(at, "\"]");
        }
        return putText(at, "]");
    }

    private int putTrade(int begin, SimulatedBook book) {
        int at = putDecimal(begin, ",\"trade\":{\"p\":\"", book.tradePrice(), book.digits());
        at = putDecimal(at, "\",\"q\":\"", book.tradeSize(), SIZE_DIGITS);
        return putText(at, book.tradeSide() == BUY ? "\",\"side\":\"buy\"}" : "\",\"side\":\"sell\"}");
    }

    private int putText(int at, String ascii) {
        return at + text.putStringWithoutLengthAscii(at, ascii);
    }

    private int putDecimal(int at, String before, long value, int digits) {
        int behind = putText(at, before);
        return behind + Decimal.put(text, behind, value, digits);
    }

    @Override
    public DirectBuffer buffer() {
        return text;
    }

    @Override
    public int offset() {
        return 0;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public Quote quote() {
        return quote;
    }

    @Override
    public boolean isQuote() {
        return true;
    }

    @Override
    public void close() {
    }
}
