package io.sonic.examples;

import io.sonic.tls.TlsStream;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a client connects over TLS, and who it is connected to then. */
@Command(name = "tls-client", description = {
    "Sends a text over TLS to an echo server and prints what comes back.",
    "Prints first what was agreed on."})
final class TlsClient extends ReactorCommand {

    @Mixin
    private ServerOptions server;

    @Mixin
    private TlsClientOptions tls;

    @Option(names = "--text", paramLabel = "T", defaultValue = "hello, sonic!", order = 7,
            description = "What to send, \"${DEFAULT-VALUE}\" by default.")
    private String text;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
        tls.check(this);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        tls.connect(loop, server, stream -> {
            print(description(stream));
            new TextExchange(loop, this, stream, server.toString())
                    .start(text, () -> stream.asyncShutdown(status -> loop.end()));
        });
        loop.run();
    }

    private static String description(TlsStream stream) {
        return stream.version() + " " + stream.cipherSuite() + " with "
                + stream.peerCertificates().getFirst().getSubjectX500Principal().getName();
    }
}
