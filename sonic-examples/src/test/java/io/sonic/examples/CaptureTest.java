package io.sonic.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureTest {

    private record Message(long timeNs, String text) {
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsMessagesWithTheirTimesAndSkipsHeaders(boolean compressed) throws IOException {
        Path file = write(compressed, """
                wss://exchange/stream?streams=a/b <-> 1633998512.0
                wss://exchange/ <- 1633998512.1: {"op":"subscribe"}

                1633998512.25: {"a":1}
                1633998512.000000001: {"text":"a <- b: c"}
                7: x
                8.1234567899: in the last digits the time is cut off
                """);

        assertThat(read(file)).containsExactly(
                new Message(1_633_998_512_250_000_000L, "{\"a\":1}"),
                new Message(1_633_998_512_000_000_001L, "{\"text\":\"a <- b: c\"}"),
                new Message(7_000_000_000L, "x"),
                new Message(8_123_456_789L, "in the last digits the time is cut off"));
        assertThat(Capture.check(file)).isEqualTo(4);
    }

    @Test
    void readsALastLineWithoutItsEnd() throws IOException {
        assertThat(read(write(false, "1.0: a\n2.0: b"))).extracting(Message::text).containsExactly("a", "b");
    }

    @Test
    void keepsEachByteOfAMessage() throws IOException {
        assertThat(read(write(false, "1.0:  ä€𝄞 \t: \r\n"))).extracting(Message::text)
                .containsExactly(" ä€𝄞 \t: \r");
    }

    @Test
    void readsLinesLongerThanItsBuffer() throws IOException {
        String longOne = "x".repeat(300_000);

        assertThat(read(write(true, "1.0: a\n2.0: " + longOne + "\n3.0: b\n"))).extracting(Message::text)
                .containsExactly("a", longOne, "b");
    }

    @Test
    void readsLinesThatEndWhereItsBufferEnds() throws IOException {
        for (int length = 65_530; length < 65_540; length++) {
            String longOne = "x".repeat(length - "1.0: \n".length());

            assertThat(read(write(false, "1.0: " + longOne + "\n2.0: b\n"))).extracting(Message::text)
                    .as("%d bytes in the first line", length).containsExactly(longOne, "b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "1.0 x", "1.0:x", ": x", "1.0: a\nx\n", "a: b"})
    void namesTheLineThatIsNeitherAMessageNorAHeader(String text) throws IOException {
        Path file = write(false, text);

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> Capture.check(file))
                .withMessage(file + ", line " + text.lines().count() + ": neither TIME: MESSAGE nor a header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "wss://exchange/ <-> 1.0\n"})
    void refusesAFileWithoutMessages(String text) throws IOException {
        Path file = write(false, text);

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> Capture.check(file))
                .withMessage(file + ": no line is TIME: MESSAGE");
    }

    @Test
    void refusesAMessageThatIsNotUtf8() throws IOException {
        Path file = Files.write(folder.resolve("latin.ws"), "1: a\n2: \u00E4\n".getBytes(ISO_8859_1));

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> Capture.check(file))
                .withMessage(file + ", line 2: the message is not UTF-8");
    }

    @Test
    void namesAFileThatIsMissing() {
        Path file = folder.resolve("missing.ws");

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> Capture.open(file))
                .withMessage(file + ": no such file");
    }

    @Test
    void namesAFileThatIsAFolder() {
        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> Capture.check(folder))
                .withMessageStartingWith(folder + ": ");
    }

    @Test
    void refusesCompressedDataThatIsCutAtAnyPlace() throws IOException {
        byte[] whole = compress("1.0: one message\n");
        // With its first two bytes it can be told from text.
        for (int length = 2; length < whole.length; length++) {
            Path file = Files.write(folder.resolve("cut.ws.gz"), Arrays.copyOf(whole, length));

            assertThatExceptionOfType(CommandFailure.class).as("%d bytes", length).isThrownBy(() -> Capture.check(file))
                    .withMessage(file + ": the compressed data ends too early");
        }
    }

    @Test
    void refusesCompressedDataThatIsDamaged() throws IOException {
        byte[] damaged = compress("1.0: one message\n".repeat(100));
        damaged[damaged.length - 6] ^= 1;
        Path file = Files.write(folder.resolve("damaged.ws.gz"), damaged);

        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> Capture.check(file))
                .withMessageStartingWith(file + ": the compressed data is damaged: ");
    }

    private Path write(boolean compressed, String text) throws IOException {
        byte[] bytes = compressed ? compress(text) : text.getBytes(UTF_8);
        return Files.write(folder.resolve(compressed ? "capture.ws.gz" : "capture.ws"), bytes);
    }

    private static byte[] compress(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    private static List<Message> read(Path file) throws CommandFailure {
        List<Message> messages = new ArrayList<>();
        try (Capture capture = Capture.open(file)) {
            while (capture.next()) {
                byte[] text = new byte[capture.length()];
                capture.buffer().getBytes(capture.offset(), text);
                messages.add(new Message(capture.timeNs(), new String(text, UTF_8)));
            }
        }
        return messages;
    }
}
