package io.sonic.examples;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.Option;

/** Where a server listens. */
final class ListenOptions {

    static final int MAX_PORT = 65_535;

    @Option(names = "--host", paramLabel = "H", defaultValue = "127.0.0.1", order = 1,
            description = "The address to listen on, ${DEFAULT-VALUE} by default.")
    private String host;

    @Option(names = "--port", paramLabel = "P", required = true, order = 2,
            description = "The port to listen on; 0 lets the system choose, and the first line tells.")
    int port;

    InetSocketAddress address() throws CommandFailure {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new CommandFailure("unknown host: " + host);
        }
    }
}
