package io.sonic.examples;

import io.sonic.Timer;
import io.sonic.TimerHandler;
import java.util.function.LongSupplier;

/** Fails a command whose peer has gone silent, where it would otherwise wait for ever. */
final class Watchdog {

    private static final long PATIENCE_SECONDS = 10;

    private final ReactorLoop loop;
    private final Timer timer;
    private final String peer;
    private final LongSupplier progress;
    private final TimerHandler onTimer = this::onTimer;
    private long before;

    /**
     * Creates a watchdog that sleeps.
     *
     * @param peer     its name, for the message.
     * @param progress a number that changes while all is well.
     */
    Watchdog(ReactorLoop loop, String peer, LongSupplier progress) {
        this.loop = loop;
        this.peer = peer;
        this.progress = progress;
        timer = new Timer(loop.reactor());
    }

    void start() {
        before = progress.getAsLong();
        timer.scheduleAtFixedRate(PATIENCE_SECONDS * 1_000_000_000L, onTimer);
    }

    private void onTimer(Timer due) {
        long now = progress.getAsLong();
        if (now == before) {
            loop.fail("no reply from " + peer + " in " + PATIENCE_SECONDS + " s");
        }
        before = now;
    }
}
