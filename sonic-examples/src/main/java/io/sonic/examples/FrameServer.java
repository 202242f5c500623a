package io.sonic.examples;

import io.sonic.CodecStream;
import io.sonic.IoStatus;
import io.sonic.LengthPrefixCodec;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import io.sonic.buffers.FifoBuffers;
import java.io.IOException;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How frames are written through a codec. */
@Command(name = "frame-server", description = {
    "Writes frames to each client: four bytes of length, big endian, and a text. Until it is stopped."})
final class FrameServer extends ReactorCommand {

    static final String TEXT = "hello, world!";
    static final int MAX_PAYLOAD = 1024;
    static final int BUFFER = 64 * 1024;

    private static final long NS_PER_SECOND = 1_000_000_000L;

    @Mixin
    private ListenOptions listen;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "0", order = 3,
            description = "Frames in a second to each client; 0 (default) as fast as it reads.")
    private long rate;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
        require("--rate", rate, 0, NS_PER_SECOND);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(this::serve));
        printListening(listener.localAddress());
        loop.run();
    }

    private void serve(TcpStream accepted) {
        try {
            new Connection(open(accepted)).write();
        } catch (IOException noMemoryForBuffers) {
            accepted.close();
        }
    }

    /** Puts the codec over a connection. */
    static CodecStream<DirectBuffer> open(TcpStream stream) throws IOException {
        return new CodecStream<>(stream, new LengthPrefixCodec(MAX_PAYLOAD), FifoBuffers.allocate(BUFFER),
                FifoBuffers.allocate(BUFFER));
    }

    /** Writes a frame when the one before has been taken, and when it is due. */
    private final class Connection {

        private final CodecStream<DirectBuffer> frames;
        private final DirectBuffer text = Memory.of(TEXT);
        private final Timer timer;
        private final WriteHandler onWritten = this::onWritten;
        private final TimerHandler onDue = due -> write();
        private final long startNs;
        private long written;

        Connection(CodecStream<DirectBuffer> frames) {
            this.frames = frames;
            timer = new Timer(frames.reactor());
            startNs = frames.reactor().nanoTime();
        }

        void write() {
            frames.asyncWrite(text, onWritten);
        }

        private void onWritten(IoStatus status, int length) {
            written++;
            if (status != IoStatus.OK) {
                timer.close();
                frames.close();
            } else if (rate == 0) {
                write();
            } else {
                timer.scheduleAt(startNs + written / rate * NS_PER_SECOND + written % rate * NS_PER_SECOND / rate,
                        onDue);
            }
        }
    }
}
