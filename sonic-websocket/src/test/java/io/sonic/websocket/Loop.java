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
    private static final long LIFETIME_NS = 240_000_000_000L;

    final List<Throwable> thrown = new ArrayList<>();
    final Reactor reactor;
    private final long opened = System.nanoTime();
    private long skippedNs;
    private int polls;

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
            while (poll() > 0) {
                idle = 0;
            }
        }
    }

    /**
     * Runs one turn; no test takes as many of them as make this give up.
     */
    int poll() {
        if ((++polls & 0xFFF) == 0 && System.nanoTime() - opened > LIFETIME_NS) {
            throw new AssertionError("polled for too long; thrown by handlers: " + thrown);
        }
        return reactor.poll();
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
