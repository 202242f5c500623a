package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.IoStatus;
import io.sonic.TcpStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How connections end: in order, without, and because the peer broke the protocol. Each operation completes once.
 */
@ExtendWith(Leaks.class)
class CloseTest {
    private static final long SECOND_NS = 1_000_000_000L;

    /**
     * A client of this library against a server that says what the test has it say.
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
            ws.asyncHandshake(server.url(), status -> { });
            server.acceptUpgrade();
            loop.until(ws::isConnected);
        }

        /**
         * Starts a write that takes the server to read.
         */
        void writeMuch() {
            ws.asyncWrite(Opcode.BINARY, new UnsafeBuffer(new byte[16_000_000]), 0, 16_000_000, recorder.write());
        }

        /**
         * The frames that the server got, unmasked: opcode and payload in hex.
         */
        List<String> sent() {
            byte[] bytes = server.frames();
            FrameDecoder decoder = new FrameDecoder(Role.SERVER, 1 << 24);
            UnsafeBuffer buffer = Hex.direct(bytes);
            List<String> frames = new ArrayList<>();
            int position = 0;
            int length = decoder.decode(buffer, 0, bytes.length);
            while (length > 0) {
                String payload = Hex.format(buffer, decoder.payloadOffset(), decoder.payloadLength());
                frames.add((decoder.opcode() + " " + payload).strip());
                position += length;
                length = decoder.decode(buffer, position, bytes.length - position);
            }
            assertThat(length).isEqualTo(FrameDecoder.NEED_MORE);
            assertThat(position).isEqualTo(bytes.length);
            return frames;
        }

        void assertReactorGoesOn() throws IOException {
            try (RawServer other = new RawServer(loop); WebSocketStream next = WebSocketStream.open(loop.reactor)) {
                next.asyncHandshake(other.url(), status -> { });
                other.acceptUpgrade();
                loop.until(next::isConnected);
            }
        }

        @Override
        public void close() {
            ws.close();
            server.close();
            loop.close();
        }
    }

    private static String close(int code, String reason) {
        return ("CLOSE " + String.format("%04x", code) + HexFormat.of().formatHex(reason.getBytes())).strip();
    }

    @Test
    void closesFromThisSide() throws IOException {
        for (boolean clientFirst : new boolean[] {true, false}) {
            try (WebSocketPair pair = new WebSocketPair()) {
                WebSocketStream first = clientFirst ? pair.client : pair.server;
                WebSocketStream second = clientFirst ? pair.server : pair.client;
                Recorder one = new Recorder(first);
                Recorder other = new Recorder(second);
                other.readOn();
                first.asyncClose(4321, "good bye €", one.close());
                pair.loop.until(() -> one.events.size() == 1 && other.events.size() == 1 && !first.isConnected()
                    && !second.isConnected());
                assertThat(one.events).containsExactly("close OK");
                assertThat(other.events).containsExactly("message END_OF_STREAM");
                assertThat(second.closeCode()).isEqualTo(4321);
                assertThat(second.closeReason()).isEqualTo("good bye €");
                assertThat(first.closeCode()).isEqualTo(4321);
                assertThat(first.failure()).isNull();
                assertThat(second.failure()).isNull();
            }
        }
    }

    @Test
    void closesFromBothSidesAtOnce() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder client = new Recorder(pair.client);
            Recorder server = new Recorder(pair.server);
            pair.client.asyncClose(1000, "client", client.close());
            pair.server.asyncClose(1001, "server", server.close());
            pair.loop.until(() -> client.events.size() + server.events.size() == 2);
            assertThat(client.events).containsExactly("close OK");
            assertThat(server.events).containsExactly("close OK");
            assertThat(pair.client.closeCode()).isEqualTo(1001);
            assertThat(pair.server.closeReason()).isEqualTo("client");
        }
    }

    @ParameterizedTest
    @CsvSource({"880203e8, 1000, '', CLOSE 03e8", "8800, 1005, '', CLOSE", "8805 0fa1 616263, 4001, abc, CLOSE 0fa1"})
    void answersACloseWithItsCode(String hex, int code, String reason, String answer) throws IOException {
        try (Rig rig = new Rig()) {
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.server.sendHex(hex);
            rig.loop.until(() -> !rig.recorder.events.isEmpty());
            assertThat(rig.recorder.events).containsExactly("message END_OF_STREAM");
            assertThat(rig.ws.closeCode()).isEqualTo(code);
            assertThat(rig.ws.closeReason()).isEqualTo(reason);
            rig.loop.settle();
            assertThat(rig.sent()).containsExactly(answer);
            // The server ends the stream first; the client waits for it.
            assertThat(rig.server.hasEnded()).isFalse();
            assertThat(rig.ws.isConnected()).isTrue();
            rig.server.hangUp();
            rig.loop.until(() -> !rig.ws.isConnected());
            // Reads and writes after the end.
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("x"), 0, 1, rig.recorder.write());
            rig.ws.asyncPing(WebSocketStreamTest.text("x"), 0, 1, rig.recorder.ping());
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            assertThat(rig.recorder.events).containsExactly("message END_OF_STREAM", "message END_OF_STREAM",
                "write END_OF_STREAM 0", "ping END_OF_STREAM 0", "close OK");
        }
    }

    @Test
    void dropsWhatComesAfterTheClose() throws IOException {
        try (Rig rig = new Rig()) {
            rig.recorder.readOn();
            rig.server.sendHex("810161 880203e8 810162 ffff ffff");
            rig.loop.until(() -> rig.recorder.events.size() == 2);
            rig.server.sendHex("810163");
            rig.loop.settle();
            assertThat(rig.recorder.events).containsExactly("TEXT a", "message END_OF_STREAM");
            assertThat(rig.sent()).containsExactly("CLOSE 03e8");
        }
    }

    @Test
    void deliversMessagesToAWaitingReadWhileItCloses() throws IOException {
        try (Rig rig = new Rig()) {
            rig.recorder.readOn();
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("x"), 0, 1, rig.recorder.write());
            rig.server.sendHex("890170 810161 810162 880203e8");
            rig.loop.until(() -> rig.recorder.events.size() == 4 && !rig.sent().isEmpty());
            rig.server.hangUp();
            rig.loop.until(() -> rig.recorder.events.size() == 5);
            assertThat(rig.recorder.events).containsExactly("write CLOSED 0", "TEXT a", "TEXT b",
                "message END_OF_STREAM", "close OK");
            // No pong after the close frame (RFC 6455, 5.5.1).
            assertThat(rig.sent()).containsExactly(close(1000, ""));
        }
    }

    @Test
    void dropsMessagesThatNobodyReadsWhileItCloses() throws IOException {
        try (Rig rig = new Rig()) {
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            rig.server.sendHex("810161 010162 000163 890170 800164 880203e8");
            rig.server.hangUp();
            rig.loop.until(() -> !rig.recorder.events.isEmpty());
            assertThat(rig.recorder.events).containsExactly("close OK");
        }
    }

    @Test
    void givesUpOnAPeerThatDoesNotAnswerTheClose() throws IOException {
        try (Rig rig = new Rig()) {
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.ws.asyncClose(1000, "bye", rig.recorder.close());
            rig.loop.skip(4_900_000_000L);
            assertThat(rig.recorder.events).isEmpty();
            rig.loop.skip(SECOND_NS);
            rig.loop.until(() -> rig.recorder.events.size() == 2);
            assertThat(rig.recorder.events).containsExactly("message TIMED_OUT", "close TIMED_OUT");
            assertThat(rig.ws.failure()).hasMessage(
                rig.server.url() + ": the peer did not answer the close within 5000 ms");
            assertThat(rig.ws.closeCode()).isEqualTo(1006);
            rig.loop.until(rig.server::hasEnded);
            assertThat(rig.sent()).containsExactly(close(1000, "bye"));
            // The system is not left with a connection that the peer may never answer on.
            assertThat(rig.server.failure()).hasMessageContaining("ECONNRESET");
            rig.assertReactorGoesOn();
        }
    }

    @Test
    void waitsNoLongerThanASecondForTheEndOfTheStream() throws IOException {
        try (Rig rig = new Rig()) {
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            rig.loop.settle();
            rig.server.sendHex("880203e8");
            rig.loop.settle();
            assertThat(rig.recorder.events).isEmpty();
            rig.loop.skip(SECOND_NS);
            rig.loop.until(() -> !rig.recorder.events.isEmpty());
            assertThat(rig.recorder.events).containsExactly("close OK");
            rig.loop.until(rig.server::hasEnded);
        }
    }

    @Test
    void waitsNoLongerThanTheTimeForACloseThatCannotBeFlushed() throws IOException {
        try (Rig rig = new Rig(new WebSocketStream.Context().closeTimeoutNs(2 * SECOND_NS))) {
            rig.server.ignore();
            rig.writeMuch();
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.server.sendHex("880203e8");
            rig.loop.settle();
            assertThat(rig.recorder.events).isEmpty();
            rig.loop.skip(2 * SECOND_NS);
            rig.loop.until(() -> rig.recorder.events.size() == 2);
            assertThat(rig.recorder.events.getFirst()).isEqualTo("message END_OF_STREAM");
            assertThat(rig.recorder.events.getLast()).matches("write END_OF_STREAM [1-9][0-9]*");
        }
    }

    @Test
    void saysThatThePeerHasGone() throws IOException {
        for (String hex : List.of("", "81", "817e", "8105 6162", "0101 61")) {
            try (Rig rig = new Rig()) {
                rig.ws.asyncNextMessage(rig.recorder.message());
                rig.server.sendHex(hex);
                rig.server.hangUp();
                rig.loop.until(() -> !rig.recorder.events.isEmpty());
                rig.ws.asyncNextMessage(rig.recorder.message());
                assertThat(rig.recorder.events).containsExactly("message END_OF_STREAM", "message END_OF_STREAM");
                assertThat(rig.ws.closeCode()).isEqualTo(1006);
                assertThat(rig.ws.failure()).hasMessage(
                    rig.server.url() + ": the peer ended the connection without a close frame");
                rig.assertReactorGoesOn();
            }
        }
    }

    @Test
    void deliversWhatCameBeforeThePeerWent() throws IOException {
        try (Rig rig = new Rig()) {
            rig.server.sendHex("810161 810162 8102 63");
            rig.server.hangUp();
            rig.loop.settle();
            rig.recorder.readOn();
            rig.loop.until(() -> rig.recorder.events.size() == 3);
            assertThat(rig.recorder.events).containsExactly("TEXT a", "TEXT b", "message END_OF_STREAM");
        }
    }

    @Test
    @Tag("epoll") // after a write the JDK's channel tells a reset as the end of the stream
    void saysThatThePeerHasReset() throws IOException {
        try (Rig rig = new Rig()) {
            rig.server.ignore();
            rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("x"), 0, 1, rig.recorder.write());
            rig.loop.settle();
            rig.ws.asyncNextMessage(rig.recorder.message());
            // Closing with unread bytes resets the connection.
            rig.server.hangUp();
            rig.loop.until(() -> rig.recorder.events.size() == 2);
            assertThat(rig.recorder.events).containsExactly("write OK 1", "message FAILED");
            assertThat(rig.ws.failure()).hasMessageStartingWith(rig.server.url() + ": read ")
                .hasMessageContaining("ECONNRESET");
            assertThat(rig.ws.errno()).isEqualTo(104);
            assertThat(rig.ws.closeCode()).isEqualTo(1006);
            rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("x"), 0, 1, rig.recorder.write());
            assertThat(rig.recorder.events.getLast()).isEqualTo("write FAILED 0");
        }
    }

    @Test
    void failsAWriteToAPeerThatHasGone() throws IOException {
        try (Rig rig = new Rig()) {
            rig.server.ignore();
            rig.writeMuch();
            rig.loop.settle();
            rig.server.hangUp();
            rig.loop.until(() -> !rig.recorder.events.isEmpty());
            assertThat(rig.recorder.events).singleElement().asString().startsWith("write FAILED ");
            assertThat(rig.ws.failure()).hasMessageStartingWith(rig.server.url() + ": write ");
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.loop.until(() -> rig.recorder.events.size() == 2);
            assertThat(rig.ws.isConnected()).isFalse();
            rig.assertReactorGoesOn();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "c100 | 1002 | a frame has reserved bits set, its first byte is 0xc1",
        "8300 | 1002 | a frame has the reserved opcode 3",
        "8180 00000000 | 1002 | the server sent a masked frame, its opcode is 1",
        "0900 | 1002 | a control frame is fragmented, its opcode is 9",
        "897e0080 | 1002 | a control frame is longer than 125 bytes, its opcode is 9",
        "8000 | 1002 | a continuation came without a message to continue, its first byte is 0x80",
        "880203e7 | 1002 | a close frame has an invalid close code 999",
        "880100 | 1002 | a close frame has half a close code, its payload length is 1",
        "880303e8ff | 1007 | a close frame has a reason that is not UTF-8, its close code is 1000",
        "8105 61ff | 1007 | a text message is not UTF-8, found by byte 2",
        "827f ffffffffffffffff"
            + " | 1002 | a frame has the top bit of its 64-bit length set, it is 18446744073709551615",
        "827f 0000000001000001 | 1009 | a message is over the limit, its length so far is 16777217",
        "820100 827e 0001 00 | 1002 | a frame does not write its length in the fewest bytes, it is 1",
    })
    void tellsAPeerThatBrokeTheProtocol(String hex, int code, String sentence) throws IOException {
        try (Rig rig = new Rig()) {
            rig.recorder.readOn();
            rig.server.sendHex(hex);
            rig.loop.until(() -> rig.recorder.events.contains("message FAILED"));
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.server.sendHex("810161");
            rig.loop.settle();
            assertThat(rig.recorder.events.stream().filter(event -> !event.startsWith("BINARY")))
                .containsExactly("message FAILED", "message FAILED");
            assertThat(rig.ws.failure()).hasMessage(rig.server.url() + ": the peer broke the protocol: " + sentence);
            assertThat(rig.ws.errno()).isZero();
            assertThat(rig.ws.closeCode()).isEqualTo(1006);
            assertThat(rig.sent()).containsExactly(close(code, sentence));
            rig.server.hangUp();
            rig.loop.until(() -> !rig.ws.isConnected());
            rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("x"), 0, 1, rig.recorder.write());
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            assertThat(rig.recorder.events).endsWith("write FAILED 0", "close FAILED");
            rig.assertReactorGoesOn();
        }
    }

    @Test
    void refusesAnUnmaskedClientFrame() throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Recorder server = new Recorder(pair.server);
            Recorder client = new Recorder(pair.client);
            client.readOn();
            server.readOn();
            UnsafeBuffer frame = Hex.direct(Hex.bytes("810161"));
            ((TcpStream) pair.client.transport()).tryWrite(frame, 0, 3);
            pair.loop.until(() -> client.events.size() + server.events.size() == 2);
            assertThat(server.events).containsExactly("message FAILED");
            assertThat(pair.server.failure())
                .hasMessageEndingWith("the client sent a frame that is not masked, its opcode is 1");
            assertThat(client.events).containsExactly("message END_OF_STREAM");
            assertThat(pair.client.closeCode()).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"827e 0401", "0203 000000 007e 03fe", "0200 827e 0401"})
    void refusesAMessageOverTheLimitInOneFrameAndInMany(String hex) throws IOException {
        try (Rig rig = new Rig(new WebSocketStream.Context().maxMessageLength(1024).readBufferLength(1024))) {
            rig.recorder.readOn();
            rig.server.sendHex(hex);
            rig.loop.until(() -> !rig.recorder.events.isEmpty());
            assertThat(rig.recorder.events).containsExactly("message FAILED");
            rig.loop.settle();
            assertThat(rig.sent()).singleElement().asString()
                .startsWith(hex.startsWith("0200") ? "CLOSE 03ea" : "CLOSE 03f1");
        }
    }

    @Test
    void completesEachOperationOnceWhenItIsClosed() throws IOException {
        try (Rig rig = new Rig(new WebSocketStream.Context().maxQueuedLength(20_000_000))) {
            rig.server.ignore();
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.writeMuch();
            rig.ws.asyncPing(WebSocketStreamTest.text("p"), 0, 1, rig.recorder.ping());
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            rig.ws.close();
            rig.ws.close();
            rig.loop.skip(10 * SECOND_NS);
            assertThat(rig.recorder.events).hasSize(4);
            assertThat(rig.recorder.events.get(0)).isEqualTo("message CLOSED");
            assertThat(rig.recorder.events.get(1)).matches("write CLOSED [1-9][0-9]*");
            assertThat(rig.recorder.events.subList(2, 4)).containsExactly("ping CLOSED 0", "close CLOSED");
            assertThat(rig.ws.isOpen()).isFalse();
            assertThat(rig.ws.isConnected()).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> rig.ws.asyncNextMessage(rig.recorder.message()))
                .withMessage(rig.server.url() + " is closed");
            rig.assertReactorGoesOn();
        }
    }

    @Test
    void completesEachOperationOnceWhenItsReactorIsClosed() throws IOException {
        Rig rig = new Rig();
        rig.ws.asyncNextMessage(rig.recorder.message());
        rig.loop.reactor.close();
        assertThat(rig.recorder.events).containsExactly("message CLOSED");
        rig.close();
        assertThat(rig.recorder.events).hasSize(1);
    }

    @Test
    void isClosedWithItsReactor() throws IOException {
        try (Rig rig = new Rig()) {
            String url = rig.server.url();
            rig.loop.reactor.close();
            assertThat(rig.ws.isOpen()).isFalse();
            assertThat(rig.ws.isConnected()).isFalse();
            assertThatIllegalStateException()
                .isThrownBy(() -> rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("x"), 0, 1,
                    rig.recorder.write()))
                .withMessage(url + " is closed");
        }
    }

    /**
     * A handler that reads on whatever it is told does not keep the reactor from closing.
     */
    @Test
    void aHandlerThatReadsOnDoesNotHoldUpTheCloseOfItsReactor() throws IOException {
        try (Rig rig = new Rig()) {
            List<IoStatus> told = new ArrayList<>();
            MessageHandler[] again = {null};
            again[0] = (status, type, buffer, offset, length) -> {
                told.add(status);
                rig.ws.asyncNextMessage(again[0]);
            };
            rig.ws.asyncNextMessage(again[0]);
            rig.loop.reactor.close();
            assertThat(told).containsExactly(IoStatus.CLOSED);
            assertThat(rig.loop.thrown).singleElement().asString().endsWith(" is closed");
            rig.loop.thrown.clear();
        }
    }

    /**
     * Nobody closes what is opened here but the reactor; {@link Leaks} looks for what is left.
     */
    @Test
    void isFreedWithItsReactorInEachState() throws IOException {
        Loop loop = new Loop();
        RawServer server = new RawServer(loop);
        WebSocketStream never = WebSocketStream.open(loop.reactor);
        WebSocketStream handshaking = WebSocketStream.open(loop.reactor);
        List<IoStatus> told = new ArrayList<>();
        handshaking.asyncHandshake(server.url(), told::add);
        server.awaitRequest();
        try (RawServer other = new RawServer(loop)) {
            WebSocketStream idle = WebSocketStream.open(loop.reactor);
            idle.asyncHandshake(other.url(), status -> { });
            other.acceptUpgrade();
            loop.until(idle::isConnected);
            loop.close();
            assertThat(List.of(never.isOpen(), handshaking.isOpen(), idle.isOpen())).containsOnly(false);
        }
        assertThat(told).containsExactly(IoStatus.CLOSED);
        assertThatIllegalStateException().isThrownBy(() -> WebSocketStream.open(loop.reactor))
            .withMessage("the reactor is closed");
    }

    @Test
    void cancelsWhatWaitsAndStaysUsable() throws IOException {
        try (Rig rig = new Rig(new WebSocketStream.Context().maxQueuedLength(20_000_000))) {
            rig.server.ignore();
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.writeMuch();
            rig.ws.asyncPing(WebSocketStreamTest.text("p"), 0, 1, rig.recorder.ping());
            rig.ws.cancel();
            rig.ws.cancel();
            assertThat(rig.recorder.events).hasSize(3);
            assertThat(rig.recorder.events.get(0)).isEqualTo("message CANCELLED");
            assertThat(rig.recorder.events.get(1)).matches("write CANCELLED [1-9][0-9]*");
            assertThat(rig.recorder.events.get(2)).isEqualTo("ping CANCELLED 0");
            rig.server.listen();
            rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("x"), 0, 1, rig.recorder.write());
            rig.server.sendHex("810161");
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.loop.until(() -> rig.recorder.events.size() == 5);
            assertThat(rig.recorder.events.subList(3, 5)).containsExactlyInAnyOrder("TEXT a", "write OK 1");
            // What was cancelled is sent as a whole: a frame cannot be cut.
            rig.loop.until(() -> rig.server.frames().length == 16_000_014 + 7 + 7);
            assertThat(rig.sent()).hasSize(3);
        }
    }

    @Test
    void aCancelledCloseGoesOn() throws IOException {
        try (Rig rig = new Rig()) {
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            rig.ws.cancel();
            assertThat(rig.recorder.events).containsExactly("close CANCELLED");
            rig.server.sendHex("880203e8");
            rig.server.hangUp();
            rig.loop.until(() -> !rig.ws.isConnected());
        }
    }

    @Test
    void canBeClosedInsideOfAHandlerThatStillLooksAtItsMessage() throws IOException {
        try (Rig rig = new Rig()) {
            rig.server.sendHex("810161 810162");
            rig.ws.asyncNextMessage((status, type, buffer, offset, length) -> {
                rig.ws.asyncNextMessage(rig.recorder.message());
                rig.ws.close();
                rig.recorder.events.add("still " + Recorder.text(buffer, offset, length));
            });
            rig.loop.until(() -> rig.recorder.events.size() == 2);
            rig.loop.settle();
            assertThat(rig.recorder.events).containsExactly("message CLOSED", "still a");
        }
    }

    @Test
    void canBeClosedInsideOfEachHandler() throws IOException {
        try (Rig rig = new Rig()) {
            rig.ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("x"), 0, 1, (status, length) -> rig.ws.close());
            assertThat(rig.ws.isOpen()).isFalse();
        }
        WebSocketStream[] socket = new WebSocketStream[1];
        WebSocketStream.Context context = new WebSocketStream.Context().controlHandler(
            (opcode, buffer, offset, length) -> socket[0].close());
        for (String hex : List.of("8900", "880203e8")) {
            try (Rig rig = new Rig(context)) {
                socket[0] = rig.ws;
                rig.ws.asyncNextMessage(rig.recorder.message());
                rig.server.sendHex(hex + "810161");
                rig.loop.until(() -> !rig.recorder.events.isEmpty());
                assertThat(rig.recorder.events).containsExactly("message CLOSED");
            }
        }
        try (Rig rig = new Rig()) {
            rig.ws.asyncNextMessage((status, type, buffer, offset, length) -> rig.ws.close());
            rig.ws.asyncClose(1000, "", rig.recorder.close());
            rig.server.sendHex("880203e8");
            rig.loop.until(() -> !rig.recorder.events.isEmpty());
            assertThat(rig.recorder.events).containsExactly("close CLOSED");
        }
    }

    /**
     * Reads again whatever happens.
     */
    private static final class Stubborn {
        private final WebSocketStream ws;
        private final MessageHandler onMessage = this::onMessage;
        private int ends;

        Stubborn(WebSocketStream ws) {
            this.ws = ws;
            ws.asyncNextMessage(onMessage);
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status != IoStatus.CLOSED) {
                ends++;
                ws.asyncNextMessage(onMessage);
            }
        }
    }

    @Test
    void aHandlerThatReadsOnAfterTheEndDoesNotHoldUpTheReactor() throws IOException {
        try (Rig rig = new Rig()) {
            Stubborn stubborn = new Stubborn(rig.ws);
            rig.server.hangUp();
            rig.loop.until(() -> stubborn.ends > 10_000);
            rig.assertReactorGoesOn();
        }
    }

    @Test
    void keepsTheNewestPongOfAFlood() throws IOException {
        try (Rig rig = new Rig()) {
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.server.ignore();
            // Each with a number of its own in its payload: no number is answered twice, and the last one is.
            int count = 100_000;
            byte[] pings = new byte[count * 66];
            for (int i = 0; i < count; i++) {
                pings[i * 66] = (byte) 0x89;
                pings[i * 66 + 1] = 64;
                for (int bit = 0; bit < 32; bit++) {
                    pings[i * 66 + 2 + bit] = (byte) (i >>> 31 - bit & 1);
                }
            }
            rig.server.send(pings);
            rig.loop.settle();
            rig.server.listen();
            rig.server.sendHex("810161");
            rig.loop.until(() -> rig.recorder.events.contains("TEXT a"));
            rig.loop.until(() -> rig.sent().getLast().startsWith(
                "PONG " + Hex.format(new UnsafeBuffer(pings), (count - 1) * 66 + 2, 64)));
            List<String> pongs = rig.sent();
            assertThat(pongs).doesNotHaveDuplicates().isSorted().hasSizeLessThan(count);
        }
    }

    @Test
    void answersEachPingAsLongAsThereIsRoom() throws IOException {
        try (Rig rig = new Rig()) {
            rig.ws.asyncNextMessage(rig.recorder.message());
            rig.server.sendHex("890131 890132 890133 8900 890134");
            rig.loop.until(() -> rig.sent().size() == 5);
            assertThat(rig.sent()).containsExactly("PONG 31", "PONG 32", "PONG 33", "PONG", "PONG 34");
        }
    }
}
