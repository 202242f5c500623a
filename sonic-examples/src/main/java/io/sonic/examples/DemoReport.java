package io.sonic.examples;

import static io.sonic.examples.DemoTable.count;

import java.io.PrintWriter;
import org.HdrHistogram.Histogram;

/** What came of a session of the demo: the packets of each line from end to end, and the result. */
final class DemoReport {

    private static final String ROW = "%-6s %12s %17s %12s %12s %14s%n";

    private final DemoSession session;
    private final DemoStatistics statistics;
    private final MulticastFeed multicast;
    private final DeliveryCheck check;

    /** Creates a report of a session that has ended. */
    DemoReport(DemoSession session) {
        this.session = session;
        statistics = session.statistics();
        multicast = session.client().multicast();
        check = multicast.check();
    }

    /**
     * Prints it.
     *
     * @throws CommandFailure when something was lost.
     */
    void print(PrintWriter out, String command) throws CommandFailure {
        printLines(out);
        out.println(result(command));
        if (check.lost() > 0) {
            throw new CommandFailure(check.lost() + " packets that a line delivered were lost");
        }
        long missing = session.published() - statistics.messages(DemoStatistics.WEBSOCKET);
        if (missing != 0) {
            throw new CommandFailure("the websocket lost " + missing + " messages");
        }
    }

    private void printLines(PrintWriter out) {
        long published = session.published();
        out.println();
        out.printf(ROW, "line", "published", "lost by exchange", "sent", "arrived", "dropped here");
        for (int line = 0; line < DemoStatistics.LINES; line++) {
            long sent = check.sent(line);
            out.printf(ROW, DemoTable.LINES[line], count(published), count(published - sent), count(sent),
                    count(check.arrived(line)), count(multicast.drops(line)));
        }
        out.println("lost on both lines by the exchange: " + count(check.notSent()));
        out.println("sent, but dropped here on each line that had it: " + count(check.notArrived()));
        out.println("handed to the application, each once and in order: " + count(check.handedOn()));
    }

    private ResultLine result(String command) {
        Histogram latencies = statistics.measuredLatencies();
        return new ResultLine(command)
                .add("ws_messages", statistics.messages(DemoStatistics.WEBSOCKET))
                .add("multicast_packets", statistics.packets())
                .add("gaps", statistics.gaps())
                .add("recovered", statistics.recovered())
                .add("lost", check.lost())
                .add("p50_ns", latencies.getValueAtPercentile(50))
                .add("p99_ns", latencies.getValueAtPercentile(99))
                .add("p999_ns", latencies.getValueAtPercentile(99.9))
                .addPer("alloc_bytes_per_message", session.client().allocatedBytes(),
                        session.client().measuredMessages());
    }
}
