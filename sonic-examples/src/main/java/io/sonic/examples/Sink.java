package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How many bytes one connection can bring in a second. */
@Command(name = "sink", description = {
    "Reads what clients send, prints how much it was each second and in the end, until it is stopped.",
    "Clients are iperf 2 (iperf -c HOST -p PORT), socat or dd; iperf 3 wants a server of its own kind."})
final class Sink extends ReactorCommand {

    private static final long NS_PER_SECOND = 1_000_000_000L;

    @Mixin
    private ListenOptions listen;

    @Option(names = "--buffer", paramLabel = "S", defaultValue = "65536", order = 3,
            description = "Bytes to read at most with one system call, ${DEFAULT-VALUE} by default.")
    private int capacity;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
        require("--buffer", capacity, 1, 1 << 30);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        UnsafeBuffer buffer = Memory.allocate(capacity);
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(stream -> new Connection(stream, buffer).start()));
        printListening(listener.localAddress());
        loop.run();
    }

    /** Counts what one client sends. */
    private final class Connection {

        private final TcpStream stream;
        private final UnsafeBuffer buffer;
        private final String client;
        private final Timer timer;
        private final long startNs;
        private final ReadHandler onRead = this::onRead;
        private final TimerHandler onSecond = this::onSecond;
        private long bytes;
        private long bytesBefore;
        private long reads;

        Connection(TcpStream stream, UnsafeBuffer buffer) {
            this.stream = stream;
            this.buffer = buffer;
            client = Endpoint.of(stream.remoteAddress()).toString();
            timer = new Timer(stream.reactor());
            startNs = stream.reactor().nanoTime();
        }

        void start() {
            timer.scheduleAtFixedRate(NS_PER_SECOND, onSecond);
            read();
        }

        private void read() {
            stream.asyncRead(buffer, 0, capacity, onRead);
        }

        private void onRead(IoStatus status, int length) {
            if (status == IoStatus.OK) {
                bytes += length;
                reads++;
                read();
                return;
            }
            timer.close();
            stream.close();
            print(new ResultLine(client)
                    .add("bytes", bytes)
                    .add("reads", reads)
                    .addPerSecond("bytes_per_s", bytes, stream.reactor().nanoTime() - startNs)
                    .toString());
        }

        private void onSecond(Timer due) {
            print(new ResultLine(client).addPerSecond("bytes_per_s", bytes - bytesBefore, NS_PER_SECOND).toString());
            bytesBefore = bytes;
        }
    }
}
