package io.sonic.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Shows how the demo goes: a table that is updated in place on a terminal, one line each time elsewhere. */
final class DemoTable {

    private static final int MAX_ROWS = 12;
    private static final String[] FEEDS = {"websocket", "multicast"};
    /** Control sequences of ECMA-48: so many lines up, and the rest of the line cleared. */
    private static final String UP = "\u001b[%dA";
    private static final String CLEAR_REST = "\u001b[K";

    private final PrintWriter out;
    private final boolean inPlace;
    private final DemoStatistics statistics;
    private final TopOfBook book;
    private final Quote quote = new Quote();
    private final long[] before = new long[FEEDS.length];
    private int printedLines;

    DemoTable(PrintWriter out, boolean inPlace, DemoStatistics statistics, TopOfBook book) {
        this.out = out;
        this.inPlace = inPlace;
        this.statistics = statistics;
        this.book = book;
    }

    /**
     * Shows the state.
     *
     * @param second    since the beginning.
     * @param elapsedS  seconds since the last call.
     * @param latencies of each feed since the last call.
     */
    void show(long second, double elapsedS, Histogram[] latencies) {
        if (inPlace) {
            repaint(table(second, elapsedS, latencies));
        } else {
            out.println(line(second, elapsedS, latencies));
        }
        out.flush();
        for (int feed = 0; feed < FEEDS.length; feed++) {
            before[feed] = statistics.messages(feed);
        }
    }

    private String line(long second, double elapsedS, Histogram[] latencies) {
        StringBuilder line = new StringBuilder().append(second).append(" s");
        for (int feed = 0; feed < FEEDS.length; feed++) {
            line.append(String.format(Locale.ROOT, "  %s %d/s p50 %s p99 %s", FEEDS[feed], rate(feed, elapsedS),
                    time(latencies[feed], 50), time(latencies[feed], 99)));
        }
        line.append("  gaps ").append(statistics.gaps()).append(" recovered ").append(statistics.recovered())
                .append(" lost ").append(statistics.lost(false));
        if (book.symbols() > 0) {
            book.read(0, quote);
            line.append("  ").append(symbol()).append(' ').append(Decimal.format(quote.bidPrice)).append(" / ")
                    .append(Decimal.format(quote.askPrice));
        }
        return line.toString();
    }

    private List<String> table(long second, double elapsedS, Histogram[] latencies) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format("%-12s %12s %12s %8s %10s %10s %10s", second + " s", "messages/s", "messages", "first",
                "p50", "p99", "p99.9"));
        long[] first = {statistics.first(0), statistics.first(1)};
        long firsts = Math.max(1, first[0] + first[1]);
        for (int feed = 0; feed < FEEDS.length; feed++) {
            lines.add(String.format(Locale.ROOT, "%-12s %,12d %,12d %7d%% %10s %10s %10s", FEEDS[feed],
                    rate(feed, elapsedS), statistics.messages(feed), 100 * first[feed] / firsts,
                    time(latencies[feed], 50), time(latencies[feed], 99), time(latencies[feed], 99.9)));
        }
        lines.add(String.format(Locale.ROOT, "gaps %,d  recovered %,d  lost %,d", statistics.gaps(),
                statistics.recovered(), statistics.lost(false)));
        lines.add("");
        lines.add(String.format("%-20s %13s %14s %14s %13s", "symbol", "bid size", "bid", "ask", "ask size"));
        int symbols = book.symbols();
        for (int i = 0; i < Math.min(symbols, MAX_ROWS); i++) {
            book.read(i, quote);
            lines.add(String.format("%-20s %13s %14s %14s %13s", symbol(), size(quote.bidSize),
                    Decimal.format(quote.bidPrice), Decimal.format(quote.askPrice), size(quote.askSize)));
        }
        if (symbols > MAX_ROWS) {
            lines.add("and " + (symbols - MAX_ROWS) + " more");
        } else if (symbols == 0) {
            lines.add("no quotes yet");
        }
        return lines;
    }

    private void repaint(List<String> lines) {
        if (printedLines > 0) {
            out.printf(UP, printedLines);
        }
        for (String line : lines) {
            out.println(line + CLEAR_REST);
        }
        // The table may have become shorter.
        for (int i = lines.size(); i < printedLines; i++) {
            out.println(CLEAR_REST);
        }
        printedLines = Math.max(printedLines, lines.size());
    }

    private long rate(int feed, double elapsedS) {
        return Math.round((statistics.messages(feed) - before[feed]) / elapsedS);
    }

    private String symbol() {
        return Quote.symbolText(quote.symbol, 0);
    }

    private static String size(long size) {
        return size == 0 ? "-" : Decimal.format(size);
    }

    private static String time(Histogram latencies, double percentile) {
        if (latencies.getTotalCount() == 0) {
            return "-";
        }
        return String.format(Locale.ROOT, "%.1f us", latencies.getValueAtPercentile(percentile) / 1000.0);
    }
}
