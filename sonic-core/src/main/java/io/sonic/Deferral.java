package io.sonic;

/**
 * Work that a layer above the reactor leaves to the loop, without an object per call.
 *
 * <p>A layer with operations of its own (a codec stream, for instance) completes them inline as long as
 * {@link Reactor#tryInline()} lets it, and otherwise hands one of these to {@link Reactor#defer(Deferral)}. It is one
 * object, made once, per operation that can be in flight.
 */
public abstract class Deferral {
    boolean queued;

    /**
     * Creates work that is not queued.
     */
    protected Deferral() {
    }

    /**
     * Does the work. Called by the loop, once for each time that it was deferred.
     */
    protected abstract void run();

    /**
     * Tells whether the loop has still to run it.
     *
     * @return true from {@link Reactor#defer(Deferral)} until {@link #run()} is called.
     */
    public final boolean isQueued() {
        return queued;
    }
}
