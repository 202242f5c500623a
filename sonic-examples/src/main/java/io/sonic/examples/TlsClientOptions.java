package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpStream;
import io.sonic.tls.TlsContext;
import io.sonic.tls.TlsStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Whom a client of TLS trusts, whom it means, and who it is. */
final class TlsClientOptions {

    @Option(names = "--ca", paramLabel = "F", order = 3,
            description = "The authorities to trust, a PEM file; without it, those of the JDK.")
    private Path authorities;

    @Option(names = "--name", paramLabel = "N", order = 4,
            description = "The host that the certificate has to be for, and that the server is told; --host without"
                    + " it.")
    private String name;

    @Option(names = "--cert", paramLabel = "F", order = 5,
            description = "The certificate of this client, a PEM file, for servers that want one.")
    private Path certificate;

    @Option(names = "--key", paramLabel = "F", order = 6, description = "The private key of --cert, a PEM file.")
    private Path key;

    void check(ReactorCommand command) {
        if ((certificate == null) != (key == null)) {
            throw command.wrongOption("--cert and --key are for each other: give both or none");
        }
        if (name != null && name.isBlank()) {
            throw command.wrongOption("--name must not be empty");
        }
    }

    /**
     * Connects and makes the handshake; the command fails when that does not work.
     *
     * @param onConnected is handed the stream when it can be read and written.
     * @throws IOException when a file is not what it should be.
     */
    void connect(ReactorLoop loop, ServerOptions server, Consumer<TlsStream> onConnected) throws IOException {
        TlsContext context = TlsContext.create(settings());
        TcpStream transport = TcpStream.open(loop.reactor());
        transport.asyncConnect(server.address(), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
            if (status == IoStatus.OK) {
                handshake(loop, TlsStream.client(transport, context, name == null ? server.host : name, server.port),
                        onConnected);
            } else {
                loop.fail(transport.failure().getMessage());
            }
        });
    }

    private static void handshake(ReactorLoop loop, TlsStream stream, Consumer<TlsStream> onConnected) {
        stream.asyncHandshake(status -> {
            if (status == IoStatus.OK) {
                onConnected.accept(stream);
            } else {
                loop.fail(stream.failure().getMessage());
            }
        });
    }

    private TlsContext.Settings settings() {
        TlsContext.Settings settings = new TlsContext.Settings();
        if (authorities != null) {
            settings.trustFile(authorities);
        }
        if (certificate != null) {
            settings.certificate(certificate, key);
        }
        return settings;
    }
}
