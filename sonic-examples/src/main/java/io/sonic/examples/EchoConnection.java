package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.WriteHandler;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads from a stream, writes what it read, and reads again; closes the stream at its end. */
final class EchoConnection {

    private static final int CAPACITY = 64 * 1024;

    private final UnsafeBuffer buffer = Memory.allocate(CAPACITY);
    private final Stream stream;
    private final Consumer<IoStatus> onEnd;
    // Made once: a method reference per call would be garbage.
    private final ReadHandler onRead = this::onRead;
    private final WriteHandler onWritten = this::onWritten;

    private EchoConnection(Stream stream, Consumer<IoStatus> onEnd) {
        this.stream = stream;
        this.onEnd = onEnd;
    }

    static void serve(Stream stream) {
        serve(stream, status -> { });
    }

    /**
     * Serves a stream.
     *
     * @param onEnd is told how it ended, before the stream is closed.
     */
    static void serve(Stream stream, Consumer<IoStatus> onEnd) {
        new EchoConnection(stream, onEnd).read();
    }

    private void read() {
        stream.asyncRead(buffer, 0, CAPACITY, onRead);
    }

    private void onRead(IoStatus status, int length) {
        if (status == IoStatus.OK) {
            stream.asyncWriteAll(buffer, 0, length, onWritten);
        } else {
            end(status);
        }
    }

    private void onWritten(IoStatus status, int length) {
        if (status == IoStatus.OK) {
            read();
        } else {
            end(status);
        }
    }

    private void end(IoStatus status) {
        onEnd.accept(status);
        stream.close();
    }
}
