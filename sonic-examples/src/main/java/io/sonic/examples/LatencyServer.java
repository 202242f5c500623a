package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long round trips take when one thread makes them with many clients at a time. */
@Command(name = "latency-server", description = {
    "Sends bytes to each client, waits until they are back, and so on; prints percentiles for each client and closes.",
    "The clients are echo-back, or anything else that sends back what it gets. Runs until it is stopped."})
final class LatencyServer extends ReactorCommand {

    @Mixin
    private ListenOptions listen;

    @Option(names = "--count", paramLabel = "N", defaultValue = "100000", order = 10,
            description = "Round trips to count, ${DEFAULT-VALUE} by default.")
    private long count;

    @Option(names = "--size", paramLabel = "S", defaultValue = "8", order = 11,
            description = "Bytes to send each time, ${DEFAULT-VALUE} by default.")
    private int size;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
        require("--size", size, 1, LatencyCommand.MAX_SIZE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(this::measure));
        printListening(listener.localAddress());
        loop.run();
    }

    private void measure(TcpStream stream) {
        String client = Endpoint.of(stream.remoteAddress()).toString();
        RoundTrips trips = new RoundTrips(count);
        Runnable onComplete = () -> {
            print(trips.results(client));
            stream.close();
        };
        new EchoPinger(stream, client, size, trips, onComplete, reason -> {
            print(reason);
            stream.close();
        }).start();
    }
}
