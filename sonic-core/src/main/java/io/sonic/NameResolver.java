package io.sonic;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Resolves host names on threads of its own, because the system's resolver blocks. For layers that connect by
 * themselves; {@link TcpStream#asyncConnect} does it when it is given a name.
 */
public final class NameResolver {
    private static final ExecutorService THREADS = threads();

    private NameResolver() {
    }

    /**
     * Asks for the addresses of a host.
     *
     * <p><b>Completion</b>: the handler is called once, on the reactor's thread, after this call has returned; not at
     * all when the reactor is closed before.
     *
     * @param reactor calls the handler.
     * @param host    a name, or a literal address.
     * @param handler is told the addresses, or why there are none.
     */
    public static void asyncResolve(Reactor reactor, String host, ResolveHandler handler) {
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
            tell(reactor, handler, addresses, failure);
        });
    }

    private static void tell(
            Reactor reactor, ResolveHandler handler, InetAddress[] addresses, UnknownHostException failure) {
        try {
            reactor.post(() -> handler.onResolved(addresses, failure));
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
