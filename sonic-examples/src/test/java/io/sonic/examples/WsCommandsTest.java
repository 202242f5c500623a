package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class WsCommandsTest {

    private static final String LATENCY_LINE =
            "ws-latency: p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+ alloc_bytes_per_message=\\d+(\\.\\d{3})?";
    private static final String RATE_LINE = "ws-rate: messages=%d bytes=%d messages_per_s=\\d+ cpu_ns_per_message=\\d+"
            + " alloc_bytes_per_message=\\d+(\\.\\d{3})?";

    @ParameterizedTest
    @ValueSource(strings = {"1", "126", "70000"})
    void measureRoundTripsOfAnySize(String size) throws Exception {
        try (RunningCommand server = RunningCommand.start("ws-echo-server", "--port", "0", "--idle", "block")) {
            Result result = RunningCommand.run("ws-latency", "--url", "ws://localhost:" + server.port(),
                    "--count", "100", "--size", size, "--idle", "block");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines()).singleElement().asString().matches(LATENCY_LINE);
            assertThat(result.err()).isEmpty();
        }
    }

    @Test
    void countMessagesUntilTheServerClosesWith1000() throws Exception {
        try (RawServer server = RawServer.sendingFrames(0x81, 2, 'h', 'i', 0x82, 3, 1, 2, 3, 0x88, 2, 0x03, 0xE8)) {
            Result result = rate(server.url(), "--count", "10");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines()).singleElement().asString().matches(String.format(RATE_LINE, 2, 5));
        }
    }

    @Test
    void countNoMessagesWhenTheServerClosesAtOnce() throws Exception {
        try (RawServer server = RawServer.sendingFrames(0x88, 2, 0x03, 0xE8)) {
            Result result = rate(server.url());

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.lastLine()).isEqualTo("ws-rate: messages=0 bytes=0 messages_per_s=0 cpu_ns_per_message=0"
                    + " alloc_bytes_per_message=0");
        }
    }

    @Test
    void closeWhenThereWereEnoughMessages() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> {
            RawServer.accept(in, out);
            out.write(new byte[] {(byte) 0x81, 1, 'a', (byte) 0x81, 1, 'b', (byte) 0x81, 1, 'c'});
            // The client's close frame: header, masking key, code.
            byte[] close = in.readNBytes(8);
            assertThat(close).startsWith(0x88, 0x82);
            out.write(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xE8});
        })) {
            Result result = rate(server.url(), "--count", "2");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.lastLine()).matches(String.format(RATE_LINE, 2, 2));
        }
    }

    @Test
    void printWhatCameWhenTheyAreStopped() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> {
            RawServer.accept(in, out);
            // A pong tells that what was before the ping has been counted.
            out.write(new byte[] {(byte) 0x81, 1, 'a', (byte) 0x89, 0});
            in.readNBytes(6);
            ReactorLoop.endAll();
            in.transferTo(OutputStream.nullOutputStream());
        })) {
            Result result = rate(server.url());

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.lastLine()).matches(String.format(RATE_LINE, 1, 1));
        }
    }

    @Test
    void sayThatNobodyListens() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        String url = "ws://127.0.0.1:" + port + "/";

        assertFails(url, "connect 127.0.0.1:" + port + ": Connection refused (ECONNREFUSED)");
    }

    @Test
    void sayThatAHostIsUnknown() {
        assertFails("ws://no-such-host.invalid/x", "unknown host: no-such-host.invalid");
    }

    @ParameterizedTest
    @CsvSource({
        "404 Not Found,           X-Reason: none,                 the server answered 404 Not Found",
        "503 Service Unavailable, Retry-After: 5,                 the server answered 503 Service Unavailable",
        "301 Moved Permanently,   Location: https://example.org/, "
            + "'the server answered 301 Moved Permanently, Location: https://example.org/'",
    })
    void sayWhatTheServerAnsweredInstead(String status, String field, String sentence) throws Exception {
        try (RawServer server = RawServer.answering(
                "HTTP/1.1 " + status + "\r\n" + field + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")) {
            assertFails(server.url(), sentence);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n"})
    void nameTheServerWhoseAnswerIsGarbage(String answer) throws Exception {
        try (RawServer server = RawServer.answering(answer)) {
            assertFailsNaming(server.url());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a 64-bit length with its top bit set, 81 7F FF 00 00 00 00 00 00 00",
        "a length over the limit,              81 7F 00 00 00 00 7F FF FF FF",
        "a masked server frame,                81 81 01 02 03 04 61",
        "reserved bits,                        F1 01 61",
        "a reserved opcode,                    83 01 61",
        "a fragmented control frame,           09 00",
        "a bad close code,                     88 02 03 ED",
        "text that is not UTF-8,               81 01 FF",
    })
    void nameTheServerThatBreaksTheProtocol(String what, String frames) throws Exception {
        int[] bytes = Arrays.stream(frames.split(" ")).mapToInt(hex -> Integer.parseInt(hex, 16)).toArray();
        try (RawServer server = RawServer.sendingFrames(bytes)) {
            assertThat(assertFailsNaming(server.url())).as(what).contains("the peer broke the protocol: ");
        }
    }

    @Test
    void sayThatTheServerClosedWithAnotherCode() throws Exception {
        try (RawServer server =
                RawServer.sendingFrames(0x81, 1, 'a', 0x88, 6, 0x03, 0xE9, 'b', 'y', 'e', '!')) {
            assertFails(server.url(), "the server closed with 1001 (bye!) after 1 messages");
        }
    }

    @Test
    void nameTheServerThatGoesInTheMiddleOfAFrame() throws Exception {
        try (RawServer server = RawServer.start((in, out) -> {
            RawServer.accept(in, out);
            out.write(new byte[] {(byte) 0x81, 5, 'h'});
        })) {
            assertFailsNaming(server.url());
        }
    }

    @Test
    void sayThatTheServerIsNoEchoServer() throws Exception {
        try (RawServer server = RawServer.sendingFrames(0x81, 2, 'h', 'i')) {
            Result result = RunningCommand.run("ws-latency", "--url", server.url(), "--idle", "block");

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).isEqualTo("ws-latency: " + server.url()
                    + " is no echo server: it sent something else than it was sent" + System.lineSeparator());
        }
    }

    @Test
    void sayThatTlsIsMissing() {
        Result result = rate("wss://localhost/");

        assertThat(result.status()).isNotZero();
        assertThat(result.err()).contains("wss://localhost/");
    }

    private static Result rate(String url, String... options) {
        List<String> args = new ArrayList<>(List.of("ws-rate", "--idle", "block", "--url", url));
        args.addAll(List.of(options));
        return RunningCommand.run(args.toArray(String[]::new));
    }

    private static void assertFails(String url, String sentence) {
        assertThat(assertFailsNaming(url)).isEqualTo("ws-rate: " + url + ": " + sentence + System.lineSeparator());
    }

    private static String assertFailsNaming(String url) {
        Result result = rate(url);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).singleElement().asString().startsWith("ws-rate: ").contains(url);
        return result.err();
    }
}
