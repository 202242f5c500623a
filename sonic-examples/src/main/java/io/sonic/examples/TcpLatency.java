package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How long a round trip over TCP takes. */
@Command(name = "tcp-latency", description = {
    "Sends bytes to an echo server, waits until they are back, and so on.",
    "Prints percentiles of the round trip, after a warm-up of a third of the count or more."})
final class TcpLatency extends LatencyCommand {

    @Mixin
    private ServerOptions server;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
        super.checkOptions();
    }

    @Override
    void measure(ReactorLoop loop, RoundTrips trips) throws CommandFailure {
        TcpStream stream = TcpStream.open(loop.reactor());
        EchoPinger pinger = new EchoPinger(stream, server(), size(), trips, loop::end, loop::fail);
        stream.asyncConnect(server.address(), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
            if (status == IoStatus.OK) {
                stream.hot(hot());
                pinger.start();
            } else {
                loop.fail(stream.failure().getMessage());
            }
        });
        loop.run();
    }

    @Override
    String server() {
        return server.toString();
    }
}
