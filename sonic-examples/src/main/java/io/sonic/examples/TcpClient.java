package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How a client connects and reads. */
@Command(name = "tcp-client", description = "Connects, prints what the server sends, and ends when the server does.")
final class TcpClient extends ReactorCommand {

    private static final int CAPACITY = 4096;

    @Mixin
    private ServerOptions server;

    private UnsafeBuffer buffer;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        buffer = Memory.allocate(CAPACITY);
        TcpStream stream = TcpStream.open(loop.reactor());
        stream.asyncConnect(server.address(), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
            if (status == IoStatus.OK) {
                read(loop, stream);
            } else {
                loop.fail(stream.failure().getMessage());
            }
        });
        loop.run();
    }

    private void read(ReactorLoop loop, TcpStream stream) {
        stream.asyncRead(buffer, 0, CAPACITY, (status, length) -> {
            switch (status) {
                case OK -> {
                    byte[] bytes = new byte[length];
                    buffer.getBytes(0, bytes);
                    print("read " + length + " bytes: " + new String(bytes, StandardCharsets.UTF_8));
                    read(loop, stream);
                }
                case END_OF_STREAM -> loop.end();
                case FAILED -> loop.fail(stream.failure().getMessage());
                default -> loop.fail(server + ": " + status);
            }
        });
    }
}
