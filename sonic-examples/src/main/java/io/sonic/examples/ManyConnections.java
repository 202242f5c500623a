package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.TcpStream;
import io.sonic.Timer;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How one thread reads from many connections that all have something to say. */
@Command(name = "many-connections", description = {
    "Reads from N connections to a server that writes without end, flood-server for instance.",
    "least_bytes and most_bytes are those of the connection that got the least, and the most."})
final class ManyConnections extends ReactorCommand {

    private static final int CAPACITY = 4096;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    @Mixin
    private ServerOptions server;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "10", order = 3,
            description = "Connections, ${DEFAULT-VALUE} by default.")
    private int count;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "5", order = 4,
            description = "How long to read when all are connected, ${DEFAULT-VALUE} by default.")
    private int seconds;

    /** All connections share it: nobody looks at what they read. */
    private UnsafeBuffer buffer;
    private Connection[] connections;
    private int connected;
    private long startNs;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
        require("--connections", count, 1, 100_000);
        require("--seconds", seconds, 1, 86_400);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        buffer = Memory.allocate(CAPACITY);
        connections = new Connection[count];
        for (int i = 0; i < count; i++) {
            connections[i] = new Connection(loop);
            connections[i].connect();
        }
        loop.run();
        print(results(loop.reactor().nanoTime() - startNs));
    }

    private void onConnected(ReactorLoop loop) {
        if (++connected < count) {
            return;
        }
        startNs = loop.reactor().nanoTime();
        for (Connection connection : connections) {
            connection.read();
        }
        new Timer(loop.reactor()).scheduleOnce(seconds * NS_PER_SECOND, due -> loop.end());
    }

    private String results(long elapsedNs) {
        long all = 0;
        long least = Long.MAX_VALUE;
        long most = 0;
        for (Connection connection : connections) {
            all += connection.bytes;
            least = Math.min(least, connection.bytes);
            most = Math.max(most, connection.bytes);
        }
        return new ResultLine(name())
                .add("connections", connected)
                .add("bytes", all)
                .addPerSecond("bytes_per_s", all, elapsedNs)
                .add("least_bytes", least)
                .add("most_bytes", most)
                .toString();
    }

    /** Counts what it reads. */
    private final class Connection {

        private final ReactorLoop loop;
        private final TcpStream stream;
        private final ReadHandler onRead = this::onRead;
        private long bytes;

        Connection(ReactorLoop loop) {
            this.loop = loop;
            stream = TcpStream.open(loop.reactor());
        }

        void connect() {
            stream.asyncConnect(server.address(), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
                if (status == IoStatus.OK) {
                    onConnected(loop);
                } else if (status != IoStatus.CLOSED) {
                    loop.fail(stream.failure().getMessage());
                }
            });
        }

        void read() {
            stream.asyncRead(buffer, 0, CAPACITY, onRead);
        }

        private void onRead(IoStatus status, int length) {
            switch (status) {
                case OK -> {
                    bytes += length;
                    read();
                }
                case END_OF_STREAM -> loop.fail(server + " closed a connection");
                case FAILED -> loop.fail(stream.failure().getMessage());
                default -> { }
            }
        }
    }
}
