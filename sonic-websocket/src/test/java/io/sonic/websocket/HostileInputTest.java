package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.FifoBuffer;
import io.sonic.buffers.FifoBuffers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What peers can send to the parts that read it: whatever it is, there is one outcome, and it is the same in whatever
 * pieces it comes.
 */
class HostileInputTest {
    private static final int ROUNDS = 20_000;
    private static final WebSocketUrl URL = WebSocketUrl.parse("ws://exchange.example/feed");
    private static final String[] HTTP_WORDS = {"HTTP/1.1 200 OK\r\n", "HTTP/1.0 ", "407", "\r\n", "\r\n\r\n",
        "a: b\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "\n", "\0", " ", "x"};
    private static final String[] SOCKS_WORDS = {"\5\0", "\5\2", "\1\0", "\5\u00ff", "\5\0\0\1\0\0\0\0\0\0",
        "\5\0\0\3\2ab\0\0", "\5\0\0\4", "\5\1", "\4", "\0", "HTTP"};

    private static Proxy proxy(Proxy.Type type) {
        return new Proxy(type, "localhost", 1080, "joe", "pw");
    }

    /**
     * What a tunnel makes of an answer: what it says in turn, and how it ends.
     */
    private static String converse(Proxy.Type type, byte[] answer, int piece) throws IOException {
        StringBuilder said = new StringBuilder();
        Tunnel tunnel = Tunnel.through(proxy(type), URL);
        try (FifoBuffer received = FifoBuffers.allocate(64 * 1024)) {
            for (int at = 0; at < answer.length && !tunnel.isOpen();) {
                int length = Math.min(piece, answer.length - at);
                received.buffer().putBytes(received.writeOffset(), answer, at, length);
                received.commit(length);
                at += length;
                int before;
                do {
                    before = received.readableLength();
                    byte[] next = tunnel.onBytes(received);
                    said.append(next == null ? "" : Hex.of(next) + ",");
                } while (!tunnel.isOpen() && received.readableLength() < before);
            }
            return said + (tunnel.isOpen() ? "open" : "more");
        } catch (IOException e) {
            assertThat(e.getMessage()).isNotBlank();
            return said + "refused";
        }
    }

    @ParameterizedTest
    @EnumSource(Proxy.Type.class)
    void aTunnelComesToTheSameEndInAnyPieces(Proxy.Type type) throws IOException {
        Random random = new Random(7);
        String[] words = type == Proxy.Type.HTTP ? HTTP_WORDS : SOCKS_WORDS;
        int opened = 0;
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(6); i >= 0; i--) {
                text.append(words[random.nextInt(words.length)]);
            }
            byte[] answer = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            String whole = converse(type, answer, answer.length);
            assertThat(converse(type, answer, 1)).as("answer %s", Hex.of(answer)).isEqualTo(whole);
            opened += whole.endsWith("open") ? 1 : 0;
        }
        assertThat(opened).isPositive();
    }

    @Test
    void anInflaterRefusesOrInflatesWhateverComes() {
        Random random = new Random(7);
        try (BinaryInflater gzip = BinaryInflater.gzip(100_000); BinaryInflater raw = BinaryInflater.raw(100_000)) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] message = new byte[random.nextInt(64)];
                random.nextBytes(message);
                if (message.length > 3 && random.nextBoolean()) {
                    message[0] = 0x1F;
                    message[1] = (byte) 0x8B;
                    message[2] = 8;
                }
                UnsafeBuffer buffer = new UnsafeBuffer(message);
                for (BinaryInflater inflater : new BinaryInflater[] {gzip, raw}) {
                    int length = inflater.inflate(buffer, 0, message.length);
                    assertThat(length).isBetween(-1, 100_000);
                    assertThat(inflater.error() == null).isEqualTo(length >= 0);
                }
            }
        }
    }

    @Test
    void aLocationLeadsSomewhereOrIsRefused() {
        Random random = new Random(7);
        String alphabet = "/:.?#@%[]ws htp0-é\\";
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder location = new StringBuilder();
            for (int i = random.nextInt(16); i > 0; i--) {
                location.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                WebSocketUrl to = URL.resolve(location.toString());
                assertThat(to.host()).isNotEmpty();
                assertThat(to.target()).startsWith("/");
                assertThat(to.text()).startsWith("ws").doesNotContain(" ", "#");
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }
}
