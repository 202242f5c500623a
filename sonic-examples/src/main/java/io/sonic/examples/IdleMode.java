package io.sonic.examples;

import io.sonic.Reactor;
import java.util.function.BooleanSupplier;

/** What a command's thread does while there is nothing to do. */
enum IdleMode {

    /** Polls without a pause: the lowest latency, for the price of a core. */
    BUSY {
        @Override
        void run(Reactor reactor, BooleanSupplier done) {
            while (!done.getAsBoolean()) {
                reactor.poll();
            }
        }
    },

    /** Polls for a while, then yields, then waits in the kernel: for a machine that others use too. */
    BACKOFF {
        @Override
        void run(Reactor reactor, BooleanSupplier done) {
            int idleTurns = 0;
            while (!done.getAsBoolean()) {
                if (reactor.poll() > 0) {
                    idleTurns = 0;
                } else if (idleTurns < SPINS) {
                    idleTurns++;
                    Thread.onSpinWait();
                } else if (idleTurns < SPINS + YIELDS) {
                    idleTurns++;
                    Thread.yield();
                } else if (reactor.runOneFor(MAX_WAIT_NS) > 0) {
                    idleTurns = 0;
                }
            }
        }
    },

    /** Polls without a pause while it has a processor for itself, and waits in the kernel while others want it too. */
    ADAPTIVE {
        @Override
        void run(Reactor reactor, BooleanSupplier done) {
            long waitUntilNs = System.nanoTime() + SHARED_NS;
            while (!done.getAsBoolean()) {
                long nowNs = System.nanoTime();
                if (nowNs - waitUntilNs < 0) {
                    reactor.runOne();
                } else if (reactor.poll() == 0 && System.nanoTime() - nowNs > TAKEN_AWAY_NS) {
                    // A poll that has nothing to do is short, unless the thread has to leave the processor meanwhile.
                    waitUntilNs = System.nanoTime() + SHARED_NS;
                }
            }
        }
    },

    /** Waits in the kernel: no more CPU than the work takes, and a wake-up for each burst. */
    BLOCK {
        @Override
        void run(Reactor reactor, BooleanSupplier done) {
            while (!done.getAsBoolean()) {
                reactor.run();
            }
        }
    };

    private static final int SPINS = 20;
    private static final int YIELDS = 50;
    private static final long MAX_WAIT_NS = 100_000_000;
    private static final long TAKEN_AWAY_NS = 500_000;
    private static final long SHARED_NS = 500_000_000;

    /**
     * Runs the reactor until it is done.
     *
     * @param done true when the loop is to end; {@link Reactor#stop()} follows whenever it becomes true.
     */
    abstract void run(Reactor reactor, BooleanSupplier done);
}
