package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How to serve many connections on one thread. */
@Command(name = "tcp-echo-server", description = "Sends back to each client what it sends, until it is stopped.")
final class TcpEchoServer extends ReactorCommand {

    @Mixin
    private ListenOptions listen;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        acceptNext(listener);
        printListening(listener.localAddress());
        loop.run();
    }

    private void acceptNext(TcpListener listener) {
        listener.asyncAccept((status, stream) -> {
            if (status == IoStatus.OK) {
                new Connection(stream).read();
            }
            if (status != IoStatus.CLOSED) {
                acceptNext(listener);
            }
        });
    }

    /** Reads, writes what it read, and reads again. */
    private static final class Connection {

        private static final int CAPACITY = 64 * 1024;

        private final UnsafeBuffer buffer = Memory.allocate(CAPACITY);
        private final TcpStream stream;
        // Made once: a method reference per call would be garbage.
        private final ReadHandler onRead = this::onRead;
        private final WriteHandler onWritten = this::onWritten;

        Connection(TcpStream stream) {
            this.stream = stream;
        }

        void read() {
            stream.asyncRead(buffer, 0, CAPACITY, onRead);
        }

        private void onRead(IoStatus status, int length) {
            if (status == IoStatus.OK) {
                stream.asyncWriteAll(buffer, 0, length, onWritten);
            } else {
                stream.close();
            }
        }

        private void onWritten(IoStatus status, int length) {
            if (status == IoStatus.OK) {
                read();
            } else {
                stream.close();
            }
        }
    }
}
