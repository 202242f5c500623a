package io.sonic.examples.exchange;

import io.sonic.websocket.Heartbeat;
import io.sonic.websocket.MessageMatcher;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Deribit, over JSON-RPC. A snapshot, then changes, each with its number and that of the one before. It asks by itself
 * whether a client is awake ({@code test_request}), and closes where there is no answer.
 */
final class Deribit extends Venue {

    private static final String TEST = "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"public/test\",\"params\":{}}";

    @Override
    public List<String> symbols() {
        return List.of("BTC-PERPETUAL", "ETH-PERPETUAL");
    }

    @Override
    public String url(List<String> symbols) {
        return "wss://www.deribit.com/ws/api/v2";
    }

    @Override
    List<String> subscriptions(List<String> symbols) {
        List<String> channels = symbols.stream().map(symbol -> "book." + symbol + ".100ms").toList();
        return List.of(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"public/set_heartbeat\",\"params\":{\"interval\":10}}",
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"public/subscribe\",\"params\":{\"channels\":["
                        + quoted("", channels) + "]}}");
    }

    @Override
    Heartbeat heartbeat() {
        return Heartbeat.text(TEST, MessageMatcher.containing("\"id\":9,"));
    }

    @Override
    MessageMatcher noData() {
        return MessageMatcher.containing("\"method\":\"heartbeat\"");
    }

    @Override
    void decode(JsonParser json, BookKeeper keeper) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "params" -> decodeParams(json, keeper);
                case "error" -> keeper.fail("the venue says: " + messageOf(json));
                default -> json.skipChildren();
            }
        }
    }

    private static String messageOf(JsonParser json) {
        String message = "";
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals("message")) {
                message = json.getString();
            } else {
                json.skipChildren();
            }
        }
        return message;
    }

    private static void decodeParams(JsonParser json, BookKeeper keeper) {
        BookUpdate update = keeper.update();
        String channel = "";
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "channel" -> channel = json.getString();
                case "type" -> {
                    if (json.getString().equals("test_request")) {
                        keeper.commands().reply(TEST);
                    }
                }
                case "data" -> {
                    if (channel.startsWith("book.")) {
                        decodeBook(json, update);
                        keeper.apply();
                    } else {
                        json.skipChildren();
                    }
                }
                default -> json.skipChildren();
            }
        }
    }

    private static void decodeBook(JsonParser json, BookUpdate update) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "type" -> update.snapshot = json.getString().equals("snapshot");
                case "instrument_name" -> update.symbol = json.getString();
                case "change_id" -> update.last = number(json);
                case "prev_change_id" -> update.previous = number(json);
                case "bids" -> decodeLevels(json, update, true);
                case "asks" -> decodeLevels(json, update, false);
                default -> json.skipChildren();
            }
        }
    }

    /** {@code [["new",price,amount],…]}; of what is deleted the amount is 0. */
    private static void decodeLevels(JsonParser json, BookUpdate update, boolean bids) {
        while (json.nextToken() == JsonToken.START_ARRAY) {
            json.nextToken();
            json.nextToken();
            update.readPrice(json, bids);
            json.nextToken();
            update.readSize(json);
            endArray(json);
        }
    }
}
