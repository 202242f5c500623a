package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.WriteHandler;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads from a stream, writes what it read, and reads again; closes the stream at its end. */
final class EchoConnection {

    private static final int CAPACITY = 64 * 1024;

    private final UnsafeBuffer buffer = Memory.allocate(CAPACITY);
    private final Stream stream;
    // Made once: a method reference per call would be garbage.
    private final ReadHandler onRead = this::onRead;
    private final WriteHandler onWritten = this::onWritten;

    private EchoConnection(Stream stream) {
        this.stream = stream;
    }

    static void serve(Stream stream) {
        new EchoConnection(stream).read();
    }

    private void read() {
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
