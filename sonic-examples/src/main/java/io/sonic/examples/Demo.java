package io.sonic.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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

    @Override
    public Integer call() throws IOException {
        checkOptions();
        PrintWriter out = spec.commandLine().getOut();
        IdleMode mode = idle == null ? idleModeForThisMachine() : idle;
        try (DemoRun run = new DemoRun(replay, rate, lossPercent / 100, mode)) {
            run.watch(seconds, out);
            out.println(run.finish(spec.name()));
            run.check();
        } finally {
            out.flush();
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
}
