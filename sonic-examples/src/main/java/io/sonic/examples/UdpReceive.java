package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.UdpSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How datagrams are received, and from whom. */
@Command(name = "udp-receive", description = "Prints each datagram that arrives, and who sent it.")
final class UdpReceive extends ReactorCommand {

    private static final int CAPACITY = 128;

    @Mixin
    private ListenOptions listen;

    @Option(names = "--count", paramLabel = "N", order = 3,
            description = "Datagrams to receive; without it, all until the command is stopped.")
    private long count = Long.MAX_VALUE;

    private UnsafeBuffer buffer;
    private UdpSocket socket;
    private ReceiveHandler onReceived;
    private long received;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        buffer = Memory.allocate(CAPACITY);
        socket = UdpSocket.open(loop.reactor(), listen.address());
        onReceived = (status, length, source) -> onReceived(loop, status, length, source);
        receive();
        printListening(socket.localAddress());
        loop.run();
        print(new ResultLine(name()).add("packets", received).toString());
    }

    private void receive() {
        socket.asyncReceive(buffer, 0, CAPACITY, onReceived);
    }

    private void onReceived(ReactorLoop loop, IoStatus status, int length, Endpoint source) {
        if (status != IoStatus.OK && status != IoStatus.TRUNCATED) {
            if (status == IoStatus.FAILED) {
                loop.fail(socket.failure().getMessage());
            }
            return;
        }
        byte[] bytes = new byte[Math.min(length, CAPACITY)];
        buffer.getBytes(0, bytes);
        received++;
        print(received + " from " + source + ": " + new String(bytes, StandardCharsets.UTF_8)
                + (status == IoStatus.TRUNCATED ? " (the rest did not fit)" : ""));
        if (received < count) {
            receive();
        } else {
            loop.end();
        }
    }
}
