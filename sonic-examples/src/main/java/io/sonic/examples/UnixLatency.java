package io.sonic.examples;

import io.sonic.Capability;
import io.sonic.IoStatus;
import io.sonic.UnixStream;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long a round trip over a stream of the unix domain takes. */
@Command(name = "unix-latency", description = {
    "Sends bytes to an echo server of this machine, waits until they are back, and so on.",
    "Prints percentiles of the round trip, after a warm-up of a third of the count or more."})
final class UnixLatency extends LatencyCommand {

    @Option(names = "--path", paramLabel = "F", required = true, order = 1, description = "The server's path.")
    private Path path;

    @Override
    void measure(ReactorLoop loop, RoundTrips trips) throws CommandFailure {
        BackendOption.require(loop.reactor(), Capability.UNIX_STREAMS, "streams of the unix domain");
        UnixStream stream = UnixStream.open(loop.reactor());
        EchoPinger pinger = new EchoPinger(stream, server(), size(), trips, loop::end, loop::fail);
        stream.asyncConnect(UnixDomainSocketAddress.of(path), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
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
        return path.toString();
    }
}
