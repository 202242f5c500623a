package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compressed messages (RFC 7692) from a server that says what the test has it say, and between two sides of this
 * library.
 */
@ExtendWith(Leaks.class)
class DeflateTest {
    /** "Hello", from RFC 7692, 7.2.3.1. */
    private static final String HELLO = "c1 07 f248cdc9c90700";

    /**
     * A client of ours, and a server that agreed to compress.
     */
    private static final class Rig implements AutoCloseable {
        final Loop loop = new Loop();
        final RawServer server = new RawServer(loop);
        final WebSocketStream ws;
        final Recorder recorder;

        Rig(String answer, WebSocketStream.Context context) throws IOException {
            ws = WebSocketStream.open(loop.reactor, context);
            recorder = new Recorder(ws);
            ws.asyncHandshake(server.url(), recorder.handshake());
            server.awaitRequest();
            String acceptance = server.acceptance();
            server.send(acceptance.substring(0, acceptance.length() - 2) + "Sec-WebSocket-Extensions: " + answer
                + "\r\n\r\n");
            loop.until(() -> !recorder.events.isEmpty());
        }

        Rig(String answer) throws IOException {
            this(answer, context());
            assertThat(recorder.events).containsExactly("handshake OK");
            recorder.events.clear();
            assertThat(ws.isDeflating()).isTrue();
            recorder.readOn();
        }

        /**
         * The frames that the server got, unmasked.
         */
        List<String> sent() {
            byte[] bytes = server.frames();
            FrameDecoder decoder = new FrameDecoder(Role.SERVER, 1 << 24, Utf8Check.STRICT, true);
            UnsafeBuffer buffer = Hex.direct(bytes);
            List<String> frames = new ArrayList<>();
            int position = 0;
            int length = decoder.decode(buffer, 0, bytes.length);
            while (length > 0) {
                frames.add(decoder.opcode() + (decoder.isCompressed() ? " compressed " : " ")
                    + Hex.format(buffer, decoder.payloadOffset(), decoder.payloadLength()));
                position += length;
                length = decoder.decode(buffer, position, bytes.length - position);
            }
            return frames;
        }

        List<String> events(int count) {
            loop.until(() -> recorder.events.size() >= count);
            loop.settle();
            return recorder.events;
        }

        @Override
        public void close() {
            ws.close();
            server.close();
            loop.close();
        }
    }

    private static WebSocketStream.Context context() {
        return new WebSocketStream.Context().perMessageDeflate(new PerMessageDeflate());
    }

    /**
     * A server's frame with the shortest header.
     */
    private static byte[] frame(int first, byte[] payload) {
        UnsafeBuffer frame = new UnsafeBuffer(new byte[payload.length + 10]);
        UnsafeBuffer source = new UnsafeBuffer(payload);
        int length = new FrameEncoder(Role.SERVER).encode(first, source, 0, payload.length, frame, 0);
        return Arrays.copyOf(frame.byteArray(), length);
    }

    private static byte[] deflate(Deflater deflater, byte[] message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[64 * 1024];
        deflater.setInput(message);
        int length = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
        while (length > 0) {
            out.write(chunk, 0, length);
            length = length < chunk.length ? 0 : deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
        }
        byte[] bytes = out.toByteArray();
        return Arrays.copyOf(bytes, bytes.length - 4);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The examples of RFC 7692, 7.2.3.
     */
    @ParameterizedTest
    @ValueSource(strings = {
        HELLO,
        "41 03 f248cd 80 04 c9c90700",
        HELLO + HELLO,
        HELLO + "c1 05 f200110000",
        "c1 0b 000500faff48656c6c6f00",
        "c1 08 f348cdc9c9070000",
        "c1 0d f248050000 00ffffcac9c90700",
        "41 02 f248 00 00 00 01 cd 80 04 c9c90700"})
    void inflatesTheExamplesOfTheStandard(String hex) throws IOException {
        try (Rig rig = new Rig("permessage-deflate")) {
            rig.server.sendHex(hex);
            int count = hex.startsWith(HELLO) && hex.length() > HELLO.length() ? 2 : 1;
            assertThat(rig.events(count)).hasSize(count).containsOnly("TEXT Hello");
        }
    }

    @Test
    void inflatesByteByByteWhatIsCutAnywhere() throws IOException {
        try (Rig rig = new Rig("permessage-deflate")) {
            byte[] bytes = Hex.bytes("41 03 f248cd 8900 80 04 c9c90700 c1 05 f200110000");
            for (byte each : bytes) {
                rig.server.send(new byte[] {each});
                rig.loop.settle();
            }
            assertThat(rig.events(2)).containsExactly("TEXT Hello", "TEXT Hello");
            assertThat(rig.ws.statistics().pongsSent()).isEqualTo(1);
        }
    }

    @Test
    void inflatesEmptyMessagesAndUncompressedOnesInBetween() throws IOException {
        try (Rig rig = new Rig("permessage-deflate")) {
            rig.server.sendHex("c1 01 00" + "c2 01 00" + HELLO + "81 02 6869" + "c1 05 f200110000" + "c1 00" + "81 00");
            assertThat(rig.events(7)).containsExactly("TEXT ", "BINARY ", "TEXT Hello", "TEXT hi", "TEXT Hello",
                "TEXT ", "TEXT ");
        }
    }

    @Test
    void goesOnAfterABlockThatIsMarkedAsTheLastOne() throws IOException {
        try (Rig rig = new Rig("permessage-deflate")) {
            // Two whole streams in one message, and one each in two fragments.
            rig.server.sendHex("c1 0f f348cdc9c90700 f348cdc9c9070000" + "41 07 f348cdc9c90700 80 08 f348cdc9c9070000"
                + HELLO);
            assertThat(rig.events(3)).containsExactly("TEXT HelloHello", "TEXT HelloHello", "TEXT Hello");
        }
    }

    @Test
    void refusesToReferToAnEarlierMessageWhereThatWasNotAgreedOn() throws IOException {
        try (Rig rig = new Rig("permessage-deflate; server_no_context_takeover")) {
            rig.server.sendHex(HELLO + HELLO + "c1 05 f200110000");
            assertThat(rig.events(3)).containsExactly("TEXT Hello", "TEXT Hello", "message FAILED");
            assertThat(rig.ws.failure()).hasMessageContaining("a compressed message cannot be inflated");
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE 03ef");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "c1 03 ffffff               | 03ef | a compressed message cannot be inflated, found behind byte 0",
        "a1 00                      | 03ea | a frame has reserved bits set, its first byte is 0xa1",
        "e1 00                      | 03ea | a frame has reserved bits set, its first byte is 0xe1",
        "c9 00                      | 03ea | a frame has reserved bits set, its first byte is 0xc9",
        "c8 00                      | 03ea | a frame has reserved bits set, its first byte is 0xc8",
        "c3 00                      | 03ea | a frame has reserved bits set, its first byte is 0xc3",
        "41 03 f248cd c0 04 c9c90700 | 03ea | a frame has reserved bits set, its first byte is 0xc0",
        "01 01 61 c0 00             | 03ea | a frame has reserved bits set, its first byte is 0xc0",
        "41 03 f248cd c1 00         | 03ea | a new message began inside of a fragmented one, its opcode is 1"})
    void tellsAPeerThatBrokeTheProtocol(String hex, String code, String sentence) throws IOException {
        try (Rig rig = new Rig("permessage-deflate")) {
            rig.server.sendHex(hex);
            assertThat(rig.events(1)).containsExactly("message FAILED");
            assertThat(rig.ws.failure()).hasMessageEndingWith(sentence);
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE " + code);
        }
    }

    @Test
    void refusesACompressedMessageThatWasNotAgreedOn() throws IOException {
        try (Loop loop = new Loop(); RawServer server = new RawServer(loop);
                WebSocketStream ws = WebSocketStream.open(loop.reactor, context())) {
            Recorder recorder = new Recorder(ws);
            ws.asyncHandshake(server.url(), status -> { });
            server.acceptUpgrade();
            loop.until(ws::isConnected);
            assertThat(server.field("Sec-WebSocket-Extensions"))
                .isEqualTo("permessage-deflate; client_max_window_bits");
            assertThat(ws.isDeflating()).isFalse();
            recorder.readOn();
            server.sendHex(HELLO);
            loop.until(() -> !recorder.events.isEmpty());
            assertThat(ws.failure()).hasMessageEndingWith("a frame has reserved bits set, its first byte is 0xc1");
        }
    }

    @Test
    void isOffByDefault() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(new WebSocketStream.Context(), context())) {
            assertThat(pair.server.header("Sec-WebSocket-Extensions")).isNull();
            assertThat(pair.client.header("Sec-WebSocket-Extensions")).isNull();
            assertThat(pair.client.isDeflating()).isFalse();
            assertThat(pair.server.isDeflating()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"permessage-deflate", "permessage-deflate; foo", "foo"})
    void tellsAServerWhoseExtensionIsNotAcceptable(String answer) throws IOException {
        WebSocketStream.Context context = answer.equals("permessage-deflate") ? new WebSocketStream.Context()
            : context();
        try (Rig rig = new Rig(answer, context)) {
            assertThat(rig.recorder.events).containsExactly("handshake FAILED");
            assertThat(rig.ws.failure()).hasMessageContaining("the server's answer is refused: ");
            rig.loop.until(() -> rig.server.hasEnded());
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE 03f2");
        }
    }

    /**
     * A gigabyte in a megabyte: what is inflated, and what is kept, stays within the limit.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusesABomb(boolean fragmented) throws IOException {
        Deflater deflater = new Deflater(9, true);
        byte[] zeros = new byte[1 << 20];
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        for (int i = 0; i < 1024; i++) {
            byte[] block = deflate(deflater, zeros);
            int first = (i == 0 ? 0x42 : 0) | (i == 1023 ? 0x80 : 0);
            byte[] payload = i == 1023 ? block : Arrays.copyOf(block, block.length + 4);
            if (i < 1023) {
                payload[block.length + 2] = (byte) 0xFF;
                payload[block.length + 3] = (byte) 0xFF;
            }
            bomb.writeBytes(fragmented ? frame(first, payload) : payload);
        }
        deflater.end();
        byte[] bytes = fragmented ? bomb.toByteArray() : frame(0xC2, bomb.toByteArray());
        try (Rig rig = new Rig("permessage-deflate", context().maxMessageLength(4 << 20))) {
            rig.recorder.readOn();
            rig.server.send(bytes);
            assertThat(rig.events(2)).containsExactly("handshake OK", "message FAILED");
            assertThat(rig.ws.failure())
                .hasMessageEndingWith("a message is over the limit, its length so far is " + ((4 << 20) + 1));
            assertThat(rig.ws.statistics().inflatedBytesReceived()).isEqualTo((4 << 20) + 1);
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE 03f1");
        }
    }

    @Test
    void acceptsAMessageOfExactlyTheLimit() throws IOException {
        byte[] random = new byte[200_000];
        new Random(1).nextBytes(random);
        Deflater deflater = new Deflater(1, true);
        try (Rig rig = new Rig("permessage-deflate", context().maxMessageLength(random.length))) {
            rig.recorder.readOn();
            // It cannot be compressed: on the wire it is longer than the limit.
            byte[] compressed = deflate(deflater, random);
            assertThat(compressed.length).isGreaterThan(random.length);
            rig.server.send(frame(0xC2, compressed));
            assertThat(rig.events(2)).containsExactly("handshake OK", "BINARY 200000 bytes");
        } finally {
            deflater.end();
        }
    }

    @Test
    void findsAWrongByteInAFragmentBeforeTheMessageIsComplete() throws IOException {
        Deflater deflater = new Deflater(6, true);
        byte[] text = utf8("κόσμε");
        text[6] = (byte) 0xFF;
        byte[] part = deflate(deflater, text);
        deflater.end();
        byte[] flushed = Arrays.copyOf(part, part.length + 4);
        flushed[part.length + 2] = (byte) 0xFF;
        flushed[part.length + 3] = (byte) 0xFF;
        try (Rig rig = new Rig("permessage-deflate")) {
            rig.server.send(frame(0x41, flushed));
            assertThat(rig.events(1)).containsExactly("message FAILED");
            assertThat(rig.ws.failure()).hasMessageContaining("a text message is not UTF-8");
            assertThat(rig.sent()).singleElement().asString().startsWith("CLOSE 03ef");
        }
    }

    @Test
    void refusesTextThatEndsInTheMiddleOfACharacter() throws IOException {
        Deflater deflater = new Deflater(6, true);
        byte[] part = deflate(deflater, Arrays.copyOf(utf8("ab€"), 4));
        deflater.end();
        try (Rig rig = new Rig("permessage-deflate")) {
            rig.server.send(frame(0xC1, part));
            assertThat(rig.events(1)).containsExactly("message FAILED");
            assertThat(rig.ws.failure()).hasMessageContaining("a text message is not UTF-8");
        }
    }

    @Test
    void handsOutInflatedFragments() throws IOException {
        try (Rig rig = new Rig("permessage-deflate", context())) {
            rig.recorder.events.clear();
            rig.server.sendHex("41 03 f248cd 8900 00 00 80 04 c9c90700" + HELLO);
            for (int i = 1; i <= 3; i++) {
                rig.ws.asyncNextFrame(rig.recorder.frame());
                int count = i;
                rig.loop.until(() -> rig.recorder.events.size() == count);
            }
            rig.ws.asyncNextMessage(rig.recorder.message());
            assertThat(rig.events(4)).element(3).isEqualTo("TEXT Hello");
            assertThat(String.join("", rig.recorder.events.subList(0, 3)).replaceAll("part|final|TEXT|CONTINUATION| ",
                "")).isEqualTo("Hello");
        }
    }

    /**
     * A message that is dropped may be referred to by the next one.
     */
    @Test
    void inflatesWhatNobodyReads() throws IOException {
        try (Rig rig = new Rig("permessage-deflate", context())) {
            rig.ws.asyncNextFrame((status, opcode, isFinal, buffer, offset, length) -> { });
            rig.ws.cancel();
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            rig.server.sendHex(HELLO);
            rig.loop.settle();
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.server.sendHex("c1 05 f200110000");
            assertThat(rig.events(2)).containsExactly("handshake OK", "TEXT Hello");
        }
    }

    private static WebSocketStream.Context compressing(boolean takeover, int bits) {
        return new WebSocketStream.Context().perMessageDeflate(new PerMessageDeflate().compressionLevel(6).minLength(1)
            .contextTakeover(takeover).peerMaxWindowBits(bits));
    }

    /**
     * Both sides compress, with each combination of what can be agreed on; all sizes, whole and in fragments.
     */
    @ParameterizedTest
    @CsvSource({"true, 15", "false, 15", "true, 8", "true, 9", "false, 10", "true, 12"})
    void whatIsCompressedIsInflated(boolean takeover, int bits) throws IOException {
        try (WebSocketPair pair = new WebSocketPair(compressing(takeover, bits), compressing(takeover, bits))) {
            assertThat(pair.client.isDeflating()).isTrue();
            Random random = new Random(bits);
            for (int length : new int[] {0, 1, 5, 63, 64, 200, 255, 256, 257, 1000, 4096, 5000, 20_000, 70_000,
                1 << 20}) {
                byte[] message = new byte[length];
                for (int i = 0; i < length; i++) {
                    message[i] = (byte) (length % 2 == 0 ? random.nextInt(256) : "{\"price\":1".charAt(i % 10));
                }
                for (WebSocketStream from : List.of(pair.client, pair.server)) {
                    WebSocketStream to = from == pair.client ? pair.server : pair.client;
                    for (int fragments : new int[] {1, 3}) {
                        assertArrives(pair, from, to, message, fragments);
                    }
                }
            }
            assertThat(pair.client.statistics().deflatedBytesSent()).isPositive();
            assertThat(pair.client.statistics().compressedBytesSent())
                .isEqualTo(pair.server.statistics().compressedBytesReceived());
            assertThat(pair.client.statistics().deflatedBytesSent())
                .isEqualTo(pair.server.statistics().inflatedBytesReceived());
        }
    }

    private static void assertArrives(WebSocketPair pair, WebSocketStream from, WebSocketStream to, byte[] message,
                                      int fragments) {
        UnsafeBuffer source = new UnsafeBuffer(message);
        List<String> events = new ArrayList<>();
        to.asyncNextMessage((status, type, buffer, offset, length) ->
            events.add(status + " " + Hex.format(buffer, offset, length)));
        int part = message.length / fragments;
        for (int i = 0; i < fragments; i++) {
            boolean last = i == fragments - 1;
            int length = last ? message.length - i * part : part;
            if (fragments == 1) {
                from.asyncWrite(Opcode.BINARY, source, 0, length, DeflateTest::requireWritten);
            } else {
                from.asyncWriteFragment(Opcode.BINARY, last, source, i * part, length, DeflateTest::requireWritten);
            }
            boolean[] flushed = {false};
            from.asyncFlush((status, length1) -> flushed[0] = status == IoStatus.OK);
            pair.loop.until(() -> flushed[0]);
        }
        pair.loop.until(() -> !events.isEmpty());
        assertThat(events).containsExactly("OK " + HexFormat.of().formatHex(message));
    }

    /**
     * What cannot be compressed needs more room than was claimed.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 65_000, 1 << 20})
    void compressesWhatIsWrittenInItsPlace(int length) throws IOException {
        WebSocketStream.Context context = compressing(true, 15).writeBufferLength(1024);
        try (WebSocketPair pair = new WebSocketPair(context, context)) {
            byte[] message = new byte[length];
            new Random(5).nextBytes(message);
            for (int round = 0; round < 3; round++) {
                List<String> events = new ArrayList<>();
                pair.server.asyncNextMessage((status, type, buffer, offset, count) ->
                    events.add(status + " " + Hex.format(buffer, offset, count)));
                int offset = pair.client.claim(length);
                pair.client.claimBuffer().putBytes(offset, message);
                pair.client.commit(Opcode.BINARY, length, DeflateTest::requireWritten);
                pair.loop.until(() -> !events.isEmpty());
                assertThat(events).containsExactly("OK " + HexFormat.of().formatHex(message));
            }
            assertThat(pair.client.statistics().deflatedBytesSent()).isEqualTo(3L * length);
        }
    }

    private static void requireWritten(IoStatus status, int length) {
        if (status != IoStatus.OK) {
            throw new AssertionError(status);
        }
    }

    @Test
    void sendsUncompressedUnlessAskedTo() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(context(), context())) {
            assertArrives(pair, pair.client, pair.server, new byte[10_000], 1);
            assertThat(pair.client.statistics().compressedBytesSent()).isZero();
            assertThat(pair.client.statistics().bytesSent()).isGreaterThan(10_000);
        }
    }

    @Test
    void sendsShortMessagesUncompressed() throws IOException {
        WebSocketStream.Context context = new WebSocketStream.Context()
            .perMessageDeflate(new PerMessageDeflate().compressionLevel(1).minLength(100));
        try (WebSocketPair pair = new WebSocketPair(context, context)) {
            assertArrives(pair, pair.client, pair.server, new byte[99], 1);
            assertThat(pair.client.statistics().compressedBytesSent()).isZero();
            assertArrives(pair, pair.client, pair.server, new byte[100], 1);
            assertThat(pair.client.statistics().compressedBytesSent()).isBetween(1L, 20L);
        }
    }

    @Test
    void sendsControlFramesBetweenCompressedFragments() throws IOException {
        try (WebSocketPair pair = new WebSocketPair(compressing(true, 15), compressing(true, 15))) {
            Recorder recorder = new Recorder(pair.server);
            recorder.readOn();
            UnsafeBuffer text = WebSocketStreamTest.text("abc".repeat(100));
            for (int i = 0; i < 4; i++) {
                pair.client.asyncWriteFragment(Opcode.TEXT, i == 3, text, i * 75, 75, DeflateTest::requireWritten);
                pair.client.asyncPing(text, 0, 3, DeflateTest::requireWritten);
            }
            pair.loop.until(() -> !recorder.events.isEmpty());
            assertThat(recorder.events).containsExactly("TEXT 300 bytes");
            assertThat(pair.server.statistics().pingsReceived()).isEqualTo(4);
        }
    }

    /**
     * A message that is refused must not be referred to by the next one.
     */
    @Test
    void aRefusedMessageLeavesNoTraceInTheNextOne() throws IOException {
        WebSocketStream.Context context = compressing(true, 15).maxQueuedLength(100_000);
        try (WebSocketPair pair = new WebSocketPair(context, new WebSocketStream.Context()
                .perMessageDeflate(new PerMessageDeflate()))) {
            byte[] noise = new byte[8 << 20];
            new Random(3).nextBytes(noise);
            List<IoStatus> outcomes = new ArrayList<>();
            pair.client.asyncWrite(Opcode.BINARY, new UnsafeBuffer(noise), 0, noise.length,
                (status, length) -> outcomes.add(status));
            UnsafeBuffer refused = WebSocketStreamTest.text("never sent ".repeat(30));
            pair.client.asyncWrite(Opcode.TEXT, refused, 0, refused.capacity(), (status, length) ->
                outcomes.add(status));
            assertThat(outcomes).containsExactly(IoStatus.WOULD_BLOCK);
            Recorder recorder = new Recorder(pair.server);
            recorder.readOn();
            pair.loop.until(() -> outcomes.size() == 2);
            pair.client.asyncWrite(Opcode.TEXT, refused, 0, refused.capacity(), (status, length) ->
                outcomes.add(status));
            pair.loop.until(() -> recorder.events.size() == 2);
            assertThat(recorder.events).containsExactly("BINARY 8388608 bytes", "TEXT 330 bytes");
        }
    }
}
