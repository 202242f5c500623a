package io.sonic.examples.exchange;

import io.sonic.websocket.Heartbeat;
import io.sonic.websocket.MessageMatcher;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * OKX. A snapshot, then changes, each with the checksum of the 25 best levels of both sides. It cuts who says nothing
 * for 30 seconds: the text {@code ping} is answered by {@code pong}.
 */
final class Okx extends Venue {

    private static final int CHECKED_LEVELS = 25;

    @Override
    public List<String> symbols() {
        return List.of("BTC-USDT", "ETH-USDT");
    }

    @Override
    public String url(List<String> symbols) {
        return "wss://ws.okx.com:8443/ws/v5/public";
    }

    @Override
    List<String> subscriptions(List<String> symbols) {
        StringBuilder args = new StringBuilder();
        for (String symbol : symbols) {
            args.append(args.isEmpty() ? "" : ",").append("{\"channel\":\"books\",\"instId\":\"").append(symbol)
                    .append("\"}");
        }
        return List.of("{\"op\":\"subscribe\",\"args\":[" + args + "]}");
    }

    @Override
    Heartbeat heartbeat() {
        return Heartbeat.text("ping", MessageMatcher.equalTo("pong"));
    }

    @Override
    void decode(JsonParser json, BookKeeper keeper) {
        String channel = "";
        String symbol = null;
        String event = "";
        String message = "";
        boolean snapshot = false;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "arg" -> {
                    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                        String field = json.currentName();
                        json.nextToken();
                        channel = field.equals("channel") ? json.getString() : channel;
                        symbol = field.equals("instId") ? json.getString() : symbol;
                    }
                }
                case "event" -> event = json.getString();
                case "msg" -> message = json.getString();
                case "action" -> snapshot = json.getString().equals("snapshot");
                case "data" -> {
                    if (channel.equals("books")) {
                        decodeBooks(json, keeper, symbol, snapshot);
                    } else {
                        json.skipChildren();
                    }
                }
                default -> json.skipChildren();
            }
        }
        if (event.equals("error")) {
            keeper.fail("the venue says: " + message);
        } else if (event.equals("notice")) {
            keeper.commands().reconnect("the venue is about to close the connection");
        }
    }

    private static void decodeBooks(JsonParser json, BookKeeper keeper, String symbol, boolean snapshot) {
        BookUpdate update = keeper.update();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            update.symbol = symbol;
            update.snapshot = snapshot;
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "asks" -> readLevels(json, update, false);
                    case "bids" -> readLevels(json, update, true);
                    case "seqId" -> update.last = number(json);
                    case "prevSeqId" -> update.previous = number(json);
                    case "checksum" -> {
                        update.hasChecksum = true;
                        update.checksum = (int) number(json);
                    }
                    default -> json.skipChildren();
                }
            }
            keeper.apply();
        }
    }

    /** {@code bid:size:ask:size:bid:…} as they were sent; where one side ends, the other goes on. */
    @Override
    int checksum(OrderBook book) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < CHECKED_LEVELS; i++) {
            add(text, book.bids, i);
            add(text, book.asks, i);
        }
        CRC32 crc = new CRC32();
        crc.update(text.toString().getBytes(StandardCharsets.US_ASCII));
        return (int) crc.getValue();
    }

    private static void add(StringBuilder text, BookSide side, int index) {
        if (index < side.count()) {
            text.append(text.isEmpty() ? "" : ":").append(side.price(index)).append(':').append(side.size(index));
        }
    }
}
