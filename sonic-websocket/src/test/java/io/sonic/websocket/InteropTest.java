package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both roles with other implementations, with compression and without: Python's websockets, Node's ws, and Netty.
 */
@Tag("interop")
@Timeout(120)
class InteropTest {
    private static final int[] LENGTHS = {0, 1, 125, 126, 127, 65_535, 65_536, 300_000};

    private static WebSocketStream.Context context(boolean deflate) {
        return new WebSocketStream.Context()
            .perMessageDeflate(deflate ? new PerMessageDeflate().compressionLevel(1).minLength(0) : null);
    }

    /**
     * A client of this library that sends messages to a server that sends them back.
     */
    private static void talkTo(String url, boolean deflate) throws IOException {
        List<String> pongs = new ArrayList<>();
        WebSocketStream.Context context = context(deflate).controlHandler((opcode, buffer, offset, length) ->
            pongs.add(opcode + " " + Recorder.text(buffer, offset, length)));
        try (Loop loop = new Loop(); WebSocketStream ws = WebSocketStream.open(loop.reactor, context)) {
            ws.asyncHandshake(url, status -> { });
            loop.until(() -> ws.isConnected() || ws.failure() != null);
            assertThat(ws.failure()).isNull();
            assertThat(ws.isDeflating()).isEqualTo(deflate);
            for (int length : LENGTHS) {
                String text = "aé€x".repeat(length).substring(0, length);
                echo(loop, ws, Opcode.TEXT, text.getBytes(StandardCharsets.UTF_8));
                byte[] bytes = new byte[length];
                for (int i = 0; i < length; i++) {
                    bytes[i] = (byte) (i * 7 % 251);
                }
                echo(loop, ws, Opcode.BINARY, bytes);
            }
            sendFragments(ws);
            assertThat(receive(loop, ws)).isEqualTo("in three parts".getBytes(StandardCharsets.US_ASCII));
            boolean[] ended = {false};
            ws.asyncNextMessage((status, type, buffer, offset, length) -> ended[0] = status != IoStatus.OK);
            ws.asyncPing(WebSocketStreamTest.text("there?"), 0, 6, (status, length) -> { });
            loop.until(() -> !pongs.isEmpty());
            assertThat(pongs).containsExactly("PONG there?");
            IoStatus[] closed = {null};
            ws.asyncClose(4001, "bye", status -> closed[0] = status);
            loop.until(() -> closed[0] != null && ended[0]);
            assertThat(closed[0]).isEqualTo(IoStatus.OK);
            assertThat(ws.closeCode()).isEqualTo(4001);
        }
    }

    private static void sendFragments(WebSocketStream ws) {
        String[] parts = {"in ", "three ", "parts"};
        for (int i = 0; i < parts.length; i++) {
            ws.asyncWriteFragment(Opcode.TEXT, i == parts.length - 1, WebSocketStreamTest.text(parts[i]), 0,
                parts[i].length(), (status, length) -> { });
        }
    }

    private static void echo(Loop loop, WebSocketStream ws, Opcode type, byte[] message) {
        ws.asyncWrite(type, new UnsafeBuffer(message), 0, message.length, (status, length) -> { });
        assertThat(receive(loop, ws)).isEqualTo(message);
    }

    private static byte[] receive(Loop loop, WebSocketStream ws) {
        byte[][] received = {null};
        ws.asyncNextMessage((status, type, buffer, offset, length) -> {
            assertThat(status).isEqualTo(IoStatus.OK);
            received[0] = new byte[length];
            buffer.getBytes(offset, received[0]);
        });
        loop.until(() -> received[0] != null);
        return received[0];
    }

    /**
     * A server of this library that sends everything back.
     */
    private static final class EchoServer implements AutoCloseable {
        final Loop loop = new Loop();
        final TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
        final WebSocketStream ws;
        boolean ended;

        EchoServer(boolean deflate) throws IOException {
            ws = WebSocketStream.open(loop.reactor, context(deflate));
            listener.asyncAccept((status, stream) -> ws.asyncAccept(stream, outcome ->
                ws.asyncNextMessage(this::onMessage)));
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status != IoStatus.OK) {
                ended = true;
                return;
            }
            ws.asyncWrite(type, buffer, offset, length, (written, count) -> { });
            ws.asyncNextMessage(this::onMessage);
        }

        @Override
        public void close() {
            ws.close();
            listener.close();
            loop.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"python, false", "python, true", "node, false", "node, true"})
    void aClientTalksToAServerOf(String implementation, boolean deflate) throws IOException {
        try (InteropPeer server = InteropPeer.server(implementation, deflate)) {
            String port = server.firstLine();
            assertThat(port).as(server::errors).matches("[0-9]+");
            talkTo("ws://127.0.0.1:" + port + "/", deflate);
        }
    }

    @ParameterizedTest
    @CsvSource({"python, false", "python, true", "node, false", "node, true"})
    void aServerTalksToAClientOf(String implementation, boolean deflate) throws IOException {
        try (EchoServer server = new EchoServer(deflate);
                InteropPeer client =
                    InteropPeer.client(implementation, WebSocketPair.url(server.listener) + "/", deflate)) {
            server.loop.until(() -> server.ended || !client.isAlive());
            server.loop.until(() -> !client.isAlive());
            assertThat(client.firstLine()).as(client::errors).isEqualTo("ok");
            assertThat(server.ws.isDeflating()).isEqualTo(deflate);
            assertThat(server.ws.closeCode()).isEqualTo(4001);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientTalksToAServerOfNetty(boolean deflate) throws Exception {
        try (NettyPeer server = NettyPeer.server(deflate)) {
            talkTo(server.url(), deflate);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerTalksToAClientOfNetty(boolean deflate) throws Exception {
        try (EchoServer server = new EchoServer(deflate);
                NettyPeer client = NettyPeer.client(WebSocketPair.url(server.listener) + "/", deflate)) {
            server.loop.until(() -> !client.received.isEmpty());
            assertThat(client.received.remove()).isEqualTo("open");
            for (int length : LENGTHS) {
                String text = "aé€x".repeat(length).substring(0, length);
                client.sendText(text);
                server.loop.until(() -> !client.received.isEmpty());
                assertThat(client.received.remove()).isEqualTo("text " + text);
                client.sendBinary(new byte[length]);
                server.loop.until(() -> !client.received.isEmpty());
                assertThat(client.received.remove()).isEqualTo("binary " + length);
            }
            client.sendClose();
            server.loop.until(() -> server.ended);
            assertThat(server.ws.closeCode()).isEqualTo(CloseCode.NORMAL);
            assertThat(server.ws.isDeflating()).isEqualTo(deflate);
        }
    }
}
