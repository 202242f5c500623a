package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions with a venue over real sockets that misbehaves in each way; time is cranked.
 */
@ExtendWith(Leaks.class)
class WebSocketSessionTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MILLISECOND_NS = 1_000_000L;

    private final List<String> events = new ArrayList<>();
    private Loop loop;
    private SessionServer venue;
    private WebSocketSession session;
    private Disconnect lastDisconnect;
    private IOException lastFailure;
    private long lastDelayNs;
    private int stackDepth;
    private Runnable onConnected = () -> { };
    private Runnable onDisconnected = () -> { };
    private Runnable onMessage = () -> { };

    private final SessionHandler handler = new SessionHandler() {
        @Override
        public void onMessage(Opcode type, DirectBuffer buffer, int offset, int length) {
            events.add(type + " " + Recorder.text(buffer, offset, length));
            run(onMessage);
        }

        @Override
        public void onConnected() {
            events.add("connected");
            run(onConnected);
        }

        @Override
        public void onDisconnected(Disconnect why) {
            lastDisconnect = why;
            events.add("disconnected " + why.cause());
            run(onDisconnected);
        }

        @Override
        public void onAttemptFailed(IOException failure, long delayNs) {
            assertThat(stackDepth).as("calls of the handler below this one").isZero();
            lastFailure = failure;
            lastDelayNs = delayNs;
            events.add("failed");
        }

        private void run(Runnable action) {
            assertThat(stackDepth).as("calls of the handler below this one").isZero();
            stackDepth++;
            try {
                action.run();
            } finally {
                stackDepth--;
            }
        }
    };

    @BeforeEach
    void open() throws IOException {
        loop = new Loop();
        venue = new SessionServer(loop);
    }

    @AfterEach
    void close() {
        if (session != null) {
            session.close();
        }
        venue.close();
        loop.close();
    }

    private WebSocketSession.Context context() {
        return new WebSocketSession.Context(venue.url()).backoff(SECOND_NS, 8 * SECOND_NS);
    }

    private void start(WebSocketSession.Context context) {
        session = WebSocketSession.open(loop.reactor, context, handler);
        session.start();
    }

    private SessionServer.Peer connect(WebSocketSession.Context context) {
        start(context);
        loop.until(session::isConnected);
        SessionServer.Peer peer = venue.await(0);
        assertThat(events).containsExactly("connected");
        events.clear();
        return peer;
    }

    private void awaitEvents(int count) {
        loop.until(() -> events.size() >= count);
        loop.settle();
    }

    private SendOutcome write(String text) {
        UnsafeBuffer buffer = WebSocketStreamTest.text(text);
        return session.tryWrite(Opcode.TEXT, buffer, 0, buffer.capacity(), (status, length) ->
            events.add("write " + status + " " + length));
    }

    /**
     * The next attempt comes when its time has come, and not before.
     */
    private void assertReconnectsBetween(long earliestNs, long latestNs, int peer) {
        loop.skip(earliestNs - MILLISECOND_NS * 200);
        assertThat(venue.peers).hasSize(peer);
        loop.skip(latestNs - earliestNs + MILLISECOND_NS * 200);
        venue.await(peer);
    }

    @Test
    void connectsSubscribesAndHandsMessagesOut() {
        SessionServer.Peer peer = connect(context().subscriptions("subscribe a", "subscribe b"));
        loop.until(() -> peer.heard().size() == 2);
        assertThat(peer.heard()).containsExactly("TEXT subscribe a", "TEXT subscribe b");
        peer.send("one");
        peer.send("two");
        awaitEvents(2);
        assertThat(events).containsExactly("TEXT one", "TEXT two");
        assertThat(write("order")).isEqualTo(SendOutcome.ACCEPTED);
        loop.until(() -> peer.heard().contains("TEXT order"));
        assertThat(events).contains("write OK 5");
        assertThat(session.stream().target()).isEqualTo("/stream");
        assertThat(session.connections()).isEqualTo(1);
    }

    @Test
    void doesNotConnectInsideOfStart() {
        start(context());
        assertThat(session.isConnected()).isFalse();
        assertThat(write("order")).isEqualTo(SendOutcome.NOT_CONNECTED);
        assertThatIllegalStateException().isThrownBy(session::start);
        loop.until(session::isConnected);
    }

    @Test
    void letsTheUserSendBeforeTheSubscriptions() {
        onConnected = () -> write("login");
        start(context().subscriptions("subscribe"));
        SessionServer.Peer peer = venue.await(0);
        loop.until(() -> peer.heard().size() == 2);
        assertThat(peer.heard()).containsExactly("TEXT login", "TEXT subscribe");
    }

    @Test
    void reconnectsAndSubscribesAgainWhenTheVenueCloses() {
        SessionServer.Peer peer = connect(context().subscriptions("subscribe"));
        peer.ws.asyncClose(1012, "restart", status -> { });
        awaitEvents(1);
        assertThat(events).containsExactly("disconnected CLOSED_BY_PEER");
        assertThat(lastDisconnect.closeCode()).isEqualTo(1012);
        assertThat(lastDisconnect.closeReason()).isEqualTo("restart");
        assertThat(lastDisconnect.failure()).isNull();
        assertThat(session.isConnected()).isFalse();
        assertReconnectsBetween(SECOND_NS / 2, SECOND_NS, 1);
        loop.until(() -> venue.peers.get(1).heard().size() == 1);
        assertThat(venue.peers.get(1).heard()).containsExactly("TEXT subscribe");
        assertThat(events).containsExactly("disconnected CLOSED_BY_PEER", "connected");
    }

    @Test
    void reconnectsWhenTheVenueJustGoes() {
        SessionServer.Peer peer = connect(context());
        peer.ws.close();
        awaitEvents(1);
        assertThat(events).containsExactly("disconnected LOST");
        assertThat(lastDisconnect.closeCode()).isEqualTo(CloseCode.ABNORMAL);
        assertThat(lastDisconnect.failure()).hasMessageContaining(venue.url());
        assertReconnectsBetween(SECOND_NS / 2, SECOND_NS, 1);
    }

    @Test
    void reconnectsWhenTheVenueBreaksTheProtocol() throws IOException {
        try (RawServer raw = new RawServer(loop)) {
            start(new WebSocketSession.Context(raw.url()).backoff(SECOND_NS, SECOND_NS));
            raw.acceptUpgrade();
            loop.until(session::isConnected);
            raw.acceptNextAfter("\u00c1\0");
            awaitEvents(2);
            assertThat(events).containsExactly("connected", "disconnected LOST");
            assertThat(lastDisconnect.failure()).hasMessageContaining("the peer broke the protocol");
            loop.skip(SECOND_NS);
            raw.acceptUpgrade();
            loop.until(session::isConnected);
        }
    }

    @Test
    void waitsLongerAfterEachAttemptThatFails() {
        venue.answer(number -> refuse(503, null));
        start(context());
        long expected = SECOND_NS;
        for (int i = 1; i <= 6; i++) {
            awaitEvents(i);
            assertThat(lastDelayNs).isBetween(expected / 2, expected);
            assertThat(lastFailure).isInstanceOf(UpgradeRefusedException.class);
            loop.skip(lastDelayNs);
            expected = Math.min(2 * expected, 8 * SECOND_NS);
        }
        assertThat(session.failedAttempts()).isGreaterThanOrEqualTo(6);
        assertThat(session.connections()).isZero();
    }

    private static WebSocketStream.Context refuse(int status, String retryAfter) {
        return new WebSocketStream.Context().upgradeHandler((target, request, answer) -> {
            answer.refuse(status, "No", "no");
            if (retryAfter != null) {
                answer.header("Retry-After", retryAfter);
            }
        });
    }

    @Test
    void keepsWaitingLongerWhenTheVenueClosesEachTime() {
        start(context());
        long total = 0;
        for (int i = 0; i < 4; i++) {
            SessionServer.Peer peer = venue.await(i);
            loop.until(session::isConnected);
            peer.ws.close();
            int expected = 2 * (i + 1);
            awaitEvents(expected);
            long before = SECOND_NS << i;
            loop.skip(before / 2 - 200 * MILLISECOND_NS);
            assertThat(venue.peers).hasSize(i + 1);
            loop.skip(before);
            total += before;
        }
        assertThat(total).isEqualTo(15 * SECOND_NS);
        // One that has lasted begins anew.
        SessionServer.Peer peer = venue.await(4);
        loop.until(session::isConnected);
        loop.skip(8 * SECOND_NS);
        peer.ws.close();
        awaitEvents(10);
        loop.skip(SECOND_NS);
        venue.await(5);
    }

    @Test
    void waitsForAsLongAsTheVenueAsks() {
        venue.answer(number -> number == 0 ? refuse(429, "120") : new WebSocketStream.Context());
        start(context());
        awaitEvents(1);
        assertThat(lastDelayNs).isEqualTo(120 * SECOND_NS);
        loop.skip(119 * SECOND_NS);
        assertThat(venue.peers).hasSize(1);
        loop.skip(SECOND_NS);
        venue.await(1);
    }

    @Test
    void asksForUrlHeadersAndSubscriptionsAtEachAttempt() {
        int[] asked = {0};
        Supplier<String> url = () -> venue.url() + "?token=" + ++asked[0];
        start(new WebSocketSession.Context(url).backoff(SECOND_NS, SECOND_NS)
            .connection(() -> new WebSocketStream.Context().header("X-Signature", "s" + asked[0]))
            .subscriptions(() -> List.of("subscribe " + asked[0])));
        for (int i = 0; i < 3; i++) {
            SessionServer.Peer peer = venue.await(i);
            loop.until(() -> peer.heard().size() == 1);
            int number = i + 1;
            assertThat(peer.heard()).containsExactly("TEXT subscribe " + number);
            assertThat(peer.ws.target()).isEqualTo("/stream?token=" + number);
            // The context is asked for first, the URL right after it.
            assertThat(peer.ws.header("X-Signature")).isEqualTo("s" + i);
            peer.ws.close();
            loop.until(() -> !session.isConnected());
            loop.skip(SECOND_NS);
        }
    }

    @Test
    void triesAgainWhenASupplierThrows() {
        int[] asked = {0};
        start(new WebSocketSession.Context(() -> {
            if (++asked[0] < 3) {
                throw new IllegalStateException("no token yet");
            }
            return venue.url();
        }).backoff(SECOND_NS, SECOND_NS));
        awaitEvents(1);
        assertThat(lastFailure).hasMessage("no attempt to connect: no token yet");
        loop.skip(SECOND_NS);
        loop.skip(SECOND_NS);
        venue.await(0);
        assertThat(events).startsWith("failed", "failed");
    }

    @Test
    void triesAgainWhenNobodyListens() {
        String url = venue.url();
        venue.close();
        start(new WebSocketSession.Context(url).backoff(SECOND_NS, SECOND_NS));
        awaitEvents(1);
        loop.skip(SECOND_NS);
        awaitEvents(2);
        assertThat(lastFailure).hasMessageContaining("ECONNREFUSED");
        assertThat(events).containsExactly("failed", "failed");
    }

    @Test
    void pingsAndMeasuresTheRoundTrip() {
        SessionServer.Peer peer = connect(context().pingIntervalNs(5 * SECOND_NS).pongTimeoutNs(SECOND_NS));
        assertThat(session.heartbeatRoundTripNs()).isEqualTo(-1);
        for (int i = 1; i <= 4; i++) {
            loop.skip(5 * SECOND_NS);
            int count = i;
            loop.until(() -> peer.controls.size() == count && session.heartbeatRoundTripNs() >= 0);
            loop.settle();
        }
        assertThat(peer.controls).containsExactly("PING", "PING", "PING", "PING");
        assertThat(session.heartbeats()).isEqualTo(4);
        assertThat(events).isEmpty();
    }

    @Test
    void reconnectsWhenAPingIsNotAnswered() {
        venue.deaf(true);
        connect(context().pingIntervalNs(5 * SECOND_NS).pongTimeoutNs(SECOND_NS));
        loop.skip(5 * SECOND_NS);
        loop.skip(800 * MILLISECOND_NS);
        assertThat(events).isEmpty();
        loop.skip(200 * MILLISECOND_NS);
        assertThat(events).containsExactly("disconnected HEARTBEAT_MISSED");
        assertThat(lastDisconnect.failure()).hasMessage(
            venue.url() + ": a heartbeat was not answered within 1000 ms");
        assertReconnectsBetween(SECOND_NS / 2, SECOND_NS, 1);
    }

    @Test
    void dataDoesNotStandInForPongs() {
        venue.deaf(true);
        SessionServer.Peer peer = connect(context().pingIntervalNs(5 * SECOND_NS).pongTimeoutNs(SECOND_NS));
        loop.skip(5 * SECOND_NS);
        peer.send("data");
        awaitEvents(1);
        loop.skip(SECOND_NS);
        assertThat(events).containsExactly("TEXT data", "disconnected HEARTBEAT_MISSED");
    }

    @Test
    void doesNotTakeAnotherPongForAnAnswer() {
        venue.deaf(true);
        SessionServer.Peer peer = connect(context().pingIntervalNs(5 * SECOND_NS).pongTimeoutNs(SECOND_NS));
        loop.skip(5 * SECOND_NS);
        // A message of the venue that says what a pong would.
        peer.send("\0\0\0\0\0\0\0\1");
        awaitEvents(1);
        loop.skip(SECOND_NS);
        assertThat(events).hasSize(2).endsWith("disconnected HEARTBEAT_MISSED");
    }

    @Test
    void reconnectsWhenAHeartbeatCannotBeSent() {
        venue.deaf(true);
        WebSocketSession.Context context = context().pingIntervalNs(5 * SECOND_NS).pongTimeoutNs(0)
            .connection(() -> new WebSocketStream.Context().maxQueuedLength(64 * 1024 * 1024));
        connect(context);
        UnsafeBuffer large = Hex.direct(new byte[16 * 1024 * 1024]);
        session.tryWrite(Opcode.BINARY, large, 0, large.capacity(), (status, length) -> events.add("write " + status));
        loop.settle();
        assertThat(events).isEmpty();
        loop.skip(5 * SECOND_NS);
        assertThat(events).isEmpty();
        loop.skip(5 * SECOND_NS);
        assertThat(events).containsExactlyInAnyOrder("write CLOSED", "disconnected HEARTBEAT_MISSED");
        assertThat(lastDisconnect.failure()).hasMessageEndingWith("a heartbeat could not be sent for 5000 ms");
    }

    @Test
    void sendsHeartbeatsOfTheVenuesOwn() {
        SessionServer.Peer peer = connect(context().pingIntervalNs(5 * SECOND_NS).pongTimeoutNs(SECOND_NS)
            .heartbeat(Heartbeat.text("ping", MessageMatcher.equalTo("pong"))));
        for (int i = 0; i < 3; i++) {
            loop.skip(5 * SECOND_NS);
            int count = i + 1;
            loop.until(() -> peer.heard().size() == count);
            peer.send("pong");
            peer.send("pong!");
            awaitEvents(count);
        }
        assertThat(peer.heard()).containsExactly("TEXT ping", "TEXT ping", "TEXT ping");
        assertThat(events).containsExactly("TEXT pong!", "TEXT pong!", "TEXT pong!");
        assertThat(session.heartbeatRoundTripNs()).isNotNegative();
        loop.skip(5 * SECOND_NS);
        loop.until(() -> peer.heard().size() == 4);
        loop.skip(SECOND_NS);
        assertThat(events).endsWith("disconnected HEARTBEAT_MISSED");
    }

    @Test
    void matchesTextWithinAMessage() {
        MessageMatcher matcher = MessageMatcher.containing("\"op\":\"pong\"");
        for (String text : List.of("{\"op\":\"pong\"}", "\"op\":\"pong\"", " ".repeat(245) + "\"op\":\"pong\"")) {
            UnsafeBuffer buffer = WebSocketStreamTest.text(text);
            assertThat(matcher.matches(Opcode.TEXT, buffer, 0, buffer.capacity())).as(text).isTrue();
        }
        for (String text : List.of("", "\"op\":\"ping\"", "\"op\":\"pong", " ".repeat(246) + "\"op\":\"pong\"")) {
            UnsafeBuffer buffer = WebSocketStreamTest.text(text + " ");
            assertThat(matcher.matches(Opcode.TEXT, buffer, 0, text.length())).as(text).isFalse();
        }
    }

    @Test
    void reconnectsWhenNoDataComesThoughPingsAreAnswered() {
        SessionServer.Peer peer = connect(context().pingIntervalNs(SECOND_NS).dataTimeoutNs(8 * SECOND_NS)
            .data((type, buffer, offset, length) -> length != 2));
        peer.send("data");
        awaitEvents(1);
        for (int i = 0; i < 8; i++) {
            loop.skip(SECOND_NS);
            peer.send("hb");
            int count = 2 + i;
            loop.until(() -> events.size() >= count);
        }
        assertThat(events).doesNotContain("disconnected DATA_SILENCE");
        loop.skip(SECOND_NS);
        assertThat(events).endsWith("disconnected DATA_SILENCE");
        assertThat(lastDisconnect.failure()).hasMessage(venue.url() + ": no data came for 8000 ms");
        // It ends in order: the venue is told.
        loop.until(() -> peer.ws.closeCode() == CloseCode.NORMAL);
        assertReconnectsBetween(SECOND_NS / 2, SECOND_NS, 1);
    }

    @Test
    void staysAsLongAsDataComes() {
        SessionServer.Peer peer = connect(context().dataTimeoutNs(8 * SECOND_NS));
        for (int i = 1; i < 10; i++) {
            loop.skip(7 * SECOND_NS);
            peer.send("data");
            awaitEvents(i);
        }
        assertThat(events).containsOnly("TEXT data");
    }

    @Test
    void replacesAnOldConnectionWithoutABreak() {
        SessionServer.Peer old = connect(context().subscriptions("subscribe").maxAgeNs(100 * SECOND_NS));
        old.send("old 1");
        awaitEvents(1);
        loop.skip(100 * SECOND_NS);
        SessionServer.Peer young = venue.await(1);
        loop.until(() -> young.heard().size() == 1);
        assertThat(young.heard()).containsExactly("TEXT subscribe");
        old.send("old 2");
        awaitEvents(2);
        assertThat(write("order 1")).isEqualTo(SendOutcome.ACCEPTED);
        loop.until(() -> old.heard().contains("TEXT order 1"));
        young.send("new 1");
        awaitEvents(5);
        old.send("old 3");
        loop.until(() -> old.heard().stream().anyMatch(event -> event.startsWith("message ")));
        young.send("new 2");
        awaitEvents(6);
        assertThat(events).containsExactly("TEXT old 1", "TEXT old 2", "write OK 7", "connected", "TEXT new 1",
            "TEXT new 2");
        assertThat(old.ws.closeCode()).isEqualTo(CloseCode.NORMAL);
        assertThat(write("order 2")).isEqualTo(SendOutcome.ACCEPTED);
        loop.until(() -> young.heard().contains("TEXT order 2"));
    }

    @Test
    void keepsTheOldConnectionWhenTheNewOneCannotBeHad() {
        SessionServer.Peer old = connect(context().subscriptions("subscribe").maxAgeNs(100 * SECOND_NS));
        venue.answer(number -> number == 1 ? refuse(503, null) : new WebSocketStream.Context());
        loop.skip(100 * SECOND_NS);
        awaitEvents(1);
        assertThat(events).containsExactly("failed");
        assertThat(session.isConnected()).isTrue();
        old.send("still here");
        awaitEvents(2);
        loop.skip(SECOND_NS);
        SessionServer.Peer young = venue.await(2);
        young.send("new");
        awaitEvents(4);
        assertThat(events).containsExactly("failed", "TEXT still here", "connected", "TEXT new");
    }

    @Test
    void takesOverWithoutDataAfterATime() {
        connect(context().subscriptions("subscribe").maxAgeNs(100 * SECOND_NS).takeOverTimeoutNs(3 * SECOND_NS));
        loop.skip(100 * SECOND_NS);
        SessionServer.Peer young = venue.await(1);
        loop.until(() -> young.heard().size() == 1);
        loop.skip(2 * SECOND_NS);
        assertThat(events).isEmpty();
        loop.skip(SECOND_NS);
        assertThat(events).containsExactly("connected");
    }

    @Test
    void takesOverAtOnceWhenTheOldConnectionIsLostInTheMeantime() {
        SessionServer.Peer old = connect(context().subscriptions("subscribe"));
        session.rotate();
        SessionServer.Peer young = venue.await(1);
        loop.until(() -> young.heard().size() == 1);
        old.ws.close();
        awaitEvents(2);
        assertThat(events).containsExactly("disconnected LOST", "connected");
        assertThat(session.isConnected()).isTrue();
    }

    @Test
    void goesOnWhenTheNewConnectionIsLostBeforeItTakesOver() {
        connect(context().subscriptions("subscribe"));
        session.rotate();
        SessionServer.Peer young = venue.await(1);
        loop.until(() -> young.heard().size() == 1);
        young.ws.asyncClose(1013, "too busy", status -> { });
        awaitEvents(1);
        assertThat(events).containsExactly("failed");
        assertThat(lastFailure).hasMessage("the connection that was to take over was closed: 1013 too busy");
        assertThat(session.isConnected()).isTrue();
        loop.skip(SECOND_NS);
        venue.await(2).send("data");
        awaitEvents(3);
        assertThat(events).containsExactly("failed", "connected", "TEXT data");
    }

    @Test
    void limitsWhatIsSent() {
        SessionServer.Peer peer = connect(context().rateLimit(5, SECOND_NS));
        for (int i = 0; i < 5; i++) {
            assertThat(write("m" + i)).isEqualTo(SendOutcome.ACCEPTED);
        }
        assertThat(write("m5")).isEqualTo(SendOutcome.RATE_LIMITED);
        assertThat(session.rateLimitDelayNs()).isBetween(1L, SECOND_NS / 5);
        loop.skip(SECOND_NS / 5);
        assertThat(session.rateLimitDelayNs()).isZero();
        assertThat(write("m6")).isEqualTo(SendOutcome.ACCEPTED);
        assertThat(write("m7")).isEqualTo(SendOutcome.RATE_LIMITED);
        loop.until(() -> peer.heard().size() == 6);
        assertThat(peer.heard()).endsWith("TEXT m6");
    }

    @Test
    void countsPongsAsSent() {
        SessionServer.Peer peer = connect(context().rateLimit(5, 1000 * SECOND_NS));
        for (int i = 1; i <= 4; i++) {
            UnsafeBuffer payload = WebSocketStreamTest.text("p" + i);
            peer.ws.asyncPing(payload, 0, 2, (status, length) -> { });
            int count = i;
            loop.until(() -> peer.controls.size() == count);
        }
        assertThat(write("m")).isEqualTo(SendOutcome.ACCEPTED);
        assertThat(write("m")).isEqualTo(SendOutcome.RATE_LIMITED);
    }

    @Test
    void countsHeartbeatsAsSent() {
        SessionServer.Peer peer = connect(context().rateLimit(3, 1000 * SECOND_NS).pingIntervalNs(SECOND_NS));
        for (int i = 1; i <= 3; i++) {
            loop.skip(SECOND_NS);
            int count = i;
            loop.until(() -> peer.controls.size() == count);
            loop.settle();
        }
        assertThat(write("m")).isEqualTo(SendOutcome.RATE_LIMITED);
    }

    @Test
    void subscribesNoFasterThanTheLimit() {
        start(context().rateLimit(2, 10 * SECOND_NS).subscriptions("a", "b", "c", "d"));
        SessionServer.Peer peer = venue.await(0);
        loop.until(() -> peer.heard().size() == 2);
        loop.skip(4 * SECOND_NS);
        assertThat(peer.heard()).hasSize(2);
        loop.skip(SECOND_NS);
        loop.until(() -> peer.heard().size() == 3);
        loop.skip(5 * SECOND_NS);
        loop.until(() -> peer.heard().size() == 4);
        assertThat(peer.heard()).containsExactly("TEXT a", "TEXT b", "TEXT c", "TEXT d");
    }

    @Test
    void saysThatTooMuchWaits() {
        venue.deaf(true);
        connect(context());
        UnsafeBuffer large = Hex.direct(new byte[512 * 1024]);
        SendOutcome outcome = SendOutcome.ACCEPTED;
        int accepted = 0;
        while (outcome == SendOutcome.ACCEPTED && accepted < 100) {
            outcome = session.tryWrite(Opcode.BINARY, large, 0, large.capacity(), (status, length) ->
                events.add("write " + status));
            accepted += outcome == SendOutcome.ACCEPTED ? 1 : 0;
            loop.settle();
        }
        assertThat(outcome).isEqualTo(SendOutcome.BACK_PRESSURED);
        venue.peers.getFirst().ws.close();
        int told = accepted;
        loop.until(() -> events.stream().filter(event -> event.startsWith("write ")).count() == told);
        loop.settle();
        assertThat(events).hasSize(accepted + 1).contains("disconnected LOST");
        assertThat(events.stream().filter(event -> event.startsWith("write ") && !event.equals("write OK")))
            .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "connected"})
    void reconnectsWhenTheUserAsksInsideOfAHandlerButNotThere(String where) {
        int[] asked = {0};
        Runnable reconnectOnce = () -> {
            if (asked[0]++ == 0) {
                session.reconnect();
                assertThat(session.isConnected()).isFalse();
            }
        };
        if (where.equals("connected")) {
            // The handler is told of the end inside of its own call, because it asked for it.
            onConnected = () -> {
                stackDepth--;
                try {
                    reconnectOnce.run();
                } finally {
                    stackDepth++;
                }
            };
            start(context());
        } else {
            SessionServer.Peer peer = connect(context());
            onMessage = () -> {
                stackDepth--;
                try {
                    reconnectOnce.run();
                } finally {
                    stackDepth++;
                }
            };
            peer.send("gap");
        }
        loop.until(() -> events.contains("disconnected RECONNECT_REQUESTED"));
        loop.settle();
        assertReconnectsBetween(SECOND_NS / 2, SECOND_NS, 1);
        loop.until(session::isConnected);
        assertThat(events).endsWith("connected");
    }

    @Test
    void closesInsideOfEachHandler() {
        onConnected = () -> session.close();
        start(context().subscriptions("subscribe"));
        awaitEvents(1);
        loop.settle();
        assertThat(events).containsExactly("connected");
        assertThat(session.isConnected()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> session.reconnect());
    }

    @Test
    void closesInsideOfADisconnect() {
        SessionServer.Peer peer = connect(context());
        onDisconnected = () -> session.close();
        peer.ws.close();
        awaitEvents(1);
        loop.skip(100 * SECOND_NS);
        assertThat(events).containsExactly("disconnected LOST");
        assertThat(venue.peers).hasSize(1);
    }

    @Test
    void closesInOrder() {
        SessionServer.Peer peer = connect(context());
        write("last");
        session.asyncClose(CloseCode.GOING_AWAY, "bye", status -> events.add("close " + status));
        loop.until(() -> events.contains("close OK"));
        assertThat(events).containsExactly("write OK 4", "close OK");
        assertThat(peer.heard()).startsWith("TEXT last");
        assertThat(peer.ws.closeCode()).isEqualTo(CloseCode.GOING_AWAY);
        loop.skip(100 * SECOND_NS);
        assertThat(venue.peers).hasSize(1);
        session.close();
        assertThat(events).hasSize(2);
    }

    @Test
    void closesWithoutAConnection() {
        start(context());
        session.asyncClose(CloseCode.NORMAL, "", status -> events.add("close " + status));
        assertThat(events).containsExactly("close OK");
        loop.settle();
        assertThat(venue.peers).isEmpty();
    }

    @Test
    void endsWithTheReactor() throws IOException {
        connect(context());
        loop.reactor.close();
        assertThat(events).containsExactly("disconnected LOST");
        loop = new Loop();
        venue = new SessionServer(loop);
        session = null;
    }

    @Test
    void goesOnWhenTheHandlerThrows() {
        SessionServer.Peer peer = connect(context());
        onMessage = () -> {
            throw new IllegalStateException("a bug");
        };
        peer.send("one");
        peer.send("two");
        awaitEvents(2);
        assertThat(loop.thrown).hasSize(2);
        loop.thrown.clear();
        assertThat(session.isConnected()).isTrue();
    }

    @Test
    void showsControlFramesToTheUser() {
        List<Opcode> seen = new ArrayList<>();
        SessionServer.Peer peer = connect(context().connection(() -> new WebSocketStream.Context()
            .controlHandler((opcode, buffer, offset, length) -> seen.add(opcode))));
        peer.ws.asyncPing(WebSocketStreamTest.text("x"), 0, 1, (status, length) -> { });
        loop.until(() -> !seen.isEmpty());
        assertThat(seen).containsExactly(Opcode.PING);
    }

    @Test
    void refusesOptionsThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WebSocketSession.Context("http://a"));
        assertThatIllegalArgumentException().isThrownBy(() -> context().backoff(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> context().backoff(2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> context().rateLimit(-1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> context().rateLimit(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> context().pingIntervalNs(-1));
    }

    @Test
    void neverWaitsLongerThanTheLongestDelay() {
        Backoff backoff = new Backoff(1, Long.MAX_VALUE);
        long previous = 0;
        for (int i = 0; i < 200; i++) {
            long next = backoff.nextNs();
            assertThat(next).isPositive().isGreaterThanOrEqualTo(previous / 4);
            previous = next;
        }
        assertThat(previous).isGreaterThan(Long.MAX_VALUE / 2 - 2);
        backoff.reset();
        assertThat(backoff.nextNs()).isEqualTo(1);
    }
}
