package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.PerMessageDeflate;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to serve websockets. */
@Command(name = "ws-echo-server", description = "Sends back to each client every message, until it is stopped.")
final class WsEchoServer extends ReactorCommand {

    private static final int COMPRESSION_LEVEL = 1;

    @Mixin
    private ListenOptions listen;

    @Option(names = "--deflate", order = 3,
            description = "Compresses messages for clients that ask for it (permessage-deflate).")
    private boolean deflate;

    private final WebSocketStream.Context context = new WebSocketStream.Context();

    @Override
    void checkOptions() {
        require("--port", listen.port, 0, ListenOptions.MAX_PORT);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        if (deflate) {
            context.perMessageDeflate(new PerMessageDeflate().compressionLevel(COMPRESSION_LEVEL));
        }
        TcpListener listener = TcpListener.open(loop.reactor(), listen.address());
        listener.asyncAcceptEach(each(this::serve));
        printListening(listener.localAddress());
        loop.run();
    }

    private void serve(TcpStream stream) {
        try {
            WebSocketStream ws = WebSocketStream.open(stream.reactor(), context);
            ws.asyncAccept(stream, status -> {
                if (status == IoStatus.OK) {
                    new Connection(ws).read();
                }
            });
        } catch (IOException noMemoryForBuffers) {
            stream.close();
        }
    }

    /** Reads a message, writes it, and reads the next. Whatever ends the connection gives everything back. */
    private static final class Connection {

        private final WebSocketStream ws;
        // Made once: a method reference per call would be garbage.
        private final MessageHandler onMessage = this::onMessage;
        private final WriteHandler onWritten = this::onWritten;

        Connection(WebSocketStream ws) {
            this.ws = ws;
        }

        void read() {
            ws.asyncNextMessage(onMessage);
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status == IoStatus.OK) {
                ws.asyncWrite(type, buffer, offset, length, onWritten);
            }
        }

        private void onWritten(IoStatus status, int length) {
            if (status == IoStatus.OK) {
                read();
            } else {
                ws.close();
            }
        }
    }
}
