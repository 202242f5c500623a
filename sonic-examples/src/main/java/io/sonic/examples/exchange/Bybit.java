package io.sonic.examples.exchange;

import io.sonic.websocket.Heartbeat;
import io.sonic.websocket.MessageMatcher;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Bybit. A snapshot, then changes: of version 5 numbered without gaps ({@code u}), of version 2 with numbers that rise
 * ({@code cross_seq}). It wants a ping of its own every 20 seconds.
 */
final class Bybit extends Venue {

    @Override
    public List<String> symbols() {
        return List.of("BTCUSDT", "ETHUSDT");
    }

    @Override
    public String url(List<String> symbols) {
        return "wss://stream.bybit.com/v5/public/spot";
    }

    @Override
    List<String> subscriptions(List<String> symbols) {
        return List.of("{\"op\":\"subscribe\",\"args\":[" + quoted("orderbook.50.", symbols) + "]}");
    }

    @Override
    Heartbeat heartbeat() {
        return Heartbeat.text("{\"op\":\"ping\"}", MessageMatcher.containing("pong"));
    }

    @Override
    void decode(JsonParser json, BookKeeper keeper) {
        BookUpdate update = keeper.update();
        String topic = "";
        boolean success = true;
        String message = "";
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "topic" -> topic = json.getString();
                case "type" -> update.snapshot = json.getString().equals("snapshot");
                case "success" -> success = json.getValueAsBoolean();
                case "ret_msg" -> message = json.getString();
                case "cross_seq" -> {
                    update.last = number(json);
                    update.rising = true;
                }
                case "data" -> {
                    if (topic.startsWith("orderBookL2") || topic.startsWith("orderbook.")) {
                        decodeData(json, update);
                    } else {
                        json.skipChildren();
                    }
                }
                default -> json.skipChildren();
            }
        }
        if (!success) {
            keeper.fail("the venue says: " + message);
        } else if (!update.isEmpty()) {
            update.symbol = topic.substring(topic.lastIndexOf('.') + 1);
            // It sends a snapshot with the number 1 when its service was restarted.
            update.snapshot |= update.last == 1 && !update.rising;
            keeper.apply();
        }
    }

    private static void decodeData(JsonParser json, BookUpdate update) {
        if (json.currentToken() == JsonToken.START_ARRAY) {
            decodeLevels(json, update);
            return;
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "b" -> readLevels(json, update, true);
                case "a" -> readLevels(json, update, false);
                case "u" -> {
                    update.last = number(json);
                    update.previous = update.last - 1;
                }
                case "order_book", "delete", "update", "insert" -> decodeLevels(json, update);
                default -> json.skipChildren();
            }
        }
    }

    /** Levels of version 2 are objects; one without a size is gone. */
    private static void decodeLevels(JsonParser json, BookUpdate update) {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            boolean bid = false;
            boolean sized = false;
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "price" -> update.readPrice(json, false);
                    case "side" -> bid = json.getString().equals("Buy");
                    case "size" -> {
                        update.side(bid);
                        update.readSize(json);
                        sized = true;
                    }
                    default -> json.skipChildren();
                }
            }
            if (!sized) {
                update.side(bid);
                update.remove();
            }
        }
    }
}
