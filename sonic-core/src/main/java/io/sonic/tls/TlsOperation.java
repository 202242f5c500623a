package io.sonic.tls;

import io.sonic.Deferral;
import io.sonic.IoStatus;
import io.sonic.Timer;
import io.sonic.TimerHandler;

/**
 * An operation that can be in flight on a stream of TLS, one object each, used again and again.
 */
abstract class TlsOperation extends Deferral {
    final TlsConnection connection;
    private final String name;
    private boolean inFlight;
    /**
     * Tells one operation from the next, which is the same object.
     */
    private int number;
    private long timeoutNs;
    /**
     * Made when a time-out is first set.
     */
    private Timer deadline;
    private final TimerHandler onDeadline = timer -> abort(IoStatus.TIMED_OUT);

    /**
     * Creates an operation that is not in flight.
     *
     * @param name in messages.
     */
    TlsOperation(TlsConnection connection, String name) {
        this.connection = connection;
        this.name = name;
    }

    final boolean isInFlight() {
        return inFlight;
    }

    final void checkIdle() {
        if (inFlight) {
            throw new IllegalStateException("a " + name + " is in flight already");
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
            deadline = new Timer(connection.reactor());
        }
    }

    /**
     * Accepts the operation: from here on its handler will be called once.
     */
    final void begin() {
        inFlight = true;
        int begun = ++number;
        long limitNs = timeoutNs;
        if (connection.reactor().tryInline()) {
            try {
                attempt();
            } finally {
                connection.reactor().endInline();
            }
        } else {
            connection.reactor().defer(this);
        }
        // The handler may have started the next operation, which has a limit of its own.
        if (limitNs > 0 && inFlight && begun == number && connection.reactor().isOpen()) {
            deadline.scheduleOnce(limitNs, onDeadline);
        }
    }

    /**
     * Goes on after something has changed. Does nothing when the operation is not in flight.
     */
    final void resume() {
        if (inFlight) {
            attempt();
        }
    }

    /**
     * Has the loop resume the operation, when it is in flight.
     */
    final void wake() {
        if (inFlight) {
            connection.reactor().defer(this);
        }
    }

    /**
     * Ends the operation for a reason that is not its own. Does nothing when it is not in flight.
     */
    final void abort(IoStatus status) {
        if (inFlight) {
            if (status == IoStatus.TIMED_OUT) {
                connection.timedOut(name, timeoutNs);
            }
            end();
            connection.releaseInput();
            call(status);
        }
    }

    /**
     * Ends the operation unless it is another one by now.
     *
     * @param which the {@link #number()} of the operation that is meant.
     */
    final void abort(IoStatus status, int which) {
        if (which == number) {
            abort(status);
        }
    }

    /**
     * The number of the operation in flight, or 0.
     */
    final int number() {
        return inFlight ? number : 0;
    }

    @Override
    protected final void run() {
        resume();
    }

    /**
     * What a recording of slow handlers shows.
     */
    @Override
    public final String toString() {
        return name + " of " + connection;
    }

    final void complete(IoStatus status) {
        end();
        call(status);
    }

    /**
     * Tries to make progress: completes the operation, or sees to it that it is resumed.
     */
    abstract void attempt();

    /**
     * Calls the handler. The operation is not in flight any more: the handler may begin the next one.
     */
    abstract void callHandler(IoStatus status);

    private void end() {
        inFlight = false;
        if (deadline != null) {
            deadline.cancel();
        }
    }

    private void call(IoStatus status) {
        connection.reactor().completed();
        try {
            callHandler(status);
        } catch (Throwable t) {
            connection.reactor().handlerFailed(t);
        }
    }
}
