package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Utf8ValidatorTest {
    private static boolean accepts(byte... bytes) {
        Utf8Validator validator = new Utf8Validator();
        return validator.accept(new UnsafeBuffer(bytes), 0, bytes.length) && validator.isComplete();
    }

    private static boolean javaAccepts(byte... bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Test
    void acceptsEachCharacterAndNoSurrogate() {
        List<Integer> wrong = new ArrayList<>();
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            boolean surrogate = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
            byte[] encoded = surrogate
                ? new byte[] {(byte) 0xED, (byte) (0x80 | character >> 6 & 0x3F), (byte) (0x80 | character & 0x3F)}
                : Character.toString(character).getBytes(StandardCharsets.UTF_8);
            if (accepts(encoded) == surrogate) {
                wrong.add(character);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void agreesWithTheDecoderOfTheJdkOnEachSequenceOfTwoAndThreeBytes() {
        List<String> wrong = new ArrayList<>();
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                compare(wrong, (byte) first, (byte) second);
                for (int third : new int[] {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF}) {
                    compare(wrong, (byte) first, (byte) second, (byte) third);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void compare(List<String> wrong, byte... bytes) {
        if (accepts(bytes) != javaAccepts(bytes)) {
            wrong.add(HexFormat.of().formatHex(bytes));
        }
    }

    @Test
    void agreesWithTheDecoderOfTheJdkOnDamagedTextInPieces() {
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            byte[] text = "The price of 1 € is £0.87, 价格 😀, and so on, and so forth. ".repeat(4)
                .substring(random.nextInt(40)).getBytes(StandardCharsets.UTF_8);
            if (random.nextBoolean()) {
                text[random.nextInt(text.length)] = (byte) random.nextInt();
            }
            Utf8Validator validator = new Utf8Validator();
            UnsafeBuffer buffer = Hex.direct(text);
            boolean accepted = true;
            int position = 0;
            while (position < text.length) {
                int length = Math.min(random.nextInt(90), text.length - position);
                accepted &= validator.accept(buffer, position, length);
                position += length;
            }
            assertThat(accepted && validator.isComplete()).as("seed %d", seed).isEqualTo(javaAccepts(text));
        }
    }

    @Test
    void findsOneByteThatIsNotAsciiAtEachPlace() {
        List<String> wrong = new ArrayList<>();
        for (int length = 0; length < 150; length++) {
            byte[] text = new byte[length];
            if (!Utf8Validator.isAscii(new UnsafeBuffer(text), 0, length)) {
                wrong.add("none of " + length);
            }
            for (int place = 0; place < length; place++) {
                text[place] = (byte) 0x80;
                if (Utf8Validator.isAscii(new UnsafeBuffer(text), 0, length)) {
                    wrong.add(place + " of " + length);
                }
                text[place] = 0;
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void staysRefusedAfterAWrongByte() {
        Utf8Validator validator = new Utf8Validator();
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[] {(byte) 0xFF, 'a', 'b'});
        assertThat(validator.accept(buffer, 0, 1)).isFalse();
        assertThat(validator.accept(buffer, 1, 2)).isFalse();
        assertThat(validator.isComplete()).isFalse();
        validator.reset();
        assertThat(validator.accept(buffer, 1, 2)).isTrue();
        assertThat(validator.isComplete()).isTrue();
    }
}
