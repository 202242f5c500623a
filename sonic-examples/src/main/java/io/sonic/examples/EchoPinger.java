package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.WriteHandler;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** Makes round trips over a stream: keeps a read waiting, and writes again whenever all bytes are back. */
final class EchoPinger {

    private final Stream stream;
    private final String server;
    private final RoundTrips trips;
    private final Runnable onComplete;
    private final Consumer<String> onFailure;
    private final Watchdog watchdog;
    private final int size;
    private final UnsafeBuffer request;
    private final UnsafeBuffer reply;
    private final ReadHandler onRead = this::onRead;
    private final WriteHandler onWritten = this::onWritten;
    private int received;

    /**
     * Creates a pinger that does nothing yet.
     *
     * @param stream     connected by the time of {@link #start()}.
     * @param server     its name, for messages.
     * @param size       bytes of a round trip.
     * @param onComplete is called when the last round trip has been made.
     * @param onFailure  is told why there will be none.
     */
    EchoPinger(Stream stream, String server, int size, RoundTrips trips, Runnable onComplete,
            Consumer<String> onFailure) {
        this.stream = stream;
        this.server = server;
        this.size = size;
        this.trips = trips;
        this.onComplete = onComplete;
        this.onFailure = onFailure;
        watchdog = new Watchdog(stream.reactor(), server, trips::done, this::fail);
        request = Memory.allocateText(size);
        // One byte longer than the reply: a read that comes back short tells that nothing more is waiting.
        reply = Memory.allocate(size + 1);
    }

    void start() {
        watchdog.start();
        ping();
        read();
    }

    private void ping() {
        received = 0;
        trips.sending();
        stream.asyncWriteAll(request, 0, size, onWritten);
    }

    private void read() {
        stream.asyncRead(reply, received, size + 1 - received, onRead);
    }

    private void onWritten(IoStatus status, int length) {
        if (status != IoStatus.OK) {
            ended(status);
        }
    }

    private void onRead(IoStatus status, int length) {
        if (status != IoStatus.OK) {
            ended(status);
            return;
        }
        received += length;
        if (received < size) {
            read();
            return;
        }
        boolean more = trips.returned();
        if (received > size || Memory.firstDifference(request, reply, 0, size) >= 0) {
            fail(server + " is no echo server: it sent something else than it was sent");
        } else if (more) {
            ping();
            read();
        } else {
            watchdog.stop();
            onComplete.run();
        }
    }

    private void ended(IoStatus status) {
        fail(status == IoStatus.FAILED
                ? stream.failure().getMessage()
                : server + " closed the connection after " + trips.done() + " round trips");
    }

    private void fail(String reason) {
        watchdog.stop();
        onFailure.accept(reason);
    }
}
