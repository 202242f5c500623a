package io.sonic.examples;

import io.sonic.multicast.MulticastInterface;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the library is for: an exchange, its feeds and a client, in one process and end to end. */
@Command(name = "demo", description = {
    "Runs an exchange on one thread and its client on another one.",
    "The exchange publishes each update over a websocket and over two multicast lines, which lose packets at random.",
    "The client takes whichever line comes first, fills the gaps of one from the other, and keeps the best bid and"
        + " ask.",
    "Ends with status 0 only if nothing was lost that either line delivered."})
final class Demo implements Callable<Integer> {

    private static final String LOOPBACK = "lo";
    private static final String[] GROUPS = {"239.195.77.1", "239.195.77.2"};
    private static final long SEED = 42;
    private static final int TICKS_PER_SECOND = 4;
    private static final long END_TIMEOUT_MS = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "15", order = 1,
            description = "How long, ${DEFAULT-VALUE} by default.")
    private int seconds;

    @Option(names = "--replay", paramLabel = "FILE", order = 2,
            description = "A recording whose messages the exchange publishes, again and again; without it prices go"
                    + " at random. See ws-replay.")
    private Path replay;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "5000", order = 3,
            description = "Updates in a second, ${DEFAULT-VALUE} by default.")
    private int rate;

    @Option(names = "--loss", paramLabel = "P", defaultValue = "1", order = 4,
            description = "Percent of the packets that each line loses, ${DEFAULT-VALUE} by default.")
    private double lossPercent;

    @Option(names = "--idle", paramLabel = "MODE", order = 90,
            description = "While nothing is to do: busy polls, backoff polls less and less, block waits in the kernel."
                    + " By default what suits the number of processors.")
    private IdleMode idle;

    @Option(names = {"-h", "--help"}, usageHelp = true, order = 99, description = "Prints this help.")
    private boolean help;

    private final SendTimes times = new SendTimes();
    private final DemoStatistics statistics = new DemoStatistics();
    private final TopOfBook book = new TopOfBook();
    private final Histogram total = new Histogram(1, TimeUnit.MINUTES.toNanos(1), 3);
    private DemoClient client;
    private DemoExchange exchange;

    @Override
    public Integer call() throws IOException {
        checkOptions();
        try (MarketSource source = replay == null ? new GeneratedMarket(SEED) : RecordedMarket.open(replay)) {
            run(source, MulticastInterface.of(LOOPBACK), idle == null ? idleModeForThisMachine() : idle);
        } finally {
            spec.commandLine().getOut().flush();
        }
        return 0;
    }

    private void checkOptions() {
        require(seconds >= 1 && seconds <= 86_400, "--seconds must be 1 to 86400: " + seconds);
        require(rate >= 1 && rate <= 1_000_000, "--rate must be 1 to 1000000: " + rate);
        require(lossPercent >= 0 && lossPercent <= 50, "--loss must be 0 to 50: " + lossPercent);
    }

    private void require(boolean condition, String sentence) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }

    /** Two threads that poll want two processors for themselves, and the rest of the machine wants some too. */
    private static IdleMode idleModeForThisMachine() {
        int processors = Runtime.getRuntime().availableProcessors();
        return processors >= 4 ? IdleMode.BUSY : processors >= 2 ? IdleMode.BACKOFF : IdleMode.BLOCK;
    }

    private void run(MarketSource source, MulticastInterface loopback, IdleMode mode) throws IOException {
        InetAddress[] groups = {InetAddress.ofLiteral(GROUPS[0]), InetAddress.ofLiteral(GROUPS[1])};
        try (ReactorThread clientThread = ReactorThread.start("demo-client", mode,
                loop -> client = new DemoClient(loop, groups, loopback, times, statistics, book));
                ReactorThread exchangeThread = ReactorThread.start("demo-exchange", mode,
                        loop -> exchange = new DemoExchange(loop, source, rate, lossPercent / 100, client.address(0),
                                client.address(1), loopback, times))) {
            clientThread.post(() -> client.connect(exchange.url()));
            watch(clientThread);
            finish(clientThread, exchangeThread);
        } finally {
            if (client != null) {
                client.close();
            }
        }
    }

    /** Shows how it goes, each second. The first quarter of the time is a warm-up: it is shown, but not counted. */
    private void watch(ReactorThread clientThread) {
        PrintWriter out = spec.commandLine().getOut();
        Console console = System.console();
        DemoTable table = new DemoTable(out, console != null && console.isTerminal(), statistics, book);
        Histogram[] shown = new Histogram[DemoStatistics.FEEDS];
        long startNs = System.nanoTime();
        long shownNs = startNs;
        for (int tick = 1; tick <= TICKS_PER_SECOND * seconds && clientThread.isRunning(); tick++) {
            sleepUntil(startNs + tick * (TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND), clientThread);
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

    private static void sleepUntil(long timeNs, ReactorThread clientThread) {
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

    /** Lets the exchange end the session, and prints what came of it. */
    private void finish(ReactorThread clientThread, ReactorThread exchangeThread) throws IOException {
        exchangeThread.post(exchange::finish);
        boolean ended = clientThread.awaitEnd(END_TIMEOUT_MS);
        exchangeThread.check();
        clientThread.check();
        if (!ended) {
            throw new CommandFailure("the feeds did not end within " + END_TIMEOUT_MS / 1000 + " s");
        }
        takeLatencies(new Histogram[DemoStatistics.FEEDS], true);
        long lost = statistics.lost(true);
        spec.commandLine().getOut().println(new ResultLine(spec.name())
                .add("ws_messages", statistics.messages(DemoStatistics.WEBSOCKET))
                .add("multicast_packets", statistics.packets())
                .add("gaps", statistics.gaps())
                .add("recovered", statistics.recovered())
                .add("lost", lost)
                .add("p50_ns", total.getValueAtPercentile(50))
                .add("p99_ns", total.getValueAtPercentile(99))
                .add("p999_ns", total.getValueAtPercentile(99.9))
                .addPer("alloc_bytes_per_message", statistics.countedBytes(), statistics.countedMessages()));
        if (lost > 0) {
            throw new CommandFailure(lost + " packets that a line delivered were lost");
        }
        long missing = exchange.published() - statistics.messages(DemoStatistics.WEBSOCKET);
        if (client.sawEnd() && missing != 0) {
            throw new CommandFailure("the websocket lost " + missing + " messages");
        }
    }
}
