package io.sonic;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Resolves host names on threads of its own, because the system's resolver blocks.
 */
final class NameResolver {
    private static final ExecutorService THREADS = threads();

    private NameResolver() {
    }

    /**
     * Is told the addresses on the reactor's thread.
     */
    interface Listener {
        /**
         * Called once.
         *
         * @param addresses at least one, or null when {@code failure} says why there is none.
         */
        void onResolved(InetAddress[] addresses, UnknownHostException failure);
    }

    static void resolve(Reactor reactor, String host, Listener listener) {
        THREADS.execute(() -> {
            InetAddress[] addresses = null;
            UnknownHostException failure = null;
            try {
                addresses = InetAddress.getAllByName(host);
            } catch (UnknownHostException | RuntimeException e) {
                // A resolver that a program has put in may break; whoever asked is told all the same.
                failure = new UnknownHostException("unknown host: " + host);
                failure.initCause(e);
            }
            tell(reactor, listener, addresses, failure);
        });
    }

    private static void tell(
            Reactor reactor, Listener listener, InetAddress[] addresses, UnknownHostException failure) {
        try {
            reactor.post(() -> listener.onResolved(addresses, failure));
        } catch (IllegalStateException reactorIsClosed) {
            // The operation that asked ended with CLOSED.
            return;
        }
    }

    private static ExecutorService threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                4, 4, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "sonic-name-resolver");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
