package io.sonic.examples.exchange;

import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Binance. A stream of changes, numbered without gaps ({@code U} to {@code u}; of futures {@code pu} is the one
 * before), and the twenty best levels, from which a book begins. The venue sends pings, which are answered by
 * themselves.
 */
final class Binance extends Venue {

    @Override
    public List<String> symbols() {
        return List.of("btcusdt", "ethusdt");
    }

    @Override
    public String url(List<String> symbols) {
        StringBuilder url = new StringBuilder("wss://stream.binance.com:9443/stream?streams=");
        String separator = "";
        for (String symbol : symbols) {
            String name = symbol.toLowerCase(Locale.ROOT);
            url.append(separator).append(name).append("@depth20@100ms/").append(name).append("@depth@100ms");
            separator = "/";
        }
        return url.toString();
    }

    @Override
    List<String> subscriptions(List<String> symbols) {
        return List.of();
    }

    @Override
    void decode(JsonParser json, BookKeeper keeper) {
        BookUpdate update = keeper.update();
        String stream = "";
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals("stream")) {
                stream = json.getString();
            } else if (name.equals("data")) {
                decodeData(json, keeper);
            } else {
                json.skipChildren();
            }
        }
        int at = stream.indexOf("@depth");
        if (at > 0) {
            update.symbol = stream.substring(0, at);
            update.snapshot = update.first == BookUpdate.NONE;
            update.seed = update.snapshot;
            keeper.apply();
        }
    }

    private static void decodeData(JsonParser json, BookKeeper keeper) {
        BookUpdate update = keeper.update();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            boolean levels = json.currentToken() == JsonToken.START_ARRAY;
            switch (name) {
                case "U" -> update.first = number(json);
                case "u", "lastUpdateId" -> update.last = number(json);
                case "pu" -> update.previous = number(json);
                case "b", "bids" -> readIf(levels, json, update, true);
                case "a", "asks" -> readIf(levels, json, update, false);
                case "e" -> {
                    if (json.getString().equals("serverShutdown")) {
                        keeper.commands().reconnect("the venue shuts down");
                    }
                }
                default -> json.skipChildren();
            }
        }
    }

    /** In other streams, the same names stand for other things. */
    private static void readIf(boolean levels, JsonParser json, BookUpdate update, boolean bids) {
        if (levels) {
            readLevels(json, update, bids);
        }
    }
}
