package io.sonic.examples;

import java.io.IOException;
import picocli.CommandLine.Option;

/** What the commands share that measure round trips: how many, how large, and the last line. */
abstract class LatencyCommand extends ReactorCommand {

    static final int MAX_SIZE = 1 << 20;

    @Option(names = "--count", paramLabel = "N", defaultValue = "100000", order = 10,
            description = "Round trips to count, ${DEFAULT-VALUE} by default.")
    private long count;

    @Option(names = "--size", paramLabel = "S", defaultValue = "128", order = 11,
            description = "Bytes to send each time, ${DEFAULT-VALUE} by default.")
    private int size;

    @Option(names = "--hot", order = 12,
            description = "Has each poll read the connection directly, and ask the system only now and then.")
    private boolean hot;

    @Option(names = "--histogram", order = 13,
            description = "Prints the distribution first: a percentile, its time, and the round trips up to it.")
    private boolean histogram;

    @Override
    void checkOptions() {
        require("--count", count, 1, Long.MAX_VALUE);
        require("--size", size, 1, maxSize());
        if (hot && !polls()) {
            throw wrongOption("--hot is for a loop that polls, and --idle block does not");
        }
    }

    /** The most bytes that a round trip can have. */
    int maxSize() {
        return MAX_SIZE;
    }

    final int size() {
        return size;
    }

    /** Whether the channel is to be marked hot. */
    final boolean hot() {
        return hot;
    }

    @Override
    final void run(ReactorLoop loop) throws IOException {
        Rehearsal.run(loop);
        RoundTrips trips = new RoundTrips(count);
        measure(loop, trips);
        if (!trips.isComplete()) {
            throw new CommandFailure("stopped after " + trips.done() + " round trips to " + server());
        }
        if (histogram) {
            trips.distribution().forEach(this::print);
        }
        print(trips.results(name()));
    }

    /** Connects, and runs the loop until the round trips are complete or something fails. */
    abstract void measure(ReactorLoop loop, RoundTrips trips) throws IOException;

    /** The server's name, for messages. */
    abstract String server();
}
