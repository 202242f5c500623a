package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a server writes to clients that read at their own pace. */
@Command(name = "ws-replay", description = {
    "Serves a recording to every client: all of it from its beginning, then closes with 1000.",
    "A line of the recording is TIME: MESSAGE; lines with <- or <-> are headers, which are skipped."})
final class WsReplay extends ReactorCommand {

    @Option(names = "--file", paramLabel = "F", required = true, order = 1,
            description = "The recording, plain or compressed by gzip.")
    private Path file;

    @Mixin
    private ListenOptions listen;

    @Option(names = "--speed", paramLabel = "X", defaultValue = "0", order = 3,
            description = "Pauses between messages: 1 as they were recorded, 10 ten times shorter, 0 (default) none,"
                    + " as fast as the client reads.")
    private double speed;

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
        if (!(speed >= 0 && speed <= 1e6)) {
            throw wrongOption("--speed must be 0 to 1000000: " + speed);
        }
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Capture.check(file);
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(this::serve));
        printListening(listener.localAddress());
        loop.run();
    }

    private void serve(TcpStream stream) {
        try {
            WebSocketStream ws = WebSocketStream.open(stream.reactor());
            ws.asyncAccept(stream, status -> {
                if (status == IoStatus.OK) {
                    new Session(ws).start();
                }
            });
        } catch (IOException noMemoryForBuffers) {
            stream.close();
        }
    }

    /** One client: the next message is read from the file when the one before has been taken by the system. */
    private final class Session {

        private final WebSocketStream ws;
        private final Timer timer;
        private final WriteHandler onWritten = this::onWritten;
        private final MessageHandler onMessage = this::onMessage;
        private final TimerHandler onDue = due -> send();
        private Capture capture;
        private long startNs;
        private long firstTimeNs;

        Session(WebSocketStream ws) {
            this.ws = ws;
            timer = new Timer(ws.reactor());
        }

        void start() {
            // What the client says is of no interest, but its pings and its close are.
            ws.asyncNextMessage(onMessage);
            try {
                capture = Capture.open(file);
                if (capture.next()) {
                    startNs = ws.reactor().nanoTime();
                    firstTimeNs = capture.timeNs();
                    send();
                } else {
                    endWith(CloseCode.NORMAL);
                }
            } catch (CommandFailure e) {
                endWith(CloseCode.INTERNAL_ERROR);
            }
        }

        private void send() {
            ws.asyncWrite(Opcode.TEXT, capture.buffer(), capture.offset(), capture.length(), onWritten);
        }

        private void onWritten(IoStatus status, int length) {
            if (status != IoStatus.OK) {
                release();
                return;
            }
            try {
                if (!capture.next()) {
                    endWith(CloseCode.NORMAL);
                } else if (speed == 0) {
                    send();
                } else {
                    timer.scheduleAt(startNs + (long) ((capture.timeNs() - firstTimeNs) / speed), onDue);
                }
            } catch (CommandFailure changedWhileServed) {
                endWith(CloseCode.INTERNAL_ERROR);
            }
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status == IoStatus.OK) {
                ws.asyncNextMessage(onMessage);
            } else {
                release();
            }
        }

        private void endWith(int code) {
            release();
            ws.asyncClose(code, "", closed -> ws.close());
        }

        /** Gives back what the websocket does not know of; a second call does nothing. */
        private void release() {
            timer.close();
            if (capture != null) {
                capture.close();
            }
        }
    }
}
