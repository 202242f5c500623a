package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Messages that venues compress by themselves.
 */
class BinaryInflaterTest {
    private static final String TEXT = "{\"ch\":\"market.btcusdt.depth\",\"tick\":{\"bids\":[[1,2],[1,2]]}}";

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] raw(byte[] content, int flush) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(content);
        if (flush == Deflater.NO_FLUSH) {
            deflater.finish();
        }
        byte[] out = new byte[content.length + 100];
        int length = deflater.deflate(out, 0, out.length, flush);
        deflater.end();
        return Arrays.copyOf(out, length);
    }

    private static String inflate(BinaryInflater inflater, byte[] message) {
        byte[] around = new byte[message.length + 7];
        System.arraycopy(message, 0, around, 3, message.length);
        int length = inflater.inflate(new UnsafeBuffer(around), 3, message.length);
        return length < 0 ? inflater.error() : inflater.buffer().getStringWithoutLengthUtf8(0, length);
    }

    @Test
    void inflatesMessagesOfGzipOneAfterTheOther() throws IOException {
        try (BinaryInflater inflater = BinaryInflater.gzip(1 << 20)) {
            for (String text : new String[] {TEXT, "", "x", "y".repeat(300_000), TEXT}) {
                assertThat(inflate(inflater, gzip(text.getBytes(StandardCharsets.UTF_8)))).isEqualTo(text);
                assertThat(inflater.error()).isNull();
            }
        }
    }

    @Test
    void skipsEveryPartOfAHeader() throws IOException {
        byte[] plain = gzip(TEXT.getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream full = new ByteArrayOutputStream();
        full.write(plain, 0, 3);
        full.write(2 | 4 | 8 | 16);
        full.write(plain, 4, 6);
        full.writeBytes(new byte[] {3, 0, 'a', 'b', 'c'});
        full.writeBytes("name\0comment\0".getBytes(StandardCharsets.US_ASCII));
        full.writeBytes(new byte[] {0, 0});
        full.write(plain, 10, plain.length - 10);
        try (BinaryInflater inflater = BinaryInflater.gzip(1 << 20)) {
            assertThat(inflate(inflater, full.toByteArray())).isEqualTo(TEXT);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Deflater.NO_FLUSH, Deflater.SYNC_FLUSH})
    void inflatesRawMessages(int flush) {
        try (BinaryInflater inflater = BinaryInflater.raw(1 << 20)) {
            for (int i = 0; i < 3; i++) {
                assertThat(inflate(inflater, raw(TEXT.getBytes(StandardCharsets.UTF_8), flush))).isEqualTo(TEXT);
            }
        }
    }

    @Test
    void stopsABombAtTheLimit() throws IOException {
        byte[] bomb = gzip(new byte[50_000_000]);
        try (BinaryInflater inflater = BinaryInflater.gzip(100_000)) {
            assertThat(inflate(inflater, bomb)).isEqualTo("a compressed message inflates to more than 100000 bytes");
            assertThat(inflater.buffer().capacity()).isEqualTo(100_000);
            assertThat(inflate(inflater, gzip(TEXT.getBytes(StandardCharsets.UTF_8)))).isEqualTo(TEXT);
        }
    }

    @Test
    void refusesAMessageThatIsCutAnywhere() throws IOException {
        byte[] whole = gzip(TEXT.getBytes(StandardCharsets.UTF_8));
        try (BinaryInflater inflater = BinaryInflater.gzip(1 << 20)) {
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThat(inflater.inflate(new UnsafeBuffer(cut), 0, length)).as("cut at %d", length).isEqualTo(-1);
                assertThat(inflater.error()).isNotNull();
            }
        }
    }

    @Test
    void refusesAMessageInWhichAByteIsChanged() throws IOException {
        byte[] whole = gzip(TEXT.getBytes(StandardCharsets.UTF_8));
        try (BinaryInflater inflater = BinaryInflater.gzip(1 << 20)) {
            // Time, flags for the compressor and the system say nothing about the content.
            for (int i = 10; i < whole.length; i++) {
                byte[] changed = whole.clone();
                changed[i] ^= 0x10;
                assertThat(inflater.inflate(new UnsafeBuffer(changed), 0, changed.length)).as("changed at %d", i)
                    .isEqualTo(-1);
            }
        }
    }

    @Test
    void refusesWhatFollowsTheEnd() throws IOException {
        byte[] two = Arrays.copyOf(raw(TEXT.getBytes(StandardCharsets.UTF_8), Deflater.NO_FLUSH), 200);
        try (BinaryInflater inflater = BinaryInflater.raw(1 << 20)) {
            assertThat(inflate(inflater, two)).isEqualTo("a compressed message has bytes after its end");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> BinaryInflater.raw(0));
    }
}
