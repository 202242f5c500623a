package io.sonic.websocket;

import io.sonic.Reactor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A reactor that a test runs on its own thread.
 */
final class Loop implements AutoCloseable {
    private static final long DEADLINE_NS = 20_000_000_000L;

    final List<Throwable> thrown = new ArrayList<>();
    final Reactor reactor;
    private long skippedNs;

    Loop() throws IOException {
        reactor = Reactor.open(new Reactor.Context()
            .errorHandler(thrown::add)
            .nanoClock(() -> System.nanoTime() + skippedNs));
    }

    /**
     * Lets time pass for timers.
     */
    void skip(long durationNs) {
        skippedNs += durationNs;
        settle();
    }

    /**
     * Runs the reactor until a condition holds.
     */
    void until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            reactor.runOneFor(1_000_000);
            if (System.nanoTime() - start > DEADLINE_NS) {
                throw new AssertionError("waited in vain; thrown by handlers: " + thrown);
            }
        }
    }

    /**
     * Runs the reactor as long as something happens without waiting.
     */
    void settle() {
        for (int idle = 0; idle < 3; idle++) {
            while (reactor.poll() > 0) {
                idle = 0;
            }
        }
    }

    @Override
    public void close() {
        reactor.close();
        if (!thrown.isEmpty()) {
            AssertionError error = new AssertionError("handlers threw");
            thrown.forEach(error::addSuppressed);
            throw error;
        }
    }
}
