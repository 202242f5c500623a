package io.sonic.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class QuotePacketTest {

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[QuotePacket.LENGTH + 2]);
    private final Quote quote = new Quote();

    @Test
    void hasTheBytesThatItsDescriptionSays() {
        quote.symbol(new UnsafeBuffer("BTC-USD".getBytes(US_ASCII)), 0, 7);
        quote.bidPrice = 1;
        quote.bidSize = 2;
        quote.askPrice = 3;
        quote.askSize = 4;

        QuotePacket.encode(buffer, 1, QuotePacket.QUOTE, 0x0102030405060708L, 0x1112131415161718L, quote);

        assertThat(HexFormat.of().formatHex(buffer.byteArray())).isEqualTo("00"
                + "0102030405060708" + "1112131415161718" + "0000000000000001"
                + "4254432d55534400" + "0000000000000000" + "0000000000000000"
                + "0000000000000001" + "0000000000000002" + "0000000000000003" + "0000000000000004" + "00");
    }

    @Test
    void readsWhatItWrote() {
        GeneratedMarket market = new GeneratedMarket(1);
        for (long number = 0; number < 1000; number++) {
            market.next(number);
            QuotePacket.encode(buffer, 2, QuotePacket.QUOTE, number, -number, market.quote());
            QuotePacket.decode(buffer, 2, quote);

            assertThat(QuotePacket.sequence(buffer, 2)).isEqualTo(number);
            assertThat(QuotePacket.timeNs(buffer, 2)).isEqualTo(-number);
            assertThat(QuotePacket.type(buffer, 2)).isEqualTo(QuotePacket.QUOTE);
            assertSame(quote, market.quote());
        }
    }

    @Test
    void saysTheSameAsTheTextOfTheMarket() {
        GeneratedMarket market = new GeneratedMarket(2);
        QuoteScanner scanner = new QuoteScanner();
        for (long number = 0; number < 1000; number++) {
            market.next(number);

            assertThat(scanner.scan(market.buffer(), market.offset(), market.length(), quote)).isTrue();
            assertSame(quote, market.quote());
            assertThat(quote.bidPrice).isPositive().isLessThan(quote.askPrice);
        }
    }

    private static void assertSame(Quote actual, Quote expected) {
        assertThat(actual.symbol).isEqualTo(expected.symbol);
        assertThat(new long[] {actual.bidPrice, actual.bidSize, actual.askPrice, actual.askSize})
                .containsExactly(expected.bidPrice, expected.bidSize, expected.askPrice, expected.askSize);
    }
}
