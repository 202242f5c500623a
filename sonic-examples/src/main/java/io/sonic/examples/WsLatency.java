package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.WriteHandler;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** How long a round trip over a websocket takes. */
@Command(name = "ws-latency", description = {
    "Sends a text message to an echo server, waits until it is back, and so on.",
    "Prints percentiles of the round trip, after a warm-up of a third of the count or more."})
final class WsLatency extends LatencyCommand {

    @Mixin
    private WsOptions server;

    @Override
    void measure(ReactorLoop loop, RoundTrips trips) throws IOException {
        try (WebSocketStream ws = WebSocketStream.open(loop.reactor())) {
            Pinger pinger = new Pinger(loop, ws, trips);
            handshake(loop, ws, server.url, pinger::start);
            loop.run();
        }
    }

    @Override
    String server() {
        return server.url;
    }

    /** Keeps a read waiting, and writes again whenever the message is back. */
    private final class Pinger {

        private final ReactorLoop loop;
        private final WebSocketStream ws;
        private final RoundTrips trips;
        private final Watchdog watchdog;
        private final UnsafeBuffer text = Memory.allocateText(size());
        private final MessageHandler onMessage = this::onMessage;
        private final WriteHandler onWritten = this::onWritten;

        Pinger(ReactorLoop loop, WebSocketStream ws, RoundTrips trips) {
            this.loop = loop;
            this.ws = ws;
            this.trips = trips;
            watchdog = new Watchdog(loop.reactor(), server.url, trips::done, loop::fail);
        }

        void start() {
            ws.hot(hot());
            watchdog.start();
            ping();
            ws.asyncNextMessage(onMessage);
        }

        private void ping() {
            trips.sending();
            ws.asyncWrite(Opcode.TEXT, text, 0, size(), onWritten);
        }

        private void onWritten(IoStatus status, int length) {
            if (status == IoStatus.FAILED) {
                loop.fail(ws.failure().getMessage());
            }
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status != IoStatus.OK) {
                loop.fail(endOf(ws, server.url, status) + " after " + trips.done() + " round trips");
                return;
            }
            boolean more = trips.returned();
            if (length != size() || Memory.firstDifference(text, buffer, offset, size()) >= 0) {
                loop.fail(server.url + " is no echo server: it sent something else than it was sent");
            } else if (more) {
                ping();
                ws.asyncNextMessage(onMessage);
            } else {
                ws.asyncClose(CloseCode.NORMAL, "", closed -> loop.end());
            }
        }
    }
}
