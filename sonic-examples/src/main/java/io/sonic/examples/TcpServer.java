package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a server accepts and writes. */
@Command(name = "tcp-server", description = "Greets each client and closes, until it is stopped.")
final class TcpServer extends ReactorCommand {

    @Mixin
    private ListenOptions listen;

    @Option(names = "--text", paramLabel = "T", defaultValue = "hello, sonic!", order = 3,
            description = "The greeting, \"${DEFAULT-VALUE}\" by default.")
    private String text;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        UnsafeBuffer greeting = Memory.of(text);
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(accepted -> greet(accepted, greeting)));
        printListening(listener.localAddress());
        loop.run();
    }

    private void greet(TcpStream stream, UnsafeBuffer greeting) {
        print("accepted " + Endpoint.of(stream.remoteAddress()));
        stream.asyncWriteAll(greeting, 0, greeting.capacity(), (status, length) -> stream.close());
    }
}
