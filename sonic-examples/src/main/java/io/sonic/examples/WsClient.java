package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a websocket client writes a message and reads one. */
@Command(name = "ws-client", description = "Sends a message, prints the one that comes back, and closes.")
final class WsClient extends ReactorCommand {

    @Mixin
    private WsOptions server;

    @Option(names = "--text", paramLabel = "T", defaultValue = "hello, sonic!", order = 2,
            description = "What to send, \"${DEFAULT-VALUE}\" by default.")
    private String text;

    @Override
    void run(ReactorLoop loop) throws IOException {
        try (WebSocketStream ws = WebSocketStream.open(loop.reactor())) {
            handshake(loop, ws, server.url, () -> exchange(loop, ws));
            loop.run();
        }
    }

    private void exchange(ReactorLoop loop, WebSocketStream ws) {
        Watchdog watchdog = new Watchdog(loop.reactor(), server.url, () -> 0, loop::fail);
        watchdog.start();
        UnsafeBuffer message = Memory.of(text);
        ws.asyncWrite(Opcode.TEXT, message, 0, message.capacity(), (status, length) -> {
            if (status == IoStatus.OK) {
                print("wrote " + length + " bytes: " + text);
            } else if (status == IoStatus.FAILED) {
                loop.fail(ws.failure().getMessage());
            }
        });
        ws.asyncNextMessage((status, type, buffer, offset, length) -> {
            if (status != IoStatus.OK) {
                loop.fail(endOf(ws, server.url, status));
                return;
            }
            watchdog.stop();
            print("read " + length + " bytes: " + (type == Opcode.TEXT
                    ? buffer.getStringWithoutLengthUtf8(offset, length) : "binary"));
            ws.asyncClose(CloseCode.NORMAL, "", closed -> loop.end());
        });
    }
}
