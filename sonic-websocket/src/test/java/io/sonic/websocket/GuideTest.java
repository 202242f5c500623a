package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.TcpListener;
import io.sonic.WriteHandler;
import io.sonic.tls.TlsContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The code of {@code docs/websocket.md}, compiled and run, and a test that the page shows nothing else.
 */
@ExtendWith(Leaks.class)
class GuideTest {
    private final List<String> printed = new ArrayList<>();
    private final List<String> warned = new ArrayList<>();
    private final UnsafeBuffer order = WebSocketStreamTest.text("buy low");
    private final ControlHandler onControl = (opcode, buffer, offset, length) -> printed.add(opcode.toString());
    private final WriteHandler onWritten = (status, length) -> printed.add(status + " " + length);
    private final MessageHandler onMessage = this::received;
    private WebSocketStream ws;

    private void received(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
        if (status != IoStatus.OK) {
            warn(status + ", close code " + ws.closeCode());
            return;
        }
        print(buffer, offset, length); // valid until this method returns
        ws.asyncNextMessage(onMessage);
    }

    private void connect(Reactor reactor, String url) throws IOException {
        WebSocketStream ws = WebSocketStream.open(reactor);
        ws.asyncHandshake(url, status -> {
            if (status == IoStatus.OK) {
                ws.asyncNextMessage(onMessage);
            } else {
                warn(ws.failure().getMessage());
            }
        });
        this.ws = ws;
    }

    @Test
    void reads() throws IOException {
        try (Loop loop = new Loop(); RawServer server = new RawServer(loop)) {
            connect(loop.reactor, server.url());
            server.acceptUpgrade();
            server.sendHex("81026869 880203e9");
            server.endOutput();
            loop.until(() -> !warned.isEmpty());
            assertThat(printed).containsExactly("hi");
            assertThat(warned).containsExactly("END_OF_STREAM, close code 1001");
            ws.close();
        }
    }

    @Test
    void isRefused() throws IOException {
        try (Loop loop = new Loop(); RawServer server = new RawServer(loop)) {
            connect(loop.reactor, server.url());
            server.awaitRequest();
            server.send("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
            loop.until(() -> !warned.isEmpty());
            assertThat(warned).containsExactly(server.url() + ": the server answered 429 Too Many Requests");
            if (ws.failure() instanceof UpgradeRefusedException refusal && refusal.statusCode() == 429) {
                retryAfter(refusal.retryAfterNs());
            }
            assertThat(printed).containsExactly("retry after 7000000000");
            ws.close();
        }
    }

    @Test
    void servesWritesAndCloses() throws IOException {
        String apiKey = "secret";
        WebSocketStream.Context context = new WebSocketStream.Context().header("X-MBX-APIKEY", apiKey)
            .controlHandler(onControl);
        try (Loop loop = new Loop(); TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
                WebSocketStream server = WebSocketStream.open(loop.reactor)) {
            ws = WebSocketStream.open(loop.reactor, context);
            serve(listener, server);
            ws.asyncHandshake(WebSocketPair.url(listener) + "/feed", status -> { });
            loop.until(() -> ws.isConnected() && server.isConnected());
            assertThat(server.header("x-mbx-apikey")).isEqualTo(apiKey);
            ws.asyncWrite(Opcode.TEXT, order, 0, order.capacity(), onWritten);
            ws.asyncClose(CloseCode.NORMAL, "done for today", status -> ws.close());
            loop.until(() -> !ws.isOpen());
            assertThat(printed).containsExactly("OK 7", "buy low", "CLOSE");
            assertThat(server.closeReason()).isEqualTo("done for today");
        }
    }

    private static int encodeOrder(MutableDirectBuffer buffer, int offset) {
        return buffer.putStringWithoutLengthAscii(offset, "sell high");
    }

    @Test
    void writesInSeveralWays() throws IOException {
        UnsafeBuffer cancel = WebSocketStreamTest.text("cancel");
        WebSocketStream.Context compressed = new WebSocketStream.Context()
            .perMessageDeflate(new PerMessageDeflate().compressionLevel(1));
        try (WebSocketPair pair = new WebSocketPair(compressed, compressed)) {
            assertThat(pair.client.isDeflating()).isTrue();
            ws = pair.client;
            ws.cork();
            ws.asyncWrite(Opcode.TEXT, cancel, 0, cancel.capacity(), onWritten);
            ws.asyncWrite(Opcode.TEXT, order, 0, order.capacity(), onWritten);
            ws.uncork();
            int offset = ws.claim(64);
            if (offset >= 0) {
                int length = encodeOrder(ws.claimBuffer(), offset);
                ws.commit(Opcode.TEXT, length, onWritten);
            }
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.loop.until(() -> peer.events.size() == 3);
            assertThat(peer.events).containsExactly("TEXT cancel", "TEXT buy low", "TEXT sell high");
            assertThat(printed).containsExactly("OK 6", "OK 7", "OK 9");
        }
    }

    private void opened(IoStatus status, WebSocketStream stream) {
        printed.add(status + " " + stream.protocol());
    }

    @Test
    void connectsInOneCall() throws IOException {
        try (Loop loop = new Loop(); RawServer server = new RawServer(loop)) {
            Reactor reactor = loop.reactor;
            String url = server.url();
            WebSocketStream.asyncConnect(reactor, url, (status, stream) -> opened(status, stream));
            server.acceptUpgrade();
            loop.until(() -> !printed.isEmpty());
            assertThat(printed).containsExactly("OK null");
        }
    }

    private static boolean knows(String credentials) {
        return BasicAuthentication.of("desk-7", "open").equals(credentials);
    }

    @Test
    void agreesOnMore() throws IOException {
        try (Loop loop = new Loop(); TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
                ForwardingProxy forwarding = new ForwardingProxy(loop, true)) {
            TlsContext tls = TestTls.client("http/1.1");
            String apiKey = "secret";
            int proxyPort = forwarding.proxy().port();
            String password = "open";
            WebSocketStream.Context context = new WebSocketStream.Context()
                .header("X-MBX-APIKEY", apiKey)
                .protocols("v2.market", "v1.market")
                .tls(tls)
                .proxy(Proxy.socks5("localhost", proxyPort).credentials("desk-7", password))
                .maxRedirects(3)
                .phaseTimeoutNs(HandshakePhase.CONNECT, 500_000_000L)
                .maxMessageLength(1 << 20)
                .controlHandler(onControl);
            WebSocketStream.Context answering = new WebSocketStream.Context()
                .protocols("v1.market")
                .upgradeHandler((target, request, answer) -> {
                    if (!knows(request.value("Authorization"))) {
                        answer.header("WWW-Authenticate", "Basic").refuse(401, "Unauthorized", "who are you?");
                    }
                });
            try (WebSocketStream server = WebSocketStream.open(loop.reactor,
                    answering.tls(TestTls.server("http/1.1")))) {
                listener.asyncAccept((status, stream) -> server.asyncAccept(stream, outcome -> { }));
                context.phaseTimeoutNs(HandshakePhase.CONNECT, 0);
                ws = WebSocketStream.open(loop.reactor, context);
                ws.asyncHandshake("wss://desk-7:open@localhost:" + listener.localAddress().getPort() + "/",
                    status -> opened(status, ws));
                loop.until(() -> !printed.isEmpty());
                assertThat(printed).as(() -> "" + ws.failure()).containsExactly("OK v1.market");
                assertThat(server.header("x-mbx-apikey")).isEqualTo(apiKey);
                ws.close();
            }
        }
    }

    private void serve(TcpListener listener, WebSocketStream server) {
        // The page's handler reads the next message of the client; here it is only printed.
        MessageHandler onMessage = (status, type, buffer, offset, length) -> {
            print(buffer, offset, length);
            server.asyncNextMessage((end, nothing, none, zero, noLength) -> { });
        };
        listener.asyncAccept((status, stream) -> {
            if (status == IoStatus.OK) {
                server.asyncAccept(stream, outcome -> {
                    if (outcome == IoStatus.OK && server.target().equals("/feed")) {
                        server.asyncNextMessage(onMessage);
                    }
                });
            }
        });
    }

    @Test
    void isWhatThePageShows() throws IOException {
        Path sources = Path.of("src", "test", "java", "io", "sonic", "websocket");
        String code = strip(Files.readString(sources.resolve("GuideTest.java")));
        String page = Files.readString(Path.of("..", "docs", "websocket.md"));
        String[] parts = page.split("```java\n");

        assertThat(parts).hasSizeGreaterThan(5);
        for (int i = 1; i < parts.length; i++) {
            assertThat(code).contains(strip(parts[i].substring(0, parts[i].indexOf("```"))));
        }
    }

    private static String strip(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).reduce("", (a, b) -> a + b + "\n");
    }

    private void print(DirectBuffer buffer, int offset, int length) {
        printed.add(buffer.getStringWithoutLengthUtf8(offset, length));
    }

    private void warn(String text) {
        warned.add(text);
    }

    private void retryAfter(long delayNs) {
        printed.add("retry after " + delayNs);
    }
}
