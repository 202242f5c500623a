package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpStream;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How one operation follows another: connect, then write, then read. */
@Command(name = "echo-client", description = "Sends a text to an echo server and prints what comes back.")
final class EchoClient extends ReactorCommand {

    @Mixin
    private ServerOptions server;

    @Option(names = "--text", paramLabel = "T", defaultValue = "hello, sonic!", order = 3,
            description = "What to send, \"${DEFAULT-VALUE}\" by default.")
    private String text;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        TcpStream stream = TcpStream.open(loop.reactor());
        stream.asyncConnect(server.address(), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
            if (status == IoStatus.OK) {
                new TextExchange(loop, this, stream, server.toString()).start(text, loop::end);
            } else {
                loop.fail(stream.failure().getMessage());
            }
        });
        loop.run();
    }
}
