package io.sonic.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Shows how a session of the demo goes: a table where it can be written over, two lines each time elsewhere. */
final class DemoTable {

    static final String[] LINES = {"A", "B"};

    private static final String[] FEEDS = {"websocket", "multicast"};
    private static final int MAX_ROWS = 8;
    private static final String FEED_ROW = "%-10s %12s %12s %7s %10s %10s %10s";
    private static final String LINE_ROW = "%-10s %12s %12s %7s %10s %10s";
    private static final String BOOK_ROW = "%-18s %13s %14s %14s %13s";

    private final Screen screen;
    private final DemoStatistics statistics;
    private final TopOfBook book;
    private final int seconds;
    private final Quote quote = new Quote();
    private final Histogram[] latencies = new Histogram[FEEDS.length];
    private final long[] messagesBefore = new long[FEEDS.length];
    private final long[] packetsBefore = new long[LINES.length];
    private long shownNs = System.nanoTime();
    private double elapsedS;
    private int measuringSince;

    /**
     * Creates the table of a session that begins now.
     *
     * @param seconds that it goes on.
     */
    DemoTable(Screen screen, DemoSession session, int seconds) {
        this.screen = screen;
        this.statistics = session.statistics();
        this.book = session.book();
        this.seconds = seconds;
    }

    /** Says what the table shows. */
    static List<String> legend() {
        return List.of(
                "Sonic demo: an exchange and its client, over a websocket and two multicast lines",
                "",
                "first      updates that this feed brought before the other one",
                "wins       packets that this line brought before the other one",
                "missing    packets that this line did not bring; late: behind a later one",
                "gaps       packets that neither line had brought when a later one came",
                "recovered  those of the gaps that a line brought afterwards",
                "lost       packets that a line delivered and the application did not get",
                "p50, p99   from before the publication until the client's book is up to date",
                "");
    }

    /**
     * Shows the state.
     *
     * @param second    since the beginning of the session.
     * @param measuring whether what the result tells is being measured by now.
     */
    void show(int second, boolean measuring) {
        if (measuring && measuringSince == 0) {
            measuringSince = second;
        }
        long nowNs = System.nanoTime();
        elapsedS = (nowNs - shownNs) / 1e9;
        shownNs = nowNs;
        for (int feed = 0; feed < FEEDS.length; feed++) {
            latencies[feed] = statistics.latencies(feed, latencies[feed]);
        }
        screen.replace(screen.isInPlace() ? table(second) : lines(second));
        for (int feed = 0; feed < FEEDS.length; feed++) {
            messagesBefore[feed] = statistics.messages(feed);
        }
        for (int line = 0; line < LINES.length; line++) {
            packetsBefore[line] = statistics.packets(line);
        }
    }

    private List<String> lines(int second) {
        StringBuilder feeds = new StringBuilder(String.format("%3d s", second));
        for (int feed = 0; feed < FEEDS.length; feed++) {
            feeds.append(String.format("  %s %d/s p50 %s p99 %s", feed == DemoStatistics.WEBSOCKET ? "ws" : FEEDS[feed],
                    messageRate(feed), time(feed, 50), time(feed, 99)));
        }
        String gaps = String.format("       gaps %d recovered %d lost %d", statistics.gaps(), statistics.recovered(),
                statistics.lost());
        if (book.symbols() == 0) {
            return List.of(feeds.toString(), gaps + "  no quotes");
        }
        book.read(0, quote);
        return List.of(feeds.toString(), gaps + "  " + symbol() + ' ' + price(quote.bidPrice) + " / "
                + price(quote.askPrice));
    }

    private List<String> table(int second) {
        List<String> table = new ArrayList<>();
        table.add(String.format("second %d of %d, %s", second, seconds,
                measuringSince == 0 ? "not measured yet" : "measured since second " + measuringSince));
        addFeeds(table);
        addLines(table);
        table.add(String.format(Locale.ROOT, "gaps %,d   recovered %,d   lost %,d", statistics.gaps(),
                statistics.recovered(), statistics.lost()));
        table.add("");
        addBook(table);
        return table;
    }

    private void addFeeds(List<String> table) {
        table.add(String.format(FEED_ROW, "feed", "messages/s", "messages", "first", "p50", "p99", "p99.9"));
        for (int feed = 0; feed < FEEDS.length; feed++) {
            table.add(String.format(FEED_ROW, FEEDS[feed], count(messageRate(feed)), count(statistics.messages(feed)),
                    share(statistics.first(feed), statistics.first(1 - feed)), time(feed, 50), time(feed, 99),
                    time(feed, 99.9)));
        }
    }

    private void addLines(List<String> table) {
        table.add(String.format(LINE_ROW, "line", "packets/s", "packets", "wins", "missing", "late"));
        for (int line = 0; line < LINES.length; line++) {
            long packets = statistics.packets(line);
            long rate = Math.round((packets - packetsBefore[line]) / elapsedS);
            table.add(String.format(LINE_ROW, LINES[line], count(rate), count(packets),
                    share(statistics.wins(line), statistics.wins(1 - line)), count(statistics.missing(line)),
                    count(statistics.late(line))));
        }
    }

    private void addBook(List<String> table) {
        int symbols = book.symbols();
        if (symbols == 0) {
            table.add("no quotes: the demo does not know best bid and ask in these messages");
            return;
        }
        table.add(String.format(BOOK_ROW, "symbol", "bid size", "bid", "ask", "ask size"));
        for (int i = 0; i < Math.min(symbols, MAX_ROWS); i++) {
            book.read(i, quote);
            table.add(String.format(BOOK_ROW, symbol(), price(quote.bidSize), price(quote.bidPrice),
                    price(quote.askPrice), price(quote.askSize)));
        }
        if (symbols > MAX_ROWS) {
            table.add("and " + (symbols - MAX_ROWS) + " more");
        }
    }

    private long messageRate(int feed) {
        return Math.round((statistics.messages(feed) - messagesBefore[feed]) / elapsedS);
    }

    private String symbol() {
        return Quote.symbolText(quote.symbol, 0);
    }

    /** A price or a size; exchanges say 0 where nobody bids or asks. */
    private static String price(long price) {
        return price == 0 ? "-" : Decimal.format(price);
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String share(long part, long rest) {
        return part + rest == 0 ? "-" : Math.round(100.0 * part / (part + rest)) + "%";
    }

    private String time(int feed, double percentile) {
        if (latencies[feed].getTotalCount() == 0) {
            return "-";
        }
        double us = latencies[feed].getValueAtPercentile(percentile) / 1e3;
        return us < 1000 ? digits(us) + "us" : us < 1e6 ? digits(us / 1e3) + "ms" : digits(us / 1e6) + "s";
    }

    private static String digits(double number) {
        return String.format(Locale.ROOT, number < 100 ? "%.1f" : "%.0f", number);
    }
}
