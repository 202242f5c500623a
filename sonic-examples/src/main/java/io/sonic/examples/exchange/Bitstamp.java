package io.sonic.examples.exchange;

import io.sonic.websocket.Heartbeat;
import io.sonic.websocket.MessageMatcher;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Bitstamp. Changes with times that rise, and the hundred best levels, from which a book begins. It asks for a new
 * connection before it closes one.
 */
final class Bitstamp extends Venue {

    private static final String CHANGES = "diff_order_book_";
    private static final String LEVELS = "order_book_";

    @Override
    public List<String> symbols() {
        return List.of("btcusd", "ethusd");
    }

    @Override
    public String url(List<String> symbols) {
        return "wss://ws.bitstamp.net";
    }

    @Override
    List<String> subscriptions(List<String> symbols) {
        return symbols.stream().map(symbol -> symbol.toLowerCase(Locale.ROOT))
                .flatMap(symbol -> List.of(subscription(LEVELS + symbol), subscription(CHANGES + symbol)).stream())
                .toList();
    }

    private static String subscription(String channel) {
        return "{\"event\":\"bts:subscribe\",\"data\":{\"channel\":\"" + channel + "\"}}";
    }

    @Override
    Heartbeat heartbeat() {
        return Heartbeat.text("{\"event\":\"bts:heartbeat\"}", MessageMatcher.containing("bts:heartbeat"));
    }

    /** The data comes before the name of its channel. */
    @Override
    void decode(JsonParser json, BookKeeper keeper) {
        BookUpdate update = keeper.update();
        String channel = "";
        String event = "";
        String message = "";
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "channel" -> channel = json.getString();
                case "event" -> event = json.getString();
                case "data" -> message = decodeData(json, update);
                default -> json.skipChildren();
            }
        }
        switch (event) {
            case "data" -> {
                if (channel.startsWith(CHANGES)) {
                    update.symbol = channel.substring(CHANGES.length());
                    update.rising = true;
                    keeper.apply();
                } else if (channel.startsWith(LEVELS)) {
                    update.symbol = channel.substring(LEVELS.length());
                    update.snapshot = true;
                    update.seed = true;
                    keeper.apply();
                }
            }
            case "bts:request_reconnect" -> keeper.commands().reconnect("the venue asks for a new connection");
            case "bts:error" -> keeper.fail("the venue says: " + message);
            default -> update.clear();
        }
    }

    private static String decodeData(JsonParser json, BookUpdate update) {
        String message = "";
        if (json.currentToken() != JsonToken.START_OBJECT) {
            return message;
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "microtimestamp" -> update.last = number(json);
                case "bids" -> readLevels(json, update, true);
                case "asks" -> readLevels(json, update, false);
                case "message" -> message = json.getString();
                default -> json.skipChildren();
            }
        }
        return message;
    }
}
