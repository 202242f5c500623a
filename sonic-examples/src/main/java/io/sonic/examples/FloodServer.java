package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to write without end, to each client as fast as it reads, and starve none. */
@Command(name = "flood-server", description = "Writes to each client as fast as it reads, until it is stopped.")
final class FloodServer extends ReactorCommand {

    @Mixin
    private ListenOptions listen;

    @Option(names = "--size", paramLabel = "S", defaultValue = "4096", order = 3,
            description = "Bytes of each write, ${DEFAULT-VALUE} by default.")
    private int size;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
        require("--size", size, 1, LatencyCommand.MAX_SIZE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        UnsafeBuffer text = Memory.allocateText(size);
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(stream -> new Flood(stream, text).write()));
        printListening(listener.localAddress());
        loop.run();
    }

    /** Writes again whenever the system has taken all of it. */
    private static final class Flood {

        private final TcpStream stream;
        private final UnsafeBuffer text;
        private final WriteHandler onWritten = this::onWritten;

        Flood(TcpStream stream, UnsafeBuffer text) {
            this.stream = stream;
            this.text = text;
        }

        void write() {
            stream.asyncWriteAll(text, 0, text.capacity(), onWritten);
        }

        private void onWritten(IoStatus status, int length) {
            if (status == IoStatus.OK) {
                write();
            } else {
                stream.close();
            }
        }
    }
}
