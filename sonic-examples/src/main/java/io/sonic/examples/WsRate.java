package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast messages can be received, and what one costs. */
@Command(name = "ws-rate", description = {
    "Counts the messages that a server sends.",
    "Ends with status 0 when there were N, or when the server closes with 1000.",
    "Rate, CPU time and allocation are those of the last two thirds, at most, of the messages."})
final class WsRate extends ReactorCommand {

    private static final long CLOSE_TIMEOUT_NS = 1_000_000_000L;

    @Mixin
    private WsOptions server;

    @Option(names = "--count", paramLabel = "N", order = 2,
            description = "Messages to count; without it, all until the server closes.")
    private long count = Long.MAX_VALUE;

    @Override
    void checkOptions() {
        require("--count", count, 1, Long.MAX_VALUE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Rehearsal.run(loop);
        WebSocketStream.Context context = new WebSocketStream.Context().closeTimeoutNs(CLOSE_TIMEOUT_NS);
        try (WebSocketStream ws = WebSocketStream.open(loop.reactor(), context)) {
            Counter counter = new Counter(loop, ws);
            handshake(loop, ws, server.url, counter::start);
            loop.run();
            out().println(counter.results());
        }
    }

    /** Asks for the next message as soon as one has come. */
    private final class Counter {

        private final ReactorLoop loop;
        private final WebSocketStream ws;
        private final Throughput throughput = new Throughput();
        private final MessageHandler onMessage = this::onMessage;
        private Throughput.Measured measured;

        Counter(ReactorLoop loop, WebSocketStream ws) {
            this.loop = loop;
            this.ws = ws;
        }

        void start() {
            ws.asyncNextMessage(onMessage);
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status == IoStatus.OK) {
                throughput.count(length);
                if (throughput.messages() < count) {
                    ws.asyncNextMessage(onMessage);
                    return;
                }
                measured = throughput.measure();
                ws.asyncClose(CloseCode.NORMAL, "", closed -> loop.end());
            } else if (status == IoStatus.END_OF_STREAM && ws.closeCode() == CloseCode.NORMAL) {
                measured = throughput.measure();
                loop.end();
            } else {
                loop.fail(endOf(ws, server.url, status) + " after " + throughput.messages() + " messages");
            }
        }

        /** The results, also of a command that was stopped by a signal. */
        String results() {
            if (measured == null) {
                measured = throughput.measure();
            }
            ThreadMeter cost = measured.cost();
            return new ResultLine(name())
                    .add("messages", throughput.messages())
                    .add("bytes", throughput.bytes())
                    .addPerSecond("messages_per_s", measured.messages(), cost.elapsedNs())
                    .addRounded("cpu_ns_per_message", cost.cpuNs(), measured.messages())
                    .addPer("alloc_bytes_per_message", cost.allocatedBytes(), measured.messages())
                    .toString();
        }
    }
}
