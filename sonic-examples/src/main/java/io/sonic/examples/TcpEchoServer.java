package io.sonic.examples;

import io.sonic.TcpListener;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How to serve many connections on one thread. */
@Command(name = "tcp-echo-server", description = "Sends back to each client what it sends, until it is stopped.")
final class TcpEchoServer extends ReactorCommand {

    @Mixin
    private ListenOptions listen;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(EchoConnection::serve));
        printListening(listener.localAddress());
        loop.run();
    }
}
