package io.sonic.examples;

import io.sonic.Timer;
import io.sonic.TimerHandler;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Fails a command whose peer has gone silent, where it would otherwise wait for ever. */
final class Watchdog {

    private static final int PATIENCE_SECONDS = 10;

    private final ReactorLoop loop;
    private final Timer timer;
    private final int patienceSeconds;
    private final LongSupplier progress;
    private final Supplier<String> sentence;
    private final TimerHandler onTimer = this::onTimer;
    private long before;

    /**
     * Creates a watchdog that sleeps.
     *
     * @param peer     its name, for the message.
     * @param progress a number that changes while all is well.
     */
    Watchdog(ReactorLoop loop, String peer, LongSupplier progress) {
        this(loop, PATIENCE_SECONDS, progress, () -> "no reply from " + peer + " in " + PATIENCE_SECONDS + " s");
    }

    /**
     * Creates a watchdog that sleeps.
     *
     * @param patienceSeconds without progress until the command fails; up to twice as many.
     * @param progress        a number that changes while all is well.
     * @param sentence        says what is wrong.
     */
    Watchdog(ReactorLoop loop, int patienceSeconds, LongSupplier progress, Supplier<String> sentence) {
        this.loop = loop;
        this.patienceSeconds = patienceSeconds;
        this.progress = progress;
        this.sentence = sentence;
        timer = new Timer(loop.reactor());
    }

    void start() {
        before = progress.getAsLong();
        timer.scheduleAtFixedRate(patienceSeconds * 1_000_000_000L, onTimer);
    }

    private void onTimer(Timer due) {
        long now = progress.getAsLong();
        if (now == before) {
            loop.fail(sentence.get());
        }
        before = now;
    }
}
