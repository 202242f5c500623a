package io.sonic;

/**
 * An operation that can be in flight on a channel, one object per direction, used again and again.
 */
abstract class Operation extends Deferral {
    private static final long RETRY_NS = 1_000_000;

    final Reactor reactor;
    /**
     * Tells one operation from the next, which is the same object.
     */
    int number;
    private final DescriptorChannel owner;
    /**
     * What it does, for messages.
     */
    final String name;
    private boolean inFlight;
    private long timeoutNs;
    /**
     * Made when a time-out is first set.
     */
    private Timer deadline;
    private final TimerHandler onDeadline = timer -> abort(IoStatus.TIMED_OUT);
    /**
     * Made when it is first needed.
     */
    private Timer retry;
    private TimerHandler onRetry;

    /**
     * Creates the operation of one direction of a channel.
     *
     * @param name what it does, for messages.
     */
    Operation(DescriptorChannel owner, String name) {
        this.reactor = owner.reactor;
        this.owner = owner;
        this.name = name;
    }

    @Override
    public final String toString() {
        return name + " of " + owner;
    }

    final boolean isInFlight() {
        return inFlight;
    }

    final void checkIdle() {
        if (inFlight) {
            throw new IllegalStateException(
                    (name.startsWith("a") ? "an " : "a ") + name + " is in flight already");
        }
    }

    /**
     * Accepts the operation: from here on its handler will be called once.
     *
     * @param ready whether an attempt may succeed now.
     */
    final void begin(boolean ready) {
        inFlight = true;
        int begun = ++number;
        long limitNs = timeoutNs;
        reactor.operationStarted();
        if (ready) {
            tryInline();
        }
        // The handler may have started the next operation, which has a limit of its own.
        if (limitNs > 0 && inFlight && begun == number && reactor.isOpen()) {
            deadline.scheduleOnce(limitNs, onDeadline);
        }
    }

    /**
     * Limits the time of operations that begin from now on.
     *
     * @param newTimeoutNs 0 is without limit.
     */
    final void timeoutNs(long newTimeoutNs) {
        if (newTimeoutNs < 0) {
            throw new IllegalArgumentException("negative time-out: " + newTimeoutNs + " ns");
        }
        timeoutNs = newTimeoutNs;
        if (deadline == null) {
            deadline = new Timer(reactor);
        }
    }

    /**
     * Marks the operation as done, just before its handler is called.
     */
    final void end() {
        inFlight = false;
        if (deadline != null) {
            deadline.cancel();
        }
        if (retry != null) {
            retry.cancel();
        }
        reactor.operationEnded();
    }

    /**
     * Leaves the next attempt to the loop.
     */
    final void becomeReady() {
        if (inFlight) {
            reactor.enqueue(this);
        }
    }

    /**
     * Leaves the next attempt to a timer, whatever is reported before; for what the system does not report when it can
     * be done, or reports although it cannot.
     */
    final void attemptLater() {
        attemptAfter(RETRY_NS);
    }

    final void attemptAfter(long pauseNs) {
        if (retry == null) {
            retry = new Timer(reactor);
            onRetry = timer -> attempt();
        }
        retry.scheduleOnce(pauseNs, onRetry);
    }

    @Override
    protected final void run() {
        // It may have been cancelled after it was queued.
        if (inFlight && (retry == null || !retry.isScheduled())) {
            attempt();
        }
    }

    private void tryInline() {
        if (!reactor.tryInline()) {
            reactor.enqueue(this);
            return;
        }
        try {
            attempt();
        } finally {
            reactor.endInline();
        }
    }

    /**
     * Tries to make progress: ends the operation, or leaves it waiting for readiness, or queues it again.
     */
    abstract void attempt();

    /**
     * Ends the operation for a reason that is not its own. Does nothing when it is not in flight.
     */
    abstract void abort(IoStatus status);
}
