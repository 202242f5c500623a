package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.SocketOptions;
import io.sonic.UdpSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a datagram socket knows once it is connected. */
@Command(name = "udp-connect", description = {
    "Connects a datagram socket and prints its local address: the one that this host sends from, to that server.",
    "Nothing is sent."})
final class UdpConnect extends ReactorCommand {

    @Mixin
    private ServerOptions server;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        try (UdpSocket socket = connected(loop, server.endpoint())) {
            print(Endpoint.of(socket.localAddress()) + " to " + server);
        }
    }

    /** Opens a socket of the server's family that sends to it, and receives from nobody else. */
    static UdpSocket connected(ReactorLoop loop, Endpoint server) throws IOException {
        UdpSocket socket = UdpSocket.open(loop.reactor(),
                server.isIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET, new SocketOptions());
        socket.connect(server);
        return socket;
    }
}
