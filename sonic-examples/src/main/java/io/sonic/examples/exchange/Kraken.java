package io.sonic.examples.exchange;

import io.sonic.websocket.Heartbeat;
import io.sonic.websocket.MessageMatcher;
import java.util.List;
import java.util.zip.CRC32;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Kraken, spot. A snapshot, then changes, each with the checksum of the ten best levels of both sides. */
final class Kraken extends Venue {

    private static final int CHECKED_LEVELS = 10;

    private final CRC32 crc = new CRC32();
    private final byte[] digits = new byte[20];

    @Override
    public List<String> symbols() {
        return List.of("XBT/USD", "ETH/USD");
    }

    @Override
    public String url(List<String> symbols) {
        return "wss://ws.kraken.com";
    }

    @Override
    List<String> subscriptions(List<String> symbols) {
        return List.of("{\"event\":\"subscribe\",\"pair\":[" + quoted("", symbols)
                + "],\"subscription\":{\"name\":\"book\",\"depth\":100}}");
    }

    @Override
    Heartbeat heartbeat() {
        return Heartbeat.text("{\"event\":\"ping\"}", MessageMatcher.containing("\"event\":\"pong\""));
    }

    @Override
    MessageMatcher noData() {
        return MessageMatcher.equalTo("{\"event\":\"heartbeat\"}");
    }

    /** A book message is an array: a number, one object or two, the channel, and the pair. */
    @Override
    void decode(JsonParser json, BookKeeper keeper) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            decodeEvent(json, keeper);
            return;
        }
        BookUpdate update = keeper.update();
        String channel = "";
        String pair = null;
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                decodeLevels(json, update);
            } else if (token == JsonToken.VALUE_STRING && channel.isEmpty()) {
                channel = json.getString();
            } else if (token == JsonToken.VALUE_STRING) {
                pair = json.getString();
            } else if (token == null) {
                throw new IllegalArgumentException("the array does not end");
            }
        }
        if (channel.startsWith("book-")) {
            update.symbol = pair;
            update.depth = Integer.parseInt(channel.substring("book-".length()));
            keeper.apply();
        }
    }

    private static void decodeLevels(JsonParser json, BookUpdate update) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "as", "a" -> readLevels(json, update, false);
                case "bs", "b" -> readLevels(json, update, true);
                case "c" -> {
                    update.hasChecksum = true;
                    update.checksum = Integer.parseUnsignedInt(json.getString());
                }
                default -> json.skipChildren();
            }
            update.snapshot |= name.endsWith("s");
        }
    }

    private static void decodeEvent(JsonParser json, BookKeeper keeper) {
        String error = null;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals("errorMessage")) {
                error = json.getString();
            } else {
                json.skipChildren();
            }
        }
        if (error != null) {
            keeper.fail("the venue says: " + error);
        }
    }

    @Override
    int checksum(OrderBook book) {
        crc.reset();
        add(book.asks);
        add(book.bids);
        return (int) crc.getValue();
    }

    /** Prices and sizes without the point, and without zeros in front. */
    private void add(BookSide side) {
        for (int i = 0; i < Math.min(CHECKED_LEVELS, side.count()); i++) {
            add(side.priceDigits(i));
            add(side.sizeDigits(i));
        }
    }

    private void add(long number) {
        int at = digits.length;
        for (long rest = number; rest > 0; rest /= 10) {
            digits[--at] = (byte) ('0' + rest % 10);
        }
        crc.update(digits, at, digits.length - at);
    }
}
