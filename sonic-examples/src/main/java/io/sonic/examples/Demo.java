package io.sonic.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the library is for: an exchange, its feeds and a client, in one process and end to end. */
@Command(name = "demo", description = {
    "Runs an exchange on one thread and its client on another one.",
    "The exchange publishes each update over a websocket and over two multicast lines, which lose and reorder packets"
        + " at random.",
    "The client takes whichever line comes first, fills the gaps of one from the other, and keeps the best bid and"
        + " ask.",
    "Ends with status 0 only if nothing was lost that either line delivered; also when a signal ends it early."})
final class Demo implements Callable<Integer> {

    private static final long SEED = 42;
    private static final int TICKS_PER_SECOND = 4;
    private static final int MAX_AHEAD = 1 << 16;
    private static final long WARM_UP_LOOK_NS = 50_000_000;
    private static final long MAX_WARM_UP_NS = 1_000_000_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "15", order = 1,
            description = "How long, ${DEFAULT-VALUE} by default; a warm-up of two seconds at most comes before.")
    private int seconds;

    @Option(names = "--replay", paramLabel = "FILE", order = 2,
            description = "A recording whose messages the exchange publishes, again and again; without it prices go"
                    + " at random. See ws-replay.")
    private Path replay;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "5000", order = 3,
            description = "Updates in a second, ${DEFAULT-VALUE} by default.")
    private int rate;

    @Option(names = "--loss", paramLabel = "P", defaultValue = "1", order = 4,
            description = "Percent of the packets that each line loses, ${DEFAULT-VALUE} by default; a tenth as many"
                    + " are sent out of order.")
    private double lossPercent;

    @Option(names = "--idle", paramLabel = "MODE", order = 90,
            description = "While nothing is to do: busy polls, adaptive polls while it has a processor to itself"
                    + " (default), backoff polls less and less, block waits in the kernel (default on one processor).")
    private IdleMode idle;

    @Mixin
    private BackendOption backend;

    @Option(names = {"-h", "--help"}, usageHelp = true, order = 99, description = "Prints this help.")
    private boolean help;

    @Override
    public Integer call() throws IOException {
        checkOptions();
        if (idle == null) {
            idle = Runtime.getRuntime().availableProcessors() > 1 ? IdleMode.ADAPTIVE : IdleMode.BLOCK;
        }
        try (ReactorLoop loop = ReactorLoop.open(IdleMode.BLOCK, backend)) {
            runOn(loop);
        } finally {
            spec.commandLine().getOut().flush();
        }
        return 0;
    }

    private void runOn(ReactorLoop loop) throws IOException {
        try {
            run(loop, spec.commandLine().getOut());
        } catch (IOException e) {
            throw BackendOption.explain(loop.reactor(), e);
        }
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

    private MarketSource openSource() throws CommandFailure {
        return replay == null ? new GeneratedMarket(SEED) : RecordedMarket.open(replay);
    }

    private void run(ReactorLoop loop, PrintWriter out) throws IOException {
        Screen screen = Screen.of(out);
        try (MarketSource source = openSource()) {
            screen.print(DemoTable.legend());
            screen.replace(List.of("warming up"));
            Rehearsal.run(loop);
            warmUp(loop);
            try (DemoSession session = new DemoSession(source, plan(rate, MAX_AHEAD), idle, backend)) {
                watch(loop, session, new DemoTable(screen, session, seconds));
                session.finish();
                new DemoReport(session).print(out, spec.name());
            }
        }
    }

    private DemoSession.Plan plan(int updatesPerSecond, int maxAhead) {
        return new DemoSession.Plan(updatesPerSecond, maxAhead, lossPercent / 100);
    }

    /** Runs a session that nobody sees, as fast as the client takes it, until the JIT compiler is through with it. */
    private void warmUp(ReactorLoop loop) throws IOException {
        long endNs = System.nanoTime() + MAX_WARM_UP_NS;
        try (MarketSource source = openSource();
                DemoSession session = new DemoSession(source, plan(DemoExchange.UNPACED, 256), idle, backend)) {
            while (!session.client().isWarm() && System.nanoTime() - endNs < 0 && session.isRunning()
                    && loop.runUntil(System.nanoTime() + WARM_UP_LOOK_NS)) {
                session.beginMeasuring();
            }
            session.finish();
        }
    }

    /** Shows how it goes, each second. What is measured begins after a third of the time, or later: see WarmUp. */
    private void watch(ReactorLoop loop, DemoSession session, DemoTable table) {
        long startNs = System.nanoTime();
        boolean measuring = false;
        for (int tick = 1; tick <= TICKS_PER_SECOND * seconds && session.isRunning(); tick++) {
            if (!loop.runUntil(startNs + tick * TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND)) {
                return;
            }
            if (!measuring) {
                session.beginMeasuring();
                measuring = WarmUp.isOver(session.client().isWarm(), tick, (long) TICKS_PER_SECOND * seconds);
            }
            if (tick % TICKS_PER_SECOND == 0) {
                table.show(tick / TICKS_PER_SECOND, measuring);
            }
        }
    }
}
