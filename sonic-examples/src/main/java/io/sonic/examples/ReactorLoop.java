package io.sonic.examples;

import io.sonic.Reactor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A reactor that runs until its command is done, has failed, or is asked by a signal to end.
 */
final class ReactorLoop implements AutoCloseable {

    private static final List<ReactorLoop> OPEN = new CopyOnWriteArrayList<>();

    private final Reactor reactor;
    private final IdleMode idle;
    private final BackendOption backend;
    private final Thread thread = Thread.currentThread();
    private volatile boolean done;
    private CommandFailure failure;

    private ReactorLoop(IdleMode idle, BackendOption backend) throws IOException {
        this.idle = idle;
        this.backend = backend;
        reactor = backend.open(new Reactor.Context().errorHandler(this::handlerFailed));
    }

    static ReactorLoop open(IdleMode idle, BackendOption backend) throws IOException {
        ReactorLoop loop = openInner(idle, backend);
        OPEN.add(loop);
        return loop;
    }

    /** Opens a loop that signals do not end. */
    static ReactorLoop openInner(IdleMode idle, BackendOption backend) throws IOException {
        return new ReactorLoop(idle, backend);
    }

    /** Opens another reactor on the same backend, the caller's to close. */
    Reactor openReactor() throws IOException {
        return backend.open(new Reactor.Context());
    }

    /** Ends every loop that is open, as a signal does; from any thread. */
    static void endAll() {
        OPEN.forEach(ReactorLoop::end);
    }

    /** Ends the loops that a thread opened; from any thread. */
    static void endAllOf(Thread thread) {
        OPEN.stream().filter(loop -> loop.thread == thread).forEach(ReactorLoop::end);
    }

    Reactor reactor() {
        return reactor;
    }

    /**
     * Runs until {@link #end()} or {@link #fail}.
     *
     * @throws CommandFailure what {@code fail} was told.
     */
    void run() throws CommandFailure {
        idle.run(reactor, () -> done);
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Runs for some time, waiting in the kernel.
     *
     * @param deadlineNs of {@link System#nanoTime()}.
     * @return false when the loop is to end.
     */
    boolean runUntil(long deadlineNs) {
        long leftNs = deadlineNs - System.nanoTime();
        while (!done && leftNs > 0) {
            reactor.runOneFor(leftNs);
            leftNs = deadlineNs - System.nanoTime();
        }
        return !done;
    }

    /** Ends the loop after the handler that is running; from any thread. */
    void end() {
        done = true;
        reactor.stop();
    }

    /** Ends the loop because the job cannot be done; the first reason counts. */
    void fail(String reason) {
        if (failure == null) {
            failure = new CommandFailure(reason);
        }
        end();
    }

    /** Closes the reactor, and with it every channel that was opened on it. */
    @Override
    public void close() {
        OPEN.remove(this);
        reactor.close();
    }

    private void handlerFailed(Throwable thrown) {
        fail(thrown instanceof CommandFailure ? thrown.getMessage() : "unexpected: " + thrown);
    }
}
