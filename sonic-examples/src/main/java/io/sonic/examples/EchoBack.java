package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpStream;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How a client serves a server: the other side of latency-server. */
@Command(name = "echo-back", description = "Connects and sends back what the server sends, until the server ends.")
final class EchoBack extends ReactorCommand {

    @Mixin
    private ServerOptions server;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        TcpStream stream = TcpStream.open(loop.reactor());
        stream.asyncConnect(server.address(), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
            if (status == IoStatus.OK) {
                EchoConnection.serve(stream, end -> ended(loop, stream, end));
            } else {
                loop.fail(stream.failure().getMessage());
            }
        });
        loop.run();
    }

    private static void ended(ReactorLoop loop, TcpStream stream, IoStatus status) {
        if (status == IoStatus.FAILED) {
            loop.fail(stream.failure().getMessage());
        } else {
            loop.end();
        }
    }
}
