package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.IoStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Messages between a client and a server of this library, over loopback.
 */
@ExtendWith(Leaks.class)
class WebSocketStreamTest {
    /**
     * Sends back what it receives.
     */
    static final class Echo {
        private final WebSocketStream ws;
        private final MessageHandler onMessage = this::onMessage;

        Echo(WebSocketStream ws) {
            this.ws = ws;
            ws.asyncNextMessage(onMessage);
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status == IoStatus.OK) {
                ws.asyncWrite(type, buffer, offset, length, (written, count) -> ws.asyncNextMessage(onMessage));
            }
        }
    }

    static UnsafeBuffer text(String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536, 1 << 20, 5 << 20})
    void echoes(int length) throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            new Echo(pair.server);
            for (Opcode type : List.of(Opcode.TEXT, Opcode.BINARY)) {
                byte[] message = new byte[length];
                new Random(length).nextBytes(message);
                for (int i = 0; i < length && type == Opcode.TEXT; i++) {
                    message[i] &= 0x7F;
                }
                List<String> received = new ArrayList<>();
                pair.client.asyncNextMessage((status, opcode, buffer, offset, count) ->
                    received.add(status + " " + opcode + " " + Hex.format(buffer, offset, count)));
                pair.client.asyncWrite(type, new UnsafeBuffer(message), 0, length,
                    (status, count) -> received.add("written " + status + " " + count));
                pair.loop.until(() -> received.size() == 2);
                assertThat(received).containsExactly("written OK " + length,
                    "OK " + type + " " + Hex.format(new UnsafeBuffer(message), 0, length));
            }
        }
    }

    @Test
    void echoesManyMessagesOfAllSizesThroughSmallBuffers() throws IOException {
        WebSocketStream.Context small = new WebSocketStream.Context().readBufferLength(1024).writeBufferLength(1024);
        try (WebSocketPair pair = new WebSocketPair(small, small)) {
            new Echo(pair.server);
            Random random = new Random(1);
            for (int i = 0; i < 3_000; i++) {
                int length = random.nextInt(random.nextInt(20) == 0 ? 20_000 : 300);
                UnsafeBuffer message = Hex.direct(new byte[length + 10]);
                message.setMemory(0, length + 10, (byte) i);
                boolean[] same = {false};
                pair.client.asyncNextMessage((status, type, buffer, offset, count) ->
                    same[0] = count == length
                        && Hex.format(buffer, offset, count).equals(Hex.format(message, 3, length)));
                pair.client.asyncWrite(Opcode.BINARY, message, 3, length, (status, count) -> { });
                pair.loop.until(() -> same[0]);
            }
        }
    }

    @Test
    void handsOutViewsIntoOneBufferAndCopiesNothing() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            List<DirectBuffer> buffers = new ArrayList<>();
            List<Integer> offsets = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                pair.server.asyncWrite(Opcode.TEXT, text("abc"), 0, 3, (status, length) -> { });
            }
            for (int i = 1; i <= 3; i++) {
                int count = i;
                pair.client.asyncNextMessage((status, type, buffer, offset, length) -> {
                    buffers.add(buffer);
                    offsets.add(offset);
                });
                pair.loop.until(() -> buffers.size() == count);
            }
            assertThat(buffers.get(1)).isSameAs(buffers.get(0)).isSameAs(buffers.get(2));
            assertThat(offsets).containsExactly(2, 7, 12);
        }
    }

    @Test
    void joinsFragments() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            for (boolean toServer : new boolean[] {true, false}) {
                WebSocketStream from = toServer ? pair.client : pair.server;
                WebSocketStream to = toServer ? pair.server : pair.client;
                Recorder recorder = new Recorder(to);
                recorder.readOn();
                sendFragmented(from, Opcode.TEXT, "one €", " two", "", " three");
                sendFragmented(from, Opcode.BINARY, "", "x".repeat(90_000), "y".repeat(200_000));
                sendFragmented(from, Opcode.TEXT, "whole");
                pair.loop.until(() -> recorder.events.size() == 3);
                assertThat(recorder.events)
                    .containsExactly("TEXT one € two three", "BINARY 290000 bytes", "TEXT whole");
                to.cancel();
            }
        }
    }

    private static void sendFragmented(WebSocketStream from, Opcode type, String... fragments) {
        for (int i = 0; i < fragments.length; i++) {
            UnsafeBuffer fragment = text(fragments[i]);
            boolean last = i == fragments.length - 1;
            from.asyncWriteFragment(type, last, fragment, 0, fragment.capacity(), (status, length) -> { });
        }
    }

    @Test
    void handsOutFramesAsTheyCome() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder recorder = new Recorder(pair.client);
            sendFragmented(pair.server, Opcode.TEXT, "a\u20ac".substring(0, 1), "b", "c");
            sendFragmented(pair.server, Opcode.BINARY, "d");
            for (int i = 0; i < 4; i++) {
                int count = i;
                pair.client.asyncNextFrame(recorder.frame());
                pair.loop.until(() -> recorder.events.size() > count);
                if (i == 1) {
                    assertThatIllegalStateException()
                        .isThrownBy(() -> pair.client.asyncNextMessage(recorder.message()))
                        .withMessage("the rest of this message has to be read by asyncNextFrame");
                }
            }
            assertThat(recorder.events).containsExactly("part TEXT a", "part CONTINUATION b", "final CONTINUATION c",
                "final BINARY d");
        }
    }

    @Test
    void doesNotMixFramesAndMessages() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder recorder = new Recorder(pair.client);
            pair.client.asyncNextMessage(recorder.message());
            pair.server.asyncWriteFragment(Opcode.TEXT, false, text("a"), 0, 1, (status, length) -> { });
            pair.server.asyncPing(text(""), 0, 0, (status, length) -> { });
            pair.loop.settle();
            pair.client.cancel();
            assertThatIllegalStateException().isThrownBy(() -> pair.client.asyncNextFrame(recorder.frame()))
                .withMessage("the rest of this message has to be read by asyncNextMessage");
            pair.client.asyncNextMessage(recorder.message());
            pair.server.asyncWriteFragment(Opcode.TEXT, true, text("b"), 0, 1, (status, length) -> { });
            pair.loop.until(() -> recorder.events.size() == 2);
            assertThat(recorder.events).containsExactly("message CANCELLED", "TEXT ab");
        }
    }

    @Test
    void refusesASecondOperationOfTheSameKind() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder recorder = new Recorder(pair.client);
            fillTheWayTo(pair, recorder);
            pair.client.asyncNextMessage(recorder.message());
            pair.client.asyncClose(1000, "", recorder.close());
            assertThatIllegalStateException().isThrownBy(() -> pair.client.asyncNextMessage(recorder.message()))
                .withMessage("a read is in flight already");
            assertThatIllegalStateException().isThrownBy(() -> pair.client.asyncNextFrame(recorder.frame()))
                .withMessage("a read is in flight already");
            assertThatIllegalStateException().isThrownBy(() -> pair.client.asyncClose(1000, "", recorder.close()))
                .withMessage("a close is in flight already");
            assertThat(recorder.events).isEmpty();
            // What was refused has changed nothing: the other end sees one big message and one close.
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.loop.until(() -> recorder.events.size() == 3);
            assertThat(peer.events).containsExactly("BINARY 16000000 bytes", "message END_OF_STREAM");
            assertThat(recorder.events).containsExactlyInAnyOrder("write OK 16000000", "close OK",
                "message END_OF_STREAM");
        }
    }

    /**
     * Starts a write that cannot be done before the server reads.
     */
    private static void fillTheWayTo(WebSocketPair pair, Recorder recorder) {
        pair.client.asyncWrite(Opcode.BINARY, new UnsafeBuffer(new byte[16_000_000]), 0, 16_000_000, recorder.write());
        pair.loop.settle();
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void answersAPingWhileAWriteWaits() throws IOException {
        List<String> pongs = new ArrayList<>();
        WebSocketStream.Context serverContext = new WebSocketStream.Context().controlHandler(
            (opcode, buffer, offset, length) -> pongs.add(opcode + " " + Recorder.text(buffer, offset, length)));
        try (WebSocketPair pair = new WebSocketPair(new WebSocketStream.Context(), serverContext)) {
            Recorder recorder = new Recorder(pair.client);
            Recorder peer = new Recorder(pair.server);
            fillTheWayTo(pair, recorder);
            recorder.readOn();
            pair.server.asyncPing(text("are you there"), 0, 13, peer.ping());
            pair.loop.settle();
            peer.readOn();
            pair.loop.until(() -> !pongs.isEmpty());
            assertThat(pongs).containsExactly("PONG are you there");
            assertThat(peer.events).containsExactly("ping OK 13", "BINARY 16000000 bytes");
            assertThat(recorder.events).containsExactly("write OK 16000000");
            // Both directions still work.
            pair.server.asyncWrite(Opcode.TEXT, text("x"), 0, 1, peer.write());
            pair.client.asyncWrite(Opcode.TEXT, text("y"), 0, 1, recorder.write());
            pair.loop.until(() -> recorder.events.contains("TEXT x") && peer.events.contains("TEXT y"));
        }
    }

    @Test
    void showsControlFramesToTheirHandler() throws IOException {
        List<String> seen = new ArrayList<>();
        WebSocketStream.Context context = new WebSocketStream.Context().controlHandler(
            (opcode, buffer, offset, length) -> seen.add(opcode + " " + Hex.format(buffer, offset, length)));
        try (WebSocketPair pair = new WebSocketPair(context, context)) {
            Recorder client = new Recorder(pair.client);
            Recorder server = new Recorder(pair.server);
            client.readOn();
            server.readOn();
            pair.client.asyncPing(text("abc"), 0, 3, client.ping());
            pair.loop.until(() -> seen.size() == 2);
            pair.client.asyncClose(1001, "x", client.close());
            pair.loop.until(() -> client.events.size() == 3);
            assertThat(seen).containsExactly("PING 616263", "PONG 616263", "CLOSE 03e978", "CLOSE 03e9");
        }
    }

    @Test
    void growsTheQueueWhileAWriteIsInFlight() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(new WebSocketStream.Context().maxQueuedLength(50_000_000),
                new WebSocketStream.Context().maxMessageLength(100_000_000))) {
            Recorder recorder = new Recorder(pair.client);
            Recorder peer = new Recorder(pair.server);
            fillTheWayTo(pair, recorder);
            pair.client.cancel();
            UnsafeBuffer larger = new UnsafeBuffer(new byte[33_000_000]);
            larger.setMemory(0, 33_000_000, (byte) 'z');
            pair.client.asyncWrite(Opcode.TEXT, larger, 0, 33_000_000, recorder.write());
            peer.readOn();
            pair.loop.until(() -> recorder.events.size() == 2 && peer.events.size() == 2);
            assertThat(recorder.events.getFirst()).startsWith("write CANCELLED ");
            assertThat(recorder.events.getLast()).isEqualTo("write OK 33000000");
            assertThat(peer.events).containsExactly("BINARY 16000000 bytes", "TEXT 33000000 bytes");
        }
    }

    @Test
    void refusesToSendWhatIsNoMessage() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder recorder = new Recorder(pair.client);
            for (Opcode type : new Opcode[] {Opcode.CLOSE, Opcode.PING, Opcode.CONTINUATION, null}) {
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> pair.client.asyncWrite(type, text("x"), 0, 1, recorder.write()))
                    .withMessage("a message is TEXT or BINARY, not " + type);
            }
            assertThatIllegalArgumentException()
                .isThrownBy(() -> pair.client.asyncPing(new UnsafeBuffer(new byte[126]), 0, 126, recorder.ping()))
                .withMessage("a ping has at most 125 bytes, not 126");
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> pair.client.asyncWrite(Opcode.TEXT, text("x"), 1, 1, recorder.write()));
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() ->
                    pair.client.asyncWriteFragment(Opcode.TEXT, false, text("x"), -1, 1, recorder.write()));
            assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> pair.client.asyncWrite(Opcode.TEXT, text("x"), 0, 1, null));
            for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 2999, 5000}) {
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> pair.client.asyncClose(code, "", recorder.close()))
                    .withMessage("not a code that a close frame may carry: " + code);
            }
            assertThatIllegalArgumentException()
                .isThrownBy(() -> pair.client.asyncClose(1000, "é".repeat(62), recorder.close()))
                .withMessage("a close reason has at most 123 bytes in UTF-8, not 124");
            // Nothing was sent.
            Recorder peer = new Recorder(pair.server);
            peer.readOn();
            pair.client.asyncWrite(Opcode.TEXT, text("first"), 0, 5, recorder.write());
            pair.loop.until(() -> !peer.events.isEmpty());
            assertThat(peer.events).containsExactly("TEXT first");
        }
    }

    @Test
    void sendsNothingBetweenTheFragmentsOfAMessage() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder recorder = new Recorder(pair.client);
            pair.client.asyncWriteFragment(Opcode.TEXT, false, text("a"), 0, 1, recorder.write());
            assertThatIllegalStateException()
                .isThrownBy(() -> pair.client.asyncWrite(Opcode.TEXT, text("x"), 0, 1, recorder.write()))
                .withMessage("a fragmented message has to be ended first");
            assertThatIllegalArgumentException()
                .isThrownBy(() ->
                    pair.client.asyncWriteFragment(Opcode.BINARY, true, text("x"), 0, 1, recorder.write()))
                .withMessage("the message began as TEXT, not as BINARY");
        }
    }

    @Test
    void tellsTheErrorHandlerWhatAHandlerThrowsAndGoesOn() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder recorder = new Recorder(pair.client);
            IllegalStateException mine = new IllegalStateException("mine");
            pair.client.asyncNextMessage((status, type, buffer, offset, length) -> {
                recorder.readOn();
                throw mine;
            });
            for (String message : List.of("one", "two", "three")) {
                pair.server.asyncWrite(Opcode.TEXT, text(message), 0, message.length(), (status, length) -> {
                    throw mine;
                });
            }
            pair.loop.until(() -> recorder.events.size() == 2);
            assertThat(recorder.events).containsExactly("TEXT two", "TEXT three");
            assertThat(pair.loop.thrown).hasSize(4).containsOnly(mine);
            pair.loop.thrown.clear();
        }
    }

    @Test
    void completesInsideOfTheCallWhenTheMessageIsThere() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder recorder = new Recorder(pair.client);
            pair.server.asyncWrite(Opcode.TEXT, text("a"), 0, 1, (status, length) -> { });
            pair.server.asyncWrite(Opcode.TEXT, text("b"), 0, 1, (status, length) -> { });
            pair.client.asyncNextMessage(recorder.message());
            pair.loop.until(() -> !recorder.events.isEmpty());
            pair.client.asyncNextMessage(recorder.message());
            assertThat(recorder.events).containsExactly("TEXT a", "TEXT b");
        }
    }

    @Test
    void refusesACallFromAnotherThread() throws Exception {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder recorder = new Recorder(pair.client);
            List<Runnable> calls = List.of(
                () -> pair.client.asyncNextMessage(recorder.message()),
                () -> pair.client.asyncNextFrame(recorder.frame()),
                () -> pair.client.asyncWrite(Opcode.TEXT, text("x"), 0, 1, recorder.write()),
                () -> pair.client.asyncPing(text("x"), 0, 1, recorder.ping()),
                () -> pair.client.asyncClose(1000, "", recorder.close()), pair.client::cancel, pair.client::close);
            List<String> refusals = new ArrayList<>();
            Thread thread = new Thread(() -> calls.forEach(call -> {
                try {
                    call.run();
                } catch (IllegalStateException e) {
                    refusals.add(e.getMessage());
                }
            }));
            thread.start();
            thread.join();
            assertThat(refusals).hasSize(calls.size()).allMatch(refusal -> refusal.contains("belongs to thread"));
            assertThat(recorder.events).isEmpty();
        }
    }

    /**
     * Reads and counts, and looks how deep the stack is.
     */
    private static final class DepthProbe {
        private final WebSocketStream ws;
        private final MessageHandler onMessage = this::onMessage;
        private int count;
        private int deepest;
        private IoStatus end;

        DepthProbe(WebSocketStream ws) {
            this.ws = ws;
        }

        void start() {
            ws.asyncNextMessage(onMessage);
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status != IoStatus.OK) {
                end = status;
                return;
            }
            if (++count % 1_000 < 70) {
                long depth = StackWalker.getInstance().walk(java.util.stream.Stream::count);
                deepest = Math.max(deepest, (int) depth);
            }
            ws.asyncNextMessage(onMessage);
        }
    }

    @Test
    void readsAMillionMessagesWithoutDeepeningTheStack() throws IOException {
        byte[] frames = new byte[200_000];
        for (int i = 0; i < frames.length; i += 2) {
            frames[i] = (byte) 0x81;
        }
        try (Loop loop = new Loop(); RawServer server = new RawServer(loop);
                WebSocketStream ws = WebSocketStream.open(loop.reactor)) {
            ws.asyncHandshake(server.url(), status -> { });
            server.acceptUpgrade();
            loop.until(ws::isConnected);
            DepthProbe probe = new DepthProbe(ws);
            int start = (int) (long) StackWalker.getInstance().walk(java.util.stream.Stream::count);
            probe.start();
            for (int i = 1; i <= 10; i++) {
                server.send(frames);
                int sent = i * 100_000;
                // A turn does a bounded number of messages, so that others get theirs.
                while (probe.count < sent) {
                    int before = probe.count;
                    loop.poll();
                    assertThat(probe.count - before).isLessThanOrEqualTo(MessageReader.FRAMES_PER_TURN + 1);
                }
            }
            assertThat(probe.count).isEqualTo(1_000_000);
            assertThat(probe.deepest - start).isBetween(1, 40);
        }
    }

    /**
     * Writes the next message when the one before is done.
     */
    private static final class Sender {
        private final WebSocketStream ws;
        private final UnsafeBuffer message = text("x");
        private int left;
        private int deepest;

        Sender(WebSocketStream ws, int count) {
            this.ws = ws;
            left = count;
            send();
        }

        private void send() {
            deepest = Math.max(deepest, (int) (long) StackWalker.getInstance().walk(java.util.stream.Stream::count));
            ws.asyncWrite(Opcode.TEXT, message, 0, 1, (status, length) -> {
                if (--left > 0) {
                    send();
                }
            });
        }
    }

    @Test
    void writesManyMessagesWithoutDeepeningTheStack() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            DepthProbe probe = new DepthProbe(pair.client);
            probe.start();
            int start = (int) (long) StackWalker.getInstance().walk(java.util.stream.Stream::count);
            Sender sender = new Sender(pair.server, 20_000);
            pair.loop.until(() -> probe.count == 20_000);
            assertThat(sender.left).isZero();
            assertThat(sender.deepest - start).isBetween(1, 600);
        }
    }
}
