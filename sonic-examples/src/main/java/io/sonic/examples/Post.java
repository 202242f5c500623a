package io.sonic.examples;

import io.sonic.Reactor;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How another thread has something done on the reactor's thread. */
@Command(name = "post", description = {
    "Posts tasks from the reactor's thread and from another one, and runs them.",
    "Those of one thread run in the order in which they were posted."})
final class Post extends ReactorCommand {

    @Option(names = "--count", paramLabel = "N", defaultValue = "5", order = 1,
            description = "Tasks of each thread, ${DEFAULT-VALUE} by default.")
    private int count;

    private int left;

    @Override
    void checkOptions() {
        require("--count", count, 1, 1_000_000);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        left = 2 * count;
        postAll(loop, "the reactor's thread");
        Thread other = new Thread(() -> postAll(loop, "another thread"), "other");
        other.setDaemon(true);
        other.start();
        loop.run();
    }

    private void postAll(ReactorLoop loop, String from) {
        Reactor reactor = loop.reactor();
        for (int i = 0; i < count; i++) {
            int number = i;
            try {
                reactor.post(() -> done(loop, number, from));
            } catch (IllegalStateException stopped) {
                return;
            }
        }
    }

    private void done(ReactorLoop loop, int number, String from) {
        print("task " + number + " of " + from);
        if (--left == 0) {
            loop.end();
        }
    }
}
