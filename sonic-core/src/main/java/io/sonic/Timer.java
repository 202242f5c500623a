package io.sonic;

import java.util.Objects;

/**
 * Calls a handler at a time, once or repeatedly. Never early; late by what the loop was busy with.
 *
 * <p>A timer is an entry in a heap of its reactor: it needs no descriptor and no thread, and scheduling it allocates
 * nothing. Times are those of the reactor's clock ({@link Reactor#nanoTime()}).
 *
 * <p><b>Threading</b>: the thread that runs the reactor.
 *
 * <p><b>Completion</b>: a timer that was cancelled or closed does not call its handler. One that is due already calls
 * it before the scheduling call returns, up to {@value Reactor#MAX_INLINE_COMPLETIONS} completions deep.
 */
public final class Timer implements AutoCloseable {
    static final int NOT_IN_HEAP = -1;
    /**
     * 146 years: a longer delay would wrap around and be due at once.
     */
    private static final long MAX_DELAY_NS = Long.MAX_VALUE / 2;

    long deadlineNs;
    long sequence;
    int heapIndex = NOT_IN_HEAP;

    private final Reactor reactor;
    private TimerHandler handler;
    private long periodNs;
    private boolean fixedRate;
    private boolean closed;

    /**
     * Creates a timer that is not scheduled.
     *
     * @param reactor calls the handlers.
     */
    public Timer(Reactor reactor) {
        this.reactor = Objects.requireNonNull(reactor, "reactor");
    }

    /**
     * Calls a handler once, after a delay.
     *
     * @param delayNs nanoseconds from now; 0 or less calls the handler at once.
     * @param handler called once.
     * @throws IllegalStateException when the timer is scheduled already, or closed.
     */
    public void scheduleOnce(long delayNs, TimerHandler handler) {
        start(delayNs <= 0 ? Long.MIN_VALUE : reactor.nanoTime() + Math.min(delayNs, MAX_DELAY_NS), 0, false, handler);
    }

    /**
     * Calls a handler once, at a time.
     *
     * @param deadlineNs time of {@link Reactor#nanoTime()}; one in the past calls the handler at once.
     * @param handler    called once.
     * @throws IllegalStateException when the timer is scheduled already, or closed.
     */
    public void scheduleAt(long deadlineNs, TimerHandler handler) {
        start(deadlineNs - reactor.nanoTime() <= 0 ? Long.MIN_VALUE : deadlineNs, 0, false, handler);
    }

    /**
     * Calls a handler at regular times: after one period, two, three, without drift. A time that passed while the loop
     * was busy with later ones is skipped, so that a slow handler does not cause a burst.
     *
     * @param periodNs nanoseconds from one call to the next, more than 0.
     * @param handler  called until the timer is cancelled or closed.
     * @throws IllegalArgumentException when the period is not positive.
     * @throws IllegalStateException    when the timer is scheduled already, or closed.
     */
    public void scheduleAtFixedRate(long periodNs, TimerHandler handler) {
        repeat(periodNs, true, handler);
    }

    /**
     * Calls a handler repeatedly, with a delay from the end of one call to the next.
     *
     * @param delayNs nanoseconds, more than 0.
     * @param handler called until the timer is cancelled or closed.
     * @throws IllegalArgumentException when the delay is not positive.
     * @throws IllegalStateException    when the timer is scheduled already, or closed.
     */
    public void scheduleWithFixedDelay(long delayNs, TimerHandler handler) {
        repeat(delayNs, false, handler);
    }

    /**
     * Takes the schedule back: the handler will not be called. Does nothing when the timer is not scheduled.
     *
     * @return whether a call was taken back.
     */
    public boolean cancel() {
        assert reactor.checkOwnThread();
        boolean scheduled = isScheduled();
        handler = null;
        if (heapIndex != NOT_IN_HEAP) {
            reactor.timers().remove(this);
        }
        return scheduled;
    }

    /**
     * Tells whether the handler will be called. Inside of the handler of a single shot it is false, inside of that of a
     * repeating timer it is true.
     *
     * @return whether a call is to come.
     */
    public boolean isScheduled() {
        return handler != null;
    }

    /**
     * Cancels the timer for good. A second call does nothing.
     */
    @Override
    public void close() {
        cancel();
        closed = true;
    }

    private void repeat(long newPeriodNs, boolean atFixedRate, TimerHandler newHandler) {
        if (newPeriodNs <= 0) {
            throw new IllegalArgumentException(
                    "the period of a repeating timer must be positive: " + newPeriodNs + " ns");
        }
        long usedPeriodNs = Math.min(newPeriodNs, MAX_DELAY_NS);
        start(reactor.nanoTime() + usedPeriodNs, usedPeriodNs, atFixedRate, newHandler);
    }

    private void start(long newDeadlineNs, long newPeriodNs, boolean atFixedRate, TimerHandler newHandler) {
        assert reactor.checkOwnThread();
        Objects.requireNonNull(newHandler, "handler");
        if (closed) {
            throw new IllegalStateException("the timer is closed");
        }
        if (handler != null) {
            throw new IllegalStateException("the timer is scheduled already");
        }
        reactor.checkOpen();
        handler = newHandler;
        periodNs = newPeriodNs;
        fixedRate = atFixedRate;
        if (newDeadlineNs != Long.MIN_VALUE) {
            reactor.timers().add(this, newDeadlineNs);
        } else if (reactor.tryInline()) {
            try {
                fire();
            } finally {
                reactor.endInline();
            }
        } else {
            reactor.timers().add(this, reactor.nanoTime());
        }
    }

    TimerHandler handler() {
        return handler;
    }

    /**
     * Calls the handler; the timer is not in the heap.
     */
    void fire() {
        TimerHandler due = handler;
        if (periodNs == 0) {
            handler = null;
        }
        reactor.completed();
        try {
            due.onTimer(this);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
        // The handler may have cancelled this schedule, or replaced it by one that is in the heap already.
        if (periodNs != 0 && handler == due && heapIndex == NOT_IN_HEAP) {
            if (reactor.isOpen()) {
                reactor.timers().add(this, nextDeadline());
            } else {
                handler = null;
            }
        }
    }

    private long nextDeadline() {
        long now = reactor.nanoTime();
        if (!fixedRate) {
            return now + periodNs;
        }
        long late = now - deadlineNs;
        return deadlineNs + periodNs * (late < 0 ? 1 : late / periodNs + 1);
    }
}
