package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.IoStatus;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several writes at a time: their order, their completions, their bound, and how many calls they take.
 */
@ExtendWith(Leaks.class)
class QueuedWritesTest {
    private final List<String> outcomes = new ArrayList<>();

    private WriteHandler outcome(String name) {
        return (status, length) -> outcomes.add(name + " " + status + " " + length);
    }

    private void write(WebSocketStream ws, String text) {
        UnsafeBuffer message = WebSocketStreamTest.text(text);
        ws.asyncWrite(Opcode.TEXT, message, 0, message.capacity(), outcome(text));
    }

    /**
     * Fills what the system keeps between the two, and a good part of the queue.
     */
    private void block(WebSocketPair pair, int length) {
        pair.client.asyncWrite(Opcode.BINARY, new UnsafeBuffer(new byte[length]), 0, length, outcome("block"));
        pair.loop.settle();
        assertThat(outcomes).isEmpty();
    }

    private static WebSocketStream.Context bound(int length) {
        return new WebSocketStream.Context().maxQueuedLength(length);
    }

    @Test
    void completesQueuedWritesInTheirOrder() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(bound(20_000_000), bound(1024))) {
            block(pair, 10_000_000);
            List<String> expected = new ArrayList<>(List.of("block OK 10000000"));
            List<String> messages = new ArrayList<>(List.of("BINARY 10000000 bytes"));
            for (int i = 0; i < 100; i++) {
                write(pair.client, "message " + i);
                expected.add("message " + i + " OK " + ("message " + i).length());
                messages.add("TEXT message " + i);
            }
            pair.client.asyncFlush(outcome("flush"));
            expected.add("flush OK 0");
            assertThat(outcomes).isEmpty();
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.loop.until(() -> outcomes.size() == 102 && peer.events.size() == 101);
            assertThat(outcomes).isEqualTo(expected);
            assertThat(peer.events).isEqualTo(messages);
        }
    }

    @Test
    void sendsWhatHasGatheredWithOneCall() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            long before = pair.client.statistics().writes();
            pair.client.cork();
            for (int i = 0; i < 50; i++) {
                write(pair.client, "x");
            }
            assertThat(outcomes).isEmpty();
            assertThat(pair.client.queuedLength()).isEqualTo(50 * 7);
            pair.client.uncork();
            assertThat(outcomes).hasSize(50).containsOnly("x OK 1");
            assertThat(pair.client.statistics().writes()).isEqualTo(before + 1);
            assertThat(pair.client.queuedLength()).isZero();
        }
    }

    @Test
    void doesNotLeaveWhatIsCorkedBehind() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            long before = pair.client.statistics().writes();
            pair.client.cork();
            write(pair.client, "a");
            write(pair.client, "b");
            pair.loop.until(() -> outcomes.size() == 2);
            assertThat(pair.client.statistics().writes()).isEqualTo(before + 1);
            pair.client.cork();
            write(pair.client, "c");
            pair.client.asyncFlush(outcome("flush"));
            assertThat(outcomes).containsExactly("a OK 1", "b OK 1", "c OK 1", "flush OK 0");
            pair.client.cork();
            write(pair.client, "d");
            pair.client.asyncClose(1000, "", status -> outcomes.add("close"));
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.loop.until(() -> outcomes.size() == 6);
            assertThat(peer.events).containsExactly("TEXT a", "TEXT b", "TEXT c", "TEXT d", "message END_OF_STREAM");
        }
    }

    @Test
    void refusesAtOnceWhatDoesNotFitIntoTheBound() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(bound(8_000_000), bound(1024))) {
            block(pair, 7_000_000);
            int queued = pair.client.queuedLength();
            assertThat(queued).isPositive();
            UnsafeBuffer tooMuch = new UnsafeBuffer(new byte[8_000_000 - queued - 13]);
            pair.client.asyncWrite(Opcode.BINARY, tooMuch, 0, tooMuch.capacity(), outcome("too much"));
            assertThat(outcomes).containsExactly("too much WOULD_BLOCK 0");
            assertThat(pair.client.queuedLength()).isEqualTo(queued);
            pair.client.asyncWrite(Opcode.BINARY, tooMuch, 0, tooMuch.capacity() - 1, outcome("all of it"));
            assertThat(pair.client.queuedLength()).isEqualTo(8_000_000);
            write(pair.client, "more");
            pair.client.asyncPing(tooMuch, 0, 1, outcome("ping"));
            assertThat(pair.client.claim(1)).isEqualTo(IoStatus.WOULD_BLOCK.code());
            assertThat(outcomes).containsExactly("too much WOULD_BLOCK 0", "more WOULD_BLOCK 0", "ping WOULD_BLOCK 0");
            assertThat(pair.client.statistics().backPressured()).isEqualTo(4);
            outcomes.clear();
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.loop.until(() -> peer.events.size() == 2);
            write(pair.client, "again");
            pair.loop.until(() -> peer.events.size() == 3);
            assertThat(outcomes).containsExactly("block OK 7000000", "all of it OK " + (tooMuch.capacity() - 1),
                "again OK 5");
            assertThat(peer.events.getLast()).isEqualTo("TEXT again");
        }
    }

    @Test
    void takesOneMessageThatIsLongerThanTheBound() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(bound(1024), bound(1024))) {
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.client.asyncWrite(Opcode.BINARY, new UnsafeBuffer(new byte[5_000_000]), 0, 5_000_000, outcome("long"));
            pair.loop.until(() -> !peer.events.isEmpty());
            assertThat(outcomes).containsExactly("long OK 5000000");
        }
    }

    /**
     * A user who tries again in the handler, whatever it says, holds up nobody.
     */
    @Test
    void aHandlerThatTriesAgainAtOnceDoesNotHoldUpTheReactor() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(bound(1024), bound(1024))) {
            block(pair, 16_000_000);
            UnsafeBuffer message = WebSocketStreamTest.text("again");
            int[] tries = {0};
            WriteHandler[] again = {null};
            again[0] = (status, length) -> {
                tries[0]++;
                if (status == IoStatus.WOULD_BLOCK) {
                    pair.client.asyncWrite(Opcode.TEXT, message, 0, 5, again[0]);
                }
            };
            pair.client.asyncWrite(Opcode.TEXT, message, 0, 5, again[0]);
            boolean[] ran = {false};
            pair.loop.reactor.post(() -> ran[0] = true);
            pair.loop.poll();
            pair.loop.poll();
            assertThat(ran[0]).isTrue();
            assertThat(tries[0]).isBetween(1, 200);
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.loop.until(() -> peer.events.contains("TEXT again"));
        }
    }

    @Test
    void endsEachQueuedWriteOnceWhenTheConnectionEnds() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(bound(20_000_000), bound(1024))) {
            block(pair, 10_000_000);
            for (int i = 0; i < 40; i++) {
                write(pair.client, "m");
            }
            pair.client.asyncFlush(outcome("flush"));
            pair.client.close();
            pair.loop.settle();
            assertThat(outcomes).hasSize(42).element(0).asString().startsWith("block CLOSED ");
            assertThat(outcomes.subList(1, 41)).containsOnly("m CLOSED 0");
            assertThat(outcomes.getLast()).isEqualTo("flush CLOSED 0");
        }
    }

    @Test
    void aFlushOfNothingIsDoneAtOnce() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            pair.client.asyncFlush(outcome("flush"));
            assertThat(outcomes).containsExactly("flush OK 0");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 200_000})
    void sendsWhatIsWrittenInItsPlace(int length) throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            for (WebSocketStream from : List.of(pair.client, pair.server)) {
                WebSocketStream to = from == pair.client ? pair.server : pair.client;
                // As much as was claimed, less of it, and so much less that a shorter header will do.
                for (int claimed : new int[] {length, length + 1, length + 70_000}) {
                    Recorder peer = new Recorder(to);
                    to.asyncNextMessage((status, type, buffer, offset, count) -> {
                        for (int i = 0; i < count; i++) {
                            assertThat(buffer.getByte(offset + i)).isEqualTo((byte) i);
                        }
                        peer.events.add(status + " " + type + " " + count);
                    });
                    int offset = from.claim(claimed);
                    assertThat(offset).isPositive();
                    for (int i = 0; i < length; i++) {
                        from.claimBuffer().putByte(offset + i, (byte) i);
                    }
                    from.commit(Opcode.BINARY, length, outcome("committed"));
                    pair.loop.until(() -> !peer.events.isEmpty());
                    assertThat(peer.events).containsExactly("OK BINARY " + length);
                    assertThat(outcomes).containsExactly("committed OK " + length);
                    outcomes.clear();
                }
            }
            assertThat(pair.loop.thrown).isEmpty();
        }
    }

    @Test
    void writesInPlaceWhileOthersWait() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(bound(20_000_000), bound(1024))) {
            block(pair, 10_000_000);
            for (int i = 0; i < 3; i++) {
                int offset = pair.client.claim(10);
                pair.client.claimBuffer().putBytes(offset, "in place".getBytes());
                pair.client.commit(Opcode.TEXT, 8, outcome("committed"));
            }
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.loop.until(() -> peer.events.size() == 4);
            assertThat(peer.events.subList(1, 4)).containsOnly("TEXT in place");
            assertThat(outcomes).hasSize(4).endsWith("committed OK 8");
        }
    }

    @Test
    void doesNothingElseWhileRoomIsClaimed() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            WebSocketStream ws = pair.client;
            UnsafeBuffer text = WebSocketStreamTest.text("x");
            assertThat(ws.claim(10)).isPositive();
            for (Runnable call : List.<Runnable>of(() -> ws.claim(1), () -> write(ws, "x"),
                () -> ws.asyncPing(text, 0, 1, outcome("ping")),
                () -> ws.asyncWriteFragment(Opcode.TEXT, true, text, 0, 1, outcome("fragment")),
                () -> ws.asyncClose(1000, "", status -> { }))) {
                assertThatIllegalStateException().isThrownBy(call::run)
                    .withMessage("room is claimed: commit or abort it first");
            }
            assertThatIllegalArgumentException().isThrownBy(() -> ws.commit(Opcode.TEXT, 11, outcome("more")))
                .withMessage("cannot commit 11 bytes: 10 are claimed");
            ws.abort();
            assertThatIllegalStateException().isThrownBy(ws::abort).withMessage("no room is claimed");
            assertThatIllegalStateException().isThrownBy(() -> ws.commit(Opcode.TEXT, 1, outcome("x")))
                .withMessage("no room is claimed");
            assertThatIllegalArgumentException().isThrownBy(() -> ws.claim(-1))
                .withMessage("cannot claim a negative length: -1");
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            write(ws, "first");
            pair.loop.until(() -> !peer.events.isEmpty());
            assertThat(peer.events).containsExactly("TEXT first");
        }
    }

    /**
     * Room that is claimed for longer than it should be does no harm to control frames.
     */
    @Test
    void answersAPingAfterTheRoomIsGivenBack() throws IOException {
        List<String> pongs = new ArrayList<>();
        WebSocketStream.Context context = new WebSocketStream.Context()
            .controlHandler((opcode, buffer, offset, length) -> pongs.add(Recorder.text(buffer, offset, length)));
        try (WebSocketPair pair = new WebSocketPair(new WebSocketStream.Context(), context)) {
            new Recorder(pair.client).readOn();
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            int offset = pair.client.claim(4);
            pair.server.asyncPing(WebSocketStreamTest.text("one"), 0, 3, outcome("ping"));
            pair.server.asyncPing(WebSocketStreamTest.text("two"), 0, 3, outcome("ping"));
            pair.loop.settle();
            pair.client.claimBuffer().putBytes(offset, "text".getBytes());
            pair.client.commit(Opcode.TEXT, 4, outcome("committed"));
            pair.loop.until(() -> !pongs.isEmpty() && !peer.events.isEmpty());
            assertThat(pongs).containsExactly("two");
            assertThat(peer.events).containsExactly("TEXT text");
            assertThat(pair.client.statistics().pongsOmitted()).isEqualTo(1);
        }
    }

    @Test
    void tellsWhoHasClaimedRoomThatTheConnectionHasEnded() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            new Recorder(pair.client).readOn();
            assertThat(pair.client.claim(4)).isPositive();
            pair.server.asyncClose(1000, "", status -> { });
            pair.loop.until(() -> !pair.client.isConnected());
            pair.client.commit(Opcode.TEXT, 4, outcome("committed"));
            assertThat(outcomes).containsExactly("committed END_OF_STREAM 0");
            assertThat(pair.client.claim(4)).isEqualTo(IoStatus.END_OF_STREAM.code());
            assertThat(pair.server.closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void countsWhatAConnectionDoes() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            new Recorder(pair.client).readOn();
            long before = pair.client.statistics().bytesSent();
            write(pair.client, "12345");
            UnsafeBuffer text = WebSocketStreamTest.text("abc");
            pair.client.asyncWriteFragment(Opcode.TEXT, false, text, 0, 3, outcome("part"));
            pair.client.asyncPing(text, 0, 3, outcome("ping"));
            pair.client.asyncWriteFragment(Opcode.TEXT, true, text, 0, 3, outcome("part"));
            pair.loop.until(() -> peer.events.size() == 2 && pair.client.statistics().pongsReceived() == 1);
            WebSocketStatistics sent = pair.client.statistics();
            WebSocketStatistics received = pair.server.statistics();
            assertThat(List.of(sent.messagesSent(), sent.framesSent(), sent.pingsSent(), sent.pongsSent(),
                sent.bytesSent() - before)).containsExactly(2L, 4L, 1L, 0L, 5 + 3 + 3 + 3 + 4 * 6L);
            assertThat(List.of(received.messagesReceived(), received.framesReceived(), received.pingsReceived(),
                received.pongsSent(), received.bytesReceived(), received.largestMessageReceived()))
                .containsExactly(2L, 4L, 1L, 1L, 5 + 3 + 3 + 3 + 4 * 6L, 6L);
            assertThat(received).hasToString("received 2 messages in 4 frames, 38 bytes; sent 0 messages in 1 frames, "
                + received.bytesSent() + " bytes in 1 writes");
        }
    }

    private static String readText(Utf8Check check, String hex) throws IOException {
        try (Loop loop = new Loop(); RawServer server = new RawServer(loop);
                WebSocketStream ws = WebSocketStream.open(loop.reactor,
                    new WebSocketStream.Context().utf8Check(check))) {
            Recorder recorder = new Recorder(ws);
            ws.asyncHandshake(server.url(), status -> { });
            server.acceptUpgrade();
            loop.until(ws::isConnected);
            recorder.readOn();
            server.sendHex(hex);
            loop.settle();
            return recorder.events.isEmpty() ? "" : recorder.events.getFirst().replace('\uFFFD', '?');
        }
    }

    @Test
    void checksTextWhenItIsAskedTo() throws IOException {
        String wrong = "8102 ff61";
        String wrongAtOnce = "8105 61ff";
        String wrongFragment = "0101 ff";
        String wrongInTwo = "0101 e2 8001 61";
        String rightInTwo = "0101 e2 8002 82ac";
        for (Utf8Check check : Utf8Check.values()) {
            assertThat(readText(check, wrong)).isEqualTo(check == Utf8Check.OFF ? "TEXT ?a" : "message FAILED");
            assertThat(readText(check, wrongAtOnce)).isEqualTo(check == Utf8Check.STRICT ? "message FAILED" : "");
            assertThat(readText(check, wrongFragment)).isEqualTo(check == Utf8Check.OFF ? "" : "message FAILED");
            assertThat(readText(check, wrongInTwo)).isEqualTo(check == Utf8Check.OFF ? "TEXT ?a" : "message FAILED");
            assertThat(readText(check, rightInTwo)).isEqualTo("TEXT €");
        }
    }
}
