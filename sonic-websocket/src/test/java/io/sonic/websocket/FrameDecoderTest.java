package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
    private static List<String> fromServer(String hex) {
        return DecoderProbe.decode(Role.CLIENT, hex);
    }

    private static List<String> fromClient(String hex) {
        return DecoderProbe.decode(Role.SERVER, hex);
    }

    @Test
    void decodesTheExamplesOfTheRfc() {
        assertThat(fromServer("81 05 48656c6c6f")).containsExactly("TEXT final [48656c6c6f] of 7");
        assertThat(fromClient("81 85 37fa213d 7f9f4d5158")).containsExactly("TEXT final [48656c6c6f] of 11");
        assertThat(fromServer("01 03 48656c 80 02 6c6f"))
            .containsExactly("TEXT part [48656c] of 5", "CONTINUATION final [6c6f] of 4");
        assertThat(fromServer("89 05 48656c6c6f")).containsExactly("PING final [48656c6c6f] of 7");
        assertThat(fromClient("8a 85 37fa213d 7f9f4d5158")).containsExactly("PONG final [48656c6c6f] of 11");
    }

    @Test
    void decodesSeveralFramesInARow() {
        assertThat(fromServer("8100 8200 820101 8900 8a00 880203e8")).containsExactly(
            "TEXT final [] of 2", "BINARY final [] of 2", "BINARY final [01] of 3", "PING final [] of 2",
            "PONG final [] of 2", "CLOSE final [03e8] of 4");
    }

    @Test
    void decodesControlFramesInsideOfAFragmentedMessage() {
        assertThat(fromServer("0103e282ac 890170 0000 8a00 8003e282ac 8100")).containsExactly(
            "TEXT part [e282ac] of 5", "PING final [70] of 3", "CONTINUATION part [] of 2", "PONG final [] of 2",
            "CONTINUATION final [e282ac] of 5", "TEXT final [] of 2");
    }

    @ParameterizedTest
    @CsvSource({"0,2", "1,2", "125,2", "126,4", "127,4", "65535,4", "65536,10", "100000,10"})
    void decodesEachFormOfTheLength(int length, int headerLength) {
        for (Role sender : Role.values()) {
            UnsafeBuffer payload = Hex.direct(new byte[length]);
            payload.setMemory(0, length, (byte) 'x');
            UnsafeBuffer frame = Hex.direct(new byte[length + FrameEncoder.MAX_HEADER_LENGTH]);
            int frameLength = new FrameEncoder(sender).encode(Opcode.BINARY, true, payload, 0, length, frame, 0);
            assertThat(frameLength).isEqualTo(headerLength + length + (sender == Role.CLIENT ? 4 : 0));

            FrameDecoder decoder = new FrameDecoder(sender == Role.CLIENT ? Role.SERVER : Role.CLIENT, 1 << 20);
            for (int available = 0; available < Math.min(20, frameLength); available++) {
                assertThat(decoder.decode(frame, 0, available)).isEqualTo(FrameDecoder.NEED_MORE);
                assertThat(decoder.requiredLength()).isBetween(available + 1, frameLength);
            }
            assertThat(decoder.decode(frame, 0, frameLength)).isEqualTo(frameLength);
            assertThat(decoder.payloadLength()).isEqualTo(length);
            assertThat(Hex.format(frame, decoder.payloadOffset(), length)).isEqualTo("78".repeat(length));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "c100 | RESERVED_BITS | 0xc1",
        "a100 | RESERVED_BITS | 0xa1",
        "9100 | RESERVED_BITS | 0x91",
        "8300 | RESERVED_OPCODE | 3",
        "8700 | RESERVED_OPCODE | 7",
        "8b00 | RESERVED_OPCODE | 11",
        "8f00 | RESERVED_OPCODE | 15",
        "0900 | FRAGMENTED_CONTROL_FRAME | 9",
        "0800 | FRAGMENTED_CONTROL_FRAME | 8",
        "897e007e | LONG_CONTROL_FRAME | 9",
        "887f | LONG_CONTROL_FRAME | 8",
        "8180 | MASKED_SERVER_FRAME | 1",
        "827e007d | LENGTH_NOT_MINIMAL | 125",
        "827f000000000000ffff | LENGTH_NOT_MINIMAL | 65535",
        "827f8000000000000000 | LENGTH_OUT_OF_RANGE | 9223372036854775808",
        "827fffffffffffffffff | LENGTH_OUT_OF_RANGE | 18446744073709551615",
        "8000 | UNEXPECTED_CONTINUATION | 0x80",
        "880100 | SHORT_CLOSE_PAYLOAD | 1",
        "880203ec | INVALID_CLOSE_CODE | 1004",
        "880203ed | INVALID_CLOSE_CODE | 1005",
        "88020000 | INVALID_CLOSE_CODE | 0",
        "8804ffff6162 | INVALID_CLOSE_CODE | 65535",
        "880303e8ff | INVALID_CLOSE_REASON | 1000",
        "880403e8e282 | INVALID_CLOSE_REASON | 1000",
        "827f0000000000100001 | MESSAGE_TOO_LONG | 1048577",
        "827f7fffffffffffffff | MESSAGE_TOO_LONG | 9223372036854775807",
    })
    void refusesWhatBreaksTheProtocol(String hex, ProtocolError error, String culprit) {
        String event = "error " + error.closeCode() + ": " + error.describe(0).replaceFirst("(0x)?0$", culprit);
        assertThat(fromServer(hex)).containsExactly(event);
        // What follows is not looked at.
        assertThat(fromServer(hex + "8100")).containsExactly(event);
        assertThat(fromServer("810161" + hex)).containsExactly("TEXT final [61] of 3", event);
    }

    @Test
    void saysWhatThePeerDid() {
        assertThat(fromServer("c100")).containsExactly(
            "error 1002: a frame has reserved bits set, its first byte is 0xc1");
        assertThat(fromServer("827fffffffffffffffff")).containsExactly(
            "error 1002: a frame has the top bit of its 64-bit length set, it is 18446744073709551615");
        assertThat(fromServer("880203ec")).containsExactly("error 1002: a close frame has an invalid close code 1004");
        assertThat(fromServer("827f0000000000100001")).containsExactly(
            "error 1009: a message is over the limit, its length so far is 1048577");
    }

    @Test
    void refusesAnUnmaskedClientFrame() {
        assertThat(fromClient("8100")).containsExactly(
            "error 1002: the client sent a frame that is not masked, its opcode is 1");
    }

    @Test
    void refusesANewMessageInsideOfAFragmentedOne() {
        assertThat(fromServer("0100 8100")).containsExactly("TEXT part [] of 2",
            "error 1002: a new message began inside of a fragmented one, its opcode is 1");
        assertThat(fromServer("0200 0200")).containsExactly("BINARY part [] of 2",
            "error 1002: a new message began inside of a fragmented one, its opcode is 2");
    }

    @Test
    void refusesAContinuationAfterTheLastFragment() {
        assertThat(fromServer("0100 8000 8000")).containsExactly("TEXT part [] of 2", "CONTINUATION final [] of 2",
            "error 1002: a continuation came without a message to continue, its first byte is 0x80");
    }

    @Test
    void refusesAWrongFirstByteBeforeThereIsASecond() {
        for (String hex : List.of("c1", "83", "09", "80")) {
            FrameDecoder decoder = new FrameDecoder(Role.CLIENT, 100);
            assertThat(decoder.decode(Hex.direct(Hex.bytes(hex)), 0, 1)).isEqualTo(FrameDecoder.ERROR);
        }
    }

    @Test
    void limitsAMessageInOneFrameAndInMany() {
        byte[] exact = Hex.bytes("820401020304 020101 000101 800201 02");
        assertThat(DecoderProbe.decode(Role.CLIENT, 4, exact)).hasSize(4);
        assertThat(DecoderProbe.decode(Role.CLIENT, 4, Hex.bytes("8205"))).containsExactly(
            "error 1009: a message is over the limit, its length so far is 5");
        assertThat(DecoderProbe.decode(Role.CLIENT, 4, Hex.bytes("0203010203 0002"))).containsExactly(
            "BINARY part [010203] of 5", "error 1009: a message is over the limit, its length so far is 5");
        assertThat(DecoderProbe.decode(Role.CLIENT, 0, Hex.bytes("8200 02008000"))).hasSize(3);
    }

    @Test
    void doesNotCountControlFramesToTheLimit() {
        assertThat(DecoderProbe.decode(Role.CLIENT, 2, Hex.bytes("020101 890400000000 800101"))).hasSize(3);
    }

    @Test
    void acceptsEachValidCloseCode() {
        List<Integer> wrong = new ArrayList<>();
        for (int code = 0; code <= 0xFFFF; code++) {
            byte[] frame = {(byte) 0x88, 2, (byte) (code >>> 8), (byte) code};
            DecoderProbe probe = new DecoderProbe(new FrameDecoder(Role.CLIENT, 100), frame.length);
            probe.feed(frame, 0, frame.length);
            boolean valid = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006
                || code >= 3000 && code <= 4999;
            if (probe.failed() == valid) {
                wrong.add(code);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        // Each of them: a frame of a text; the last byte given is the first wrong one.
        "8114 cebae1bdb9cf83cebcceb5 f4908080", "8106 61 ff", "8106 80", "8110 c0", "8110 e09f", "8110 eda0",
        "8110 f08f", "8110 f490", "8110 f5", "8110 c2 41", "8110 e282 41", "8110 f09f98 c0",
        "817e0100 e282ac ff", "817f0000000000010000 ff",
    })
    void refusesTextAtItsFirstWrongByteInsideOfAnIncompleteFrame(String hex) {
        // A valid prefix can only be followed by one byte that is not given: the frame stays incomplete.
        byte[] bytes = Hex.bytes(hex);
        DecoderProbe probe = new DecoderProbe(new FrameDecoder(Role.CLIENT, 1 << 20), bytes.length);
        int wrong = hex.contains("f4908080") ? bytes.length - 3 : bytes.length - 1;
        for (int i = 0; i < wrong; i++) {
            probe.feed(bytes, i, 1);
            assertThat(probe.failed()).as("after byte %d", i).isFalse();
        }
        probe.feed(bytes, wrong, 1);
        assertThat(probe.events()).singleElement().asString().startsWith("error 1007: a text message is not UTF-8");
    }

    @Test
    void acceptsACharacterSplitOverFragments() {
        assertThat(fromServer("0101f0 00019f 890101 000198 800180"))
            .hasSize(5).noneMatch(event -> event.contains("error"));
        assertThat(fromServer("0102e282 8001ac 0102e282 800141")).last().asString().startsWith("error 1007");
    }

    @Test
    void refusesTextThatEndsInsideOfACharacter() {
        assertThat(fromServer("8102e282")).singleElement().asString().startsWith("error 1007");
        assertThat(fromServer("0102e282 8000")).last().asString().startsWith("error 1007");
    }

    @Test
    void leavesBinaryAloneThatIsNotUtf8() {
        assertThat(fromServer("8202c0ff 0201ff 8001ff")).hasSize(3).noneMatch(event -> event.contains("error"));
    }

    @Test
    void forgetsAnIncompleteCharacterWithItsMessage() {
        // A binary message that ends in half a character says nothing about the next text.
        assertThat(fromServer("0201e2 800182 8103e282ac 0103e282ac 8000"))
            .hasSize(5).noneMatch(event -> event.contains("error"));
    }

    @Test
    void refusesANegativeLimit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FrameDecoder(Role.CLIENT, -1))
            .withMessage("a message cannot have at most -1 bytes");
    }

    /**
     * Random conversations, framed by the encoder, cut at random places.
     */
    @Test
    void decodesWhatTheEncoderWrites() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Role sender = random.nextBoolean() ? Role.CLIENT : Role.SERVER;
            FrameEncoder encoder = new FrameEncoder(sender);
            UnsafeBuffer wire = Hex.direct(new byte[1 << 20]);
            List<String> expected = new ArrayList<>();
            int wireLength = 0;
            boolean inMessage = false;
            for (int i = 0; i < 20; i++) {
                boolean control = random.nextInt(4) == 0;
                boolean last = control || random.nextBoolean();
                Opcode opcode = control ? (random.nextBoolean() ? Opcode.PING : Opcode.PONG)
                    : inMessage ? Opcode.CONTINUATION : random.nextBoolean() ? Opcode.TEXT : Opcode.BINARY;
                inMessage = control ? inMessage : !last;
                byte[] payload = text(random, control ? 125 : 1 << random.nextInt(15));
                DirectBuffer source = random.nextBoolean() ? new UnsafeBuffer(payload) : Hex.direct(payload);
                int length = encoder.encode(opcode, last, source, 0, payload.length, wire, wireLength);
                assertThat((long) length).isEqualTo(encoder.frameLength(payload.length));
                wireLength += length;
                expected.add(opcode + (last ? " final " : " part ") + new String(payload, StandardCharsets.UTF_8));
            }
            assertThat(decodeInRandomPieces(sender, wire, wireLength, random)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    private static byte[] text(Random random, int maxLength) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(maxLength + 1);
        boolean ascii = random.nextInt(3) > 0;
        int bytes = 0;
        while (bytes <= length - 4) {
            int character = ascii ? ' ' + random.nextInt(90) : "aé€😀".codePoints().toArray()[random.nextInt(4)];
            text.appendCodePoint(character);
            bytes += character < 0x80 ? 1 : 4;
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> decodeInRandomPieces(Role sender, UnsafeBuffer wire, int wireLength, Random random) {
        FrameDecoder decoder = new FrameDecoder(sender == Role.CLIENT ? Role.SERVER : Role.CLIENT, 1 << 20);
        List<String> frames = new ArrayList<>();
        int position = 0;
        int available = 0;
        while (position < wireLength) {
            available += random.nextInt(Math.min(5_000, wireLength - position - available) + 1);
            int length = decoder.decode(wire, position, available);
            if (length == FrameDecoder.ERROR) {
                return Collections.singletonList(decoder.describeError());
            }
            if (length > 0) {
                byte[] payload = new byte[decoder.payloadLength()];
                wire.getBytes(decoder.payloadOffset(), payload);
                frames.add(decoder.opcode() + (decoder.isFinal() ? " final " : " part ")
                    + new String(payload, StandardCharsets.UTF_8));
                position += length;
                available -= length;
            }
        }
        return frames;
    }
}
