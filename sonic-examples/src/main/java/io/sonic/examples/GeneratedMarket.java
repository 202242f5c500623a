package io.sonic.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A few symbols whose prices go at random: the same ones for the same seed. */
final class GeneratedMarket implements MarketSource {

    private static final long UNIT = 100_000_000;

    private final Instrument[] instruments = {
        new Instrument("BTC-USD", 64_250 * UNIT, UNIT / 10, 1),
        new Instrument("ETH-USD", 3_412 * UNIT, UNIT / 100, 2),
        new Instrument("SOL-USD", 148 * UNIT, UNIT / 100, 2),
        new Instrument("LTC-USD", 83 * UNIT, UNIT / 100, 2),
        new Instrument("LINK-USD", 14 * UNIT, UNIT / 1000, 3),
        new Instrument("XRP-USD", UNIT * 6 / 10, UNIT / 10_000, 4),
        new Instrument("ADA-USD", UNIT * 45 / 100, UNIT / 10_000, 4),
        new Instrument("DOGE-USD", UNIT * 16 / 100, UNIT / 100_000, 5),
    };
    private final SplittableRandom random;
    private final Quote quote = new Quote();
    private final UnsafeBuffer text = Memory.allocate(512);
    private int length;

    GeneratedMarket(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public void next(long number) {
        // Of two choices the first in the list: some symbols are traded more than others.
        int count = instruments.length;
        Instrument instrument = instruments[Math.min(random.nextInt(count), random.nextInt(count))];
        instrument.move(random, quote);
        int at = putText(0, "{\"e\":\"bookTicker\",\"u\":");
        at += text.putNaturalLongAscii(at, number);
        at = putText(at, ",\"s\":\"");
        at = putText(at, instrument.symbol);
        at = putDecimal(at, "\",\"b\":\"", quote.bidPrice, instrument.digits);
        at = putDecimal(at, "\",\"B\":\"", quote.bidSize, 4);
        at = putDecimal(at, "\",\"a\":\"", quote.askPrice, instrument.digits);
        at = putDecimal(at, "\",\"A\":\"", quote.askSize, 4);
        length = putText(at, "\"}");
    }

    private int putText(int at, String ascii) {
        return at + text.putStringWithoutLengthAscii(at, ascii);
    }

    private int putDecimal(int at, String name, long value, int digits) {
        int behindName = putText(at, name);
        return behindName + Decimal.put(text, behindName, value, digits);
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

    /** One symbol: its price stays between half and double of the first. */
    private static final class Instrument {

        private final String symbol;
        private final UnsafeBuffer symbolBytes;
        private final long tick;
        private final int digits;
        private final long lowest;
        private final long highest;
        private long bid;

        Instrument(String symbol, long price, long tick, int digits) {
            this.symbol = symbol;
            this.symbolBytes = new UnsafeBuffer(symbol.getBytes(US_ASCII));
            this.tick = tick;
            this.digits = digits;
            this.bid = price;
            lowest = price / 2;
            highest = price * 2;
        }

        void move(SplittableRandom random, Quote quote) {
            bid = Math.clamp(bid + (random.nextInt(5) - 2) * tick, lowest, highest);
            long spread = tick * (1 + random.nextInt(3));
            quote.symbol(symbolBytes, 0, symbolBytes.capacity());
            quote.bidPrice = bid;
            quote.bidSize = size(random);
            quote.askPrice = bid + spread;
            quote.askSize = size(random);
        }

        private static long size(SplittableRandom random) {
            return (1 + random.nextInt(99_999)) * (UNIT / 10_000);
        }
    }
}
