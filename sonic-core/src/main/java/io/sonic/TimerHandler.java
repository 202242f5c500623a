package io.sonic;

/**
 * Is called when a timer is due.
 */
@FunctionalInterface
public interface TimerHandler {
    /**
     * Called on the reactor's thread, never early. The timer may be scheduled again or cancelled from here.
     *
     * @param timer the timer that is due.
     */
    void onTimer(Timer timer);
}
