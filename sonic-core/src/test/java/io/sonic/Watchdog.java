package io.sonic;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Stops a reactor that waits in the kernel for ever, which an interrupt does not.
 */
final class Watchdog {
    private static final ScheduledExecutorService THREAD = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watchdog");
        thread.setDaemon(true);
        return thread;
    });

    private final Future<?> barking;
    private volatile boolean barked;

    Watchdog(Reactor reactor) {
        barking = THREAD.scheduleAtFixedRate(() -> {
            barked = true;
            reactor.stop();
        }, 40, 1, TimeUnit.SECONDS);
    }

    /**
     * Calls it off.
     *
     * @return whether it had to stop the reactor.
     */
    boolean callOff() {
        barking.cancel(false);
        return barked;
    }
}
