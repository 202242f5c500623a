package io.sonic.examples.exchange;

import io.sonic.websocket.Opcode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Keeps the books of a venue, and checks them by what the venue sends for that: numbers without gaps, numbers that
 * rise, checksums. And no bid of a whole book may be as high as an ask.
 */
public final class BookKeeper {

    /** What a venue's messages can ask for. */
    public interface Commands {

        /**
         * Answers the venue.
         *
         * @param text the message.
         */
        void reply(String text);

        /**
         * Makes another connection, because this one ends soon, or its books cannot be trusted.
         *
         * @param why in a sentence.
         */
        void reconnect(String why);
    }

    private final Venue venue;
    private final Commands commands;
    private final JsonFactory factory = new JsonFactory();
    private final Map<String, OrderBook> books = new LinkedHashMap<>();
    private final BookUpdate update = new BookUpdate();
    private byte[] message = new byte[64 * 1024];
    private long messages;
    private long updates;
    private long checks;
    private long failures;
    private String firstFailure;

    /**
     * Creates a keeper without books.
     *
     * @param venue    whose they are.
     * @param commands is asked for what its messages ask for.
     */
    public BookKeeper(Venue venue, Commands commands) {
        this.venue = venue;
        this.commands = commands;
    }

    /**
     * Takes a message.
     *
     * @param type   of the message.
     * @param buffer holds it.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void onMessage(Opcode type, DirectBuffer buffer, int offset, int length) {
        messages++;
        if (type != Opcode.TEXT) {
            fail("a message that is no text");
            return;
        }
        if (length > message.length) {
            message = new byte[2 * length];
        }
        buffer.getBytes(offset, message, 0, length);
        update.clear();
        try (JsonParser json = factory.createParser(ObjectReadContext.empty(), message, 0, length)) {
            json.nextToken();
            venue.decode(json, this);
        } catch (JacksonException | IllegalArgumentException e) {
            fail("a message that cannot be read: " + e.getMessage());
        }
    }

    /** What the venue fills in; to be given to {@link #apply()} when it is complete. */
    BookUpdate update() {
        return update;
    }

    Commands commands() {
        return commands;
    }

    /** Applies the update, if it is about a book, and makes room for the next. */
    void apply() {
        if (update.symbol != null) {
            apply(books.computeIfAbsent(update.symbol, OrderBook::new));
        }
        update.clear();
    }

    private void apply(OrderBook book) {
        if (update.trade != BookUpdate.NONE) {
            checkTrade(book);
            return;
        }
        if (update.seed && book.whole) {
            return;
        }
        updates++;
        if (!update.snapshot && update.last != BookUpdate.NONE && book.sequence != BookUpdate.NONE) {
            if (!update.rising && update.previous == BookUpdate.NONE && update.last <= book.sequence) {
                return; // It is in the snapshot already.
            }
            checkSequence(book);
        }
        update.applyTo(book);
        book.whole |= update.snapshot;
        book.sequence = update.last;
        if (update.hasChecksum) {
            check(venue.checksum(book) == update.checksum, book, "the checksum does not match");
        }
        if (book.whole) {
            check(!book.isCrossed(), book, "a bid is as high as an ask");
        }
    }

    private void checkSequence(OrderBook book) {
        if (update.rising) {
            check(update.last >= book.sequence, book, update.last + " follows " + book.sequence);
        } else if (update.previous != BookUpdate.NONE) {
            check(update.previous == book.sequence, book,
                    update.last + " follows " + update.previous + ", " + book.sequence + " was the last one");
        } else {
            check(update.first <= book.sequence + 1, book, update.first + " follows " + book.sequence);
        }
    }

    private void checkTrade(OrderBook book) {
        if (book.trade != BookUpdate.NONE) {
            long expected = book.trade + (update.newTrade ? 1 : 0);
            check(update.trade == expected, book, "trade " + update.trade + " follows trade " + book.trade);
        }
        book.trade = update.trade;
    }

    private void check(boolean holds, OrderBook book, String otherwise) {
        checks++;
        if (!holds) {
            fail(otherwise + ": " + book);
        }
    }

    void fail(String why) {
        failures++;
        if (firstFailure == null) {
            firstFailure = why;
        }
        commands.reconnect(why);
    }

    /** Forgets all books: a new connection begins with new ones. */
    public void clear() {
        books.clear();
    }

    /**
     * The books.
     *
     * @return in the order in which they were first heard of.
     */
    public Collection<OrderBook> books() {
        return books.values();
    }

    /**
     * How many messages there were.
     *
     * @return 0 or more.
     */
    public long messages() {
        return messages;
    }

    /**
     * How many changes of books there were.
     *
     * @return 0 or more.
     */
    public long updates() {
        return updates;
    }

    /**
     * How many checks were made.
     *
     * @return 0 or more.
     */
    public long checks() {
        return checks;
    }

    /**
     * How many checks did not hold, and how many messages could not be read.
     *
     * @return 0 or more.
     */
    public long failures() {
        return failures;
    }

    /**
     * The first of them.
     *
     * @return a sentence, or null when there was none.
     */
    public String firstFailure() {
        return firstFailure;
    }
}
