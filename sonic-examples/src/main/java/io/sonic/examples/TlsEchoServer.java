package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.tls.ClientAuthentication;
import io.sonic.tls.TlsContext;
import io.sonic.tls.TlsStream;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to serve TLS, also to clients that have to say who they are. */
@Command(name = "tls-echo-server", description = {
    "Sends back to each client what it sends over TLS, until it is stopped.",
    "Prints a line for each handshake that fails."})
final class TlsEchoServer extends ReactorCommand {

    @Mixin
    private ListenOptions listen;

    @Option(names = "--cert", paramLabel = "F", required = true, order = 3,
            description = "The certificate of this server, a PEM file.")
    private Path certificate;

    @Option(names = "--key", paramLabel = "F", required = true, order = 4,
            description = "The private key of --cert, a PEM file.")
    private Path key;

    @Option(names = "--ca", paramLabel = "F", order = 5,
            description = "The authorities of the clients, a PEM file: each client needs a certificate then.")
    private Path authorities;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        TlsContext.Settings settings = new TlsContext.Settings().certificate(certificate, key);
        if (authorities != null) {
            settings.trustFile(authorities).clientAuthentication(ClientAuthentication.NEEDED);
        }
        TlsContext context = TlsContext.create(settings);
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(accepted -> serve(accepted, context)));
        printListening(listener.localAddress());
        loop.run();
    }

    private void serve(TcpStream accepted, TlsContext context) {
        TlsStream stream = TlsStream.server(accepted, context);
        stream.asyncHandshake(status -> {
            if (status == IoStatus.OK) {
                EchoConnection.serve(stream);
                return;
            }
            if (status != IoStatus.CLOSED) {
                print(stream.failure().getMessage());
            }
            stream.close();
        });
    }
}
