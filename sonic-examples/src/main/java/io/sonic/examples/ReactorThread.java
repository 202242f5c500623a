package io.sonic.examples;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** A reactor on a thread of its own. Whoever starts it ends it, also when a signal comes. */
final class ReactorThread implements AutoCloseable {

    /** Opens channels on the new thread, before its loop runs. */
    @FunctionalInterface
    interface Opening {

        /** Called once, on the new thread. */
        void open(ReactorLoop loop) throws IOException;
    }

    private final CountDownLatch opened = new CountDownLatch(1);
    private final Thread thread;
    private volatile ReactorLoop loop;
    private volatile Throwable failure;

    private ReactorThread(String name, IdleMode idle, BackendOption backend, Opening opening) {
        thread = new Thread(() -> run(idle, backend, opening), name);
        thread.setDaemon(true);
    }

    /**
     * Starts a thread and waits until its channels are open.
     *
     * @throws CommandFailure why they could not be opened; the thread has ended then.
     */
    static ReactorThread start(String name, IdleMode idle, BackendOption backend, Opening opening)
            throws CommandFailure {
        ReactorThread started = new ReactorThread(name, idle, backend, opening);
        started.thread.start();
        try {
            started.opened.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted");
        }
        started.check();
        return started;
    }

    private void run(IdleMode idle, BackendOption backend, Opening opening) {
        try (ReactorLoop own = ReactorLoop.openInner(idle, backend)) {
            loop = own;
            opening.open(own);
            opened.countDown();
            own.run();
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        } finally {
            opened.countDown();
        }
    }

    /** Has the thread run a task; does nothing when its loop has ended. */
    void post(Runnable task) {
        try {
            loop.reactor().post(task);
        } catch (IllegalStateException closed) {
            return;
        }
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    /** Throws what ended the thread, if it failed. */
    void check() throws CommandFailure {
        Throwable thrown = failure;
        if (thrown != null) {
            boolean expected = thrown instanceof IOException || thrown instanceof IllegalStateException;
            throw new CommandFailure(expected ? thrown.getMessage() : "unexpected: " + thrown);
        }
    }

    /**
     * Waits until the loop has ended by itself.
     *
     * @return false when it has not.
     */
    boolean awaitEnd(long timeoutMs) {
        try {
            thread.join(timeoutMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /** Ends the loop, and with it the thread. */
    @Override
    public void close() {
        ReactorLoop running = loop;
        if (running != null) {
            running.end();
        }
        awaitEnd(0);
    }
}
