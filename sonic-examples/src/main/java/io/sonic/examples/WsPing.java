package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.Timer;
import io.sonic.TimerHandler;
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
import picocli.CommandLine.Option;

/** How far away a websocket server is that sends what it likes: an exchange. */
@Command(name = "ws-ping", description = {
    "Sends a ping now and then, with the time in it, and prints how long its pong took.",
    "What else the server sends is read and counted."})
final class WsPing extends ReactorCommand {

    private static final int NS_PER_MS = 1_000_000;
    private static final int MAX_MS = 3_600_000;
    /** A pong has the payload of its ping; this tells it from one that the server sent by itself. */
    private static final int LENGTH = 2 * Long.BYTES;
    private static final long MARK = 0x736f6e6963L;

    @Mixin
    private WsOptions server;

    @Option(names = "--count", paramLabel = "N", defaultValue = "5", order = 2,
            description = "Pings, ${DEFAULT-VALUE} by default.")
    private int count;

    @Option(names = "--period", paramLabel = "MS", defaultValue = "1000", order = 3,
            description = "Milliseconds from one ping to the next, ${DEFAULT-VALUE} by default.")
    private int periodMs;

    @Option(names = "--subscribe", paramLabel = "TEXT", order = 4,
            description = "A message to send first, so that an exchange has something to send.")
    private String subscription;

    @Override
    void checkOptions() {
        require("--count", count, 1, Integer.MAX_VALUE);
        require("--period", periodMs, 1, MAX_MS);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Pinger pinger = new Pinger(loop);
        WebSocketStream.Context context = new WebSocketStream.Context().controlHandler(pinger::onControl);
        try (WebSocketStream ws = WebSocketStream.open(loop.reactor(), context)) {
            pinger.ws = ws;
            handshake(loop, ws, server.url, pinger::start);
            loop.run();
        }
        print(new ResultLine(name()).add("pongs", pinger.pongs).add("messages", pinger.messages).toString());
    }

    /** Pings with a timer, and reads all the time: pongs are only seen while somebody reads. */
    private final class Pinger {

        private final ReactorLoop loop;
        private final Watchdog watchdog;
        private final Timer timer;
        private final UnsafeBuffer payload = Memory.allocate(LENGTH);
        private final TimerHandler onDue = due -> ping();
        private final WriteHandler onWritten = this::onWritten;
        private final MessageHandler onMessage = this::onMessage;
        private WebSocketStream ws;
        private long messages;
        private long pongs;

        Pinger(ReactorLoop loop) {
            this.loop = loop;
            timer = new Timer(loop.reactor());
            watchdog = new Watchdog(loop.reactor(), 10 + periodMs / 1000, () -> pongs,
                    () -> loop.fail("no pong from " + server.url));
        }

        void start() {
            watchdog.start();
            ws.asyncNextMessage(onMessage);
            if (subscription != null) {
                UnsafeBuffer message = Memory.of(subscription);
                ws.asyncWrite(Opcode.TEXT, message, 0, message.capacity(), onWritten);
            }
            ping();
            timer.scheduleAtFixedRate((long) periodMs * NS_PER_MS, onDue);
        }

        private void ping() {
            payload.putLong(0, MARK);
            payload.putLong(Long.BYTES, System.nanoTime());
            ws.asyncPing(payload, 0, LENGTH, onWritten);
        }

        void onControl(Opcode opcode, DirectBuffer buffer, int offset, int length) {
            if (opcode != Opcode.PONG || length != LENGTH || buffer.getLong(offset) != MARK) {
                return;
            }
            long tookNs = System.nanoTime() - buffer.getLong(offset + Long.BYTES);
            print("pong " + ++pongs + ", " + tookNs / 1000 + " us, after " + messages + " messages");
            if (pongs == count) {
                timer.close();
                ws.asyncClose(CloseCode.NORMAL, "", closed -> loop.end());
            }
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status == IoStatus.OK) {
                messages++;
                ws.asyncNextMessage(onMessage);
            } else if (pongs < count) {
                loop.fail(endOf(ws, server.url, status) + " after " + pongs + " pongs");
            }
        }

        private void onWritten(IoStatus status, int length) {
            if (status == IoStatus.FAILED && pongs < count) {
                loop.fail(ws.failure().getMessage());
            }
        }
    }
}
