package io.sonic.examples;

import io.sonic.Reactor;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Tells when a peer has gone silent, where a command would otherwise wait for ever. */
final class Watchdog {

    private static final int PATIENCE_SECONDS = 10;

    private final Timer timer;
    private final int patienceSeconds;
    private final LongSupplier progress;
    private final Runnable onSilence;
    private final TimerHandler onTimer = this::onTimer;
    private long before;

    /**
     * Creates a watchdog that sleeps.
     *
     * @param peer      its name, for the message.
     * @param progress  a number that changes while all is well.
     * @param onFailure is told that the peer is silent.
     */
    Watchdog(Reactor reactor, String peer, LongSupplier progress, Consumer<String> onFailure) {
        this(reactor, PATIENCE_SECONDS, progress,
                () -> onFailure.accept("no reply from " + peer + " in " + PATIENCE_SECONDS + " s"));
    }

    /**
     * Creates a watchdog that sleeps.
     *
     * @param patienceSeconds without progress until it barks; up to twice as many.
     * @param progress        a number that changes while all is well.
     * @param onSilence       is called then.
     */
    Watchdog(Reactor reactor, int patienceSeconds, LongSupplier progress, Runnable onSilence) {
        this.patienceSeconds = patienceSeconds;
        this.progress = progress;
        this.onSilence = onSilence;
        timer = new Timer(reactor);
    }

    void start() {
        before = progress.getAsLong();
        timer.scheduleWithFixedDelay(patienceSeconds * 1_000_000_000L, onTimer);
    }

    void stop() {
        timer.close();
    }

    private void onTimer(Timer due) {
        long now = progress.getAsLong();
        if (now == before) {
            timer.close();
            onSilence.run();
        }
        before = now;
    }
}
