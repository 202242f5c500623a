package io.sonic.examples;

import io.sonic.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.Option;

/** Which server a client connects to. */
final class ServerOptions {

    static final long CONNECT_TIMEOUT_NS = 5_000_000_000L;

    @Option(names = "--host", paramLabel = "H", required = true, order = 1,
            description = "The server's name or address.")
    String host;

    @Option(names = "--port", paramLabel = "P", required = true, order = 2, description = "The server's port.")
    int port;

    /** The address for a stream, which resolves the name itself. */
    InetSocketAddress address() {
        return InetSocketAddress.createUnresolved(host, port);
    }

    /** The address for a datagram socket. Waits for the name. */
    Endpoint endpoint() throws CommandFailure {
        try {
            return Endpoint.of(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException e) {
            throw new CommandFailure("unknown host: " + host);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
