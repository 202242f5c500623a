package io.sonic.examples.exchange;

import io.sonic.websocket.Heartbeat;
import io.sonic.websocket.MessageMatcher;
import io.sonic.websocket.WebSocketSession;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What is particular to an exchange: where it is, what is asked of it, how it is kept awake, and what its messages
 * mean.
 */
public abstract class Venue {

    private static final long SECOND_NS = 1_000_000_000L;

    /** The venues that there are. */
    public enum Name {
        /** Binance, spot and futures. */
        BINANCE(new Binance()),
        /** Coinbase Exchange. */
        COINBASE(new Coinbase()),
        /** Kraken, spot. */
        KRAKEN(new Kraken()),
        /** OKX. */
        OKX(new Okx()),
        /** Bybit. */
        BYBIT(new Bybit()),
        /** Deribit. */
        DERIBIT(new Deribit()),
        /** Bitstamp. */
        BITSTAMP(new Bitstamp());

        private final Venue venue;

        Name(Venue venue) {
            this.venue = venue;
        }

        /**
         * The venue of this name.
         *
         * @return it keeps no state.
         */
        public Venue venue() {
            return venue;
        }
    }

    Venue() {
    }

    /**
     * The instruments that are watched when none is named.
     *
     * @return as the venue writes them.
     */
    public abstract List<String> symbols();

    /**
     * Where the venue is.
     *
     * @param symbols the instruments to watch; some venues want them here.
     * @return a URL.
     */
    public abstract String url(List<String> symbols);

    /** What is sent first on each connection. */
    abstract List<String> subscriptions(List<String> symbols);

    /** The venue's own heartbeat; null for pings of the protocol. */
    Heartbeat heartbeat() {
        return null;
    }

    /** Messages that say nothing but that the venue is awake. */
    MessageMatcher noData() {
        return (type, buffer, offset, length) -> false;
    }

    /** Reads one message, and hands what it says to the keeper: one update, several, or none. */
    abstract void decode(JsonParser json, BookKeeper keeper);

    /** The checksum of a book as the venue makes it. */
    int checksum(OrderBook book) {
        throw new UnsupportedOperationException();
    }

    /**
     * How a session with the venue is to be.
     *
     * @param url     where to connect.
     * @param symbols the instruments to watch.
     * @return options, which may be changed.
     */
    public final WebSocketSession.Context session(String url, List<String> symbols) {
        MessageMatcher noData = noData();
        return new WebSocketSession.Context(url)
                .subscriptions(() -> subscriptions(symbols))
                .heartbeat(heartbeat())
                .pingIntervalNs(15 * SECOND_NS)
                .pongTimeoutNs(10 * SECOND_NS)
                .data((type, buffer, offset, length) -> !noData.matches(type, buffer, offset, length))
                .dataTimeoutNs(60 * SECOND_NS)
                // The venues cut connections after a day.
                .maxAgeNs(23 * 3600 * SECOND_NS)
                .rateLimit(5, SECOND_NS);
    }

    /** Reads levels of the form {@code [["price","size",…],…]}; the array has begun. */
    static void readLevels(JsonParser json, BookUpdate update, boolean bids) {
        while (json.nextToken() == JsonToken.START_ARRAY) {
            json.nextToken();
            update.readPrice(json, bids);
            json.nextToken();
            update.readSize(json);
            endArray(json);
        }
    }

    /** Leaves an array that was begun and has only plain values left. */
    static void endArray(JsonParser json) {
        JsonToken token = json.nextToken();
        while (token != JsonToken.END_ARRAY && token != null) {
            json.skipChildren();
            token = json.nextToken();
        }
    }

    /** A number, also one that is written as a text. */
    static long number(JsonParser json) {
        return json.currentToken() == JsonToken.VALUE_STRING ? Long.parseLong(json.getString()) : json.getLongValue();
    }

    static String quoted(String prefix, List<String> symbols) {
        StringBuilder list = new StringBuilder();
        for (String symbol : symbols) {
            list.append(list.isEmpty() ? "\"" : ",\"").append(prefix).append(symbol).append('"');
        }
        return list.toString();
    }
}
