package io.sonic.examples;

import io.sonic.SocketOption;
import io.sonic.SocketOptions;
import io.sonic.TcpListener;
import io.sonic.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLongArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a server uses several threads: a reactor and a listener on each, all on one port. */
@Command(name = "many-reactors", description = {
    "Sends back to each client what it sends, on several threads, until it is stopped.",
    "Each thread has a reactor and a listener of its own; the system shares the connections out (SO_REUSEPORT).",
    "Nothing goes from one thread to another, and none waits for another."})
final class ManyReactors extends ReactorCommand {

    private static final long LOOK_NS = 100_000_000;

    @Mixin
    private ListenOptions listen;

    @Option(names = "--reactors", paramLabel = "N", defaultValue = "2", order = 3,
            description = "Reactors, ${DEFAULT-VALUE} by default.")
    private int count;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
        require("--reactors", count, 1, 1024);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        AtomicLongArray accepted = new AtomicLongArray(count);
        ReactorThread[] threads = new ReactorThread[count];
        try {
            InetSocketAddress address = listen.address();
            for (int i = 0; i < count; i++) {
                Opening opening = new Opening(address, accepted, i);
                threads[i] = startThread("reactor-" + i, opening);
                // The first one may have left the port to the system.
                address = opening.bound;
            }
            printListening(address);
            new Timer(loop.reactor()).scheduleAtFixedRate(LOOK_NS, due -> check(loop, threads));
            loop.run();
        } finally {
            for (ReactorThread thread : threads) {
                if (thread != null) {
                    thread.close();
                }
            }
        }
        ResultLine results = new ResultLine(name()).add("reactors", count);
        for (int i = 0; i < count; i++) {
            results.add("connections_" + i, accepted.get(i));
        }
        print(results.toString());
    }

    private static void check(ReactorLoop loop, ReactorThread[] threads) {
        try {
            for (ReactorThread thread : threads) {
                thread.check();
            }
        } catch (CommandFailure e) {
            loop.fail(e.getMessage());
        }
    }

    /** Listens on the thread of one reactor, and counts what it accepts. */
    private static final class Opening implements ReactorThread.Opening {

        private final InetSocketAddress address;
        private final AtomicLongArray accepted;
        private final int index;
        private InetSocketAddress bound;

        Opening(InetSocketAddress address, AtomicLongArray accepted, int index) {
            this.address = address;
            this.accepted = accepted;
            this.index = index;
        }

        @Override
        public void open(ReactorLoop loop) throws IOException {
            TcpListener listener = TcpListener.open(loop.reactor(), address,
                    new SocketOptions().set(SocketOption.REUSE_PORT, true));
            bound = listener.localAddress();
            listener.asyncAcceptEach(each(stream -> {
                accepted.incrementAndGet(index);
                EchoConnection.serve(stream);
            }));
        }
    }
}
