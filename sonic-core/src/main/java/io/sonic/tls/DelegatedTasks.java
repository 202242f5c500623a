package io.sonic.tls;

import io.sonic.Reactor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the slow work of handshakes on threads of its own, made when they are needed and gone when they are not.
 */
final class DelegatedTasks {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final ExecutorService THREADS = threads();

    private DelegatedTasks() {
    }

    /**
     * Is told on the reactor's thread that the work is done.
     */
    interface Listener {
        /**
         * Called once, unless the reactor was closed meanwhile.
         *
         * @param thrown what the work threw, or null.
         */
        void onTasksDone(Throwable thrown);
    }

    static void run(TlsEngine engine, Reactor reactor, Listener listener) {
        THREADS.execute(() -> {
            Throwable thrown = null;
            try {
                engine.runTasks();
            } catch (Throwable t) {
                thrown = t;
            }
            tell(reactor, listener, thrown);
        });
    }

    private static void tell(Reactor reactor, Listener listener, Throwable thrown) {
        try {
            reactor.post(() -> listener.onTasksDone(thrown));
        } catch (IllegalStateException e) {
            return; // the reactor was closed, and with it the stream
        }
    }

    private static ExecutorService threads() {
        int count = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                count, count, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "sonic-tls-" + NUMBER.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
