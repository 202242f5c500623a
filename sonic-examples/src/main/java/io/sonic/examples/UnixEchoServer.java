package io.sonic.examples;

import io.sonic.Capability;
import io.sonic.UnixListener;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How to serve streams of the unix domain. */
@Command(name = "unix-echo-server", description = {
    "Sends back to each client of this machine what it sends, until it is stopped.",
    "The path is created, and removed in the end."})
final class UnixEchoServer extends ReactorCommand {

    @Option(names = "--path", paramLabel = "F", required = true, order = 1,
            description = "The path to listen on; nothing may be there yet.")
    private Path path;

    @Override
    void run(ReactorLoop loop) throws IOException {
        BackendOption.require(loop.reactor(), Capability.UNIX_STREAMS, "streams of the unix domain");
        UnixListener listener = UnixListener.open(loop.reactor(), UnixDomainSocketAddress.of(path));
        try {
            listener.asyncAcceptEach(each(EchoConnection::serve));
            print("listening on " + path);
            loop.run();
        } finally {
            Files.deleteIfExists(path);
        }
    }
}
