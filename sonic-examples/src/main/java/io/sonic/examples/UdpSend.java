package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.UdpSocket;
import io.sonic.WriteHandler;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How datagrams are sent, one when the other has been taken. */
@Command(name = "udp-send", description = "Sends datagrams. Nobody knows whether they arrive.")
final class UdpSend extends ReactorCommand {

    @Mixin
    private ServerOptions server;

    @Option(names = "--count", paramLabel = "N", defaultValue = "100", order = 3,
            description = "Datagrams to send, ${DEFAULT-VALUE} by default.")
    private long count;

    @Option(names = "--text", paramLabel = "T", defaultValue = "hello", order = 4,
            description = "What is in each, \"${DEFAULT-VALUE}\" by default.")
    private String text;

    private UnsafeBuffer datagram;
    private UdpSocket socket;
    private WriteHandler onSent;
    private long sent;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        datagram = Memory.of(text);
        socket = UdpConnect.connected(loop, server.endpoint());
        onSent = (status, length) -> onSent(loop, status);
        send();
        loop.run();
        print(new ResultLine(name()).add("packets", sent).add("bytes", sent * datagram.capacity()).toString());
    }

    private void send() {
        socket.asyncSend(datagram, 0, datagram.capacity(), onSent);
    }

    private void onSent(ReactorLoop loop, IoStatus status) {
        if (status != IoStatus.OK) {
            loop.fail(server + ": " + (status == IoStatus.FAILED ? socket.failure().getMessage() : "" + status));
        } else if (++sent < count) {
            send();
        } else {
            loop.end();
        }
    }
}
