package io.sonic;

import java.util.function.BooleanSupplier;

/**
 * Turns a reactor until a condition holds, instead of a sleep.
 */
final class Await {
    private static final long DEADLINE_NS = 15_000_000_000L;

    private Await() {
    }

    static void until(Reactor reactor, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > DEADLINE_NS) {
                throw new AssertionError("the condition did not hold within " + DEADLINE_NS / 1_000_000 + " ms");
            }
            if (reactor.poll() == 0) {
                Thread.yield();
            }
        }
    }

    /**
     * Waits for what happens without the reactor.
     */
    static void until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > DEADLINE_NS) {
                throw new AssertionError("the condition did not hold within " + DEADLINE_NS / 1_000_000 + " ms");
            }
            Thread.yield();
        }
    }
}
