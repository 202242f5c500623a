package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sonic.IoStatus;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes wrong with websockets in sonic (Go), commit f9df119, and does not here; one test for each.
 */
@ExtendWith(Leaks.class)
class DefectsOfTheOriginalTest {
    private static final long SECOND_NS = 1_000_000_000L;

    /**
     * A client of ours, and a server that says what the test has it say.
     */
    private static final class Rig implements AutoCloseable {
        final Loop loop = new Loop();
        final RawServer server = new RawServer(loop);
        final WebSocketStream ws;
        final Recorder recorder;

        Rig() throws IOException {
            this(new WebSocketStream.Context());
        }

        Rig(WebSocketStream.Context context) throws IOException {
            ws = WebSocketStream.open(loop.reactor, context);
            recorder = new Recorder(ws);
            ws.asyncHandshake(server.url(), recorder.handshake());
            server.awaitRequest();
        }

        Rig connected() {
            server.send(server.acceptance());
            loop.until(ws::isConnected);
            recorder.events.clear();
            return this;
        }

        List<String> events(int count) {
            loop.until(() -> recorder.events.size() >= count);
            loop.settle();
            return recorder.events;
        }

        /**
         * What the server got after the request.
         */
        List<String> sent() {
            byte[] bytes = server.frames();
            UnsafeBuffer buffer = Hex.direct(bytes);
            FrameDecoder decoder = new FrameDecoder(Role.SERVER, 1 << 24);
            List<String> frames = new ArrayList<>();
            int position = 0;
            int length = decoder.decode(buffer, 0, bytes.length);
            while (length > 0) {
                String payload = decoder.payloadLength() > 125 ? decoder.payloadLength() + " bytes"
                    : Hex.format(buffer, decoder.payloadOffset(), decoder.payloadLength());
                frames.add(decoder.opcode() + " " + payload);
                position += length;
                length = decoder.decode(buffer, position, bytes.length - position);
            }
            return frames;
        }

        @Override
        public void close() {
            ws.close();
            server.close();
            loop.close();
        }
    }

    // Frames.

    /**
     * It became a negative number, and the process crashed.
     */
    @ParameterizedTest
    @ValueSource(strings = {"827f8000000000000000", "827fffffffffffffffff"})
    void aLengthWithItsTopBitSetIsRefused(String hex) throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.recorder.readOn();
            rig.server.sendHex(hex);
            assertThat(rig.events(1)).containsExactly("message FAILED");
            assertThat(rig.ws.failure()).hasMessageContaining("a frame has the top bit of its 64-bit length set");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"817e000161", "817f000000000000000161"})
    void aLengthInMoreBytesThanItNeedsIsRefused(String hex) throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.recorder.readOn();
            rig.server.sendHex(hex);
            assertThat(rig.events(1)).containsExactly("message FAILED");
        }
    }

    /**
     * A frame that was given no payload went out with eight bytes too many, an empty one without a masking key.
     */
    @Test
    void anEmptyFrameIsHeaderAndKey() throws IOException {
        try (Rig rig = new Rig().connected()) {
            UnsafeBuffer nothing = new UnsafeBuffer(new byte[0]);
            for (int i = 0; i < 8; i++) {
                rig.ws.asyncPing(nothing, 0, 0, rig.recorder.ping());
            }
            rig.loop.until(() -> rig.server.frames().length >= 48);
            assertThat(rig.server.frames()).hasSize(48);
            assertThat(rig.sent()).hasSize(8).containsOnly("PING ");
            assertThat(Hex.format(new UnsafeBuffer(rig.server.frames()), 0, 48)).isNotEqualTo("898000000000".repeat(8));
        }
    }

    @Test
    void rolesAreCalledWhatTheyAre() {
        assertThat(Role.SERVER).hasToString("SERVER");
    }

    // Text.

    @Test
    void aCharacterMaySpanFragments() throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.recorder.readOn();
            rig.server.sendHex("0102 e282 8001 ac");
            assertThat(rig.events(1)).containsExactly("TEXT €");
        }
    }

    /**
     * Continuations were not looked at; what was found closed with 1002.
     */
    @ParameterizedTest
    @ValueSource(strings = {"0101 61 8001 ff", "8101 ff"})
    void wrongTextIsRefusedWith1007(String hex) throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.recorder.readOn();
            rig.server.sendHex(hex);
            assertThat(rig.events(1)).containsExactly("message FAILED");
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE 03ef");
        }
    }

    // Messages over the limit, and out of order.

    /**
     * In one frame: no close, still active, the same error for ever. In several: closed with 1001.
     */
    @ParameterizedTest
    @ValueSource(strings = {"827e07d0", "027e03e8 FILL 827e03e8", "027e03e8 FILL 807e03e8"})
    void aMessageOverTheLimitEndsTheConnection(String hex) throws IOException {
        try (Rig rig = new Rig(new WebSocketStream.Context().maxMessageLength(1500)).connected()) {
            rig.recorder.readOn();
            rig.server.sendHex(hex.replace("FILL", "61".repeat(1000)));
            assertThat(rig.events(1)).containsExactly("message FAILED");
            String code = hex.contains("FILL 82") ? "03ea" : "03f1";
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE " + code);
            rig.ws.asyncNextMessage(rig.recorder.message());
            assertThat(rig.ws.isOpen()).isTrue();
        }
    }

    /**
     * Nothing was sent, and the stream stayed active.
     */
    @ParameterizedTest
    @ValueSource(strings = {"8001 61", "0101 61 8101 61"})
    void fragmentsOutOfOrderEndTheConnection(String hex) throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.recorder.readOn();
            rig.server.sendHex(hex);
            assertThat(rig.events(1)).containsExactly("message FAILED");
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE 03ea");
        }
    }

    /**
     * The close frame for it waited for the next call of the user.
     */
    @Test
    void thePeerIsToldAtOnceThatItBrokeTheProtocol() throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.server.sendHex("8300");
            rig.loop.until(() -> rig.server.frames().length > 0);
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE 03ea");
        }
    }

    // Reads and writes.

    /**
     * The read loop died for good.
     */
    @Test
    void aWriteDuringTheFlushOfAPongDisturbsNothing() throws IOException {
        WebSocketStream.Context context = new WebSocketStream.Context().maxQueuedLength(20_000_000);
        try (Rig rig = new Rig(context).connected()) {
            rig.server.ignore();
            byte[] much = new byte[10_000_000];
            rig.ws.asyncWrite(Opcode.BINARY, new UnsafeBuffer(much), 0, much.length, rig.recorder.write());
            rig.recorder.readOn();
            // The pong cannot be flushed before the server reads.
            rig.server.sendHex("8901 70");
            rig.loop.settle();
            rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("mine"), 0, 4, rig.recorder.write());
            rig.server.sendHex("8101 61 8101 62");
            assertThat(rig.events(2)).containsExactly("TEXT a", "TEXT b");
            rig.server.listen();
            assertThat(rig.events(4)).containsExactly("TEXT a", "TEXT b", "write OK 10000000", "write OK 4");
            rig.loop.until(() -> rig.sent().size() == 3);
            assertThat(rig.sent()).contains("PONG 70", "TEXT 6d696e65");
        }
    }

    /**
     * The first one's callback was lost.
     */
    @Test
    void eachOfTwoWritesIsCompleted() throws IOException {
        try (Rig rig = new Rig(new WebSocketStream.Context().maxQueuedLength(20_000_000)).connected()) {
            rig.server.ignore();
            byte[] much = new byte[8_000_000];
            for (int i = 0; i < 2; i++) {
                rig.ws.asyncWrite(Opcode.BINARY, new UnsafeBuffer(much), 0, much.length, rig.recorder.write());
            }
            assertThat(rig.recorder.events).isEmpty();
            rig.server.listen();
            assertThat(rig.events(2)).containsExactly("write OK 8000000", "write OK 8000000");
        }
    }

    /**
     * Each message that was there deepened the stack.
     */
    @Test
    void messagesThatAreThereDoNotDeepenTheStack() throws IOException {
        try (Rig rig = new Rig().connected()) {
            int[] deepest = {0};
            int[] count = {0};
            MessageHandler[] next = {null};
            next[0] = (status, type, buffer, offset, length) -> {
                if (status == IoStatus.OK) {
                    count[0]++;
                    deepest[0] = Math.max(deepest[0],
                        (int) (long) StackWalker.getInstance().walk(java.util.stream.Stream::count));
                    rig.ws.asyncNextMessage(next[0]);
                }
            };
            rig.ws.asyncNextMessage(next[0]);
            rig.server.sendHex("8100".repeat(20_000));
            rig.loop.until(() -> count[0] == 20_000);
            int here = (int) (long) StackWalker.getInstance().walk(java.util.stream.Stream::count);
            assertThat(deepest[0] - here).isLessThan(60);
        }
    }

    @Test
    void aPingThatIsTooLongIsRefused() throws IOException {
        try (Rig rig = new Rig().connected()) {
            assertThatIllegalArgumentException().isThrownBy(() ->
                rig.ws.asyncPing(new UnsafeBuffer(new byte[200]), 0, 200, rig.recorder.ping()));
            rig.loop.settle();
            assertThat(rig.server.frames()).isEmpty();
        }
    }

    // The close.

    /**
     * It was sent: reserved code, reason of 200 bytes.
     */
    @Test
    void aCloseThatMayNotBeSentIsRefused() throws IOException {
        try (Rig rig = new Rig().connected()) {
            assertThatIllegalArgumentException().isThrownBy(() ->
                rig.ws.asyncClose(1005, "", rig.recorder.close()));
            assertThatIllegalArgumentException().isThrownBy(() ->
                rig.ws.asyncClose(1000, "r".repeat(200), rig.recorder.close()));
            rig.loop.settle();
            assertThat(rig.server.frames()).isEmpty();
        }
    }

    @Test
    void theCodeOfABadGatewayIsAccepted() throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.recorder.readOn();
            rig.server.sendHex("8802 03f6");
            assertThat(rig.events(1)).containsExactly("message END_OF_STREAM");
            assertThat(rig.ws.closeCode()).isEqualTo(CloseCode.BAD_GATEWAY);
        }
    }

    /**
     * The constant for the time was used nowhere, and the user had to end the connection.
     */
    @Test
    void aCloseThatIsNotAnsweredEndsInTime() throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            rig.loop.skip(6 * SECOND_NS);
            assertThat(rig.events(1)).containsExactly("close TIMED_OUT");
            rig.loop.until(rig.server::hasEnded);
        }
    }

    /**
     * The read that waited was never called back, and {@code RunPending} hung.
     */
    @Test
    void closeEndsTheReadThatWaits() throws IOException {
        try (Rig rig = new Rig().connected()) {
            int pending = rig.loop.reactor.pending();
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.ws.close();
            assertThat(rig.recorder.events).containsExactly("message CLOSED");
            rig.loop.settle();
            assertThat(rig.loop.reactor.pending()).isLessThanOrEqualTo(pending);
        }
    }

    /**
     * The state stayed active.
     */
    @Test
    void aResetEndsTheConnection() throws IOException {
        try (Rig rig = new Rig().connected()) {
            rig.recorder.readOn();
            rig.server.reset();
            assertThat(rig.events(1)).containsExactly("message FAILED");
            assertThat(rig.ws.isConnected()).isFalse();
            assertThat(rig.ws.closeCode()).isEqualTo(CloseCode.ABNORMAL);
        }
    }

    /**
     * What the connection before had queued went into the new one; here each connection is an object of its own.
     */
    @Test
    void aNewConnectionSendsNothingOfTheOneBefore() throws IOException {
        try (Rig first = new Rig().connected()) {
            first.server.ignore();
            byte[] much = new byte[16_000_000];
            first.ws.asyncWrite(Opcode.BINARY, new UnsafeBuffer(much), 0, much.length, first.recorder.write());
            first.server.sendHex("8901 70");
            first.loop.settle();
            first.ws.close();
            try (Rig second = new Rig().connected()) {
                second.loop.settle();
                assertThat(second.server.frames()).isEmpty();
            }
        }
    }

    // The handshake.

    /**
     * The answer had to come in one read of 1,024 bytes.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 100_000})
    void theAnswerMayBeLongAndInPieces(int piece) throws IOException {
        try (Rig rig = new Rig()) {
            String answer = rig.server.acceptance();
            String padding = ("X-Padding: " + "x".repeat(500) + "\r\n").repeat(5);
            String longer = answer.substring(0, answer.length() - 2) + padding + "\r\n";
            for (int i = 0; i < longer.length(); i += piece) {
                rig.server.send(longer.substring(i, Math.min(longer.length(), i + piece)));
                rig.loop.poll();
            }
            assertThat(rig.events(1)).containsExactly("handshake OK");
        }
    }

    @Test
    void aSilentServerTimesOut() throws IOException {
        try (Rig rig = new Rig()) {
            rig.loop.skip(6 * SECOND_NS);
            assertThat(rig.events(1)).containsExactly("handshake TIMED_OUT");
        }
    }

    /**
     * Bytes behind the answer were lost when its fields were written otherwise than expected.
     */
    @Test
    void framesThatComeWithTheAnswerAreRead() throws IOException {
        try (Rig rig = new Rig()) {
            byte[] head = rig.server.acceptance().replace(": ", ":").getBytes();
            byte[] both = Arrays.copyOf(head, head.length + 3);
            System.arraycopy(Hex.bytes("810161"), 0, both, head.length, 3);
            rig.server.send(both);
            rig.events(1);
            rig.recorder.readOn();
            assertThat(rig.events(2)).containsExactly("handshake OK", "TEXT a");
        }
    }

    /**
     * {@code Connection} was not looked at; extensions and sub-protocols that were not asked for were accepted.
     */
    @ParameterizedTest
    @CsvSource({
        "Connection: Upgrade, Connection: close",
        "Upgrade: websocket,  Upgrade: websocket\\nSec-WebSocket-Protocol: x",
        "Upgrade: websocket,  Upgrade: websocket\\nSec-WebSocket-Extensions: x"})
    void anAnswerToAnotherQuestionIsRefused(String expected, String given) throws IOException {
        try (Rig rig = new Rig()) {
            rig.server.send(rig.server.acceptance().replace(expected, given.replace("\\n", "\r\n")));
            assertThat(rig.events(1)).containsExactly("handshake FAILED");
        }
    }

    @Test
    void anAddressOfIpv6IsAHost() {
        assertThat(WebSocketUrl.parse("ws://[::1]:9001/x")).extracting(WebSocketUrl::host, WebSocketUrl::port,
            WebSocketUrl::hostField).containsExactly("::1", 9001, "[::1]:9001");
    }

    /**
     * There was no way to accept, and no compression.
     */
    @Test
    void aServerAcceptsAndBothSidesCompress() throws IOException {
        WebSocketStream.Context context = new WebSocketStream.Context()
            .perMessageDeflate(new PerMessageDeflate().compressionLevel(1));
        try (WebSocketPair pair = new WebSocketPair(context, context)) {
            Recorder recorder = new Recorder(pair.server);
            recorder.readOn();
            List<IoStatus> outcomes = new ArrayList<>();
            WriteHandler written = (status, length) -> outcomes.add(status);
            UnsafeBuffer text = WebSocketStreamTest.text("abc".repeat(1000));
            pair.client.asyncWrite(Opcode.TEXT, text, 0, 3000, written);
            pair.loop.until(() -> !recorder.events.isEmpty());
            assertThat(recorder.events).containsExactly("TEXT 3000 bytes");
            assertThat(outcomes).containsExactly(IoStatus.OK);
            assertThat(pair.client.statistics().compressedBytesSent()).isBetween(1L, 100L);
        }
    }

    /**
     * The addresses of a stream that is not connected crashed.
     */
    @Test
    void aWebsocketThatIsNotConnectedHasNoTransport() throws IOException {
        try (Loop loop = new Loop(); WebSocketStream ws = WebSocketStream.open(loop.reactor)) {
            assertThat(ws.transport()).isNull();
        }
    }
}
