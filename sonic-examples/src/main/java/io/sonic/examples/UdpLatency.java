package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.UdpSocket;
import io.sonic.WriteHandler;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How long a round trip over UDP takes. */
@Command(name = "udp-latency", description = {
    "Sends a datagram to an echo server, waits until it is back, and so on.",
    "Prints percentiles of the round trip, after a warm-up of a third of the count or more.",
    "Fails when a datagram is not back within a second, as it gets lost then."})
final class UdpLatency extends LatencyCommand {

    private static final int MAX_DATAGRAM = 65_507;

    @Mixin
    private ServerOptions server;

    @Override
    void checkOptions() {
        require("--port", server.port, 1, ListenOptions.MAX_PORT);
        super.checkOptions();
    }

    @Override
    int maxSize() {
        return MAX_DATAGRAM;
    }

    @Override
    void measure(ReactorLoop loop, RoundTrips trips) throws IOException {
        UdpSocket socket = UdpConnect.connected(loop, server.endpoint());
        socket.hot(hot());
        new Pinger(loop, socket, trips).start();
        loop.run();
    }

    @Override
    String server() {
        return server.toString();
    }

    /** Keeps a receive waiting, and sends again whenever the datagram is back. */
    private final class Pinger {

        private static final int PATIENCE_SECONDS = 1;

        private final ReactorLoop loop;
        private final UdpSocket socket;
        private final RoundTrips trips;
        private final Watchdog watchdog;
        private final UnsafeBuffer request = Memory.allocateText(size());
        private final UnsafeBuffer text = new UnsafeBuffer(request, 1, size() - 1);
        private final UnsafeBuffer reply = Memory.allocate(size() + 1);
        private final ReceiveHandler onReceived = this::onReceived;
        private final WriteHandler onSent = this::onSent;

        Pinger(ReactorLoop loop, UdpSocket socket, RoundTrips trips) {
            this.loop = loop;
            this.socket = socket;
            this.trips = trips;
            watchdog = new Watchdog(loop.reactor(), PATIENCE_SECONDS, trips::done, this::lost);
        }

        void start() {
            watchdog.start();
            ping();
            receive();
        }

        private void ping() {
            // Tells a reply from a late copy of the one before.
            request.putByte(0, (byte) trips.done());
            trips.sending();
            socket.asyncSend(request, 0, size(), onSent);
        }

        private void receive() {
            socket.asyncReceive(reply, 0, size() + 1, onReceived);
        }

        private void onSent(IoStatus status, int length) {
            if (status != IoStatus.OK) {
                failed(status);
            }
        }

        private void onReceived(IoStatus status, int length, Endpoint source) {
            if (status != IoStatus.OK && status != IoStatus.TRUNCATED) {
                failed(status);
                return;
            }
            boolean echo = length == size() && Memory.firstDifference(text, reply, 1, size() - 1) < 0;
            if (!echo) {
                loop.fail(server() + " is no echo server: it sent something else than it was sent");
            } else if (reply.getByte(0) != request.getByte(0)) {
                receive();
            } else if (trips.returned()) {
                ping();
                receive();
            } else {
                loop.end();
            }
        }

        private void lost() {
            loop.fail("no reply from " + server() + " in " + PATIENCE_SECONDS + " s after " + trips.done()
                    + " round trips: a datagram was lost");
        }

        private void failed(IoStatus status) {
            loop.fail(status == IoStatus.FAILED ? socket.failure().getMessage() : server() + ": " + status);
        }
    }
}
