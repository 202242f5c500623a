package io.sonic.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class TopOfBookTest {

    private final TopOfBook book = new TopOfBook();
    private final Quote read = new Quote();

    @Test
    void keepsTheLatestQuoteOfEachSymbol() {
        assertThat(book.apply(0, quote("BTC", 10))).isTrue();
        assertThat(book.apply(1, quote("ETH", 20))).isTrue();
        assertThat(book.apply(2, quote("BTC", 30))).isTrue();

        assertThat(book.symbols()).isEqualTo(2);
        assertRow(0, "BTC", 30);
        assertRow(1, "ETH", 20);
    }

    @Test
    void refusesAnOlderQuoteAndTheSameAgain() {
        book.apply(5, quote("BTC", 10));

        assertThat(book.apply(5, quote("BTC", 20))).isFalse();
        assertThat(book.apply(4, quote("BTC", 30))).isFalse();
        assertRow(0, "BTC", 10);
    }

    @Test
    void hasRoomForManySymbolsAndLeavesTheRestOut() {
        for (int i = 0; i < TopOfBook.MAX_SYMBOLS; i++) {
            assertThat(book.apply(i, quote("SYMBOL-WITH-A-LONG-" + i, i))).isTrue();
        }

        assertThat(book.apply(1000, quote("ONE-TOO-MANY", 1))).isFalse();
        assertThat(book.symbols()).isEqualTo(TopOfBook.MAX_SYMBOLS);
        for (int i = 0; i < TopOfBook.MAX_SYMBOLS; i++) {
            assertRow(i, "SYMBOL-WITH-A-LONG-" + i, i);
        }
    }

    @Test
    void showsAnotherThreadWholeRowsOnly() throws InterruptedException {
        book.apply(0, quote("BTC", 0));
        AtomicBoolean done = new AtomicBoolean();
        Thread writer = Thread.ofPlatform().start(() -> {
            Quote quote = quote("BTC", 0);
            for (long update = 1; !done.get(); update++) {
                price(quote, update);
                book.apply(update, quote);
            }
        });
        try {
            for (int i = 0; i < 200_000; i++) {
                book.read(0, read);
                long bid = read.bidPrice;
                assertThat(read.bidSize == bid + 1 && read.askPrice == bid + 2 && read.askSize == bid + 3).isTrue();
            }
        } finally {
            done.set(true);
            writer.join();
        }
    }

    private void assertRow(int index, String symbol, long bidPrice) {
        book.read(index, read);
        assertThat(Quote.symbolText(read.symbol, 0)).isEqualTo(symbol);
        assertThat(read.bidPrice).isEqualTo(bidPrice);
        assertThat(read.bidSize).isEqualTo(bidPrice + 1);
        assertThat(read.askPrice).isEqualTo(bidPrice + 2);
        assertThat(read.askSize).isEqualTo(bidPrice + 3);
    }

    private static Quote quote(String symbol, long bidPrice) {
        Quote quote = new Quote();
        byte[] bytes = symbol.getBytes(US_ASCII);
        quote.symbol(new UnsafeBuffer(bytes), 0, bytes.length);
        price(quote, bidPrice);
        return quote;
    }

    private static void price(Quote quote, long bidPrice) {
        quote.bidPrice = bidPrice;
        quote.bidSize = bidPrice + 1;
        quote.askPrice = bidPrice + 2;
        quote.askSize = bidPrice + 3;
    }
}
