package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.UdpSocket;
import io.sonic.WriteHandler;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How to answer datagrams of anybody on one socket. */
@Command(name = "udp-echo-server", description = "Sends back each datagram to whom it came from, until it is stopped.")
final class UdpEchoServer extends ReactorCommand {

    @Mixin
    private ListenOptions listen;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        UdpSocket socket = UdpSocket.open(loop.reactor(), listen.address());
        new Echo(socket).receive();
        printListening(socket.localAddress());
        loop.run();
    }

    /** Receives a datagram, sends it, and receives the next. */
    private static final class Echo {

        private static final int MAX_DATAGRAM = 65_536;

        private final UdpSocket socket;
        private final UnsafeBuffer buffer = Memory.allocate(MAX_DATAGRAM);
        private final ReceiveHandler onReceived = this::onReceived;
        private final WriteHandler onSent = this::onSent;

        Echo(UdpSocket socket) {
            this.socket = socket;
        }

        void receive() {
            socket.asyncReceive(buffer, 0, MAX_DATAGRAM, onReceived);
        }

        private void onReceived(IoStatus status, int length, Endpoint source) {
            if (status == IoStatus.OK) {
                socket.asyncSend(buffer, 0, length, source, onSent);
            } else if (status != IoStatus.CLOSED) {
                // The error of an earlier reply that nobody took, for instance.
                receive();
            }
        }

        private void onSent(IoStatus status, int length) {
            if (status != IoStatus.CLOSED) {
                // A reply that was not sent is a datagram that was lost.
                receive();
            }
        }
    }
}
