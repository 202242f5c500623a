package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpHeadParserTest {
    /**
     * What the parser makes of a text: whole, byte by byte, and cut at each position, which must be the same.
     */
    private static String parse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        String whole = parse(bytes, bytes.length, 0);
        assertThat(parse(bytes, 1, 0)).as("byte by byte").isEqualTo(whole);
        for (int cut = 1; cut < bytes.length && cut < 2_000; cut++) {
            assertThat(parse(bytes, bytes.length, cut)).as("cut at %d", cut).isEqualTo(whole);
        }
        return whole;
    }

    private static String parse(byte[] bytes, int pieceLength, int cut) {
        HttpHeadParser parser = new HttpHeadParser("HTTP/1.1 ");
        int used = 0;
        int given = 0;
        try {
            while (given < bytes.length && parser.head() == null) {
                int piece = given == 0 && cut > 0 ? cut : Math.min(pieceLength, bytes.length - given);
                used += parser.feed(new UnsafeBuffer(bytes), given, piece);
                given += piece;
            }
        } catch (IOException e) {
            return "refused: " + e.getMessage();
        }
        HttpHead head = parser.head();
        return head == null ? "incomplete" : head.startLine() + head.fields().stream()
            .map(field -> "|" + field.name() + "=" + field.value()).collect(Collectors.joining()) + "+"
            + new String(bytes, used, bytes.length - used, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '"', value = {
        "HTTP/1.1 200 OK$$ ~ HTTP/1.1 200 OK+",
        "HTTP/1.1 200 OK$a: b$$rest ~ HTTP/1.1 200 OK|a=b+rest",
        "HTTP/1.1 200 OK$a:b$C:$a:  x y\t$$$ ~ \"HTTP/1.1 200 OK|a=b|C=|a=x y+\r\n\"",
        "HTTP/1.1 200 OK$a: b$ ~ incomplete",
        "HTTP/1.1 200 OK ~ incomplete",
        "H ~ incomplete",
        "HTTP/1.1 200 OK$a: b$ c$$ ~ refused: its head continues a field on a second line",
        "HTTP/1.1 200 OK$a b: c$$ ~ refused: its head has a line that is no field: 'a b: c'",
        "HTTP/1.1 200 OK$abc$$ ~ refused: its head has a line that is no field: 'abc'",
        "HTTP/1.1 200 OK$: c$$ ~ refused: its head has a line that is no field: ': c'",
        "HTTP/1.1 200 OK#a: c$$ ~ refused: a line of its head ends without a carriage return",
        "HTTP/1.1 200 OK%a: c$$ ~ refused: its head has a carriage return inside of a line",
        "HTTP/1.1 200 OK$a: \0$$ ~ refused: its head has a NUL byte",
        "$ ~ refused: its first line is ''",
        "HTTP/1.1$ ~ refused: its first line is 'HTTP/1.1'",
        "HTTP/2 200 OK$$ ~ refused: it begins with 'HTTP/2' instead of HTTP/1.1 ",
        "GET / ~ refused: it begins with 'G' instead of HTTP/1.1 ",
    })
    void parses(String text, String expected) {
        assertThat(parse(text.replace("$", "\r\n").replace('#', '\n').replace('%', '\r')).stripTrailing())
            .isEqualTo(expected.stripTrailing());
    }

    @Test
    void limitsLinesFieldsAndAll() {
        String start = "HTTP/1.1 200 OK\r\n";
        assertThat(parse(start + "a:" + "x".repeat(8_190) + "\r\n\r\n")).hasSizeGreaterThan(8_190);
        assertThat(parse(start + "a:" + "x".repeat(8_191)))
            .isEqualTo("refused: a line of its head is longer than 8192 bytes");
        String fields = IntStream.range(0, 128).mapToObj(i -> "f" + i + ": x\r\n").collect(Collectors.joining());
        assertThat(parse(start + fields + "\r\n")).endsWith("|f127=x+");
        assertThat(parse(start + fields + "one: more\r\n")).isEqualTo("refused: its head has more than 128 fields");
        String longFields = IntStream.range(0, 9).mapToObj(i -> "f: " + "x".repeat(8_000) + "\r\n")
            .collect(Collectors.joining());
        assertThat(parse(start + longFields)).isEqualTo("refused: its head is longer than 65536 bytes");
    }

    @Test
    void answersTheKeyOfTheRfc() {
        assertThat(HandshakeKeys.acceptFor("dGhlIHNhbXBsZSBub25jZQ==")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(HandshakeKeys.isKey("dGhlIHNhbXBsZSBub25jZQ==")).isTrue();
        assertThat(HandshakeKeys.isKey("dGhlIHNhbXBsZSBub25j")).isFalse();
        assertThat(HandshakeKeys.isKey("?")).isFalse();
        assertThat(HandshakeKeys.newKey()).isNotEqualTo(HandshakeKeys.newKey());
    }
}
