package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Reactor;
import io.sonic.Timer;
import io.sonic.WriteHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The code of {@code docs/session.md}, compiled and run, and a test that the page shows nothing else.
 */
@ExtendWith(Leaks.class)
class SessionGuideTest {
    private final List<String> printed = new ArrayList<>();
    private final List<String> warned = new ArrayList<>();
    private final UnsafeBuffer order = WebSocketStreamTest.text("buy low");
    private final WriteHandler onWritten = (status, length) -> printed.add(status + " " + length);
    private final Book book = new Book();

    private final SessionHandler handler = new SessionHandler() {
        @Override
        public void onConnected() {
            book.clear(); // a snapshot comes
        }

        @Override
        public void onMessage(Opcode type, DirectBuffer buffer, int offset, int length) {
            book.update(buffer, offset, length);
        }

        @Override
        public void onDisconnected(Disconnect why) {
            warn(why.cause() + " " + why.closeCode() + " " + why.closeReason());
        }

        @Override
        public void onAttemptFailed(IOException failure, long delayNs) {
            warn(failure.getMessage() + ", again in " + delayNs / 1_000_000 + " ms");
        }
    };

    private final class Book {
        void clear() {
            printed.add("clear");
        }

        void update(DirectBuffer buffer, int offset, int length) {
            print(buffer, offset, length);
        }
    }

    private void print(DirectBuffer buffer, int offset, int length) {
        printed.add(buffer.getStringWithoutLengthUtf8(offset, length));
    }

    private void warn(String text) {
        warned.add(text);
    }

    @Test
    void isTenLines() throws IOException {
        try (Loop loop = new Loop(); SessionServer venue = new SessionServer(loop)) {
            Reactor reactor = loop.reactor;
            String url = venue.url();
            boolean[] sent = {false};
            Timer director = new Timer(reactor);
            director.scheduleAtFixedRate(1_000_000L, timer -> {
                if (!sent[0] && !venue.peers.isEmpty() && !venue.peers.getFirst().heard().isEmpty()) {
                    sent[0] = true;
                    venue.peers.getFirst().send("hi");
                }
                if (!printed.isEmpty()) {
                    reactor.stop();
                }
            });
            WebSocketSession session = WebSocketSession.open(reactor,
                new WebSocketSession.Context(url)
                    .subscriptions("{\"op\":\"subscribe\",\"args\":[\"trades\"]}")
                    .pingIntervalNs(20_000_000_000L)
                    .dataTimeoutNs(30_000_000_000L),
                (type, buffer, offset, length) -> print(buffer, offset, length));
            session.start();
            reactor.run();
            session.close();
            director.close();
            assertThat(printed).containsExactly("hi");
            assertThat(venue.peers.getFirst().heard()).startsWith("TEXT {\"op\":\"subscribe\",\"args\":[\"trades\"]}");
        }
    }

    private String token() {
        return "t";
    }

    private String signature() {
        return "s";
    }

    private String login() {
        return "login";
    }

    @Test
    void usesEverything() throws IOException {
        try (Loop loop = new Loop(); SessionServer venue = new SessionServer(loop)) {
            Reactor reactor = loop.reactor;
            String url = venue.url();
            WebSocketSession.Context context = new WebSocketSession.Context(() -> url + "?token=" + token())
                .connection(() -> new WebSocketStream.Context().header("X-Signature", signature()))
                .subscriptions(() -> List.of(login(), "{\"op\":\"subscribe\"}"))
                .heartbeat(Heartbeat.text("ping", MessageMatcher.equalTo("pong")))
                .pingIntervalNs(15_000_000_000L)
                .pongTimeoutNs(5_000_000_000L)
                .data((type, buffer, offset, length) -> length > 20)
                .dataTimeoutNs(30_000_000_000L)
                .maxAgeNs(23 * 3600_000_000_000L)
                .rateLimit(5, 1_000_000_000L)
                .backoff(100_000_000L, 30_000_000_000L);
            try (WebSocketSession session = WebSocketSession.open(reactor, context, handler)) {
                session.start();
                SessionServer.Peer peer = venue.await(0);
                loop.until(() -> peer.heard().size() == 2);
                assertThat(peer.ws.target()).endsWith("?token=t");
                SendOutcome outcome = session.tryWrite(Opcode.TEXT, order, 0, order.capacity(), onWritten);
                assertThat(outcome).isEqualTo(SendOutcome.ACCEPTED);
                peer.send("data");
                loop.until(() -> printed.contains("data"));
                assertThat(printed).containsExactly("clear", "OK 7", "data");
                peer.ws.asyncClose(4001, "go", status -> { });
                loop.until(() -> !warned.isEmpty());
                assertThat(warned).containsExactly("CLOSED_BY_PEER 4001 go");
                loop.skip(1_000_000_000L);
                venue.await(1);
                loop.until(session::isConnected);
                session.asyncClose(CloseCode.NORMAL, "done for today", status -> reactor.stop());
                loop.until(() -> venue.peers.get(1).ws.closeCode() == CloseCode.NORMAL);
            }
        }
    }

    @Test
    void inflates() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write("{\"ping\":1}".getBytes(StandardCharsets.UTF_8));
        }
        DirectBuffer buffer = new UnsafeBuffer(bytes.toByteArray());
        int offset = 0;
        for (int length : new int[] {bytes.size(), bytes.size() - 1}) {
            try (BinaryInflater inflater = BinaryInflater.gzip(1 << 20)) {
                int inflated = inflater.inflate(buffer, offset, length);
                if (inflated >= 0) {
                    print(inflater.buffer(), 0, inflated);
                } else {
                    warn(inflater.error());
                }
            }
        }
        assertThat(printed).containsExactly("{\"ping\":1}");
        assertThat(warned).hasSize(1);
    }

    @Test
    void isWhatThePageShows() throws IOException {
        Path sources = Path.of("src", "test", "java", "io", "sonic", "websocket");
        String code = strip(Files.readString(sources.resolve("SessionGuideTest.java")));
        String[] parts = Files.readString(Path.of("..", "docs", "session.md")).split("```java\n");

        assertThat(parts).hasSizeGreaterThan(5);
        for (int i = 1; i < parts.length; i++) {
            assertThat(code).contains(strip(parts[i].substring(0, parts[i].indexOf("```"))));
        }
    }

    private static String strip(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).reduce("", (a, b) -> a + b + "\n");
    }
}
