package io.sonic.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

class QuoteScannerTest {

    private static final JsonFactory JSON = new JsonFactory();
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry("s", "symbol"), Map.entry("product_id", "symbol"), Map.entry("instId", "symbol"),
            Map.entry("instrument_name", "symbol"), Map.entry("topic", "topic"),
            Map.entry("b", "bid"), Map.entry("best_bid", "bid"), Map.entry("bidPx", "bid"),
            Map.entry("best_bid_price", "bid"), Map.entry("bestBid", "bid"),
            Map.entry("B", "bidSize"), Map.entry("bidSz", "bidSize"), Map.entry("best_bid_amount", "bidSize"),
            Map.entry("bestBidSize", "bidSize"),
            Map.entry("a", "ask"), Map.entry("best_ask", "ask"), Map.entry("askPx", "ask"),
            Map.entry("best_ask_price", "ask"), Map.entry("bestAsk", "ask"),
            Map.entry("A", "askSize"), Map.entry("askSz", "askSize"), Map.entry("best_ask_amount", "askSize"),
            Map.entry("bestAskSize", "askSize"));

    private final QuoteScanner scanner = new QuoteScanner();
    private final Quote quote = new Quote();

    @ParameterizedTest
    @ValueSource(strings = {
        "{'u':400900217,'s':'BTC-USDT','b':'25.35190000','B':'31.21000000','a':'25.36520000','A':'40.66000000'}",
        "{'stream':'x@bookTicker','data':{'A':'40.66','a':'25.3652','B':'31.21','b':'25.3519','s':'BTC-USDT'}}",
        "{'type':'ticker','product_id':'BTC-USDT','best_bid':'25.3519','bestBidSize':'31.21','best_ask':'25.3652',"
            + "'bestAskSize':'40.66'}",
        "{'arg':{'instId':'x'},'data':[{'instId':'BTC-USDT','askPx':'25.3652','askSz':'40.66','bidPx':'25.3519',"
            + "'bidSz':'31.21'}]}",
        "{'instrument_name':'BTC-USDT','best_bid_price':2.53519e1,'best_bid_amount':31.21,'best_ask_price':25.3652,"
            + "'best_ask_amount':40.66}",
        "{'data':{'bestAsk':'25.3652','bestBidSize':'31.21','bestAskSize':'40.66','bestBid':'25.3519'},"
            + "'topic':'/market/ticker:BTC-USDT'}",
        "{ 's' : 'BTC-USDT' ,\n 'b' : '25.3519', 'B':'31.21','a':\t'25.3652','A':'40.66' , 'note':'a \\\"b\\\" \\\\' }",
    })
    void findsAQuoteInTheMessagesOfExchanges(String json) {
        assertThat(scan(json.replace('\'', '"'))).isTrue();
        assertThat(Quote.symbolText(quote.symbol, 0)).isEqualTo("BTC-USDT");
        assertThat(quote.bidPrice).isEqualTo(2_535_190_000L);
        assertThat(quote.bidSize).isEqualTo(3_121_000_000L);
        assertThat(quote.askPrice).isEqualTo(2_536_520_000L);
        assertThat(quote.askSize).isEqualTo(4_066_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "{", "{}", "[]", "null", "\"", "{\"s", "{\"s\"", "{\"s\":", "{\"s\":\"", "{\"s\":\"BTC\\",
        "{\"s\":\"BTC\",\"b\":\"1.0\"}",
        "{\"b\":\"1.0\",\"a\":\"1.1\"}",
        "{\"e\":\"trade\",\"s\":\"BTC\",\"b\":88,\"a\":50}",
        "{\"e\":\"depthUpdate\",\"s\":\"BTC\",\"b\":[[\"1.0\",\"2\"]],\"a\":[]}",
        "{\"s\":\"BTC\",\"b\":\"high\",\"a\":\"1.1\"}",
        "{\"x\":\"\\\"s\\\":\\\"BTC\\\",\\\"b\\\":\\\"1\\\",\\\"a\\\":\\\"1\\\"\"}",
    })
    void findsNoneWhereASymbolOrAPriceIsMissing(String json) {
        assertThat(scan(json)).isFalse();
    }

    @Test
    void looksAtItsRangeOnly() {
        byte[] bytes = "\"s\":\"X\",{\"s\":\"BTC\",\"b\":\"1\",\"a\":\"2\"},\"s\":\"Y\"".getBytes(UTF_8);

        assertThat(scanner.scan(new UnsafeBuffer(bytes), 8, bytes.length - 16, quote)).isTrue();
        assertThat(Quote.symbolText(quote.symbol, 0)).isEqualTo("BTC");
    }

    /** Each message once by the scanner and once by a complete parser, with the same rules. */
    @ParameterizedTest
    @MethodSource("io.sonic.examples.Recordings#all")
    void findsWhatAParserFinds(Path recording) throws CommandFailure {
        int quotes = 0;
        Quote parsed = new Quote();
        try (Capture capture = Capture.open(recording)) {
            while (capture.next()) {
                DirectBuffer buffer = capture.buffer();
                boolean found = scanner.scan(buffer, capture.offset(), capture.length(), quote);
                byte[] json = new byte[capture.length()];
                buffer.getBytes(capture.offset(), json);

                assertThat(found).as(new String(json, UTF_8)).isEqualTo(parse(json, parsed));
                if (found) {
                    quotes++;
                    assertThat(values(quote)).as(new String(json, UTF_8)).isEqualTo(values(parsed));
                }
            }
        }
        if (recording.getFileName().toString().matches("(BINANCE|COINBASE|DERIBIT|KUCOIN|OKX).*")) {
            assertThat(quotes).isPositive();
        }
    }

    private boolean scan(String json) {
        byte[] bytes = json.getBytes(UTF_8);
        return scanner.scan(new UnsafeBuffer(bytes), 0, bytes.length, quote);
    }

    private static String values(Quote quote) {
        return Quote.symbolText(quote.symbol, 0) + ' ' + quote.bidPrice + ' ' + quote.bidSize + ' ' + quote.askPrice
                + ' ' + quote.askSize;
    }

    private static boolean parse(byte[] json, Quote quote) {
        quote.clear();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            String name = null;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME) {
                    name = parser.currentName();
                } else {
                    if (name != null && token.isScalarValue() && FIELDS.containsKey(name)) {
                        take(name, token, parser.getString(), quote);
                    }
                    name = null;
                }
            }
        }
        return quote.isComplete();
    }

    private static void take(String name, JsonToken token, String text, Quote quote) {
        boolean isNumber = token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT;
        if (token != JsonToken.VALUE_STRING && (!isNumber || name.length() == 1)) {
            return;
        }
        switch (FIELDS.get(name)) {
            case "symbol" -> symbol(text, quote);
            case "topic" -> {
                if (text.indexOf(':') >= 0) {
                    symbol(text.substring(text.indexOf(':') + 1), quote);
                }
            }
            case "bid" -> quote.bidPrice = number(text);
            case "bidSize" -> quote.bidSize = number(text);
            case "ask" -> quote.askPrice = number(text);
            case "askSize" -> quote.askSize = number(text);
            default -> throw new AssertionError(name);
        }
    }

    private static void symbol(String text, Quote quote) {
        byte[] bytes = text.getBytes(UTF_8);
        quote.symbol(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    private static long number(String text) {
        try {
            return new BigDecimal(text).setScale(Decimal.SCALE, RoundingMode.DOWN).unscaledValue().longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            return Decimal.NOT_A_NUMBER;
        }
    }
}
