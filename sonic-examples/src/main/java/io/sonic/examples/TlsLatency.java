package io.sonic.examples;

import io.sonic.tls.TlsStream;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How long a round trip over TLS takes. */
@Command(name = "tls-latency", description = {
    "Sends bytes over TLS to an echo server, waits until they are back, and so on.",
    "Prints percentiles of the round trip, after a warm-up of a third of the count or more."})
final class TlsLatency extends LatencyCommand {

    @Mixin
    private ServerOptions server;

    @Mixin
    private TlsClientOptions tls;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
        tls.check(this);
        super.checkOptions();
    }

    @Override
    void measure(ReactorLoop loop, RoundTrips trips) throws IOException {
        tls.connect(loop, server, stream -> start(loop, stream, trips));
        loop.run();
    }

    private void start(ReactorLoop loop, TlsStream stream, RoundTrips trips) {
        stream.hot(hot());
        Runnable shutdown = () -> stream.asyncShutdown(status -> loop.end());
        new EchoPinger(stream, server(), size(), trips, shutdown, loop::fail).start();
    }

    @Override
    String server() {
        return server.toString();
    }
}
