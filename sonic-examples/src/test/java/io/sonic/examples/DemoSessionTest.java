package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session, and the report of it. */
@Timeout(120)
class DemoSessionTest {

    private static final long UPDATES = 500;
    private static final long PATIENCE_NS = 60_000_000_000L;

    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text, true);

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.2})
    void bringsTheClientAllThatWasPublished(double loss) throws IOException {
        try (DemoSession session = open(new GeneratedMarket(1), loss)) {
            awaitUpdates(session);
            session.finish();

            assertThat(session.published()).isGreaterThanOrEqualTo(UPDATES);
            assertThat(session.statistics().messages(DemoStatistics.WEBSOCKET)).isEqualTo(session.published());
            assertThat(session.client().sawEnd()).isTrue();
            assertThat(session.isRunning()).isFalse();
            assertThat(session.client().multicast().check().lost()).isZero();
            assertThat(session.book().symbols()).isPositive();
        }
    }

    @Test
    void holdsTheExchangeBackWhenTheClientIsTooFarBehind() throws IOException {
        DemoSession.Plan unpaced = new DemoSession.Plan(DemoExchange.UNPACED, 64, 0);
        try (DemoSession session =
                new DemoSession(new GeneratedMarket(1), unpaced, IdleMode.BLOCK, new BackendOption())) {
            awaitUpdates(session);
            long ahead = session.published() - session.statistics().messages(DemoStatistics.WEBSOCKET);
            session.finish();

            assertThat(ahead).as("and a burst").isLessThanOrEqualTo(64 + 7);
        }
    }

    @Test
    void endsWithWhatWentWrongInTheExchange() throws IOException {
        try (DemoSession session = open(new BreakingMarket(100), 0)) {
            long endNs = System.nanoTime() + PATIENCE_NS;
            while (session.isRunning()) {
                assertThat(System.nanoTime() - endNs).as("waited for too long").isNegative();
                Thread.yield();
            }
            assertThatThrownBy(session::finish).isInstanceOf(CommandFailure.class)
                    .hasMessage("the exchange: no more prices");
        }
    }

    @Test
    void reportsEachLineAndTheResult() throws IOException {
        try (DemoSession session = open(new GeneratedMarket(1), 0.2)) {
            awaitUpdates(session);
            session.finish();
            new DemoReport(session).print(out, "demo");

            DeliveryCheck check = session.client().multicast().check();
            String published = DemoTable.count(session.published());
            assertThat(text.toString().lines().map(line -> line.replaceAll(" +", " "))).contains(
                    "line published lost by exchange sent arrived dropped here",
                    "A " + published + ' ' + DemoTable.count(session.published() - check.sent(0)) + ' '
                            + DemoTable.count(check.sent(0)) + ' ' + DemoTable.count(check.arrived(0)) + ' '
                            + DemoTable.count(session.client().multicast().drops(0)),
                    "lost on both lines by the exchange: " + DemoTable.count(check.notSent()),
                    "handed to the application, each once and in order: " + DemoTable.count(check.handedOn()));
            assertThat(text.toString().lines().reduce((first, last) -> last)).get().asString().matches(
                    "demo: ws_messages=" + session.published() + " multicast_packets=" + session.statistics().packets()
                            + " gaps=\\d+ recovered=\\d+ lost=0 p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+"
                            + " alloc_bytes_per_message=.*");
        }
    }

    @Test
    void reportsAFailureWhenAPacketWasHandedOnTwice() throws IOException {
        try (DemoSession session = open(new GeneratedMarket(1), 0)) {
            awaitUpdates(session);
            session.finish();
            session.client().multicast().check().handedOn(session.published() - 1);

            assertThatThrownBy(() -> new DemoReport(session).print(out, "demo")).isInstanceOf(CommandFailure.class)
                    .hasMessage("1 packets that a line delivered were lost");
            assertThat(text.toString()).contains(" lost=1 ");
        }
    }

    @Test
    void reportsAFailureWhenTheWebsocketBroughtSomethingElseThanWasPublished() throws IOException {
        try (DemoSession session = open(new GeneratedMarket(1), 0)) {
            awaitUpdates(session);
            session.finish();
            session.statistics().update(DemoStatistics.WEBSOCKET, 1, true);

            assertThatThrownBy(() -> new DemoReport(session).print(out, "demo")).isInstanceOf(CommandFailure.class)
                    .hasMessageStartingWith("the websocket lost ");
        }
    }

    private static DemoSession open(MarketSource source, double loss) throws IOException {
        return new DemoSession(source, new DemoSession.Plan(5000, 1 << 16, loss), IdleMode.BLOCK,
                new BackendOption());
    }

    private static void awaitUpdates(DemoSession session) throws CommandFailure {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (session.statistics().messages(DemoStatistics.WEBSOCKET) < UPDATES) {
            assertThat(session.isRunning()).isTrue();
            assertThat(System.nanoTime() - endNs).as("waited for too long").isNegative();
            Thread.yield();
        }
    }

    /** Has prices for a while. */
    private static final class BreakingMarket implements MarketSource {

        private final MarketSource source = new GeneratedMarket(1);
        private final long end;

        BreakingMarket(long end) {
            this.end = end;
        }

        @Override
        public void next(long number) throws CommandFailure {
            if (number == end) {
                throw new CommandFailure("no more prices");
            }
            source.next(number);
        }

        @Override
        public DirectBuffer buffer() {
            return source.buffer();
        }

        @Override
        public int offset() {
            return source.offset();
        }

        @Override
        public int length() {
            return source.length();
        }

        @Override
        public Quote quote() {
            return source.quote();
        }

        @Override
        public boolean isQuote() {
            return source.isQuote();
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
