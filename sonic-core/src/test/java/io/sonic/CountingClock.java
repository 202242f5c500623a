package io.sonic;

import org.agrona.concurrent.NanoClock;

/**
 * The system's clock, which counts the looks at it: a reactor that waits for some time looks at it in each turn.
 */
final class CountingClock implements NanoClock {
    private int looks;

    @Override
    public long nanoTime() {
        looks++;
        return System.nanoTime();
    }

    /**
     * Tells whether a reactor with this clock sleeps while nothing happens, or comes back again and again.
     */
    boolean sleeps(Reactor reactor) {
        int before = looks;
        int called = reactor.runOneFor(20_000_000);
        return called == 0 && looks - before < 20;
    }
}
