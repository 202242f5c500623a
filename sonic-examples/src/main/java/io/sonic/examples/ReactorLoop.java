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
    private final Thread thread = Thread.currentThread();
    private volatile boolean done;
    private CommandFailure failure;

    private ReactorLoop(Reactor.Context context, IdleMode idle) throws IOException {
        this.idle = idle;
        reactor = Reactor.open(context.errorHandler(this::handlerFailed));
        OPEN.add(this);
    }

    static ReactorLoop open(IdleMode idle) throws IOException {
        return new ReactorLoop(new Reactor.Context(), idle);
    }

    /** Ends every loop that is open; from any thread. */
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
