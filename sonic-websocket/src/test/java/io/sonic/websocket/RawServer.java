package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.SocketOption;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A TCP server that says what the test has it say, and keeps what it hears.
 */
final class RawServer implements AutoCloseable {
    private final Loop loop;
    private final TcpListener listener;
    private final UnsafeBuffer buffer = Hex.direct(new byte[64 * 1024]);
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private TcpStream stream;
    private boolean ended;
    private boolean deaf;

    RawServer(Loop loop) throws IOException {
        this.loop = loop;
        listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
        accept();
    }

    private void accept() {
        listener.asyncAccept((status, accepted) -> {
            stream = accepted;
            if (accepted != null) {
                read();
            }
        });
    }

    /**
     * Drops the connection, and what was heard, and accepts another one.
     */
    void acceptNext() {
        if (stream != null) {
            stream.close();
        }
        heard.reset();
        ended = false;
        accept();
    }

    /**
     * Answers, and is ready for the next connection before the answer is read.
     */
    void acceptNextAfter(String answer) {
        TcpStream answered = stream;
        byte[] bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
        answered.cancelRead();
        heard.reset();
        ended = false;
        accept();
        answered.asyncWriteAll(Hex.direct(bytes), 0, bytes.length, (status, length) -> answered.close());
    }

    int port() {
        return listener.localAddress().getPort();
    }

    void awaitHeard(int length) {
        loop.until(() -> heard.size() >= length);
    }

    String heardHex() {
        return Hex.of(heard.toByteArray());
    }

    void forget() {
        heard.reset();
    }

    /**
     * Reads no more until {@link #listen()}.
     */
    void ignore() {
        deaf = true;
        stream.cancelRead();
    }

    void listen() {
        deaf = false;
        read();
    }

    private void read() {
        stream.asyncRead(buffer, 0, buffer.capacity(), (status, length) -> {
            byte[] bytes = new byte[length];
            buffer.getBytes(0, bytes);
            heard.writeBytes(bytes);
            if (status == IoStatus.OK && !deaf) {
                read();
            } else if (status != IoStatus.CANCELLED) {
                ended = true;
            }
        });
    }

    String url() {
        return WebSocketPair.url(listener) + "/x";
    }

    String heardText() {
        return heard.toString(StandardCharsets.ISO_8859_1);
    }

    boolean hasEnded() {
        return ended;
    }

    /**
     * Why reading ended, when that was not the end of the stream.
     */
    IOException failure() {
        return stream.failure();
    }

    void awaitRequest() {
        loop.until(() -> heardText().endsWith("\r\n\r\n"));
    }

    /**
     * The bytes that came after the request.
     */
    byte[] frames() {
        byte[] bytes = heard.toByteArray();
        int start = heardText().indexOf("\r\n\r\n") + 4;
        return Arrays.copyOfRange(bytes, start, bytes.length);
    }

    String field(String name) {
        for (String line : heardText().split("\r\n")) {
            if (line.startsWith(name + ": ")) {
                return line.substring(name.length() + 2);
            }
        }
        return null;
    }

    String acceptance() {
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + HandshakeKeys.acceptFor(field("Sec-WebSocket-Key")) + "\r\n\r\n";
    }

    void acceptUpgrade() {
        awaitRequest();
        send(acceptance());
    }

    void send(String text) {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void sendHex(String hex) {
        send(Hex.bytes(hex));
    }

    void send(byte[] bytes) {
        boolean[] done = {bytes.length == 0};
        stream.asyncWriteAll(Hex.direct(bytes), 0, bytes.length, (status, length) -> done[0] = true);
        loop.until(() -> done[0]);
    }

    void reset() throws IOException {
        stream.option(SocketOption.LINGER, 0);
        stream.close();
    }

    /**
     * Sends what the client may not read to its end.
     */
    void sendUnheeded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        stream.asyncWriteAll(Hex.direct(bytes), 0, bytes.length, (status, length) -> { });
    }

    void hangUp() {
        stream.close();
    }

    void endOutput() throws IOException {
        stream.shutdownOutput();
    }

    @Override
    public void close() {
        listener.close();
        if (stream != null) {
            stream.close();
        }
    }
}
