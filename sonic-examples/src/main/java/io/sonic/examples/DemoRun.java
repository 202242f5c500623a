package io.sonic.examples;

import io.sonic.multicast.MulticastInterface;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** One run of the demo: its two threads, and what the calling thread shows and sums up. */
final class DemoRun implements AutoCloseable {

    private static final String LOOPBACK = "lo";
    private static final String[] GROUPS = {"239.195.77.1", "239.195.77.2"};
    private static final long SEED = 42;
    private static final int TICKS_PER_SECOND = 4;
    private static final long TICK_NS = TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND;
    private static final long END_TIMEOUT_MS = 10_000;

    private final SendTimes times = new SendTimes();
    private final DemoStatistics statistics = new DemoStatistics();
    private final Histogram total = new Histogram(1, TimeUnit.MINUTES.toNanos(1), 3);
    private ReactorThread clientThread;
    private ReactorThread exchangeThread;
    private MarketSource source;
    private DemoClient client;
    private DemoExchange exchange;

    /**
     * Starts the client and the exchange.
     *
     * @param replay a recording, or null for prices at random.
     * @param rate   updates in a second.
     * @param loss   share of the packets that each line loses.
     */
    DemoRun(Path replay, int rate, double loss, IdleMode idle) throws IOException {
        try {
            clientThread = ReactorThread.start("demo-client", idle, loop -> client =
                    new DemoClient(loop, GROUPS, MulticastInterface.of(LOOPBACK), times, statistics));
            exchangeThread = ReactorThread.start("demo-exchange", idle, loop -> {
                source = replay == null ? new GeneratedMarket(SEED) : RecordedMarket.open(replay);
                exchange = new DemoExchange(loop, source, rate, loss, client.address(0), client.address(1),
                        MulticastInterface.of(LOOPBACK), times);
            });
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Connects the client and shows how it goes, each second. The first quarter of the time is a warm-up: it is shown,
     * but not counted.
     */
    void watch(int seconds, PrintWriter out) {
        Console console = System.console();
        boolean isTerminal = console != null && console.isTerminal();
        DemoTable table = new DemoTable(out, isTerminal, statistics, client.book());
        Histogram[] shown = new Histogram[DemoStatistics.FEEDS];
        long startNs = System.nanoTime();
        long shownNs = startNs;
        clientThread.post(() -> client.connect(exchange.url()));
        for (long tick = 1; tick <= (long) TICKS_PER_SECOND * seconds && clientThread.isRunning(); tick++) {
            sleepUntil(startNs + tick * TICK_NS);
            if (tick <= seconds) {
                // Each time anew: so the last one is nothing new to the compiled code.
                clientThread.post(client::beginCounting);
            }
            if (tick == seconds || tick % TICKS_PER_SECOND == 0) {
                takeLatencies(shown, tick > seconds);
            }
            if (tick % TICKS_PER_SECOND == 0) {
                long nowNs = System.nanoTime();
                table.show(tick / TICKS_PER_SECOND, (nowNs - shownNs) / 1e9, shown);
                shownNs = nowNs;
            }
        }
        clientThread.post(client::endCounting);
    }

    private void sleepUntil(long timeNs) {
        long leftNs = timeNs - System.nanoTime();
        while (leftNs > 0 && clientThread.isRunning()) {
            LockSupport.parkNanos(leftNs);
            leftNs = timeNs - System.nanoTime();
        }
    }

    private void takeLatencies(Histogram[] taken, boolean counted) {
        for (int feed = 0; feed < taken.length; feed++) {
            taken[feed] = statistics.latencies(feed, taken[feed]);
            if (counted) {
                total.add(taken[feed]);
            }
        }
    }

    /** Has the exchange end the session, waits until the client has seen all of it, and sums up. */
    ResultLine finish(String command) throws CommandFailure {
        exchangeThread.post(exchange::finish);
        boolean ended = clientThread.awaitEnd(END_TIMEOUT_MS);
        exchangeThread.check();
        clientThread.check();
        if (!ended) {
            throw new CommandFailure("the feeds did not end within " + END_TIMEOUT_MS / 1000 + " s");
        }
        takeLatencies(new Histogram[DemoStatistics.FEEDS], true);
        return new ResultLine(command)
                .add("ws_messages", statistics.messages(DemoStatistics.WEBSOCKET))
                .add("multicast_packets", statistics.packets())
                .add("gaps", statistics.gaps())
                .add("recovered", statistics.recovered())
                .add("lost", statistics.lost(true))
                .add("p50_ns", total.getValueAtPercentile(50))
                .add("p99_ns", total.getValueAtPercentile(99))
                .add("p999_ns", total.getValueAtPercentile(99.9))
                .addPer("alloc_bytes_per_message", statistics.countedBytes(), statistics.countedMessages());
    }

    /** Throws when something that was delivered did not reach the book. */
    void check() throws CommandFailure {
        long lost = statistics.lost(true);
        if (lost > 0) {
            throw new CommandFailure(lost + " packets that a line delivered were lost");
        }
        // A session that a signal cut short has no end to compare with.
        long missing = exchange.published() - statistics.messages(DemoStatistics.WEBSOCKET);
        if (client.sawEnd() && missing != 0) {
            throw new CommandFailure("the websocket lost " + missing + " messages");
        }
    }

    @Override
    public void close() {
        if (exchangeThread != null) {
            exchangeThread.close();
        }
        if (source != null) {
            source.close();
        }
        if (clientThread != null) {
            clientThread.close();
        }
        if (client != null) {
            client.close();
        }
    }
}
