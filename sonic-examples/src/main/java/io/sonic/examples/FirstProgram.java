package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import org.agrona.DirectBuffer;

/** Prints what a websocket server sends. The README shows it. */
final class FirstProgram {
    private FirstProgram() {
    }

    public static void main(String[] args) throws IOException {
        try (Reactor reactor = Reactor.open(); WebSocketStream ws = WebSocketStream.open(reactor)) {
            MessageHandler print = new MessageHandler() {
                @Override
                public void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
                    if (status != IoStatus.OK) {
                        reactor.stop();
                        return;
                    }
                    System.out.println(buffer.getStringWithoutLengthUtf8(offset, length));
                    ws.asyncNextMessage(this);
                }
            };
            ws.asyncHandshake(args[0], status -> {
                if (status == IoStatus.OK) {
                    ws.asyncNextMessage(print);
                } else {
                    System.err.println(ws.failure().getMessage());
                    reactor.stop();
                }
            });
            reactor.run();
        }
    }
}
