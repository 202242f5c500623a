package io.sonic.examples;

import io.sonic.Timer;
import io.sonic.examples.exchange.BookKeeper;
import io.sonic.examples.exchange.OrderBook;
import io.sonic.examples.exchange.Venue;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.Disconnect;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.SessionHandler;
import io.sonic.websocket.WebSocketSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How a client of a real exchange is made: subscribe, stay connected, keep books, and check them. */
@Command(name = "exchange", description = {
    "Keeps the order books of an exchange, and checks them by its numbers and checksums.",
    "A check that fails is told, and a new connection brings new books.",
    "Ends with status 0 when there were books and every check held."})
final class Exchange extends ReactorCommand {

    @Option(names = "--venue", paramLabel = "V", required = true, order = 1,
            description = "The exchange: ${COMPLETION-CANDIDATES}.")
    private Venue.Name name;

    @Option(names = "--url", paramLabel = "U", order = 2,
            description = "Another server than that of the exchange: ws:// or wss://.")
    private String url;

    @Option(names = "--symbols", paramLabel = "S", split = ",", order = 3,
            description = "The instruments, as the exchange writes them, with commas in between.")
    private List<String> symbols;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "10", order = 4,
            description = "How long; 0 until a signal comes. By default 10.")
    private int seconds;

    @Option(names = "--once", order = 5,
            description = "Ends when the server closes, and does not connect again: for recordings.")
    private boolean once;

    @Override
    void checkOptions() {
        require("--seconds", seconds, 0, 1_000_000);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Venue venue = name.venue();
        List<String> watched = symbols == null ? venue.symbols() : symbols;
        Client client = new Client(loop, venue);
        WebSocketSession.Context context;
        try {
            context = venue.session(url == null ? venue.url(watched) : url, watched);
        } catch (IllegalArgumentException e) {
            throw wrongOption("--url: " + e.getMessage());
        }
        try (WebSocketSession session = WebSocketSession.open(loop.reactor(), context, client);
                Timer timer = new Timer(loop.reactor())) {
            client.session = session;
            if (seconds > 0) {
                timer.scheduleOnce(seconds * 1_000_000_000L, due -> client.close());
            }
            session.start();
            loop.run();
        }
        client.report();
    }

    /** One session, and the books that it brings. */
    private final class Client implements SessionHandler, BookKeeper.Commands {

        private final ReactorLoop loop;
        private final BookKeeper books;
        private WebSocketSession session;
        private boolean closing;

        Client(ReactorLoop loop, Venue venue) {
            this.loop = loop;
            books = new BookKeeper(venue, this);
        }

        @Override
        public void onConnected() {
            books.clear();
        }

        @Override
        public void onMessage(Opcode type, DirectBuffer buffer, int offset, int length) {
            books.onMessage(type, buffer, offset, length);
        }

        @Override
        public void onDisconnected(Disconnect why) {
            if (once && why.cause() == Disconnect.Cause.CLOSED_BY_PEER) {
                loop.end();
                return;
            }
            print("disconnected: " + (why.failure() == null ? why.closeCode() + " " + why.closeReason()
                    : why.failure().getMessage()));
        }

        @Override
        public void onAttemptFailed(IOException failure, long delayNs) {
            print("not connected: " + failure.getMessage());
            if (once) {
                loop.fail(failure.getMessage());
            }
        }

        @Override
        public void reply(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            session.tryWrite(Opcode.TEXT, new UnsafeBuffer(bytes), 0, bytes.length, (status, length) -> { });
        }

        @Override
        public void reconnect(String why) {
            print("a new connection is needed: " + why);
            if (!once && !closing) {
                session.reconnect();
            }
        }

        void close() {
            closing = true;
            session.asyncClose(CloseCode.NORMAL, "", status -> loop.end());
        }

        void report() throws CommandFailure {
            for (OrderBook book : books.books()) {
                print(book.toString());
            }
            print(new ResultLine(name())
                    .add("connections", session.connections())
                    .add("messages", books.messages())
                    .add("updates", books.updates())
                    .add("books", books.books().size())
                    .add("checks", books.checks())
                    .add("failed", books.failures())
                    .toString());
            if (books.failures() > 0) {
                throw new CommandFailure(books.firstFailure());
            }
            if (books.books().isEmpty()) {
                throw new CommandFailure("no book came from " + (url == null ? "the exchange" : url));
            }
        }
    }
}
