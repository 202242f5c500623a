package io.sonic.examples.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.websocket.Opcode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each venue asks for, and how its messages are understood: those too that no recording has. */
class VenueTest {

    private final List<String> commands = new ArrayList<>();

    private BookKeeper play(Venue.Name name, String... messages) {
        BookKeeper keeper = new BookKeeper(name.venue(), new BookKeeper.Commands() {
            @Override
            public void reply(String text) {
                commands.add("reply " + text);
            }

            @Override
            public void reconnect(String why) {
                commands.add("reconnect: " + why);
            }
        });
        for (String message : messages) {
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            keeper.onMessage(Opcode.TEXT, new UnsafeBuffer(bytes), 0, bytes.length);
        }
        return keeper;
    }

    private static String only(BookKeeper keeper) {
        assertThat(keeper.firstFailure()).isNull();
        assertThat(keeper.books()).hasSize(1);
        return keeper.books().iterator().next().toString();
    }

    @ParameterizedTest
    @EnumSource(Venue.Name.class)
    void asksForItsSymbolsOverTls(Venue.Name name) {
        Venue venue = name.venue();
        String asked = venue.url(List.of("abc")) + venue.subscriptions(List.of("abc"));
        assertThat(asked).startsWith("wss://").contains("abc");
        assertThat(venue.session(venue.url(venue.symbols()), venue.symbols())).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(Venue.Name.class)
    void saysThatAMessageCannotBeRead(Venue.Name name) {
        BookKeeper keeper = play(name, "{\"a", "[1,{\"bs\":[[\"x\",\"1\"]]},\"book-10\",\"A/B\"", "");
        assertThat(keeper.failures()).isPositive();
        assertThat(keeper.firstFailure()).startsWith("a message that cannot be read: ");
        assertThat(commands).isNotEmpty().allMatch(command -> command.startsWith("reconnect: "));
    }

    @Test
    void binanceBeginsWithTheBestLevelsAndGoesOnFromThere() {
        BookKeeper keeper = play(Venue.Name.BINANCE,
            "{\"stream\":\"x@depth@100ms\",\"data\":{\"U\":1,\"u\":3,\"b\":[[\"9\",\"9\"]],\"a\":[]}}",
            "{\"stream\":\"x@depth20@100ms\",\"data\":{\"lastUpdateId\":5,\"bids\":[[\"1.0\",\"2\"]],"
                + "\"asks\":[[\"1.5\",\"3\"]]}}",
            "{\"stream\":\"x@depth@100ms\",\"data\":{\"U\":2,\"u\":5,\"b\":[[\"7\",\"7\"]],\"a\":[]}}",
            "{\"stream\":\"x@depth@100ms\",\"data\":{\"U\":4,\"u\":7,\"b\":[[\"1.1\",\"4\"]],\"a\":[]}}",
            "{\"stream\":\"x@depth20@100ms\",\"data\":{\"lastUpdateId\":6,\"bids\":[],\"asks\":[]}}");
        assertThat(only(keeper)).isEqualTo("x: 2 bids, 1 asks, best 4 at 1.1 / 3 at 1.5");
    }

    @Test
    void binanceTellsAGap() {
        BookKeeper keeper = play(Venue.Name.BINANCE,
            "{\"stream\":\"x@depth@100ms\",\"data\":{\"U\":1,\"u\":3,\"b\":[],\"a\":[]}}",
            "{\"stream\":\"x@depth@100ms\",\"data\":{\"U\":5,\"u\":6,\"b\":[],\"a\":[]}}");
        assertThat(keeper.firstFailure()).startsWith("5 follows 3: x");
    }

    @Test
    void binanceFuturesTellAGap() {
        BookKeeper keeper = play(Venue.Name.BINANCE,
            "{\"stream\":\"x@depth@100ms\",\"data\":{\"U\":1,\"u\":3,\"pu\":0,\"b\":[],\"a\":[]}}",
            "{\"stream\":\"x@depth@100ms\",\"data\":{\"U\":8,\"u\":9,\"pu\":4,\"b\":[],\"a\":[]}}");
        assertThat(keeper.firstFailure()).startsWith("9 follows 4, 3 was the last one: x");
    }

    @Test
    void coinbaseCountsTrades() {
        BookKeeper keeper = play(Venue.Name.COINBASE,
            "{\"type\":\"last_match\",\"trade_id\":7,\"product_id\":\"A\"}",
            "{\"type\":\"match\",\"trade_id\":8,\"product_id\":\"A\"}",
            "{\"type\":\"heartbeat\",\"last_trade_id\":8,\"product_id\":\"A\",\"sequence\":1}");
        assertThat(keeper.failures()).isZero();
        assertThat(keeper.checks()).isEqualTo(2);
        keeper = play(Venue.Name.COINBASE, "{\"type\":\"match\",\"trade_id\":8,\"product_id\":\"A\"}",
            "{\"type\":\"heartbeat\",\"last_trade_id\":10,\"product_id\":\"A\",\"sequence\":1}");
        assertThat(keeper.firstFailure()).startsWith("trade 10 follows trade 8");
    }

    @Test
    void coinbaseTellsTimesThatGoBackAndErrors() {
        assertThat(play(Venue.Name.COINBASE,
            "{\"type\":\"l2update\",\"product_id\":\"A\",\"changes\":[],\"time\":\"2026-01-01T00:00:00.000002Z\"}",
            "{\"type\":\"l2update\",\"product_id\":\"A\",\"changes\":[],\"time\":\"2026-01-01T00:00:00.000001Z\"}")
            .firstFailure()).contains("follows");
        assertThat(play(Venue.Name.COINBASE, "{\"type\":\"error\",\"message\":\"no such product\"}").firstFailure())
            .isEqualTo("the venue says: no such product");
    }

    @Test
    void krakenKeepsNoMoreThanTheDepth() {
        BookKeeper keeper = play(Venue.Name.KRAKEN,
            "[1,{\"as\":[[\"3.0\",\"1\",\"0\"],[\"4.0\",\"1\",\"0\"]],\"bs\":[[\"2.0\",\"1\",\"0\"]]},"
                + "\"book-2\",\"A\"]",
            "[1,{\"a\":[[\"2.5\",\"1\",\"0\"]]},\"book-2\",\"A\"]",
            "{\"event\":\"heartbeat\"}");
        assertThat(only(keeper)).isEqualTo("A: 1 bids, 2 asks, best 1 at 2.0 / 1 at 2.5");
    }

    @Test
    void tellsThatABookIsCrossed() {
        BookKeeper keeper = play(Venue.Name.KRAKEN,
            "[1,{\"as\":[[\"3.0\",\"1\",\"0\"]],\"bs\":[[\"2.0\",\"1\",\"0\"]]},\"book-2\",\"A\"]",
            "[1,{\"b\":[[\"3.0\",\"1\",\"0\"]]},\"book-2\",\"A\"]");
        assertThat(keeper.firstFailure()).startsWith("a bid is as high as an ask: A");
    }

    @Test
    void okxReconnectsWhenItIsTold() {
        play(Venue.Name.OKX, "{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"soon\"}");
        assertThat(commands).containsExactly("reconnect: the venue is about to close the connection");
        assertThat(play(Venue.Name.OKX, "{\"event\":\"error\",\"msg\":\"no\"}").firstFailure())
            .isEqualTo("the venue says: no");
    }

    @Test
    void bybitOfVersion5IsNumberedWithoutGaps() {
        String snapshot = "{\"topic\":\"orderbook.50.X\",\"type\":\"snapshot\",\"data\":{\"s\":\"X\","
            + "\"b\":[[\"1\",\"2\"]],\"a\":[[\"2\",\"2\"]],\"u\":18,\"seq\":7}}";
        String delta = "{\"topic\":\"orderbook.50.X\",\"type\":\"delta\",\"data\":{\"s\":\"X\","
            + "\"b\":[[\"1\",\"0\"],[\"1.5\",\"1\"]],\"a\":[],\"u\":%d,\"seq\":9}}";
        assertThat(only(play(Venue.Name.BYBIT, snapshot, delta.formatted(19))))
            .isEqualTo("X: 1 bids, 1 asks, best 1 at 1.5 / 2 at 2");
        assertThat(play(Venue.Name.BYBIT, snapshot, delta.formatted(20)).firstFailure())
            .startsWith("20 follows 19, 18 was the last one");
        assertThat(play(Venue.Name.BYBIT, "{\"success\":false,\"ret_msg\":\"no\",\"op\":\"subscribe\"}").firstFailure())
            .isEqualTo("the venue says: no");
    }

    @Test
    void deribitAnswersTheQuestionWhetherItIsAwake() {
        play(Venue.Name.DERIBIT, "{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{\"type\":\"heartbeat\"}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{\"type\":\"test_request\"}}");
        assertThat(commands).hasSize(1).first().asString().startsWith("reply ").contains("public/test");
        assertThat(play(Venue.Name.DERIBIT, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"no\"}}")
            .firstFailure()).isEqualTo("the venue says: no");
    }

    @Test
    void deribitTellsAGap() {
        String change = "{\"method\":\"subscription\",\"params\":{\"channel\":\"book.X.raw\",\"data\":{\"type\":\"%s\","
            + "\"instrument_name\":\"X\",\"change_id\":%d,\"prev_change_id\":%d,\"bids\":[[\"new\",1.0E-4,2]],"
            + "\"asks\":[]}}}";
        assertThat(only(play(Venue.Name.DERIBIT, change.formatted("snapshot", 5, 4), change.formatted("change", 6, 5))))
            .isEqualTo("X: 1 bids, 0 asks, best 2 at 0.00010 / -");
        assertThat(play(Venue.Name.DERIBIT, change.formatted("snapshot", 5, 4), change.formatted("change", 7, 6))
            .firstFailure()).startsWith("7 follows 6, 5 was the last one");
    }

    @Test
    void bitstampReconnectsWhenItIsAsked() {
        play(Venue.Name.BITSTAMP, "{\"event\":\"bts:request_reconnect\",\"channel\":\"\",\"data\":\"\"}");
        assertThat(commands).containsExactly("reconnect: the venue asks for a new connection");
    }

    @Test
    void readsNumbersAndKeepsTheirDigits() {
        Digits digits = new Digits();
        for (String text : List.of("0", "0.10", "354.15000000", "0.000022900", "123456789012345678")) {
            digits.parse(text.toCharArray(), 0, text.length());
            assertThat(Digits.format(digits.digits, digits.decimals)).isEqualTo(text);
        }
        digits.parse("1.5E3".toCharArray(), 0, 5);
        assertThat(Digits.format(digits.digits, digits.decimals)).isEqualTo("1500");
    }

    @Test
    void comparesPricesOfAnyPrecision() {
        assertThat(Digits.compare(99_999_999_970_000L, 4, 9_999_999_997L, 0)).isZero();
        assertThat(Digits.compare(Long.MAX_VALUE, 0, Long.MAX_VALUE, 18)).isPositive();
        assertThat(Digits.compare(1, 18, 1, 0)).isNegative();
        assertThat(Digits.compare(0, 0, 1, 30)).isNegative();
        assertThat(Digits.compare(302494, 1, 30250, 0)).isNegative();
    }

    @Test
    void keepsLevelsInOrder() {
        BookSide asks = new BookSide(false);
        for (int price = 300; price > 0; price--) {
            asks.set(price, 1, price, 0);
        }
        for (int price = 2; price <= 300; price += 2) {
            asks.set(price * 10, 2, 0, 0);
        }
        assertThat(asks.count()).isEqualTo(150);
        assertThat(asks.price(0)).isEqualTo("0.1");
        assertThat(asks.price(149)).isEqualTo("29.9");
    }
}
