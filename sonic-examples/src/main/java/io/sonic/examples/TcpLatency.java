package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long a round trip over TCP takes. */
@Command(name = "tcp-latency", description = {
    "Sends bytes to an echo server, waits until they are back, and so on.",
    "Prints percentiles of the round trip, after a warm-up of a third of the count or more."})
final class TcpLatency extends ReactorCommand {

    private static final int MAX_SIZE = 1 << 20;
    private static final long CONNECT_TIMEOUT_NS = 5_000_000_000L;

    @Option(names = "--host", paramLabel = "H", required = true, description = "The server's name or address.")
    private String host;

    @Option(names = "--port", paramLabel = "P", required = true, description = "The server's port.")
    private int port;

    @Option(names = "--count", paramLabel = "N", defaultValue = "100000",
            description = "Round trips to count, ${DEFAULT-VALUE} by default.")
    private long count;

    @Option(names = "--size", paramLabel = "S", defaultValue = "128",
            description = "Bytes to send each time, ${DEFAULT-VALUE} by default.")
    private int size;

    @Override
    void checkOptions() {
        require("--port", port, 1, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
        require("--size", size, 1, MAX_SIZE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Rehearsal.run();
        RoundTrips trips = new RoundTrips(count);
        TcpStream stream = TcpStream.open(loop.reactor());
        Pinger pinger = new Pinger(loop, stream, trips);
        stream.asyncConnect(InetSocketAddress.createUnresolved(host, port), CONNECT_TIMEOUT_NS, status -> {
            if (status == IoStatus.OK) {
                pinger.start();
            } else {
                loop.fail(stream.failure().getMessage());
            }
        });
        loop.run();
        if (!trips.isComplete()) {
            throw new CommandFailure("stopped after " + trips.done() + " round trips to " + server());
        }
        out().println(trips.results(name()));
    }

    private String server() {
        return host + ":" + port;
    }

    /** Keeps a read waiting, and writes again whenever all bytes are back. */
    private final class Pinger {

        private final ReactorLoop loop;
        private final TcpStream stream;
        private final RoundTrips trips;
        private final Watchdog watchdog;
        private final UnsafeBuffer request = Memory.allocateText(size);
        // One byte longer than the reply: a read that comes back short tells that nothing more is waiting.
        private final UnsafeBuffer reply = Memory.allocate(size + 1);
        private final ReadHandler onRead = this::onRead;
        private final WriteHandler onWritten = this::onWritten;
        private int received;

        Pinger(ReactorLoop loop, TcpStream stream, RoundTrips trips) {
            this.loop = loop;
            this.stream = stream;
            this.trips = trips;
            watchdog = new Watchdog(loop, server(), trips::done);
        }

        void start() {
            watchdog.start();
            ping();
            read();
        }

        private void ping() {
            received = 0;
            trips.sending();
            stream.asyncWriteAll(request, 0, size, onWritten);
        }

        private void read() {
            stream.asyncRead(reply, received, size + 1 - received, onRead);
        }

        private void onWritten(IoStatus status, int length) {
            if (status != IoStatus.OK) {
                ended(status);
            }
        }

        private void onRead(IoStatus status, int length) {
            if (status != IoStatus.OK) {
                ended(status);
                return;
            }
            received += length;
            if (received < size) {
                read();
                return;
            }
            boolean more = trips.returned();
            if (received > size || Memory.firstDifference(request, reply, 0, size) >= 0) {
                loop.fail(server() + " is no echo server: it sent something else than it was sent");
            } else if (more) {
                ping();
                read();
            } else {
                loop.end();
            }
        }

        private void ended(IoStatus status) {
            loop.fail(status == IoStatus.FAILED
                    ? stream.failure().getMessage()
                    : server() + " closed the connection after " + trips.done() + " round trips");
        }
    }
}
