package io.sonic.examples.exchange;

import io.sonic.websocket.MessageMatcher;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Coinbase Exchange. A snapshot, then changes, whose times only rise; trades are counted without gaps, and the
 * heartbeat of each second says which was the last one.
 */
final class Coinbase extends Venue {

    @Override
    public List<String> symbols() {
        return List.of("BTC-USD", "ETH-USD");
    }

    @Override
    public String url(List<String> symbols) {
        return "wss://ws-feed.exchange.coinbase.com";
    }

    @Override
    List<String> subscriptions(List<String> symbols) {
        return List.of("{\"type\":\"subscribe\",\"product_ids\":[" + quoted("", symbols)
                + "],\"channels\":[\"level2_batch\",\"matches\",\"heartbeat\"]}");
    }

    @Override
    MessageMatcher noData() {
        return MessageMatcher.containing("\"type\":\"heartbeat\"");
    }

    @Override
    void decode(JsonParser json, BookKeeper keeper) {
        BookUpdate update = keeper.update();
        String type = "";
        String symbol = null;
        String message = "";
        long trade = BookUpdate.NONE;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "type" -> type = json.getString();
                case "product_id" -> symbol = json.getString();
                case "bids" -> readLevels(json, update, true);
                case "asks" -> readLevels(json, update, false);
                case "changes" -> readChanges(json, update);
                case "time" -> update.last = microseconds(json.getString());
                case "trade_id", "last_trade_id" -> trade = number(json);
                case "message" -> message = json.getString();
                default -> json.skipChildren();
            }
        }
        switch (type) {
            case "snapshot", "l2update" -> {
                update.symbol = symbol;
                update.snapshot = type.equals("snapshot");
                update.rising = true;
                keeper.apply();
            }
            case "match", "last_match", "heartbeat" -> {
                update.symbol = symbol;
                update.trade = trade;
                update.newTrade = type.equals("match");
                keeper.apply();
            }
            case "error" -> keeper.fail("the venue says: " + message);
            default -> update.clear();
        }
    }

    private static void readChanges(JsonParser json, BookUpdate update) {
        while (json.nextToken() == JsonToken.START_ARRAY) {
            json.nextToken();
            boolean bid = json.getString().equals("buy");
            json.nextToken();
            update.readPrice(json, bid);
            json.nextToken();
            update.readSize(json);
            endArray(json);
        }
    }

    private static long microseconds(String time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time));
    }
}
