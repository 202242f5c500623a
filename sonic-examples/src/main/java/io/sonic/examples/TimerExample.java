package io.sonic.examples;

import io.sonic.Timer;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How to be called later, once and repeatedly. */
@Command(name = "timer", description = "Waits once, then ticks at a fixed rate, and prints how late each call was.")
final class TimerExample extends ReactorCommand {

    private static final int NS_PER_MS = 1_000_000;
    private static final int MAX_MS = 3_600_000;

    @Option(names = "--delay", paramLabel = "MS", defaultValue = "500",
            description = "Milliseconds until the single call, ${DEFAULT-VALUE} by default.")
    private int delayMs;

    @Option(names = "--period", paramLabel = "MS", defaultValue = "200",
            description = "Milliseconds from one tick to the next, ${DEFAULT-VALUE} by default.")
    private int periodMs;

    @Option(names = "--count", paramLabel = "N", defaultValue = "5",
            description = "Ticks, ${DEFAULT-VALUE} by default.")
    private int count;

    private int ticks;

    @Override
    void checkOptions() {
        require("--delay", delayMs, 0, MAX_MS);
        require("--period", periodMs, 1, MAX_MS);
        require("--count", count, 1, Integer.MAX_VALUE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Timer timer = new Timer(loop.reactor());
        long dueNs = loop.reactor().nanoTime() + (long) delayMs * NS_PER_MS;
        timer.scheduleAt(dueNs, single -> {
            printLate("once", loop.reactor().nanoTime() - dueNs);
            tick(loop, timer);
        });
        loop.run();
    }

    /** The same timer again: it is free as soon as its single call has begun. */
    private void tick(ReactorLoop loop, Timer timer) {
        long startNs = loop.reactor().nanoTime();
        timer.scheduleAtFixedRate((long) periodMs * NS_PER_MS, repeating -> {
            ticks++;
            printLate("tick " + ticks, loop.reactor().nanoTime() - startNs - (long) ticks * periodMs * NS_PER_MS);
            if (ticks == count) {
                timer.cancel();
                loop.end();
            }
        });
    }

    private void printLate(String what, long lateNs) {
        print(what + ", " + lateNs / 1000 + " us late");
    }
}
