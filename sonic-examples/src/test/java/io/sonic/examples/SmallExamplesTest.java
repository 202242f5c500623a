package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SmallExamplesTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"epoll, --idle=block", "nio, --idle=block", "epoll, --sync", "nio, --sync"})
    void fileReadsWhatItWrote(String backend, String option) throws Exception {
        Path file = Files.writeString(folder.resolve("text"), "something longer that was there before");
        Result result = RunningCommand.run("file", "--path", file.toString(), "--text", "hé", "--backend", backend,
                option);

        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out().lines()).containsExactly("wrote 3 bytes: hé", "read 3 bytes: hé");
        assertThat(file).hasContent("hé");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--idle=block", "--sync"})
    void fileSaysWhyItCannot(String option) {
        assertFails(RunningCommand.run("file", "--path", folder + "/none/text", option),
                "file: open " + folder + "/none/text: No such file or directory (ENOENT)");
        assertFails(RunningCommand.run("file", "--path", folder.toString(), option),
                "file: open " + folder + ": Is a directory (EISDIR)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--idle=block", "--sync"})
    void fileSaysThatADeviceKeepsNothing(String option) {
        Result result = RunningCommand.run("file", "--path", "/dev/null", option);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).isEqualTo(
                "file: /dev/null does not keep what is written to it" + System.lineSeparator());
    }

    @Test
    void fileSaysThatTheNioBackendHasRegularFilesOnly() {
        Result result = RunningCommand.run("file", "--path", "/dev/null", "--backend", "nio");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("file: the nio backend reads and writes regular files only: /dev/null"
                + System.lineSeparator());
    }

    @Test
    void postRunsTheTasksOfEachThreadInTheirOrder() {
        Result result = RunningCommand.run("post", "--count", "100", "--idle", "block");

        assertThat(result.status()).as(result.err()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines).hasSize(200);
        for (String from : List.of("the reactor's thread", "another thread")) {
            for (int i = 0; i < 100; i++) {
                int number = i;
                assertThat(lines.stream().filter(line -> line.endsWith(" of " + from)).skip(i).findFirst())
                        .hasValue("task " + number + " of " + from);
            }
        }
    }

    @Test
    void framesAreReadWithATimerBesideThem() throws Exception {
        for (String rate : List.of("0", "1000")) {
            try (RunningCommand server = RunningCommand.start("frame-server", "--port", "0", "--rate", rate, "--idle",
                    "block")) {
                Result result = RunningCommand.run("frame-client", "--host", "127.0.0.1", "--port", server.port(),
                        "--count", rate.equals("0") ? "100000" : "100", "--idle", "block");

                assertThat(result.status()).as(result.err()).isZero();
                assertThat(result.out()).matches("frame-client: frames=100(000)? frames_per_s=[1-9]\\d*"
                        + " longest_tick_ns=\\d+ alloc_bytes_per_frame=\\d+(\\.\\d{3})?\\R");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00 00 00 02 68 69, 'a frame of 2 bytes is not \"hello, world!\"'",
        "7F FF FF FF, a frame of 2147483647 bytes is longer than 1024",
        "00 00 00 0D 68, the stream ended after 5 of 17 bytes of an item",
    })
    void frameClientSaysWhatIsWrongWithTheServer(String bytes, String sentence) throws Exception {
        try (RawServer server = RawServer.start((in, out) -> {
            for (String hex : bytes.split(" ")) {
                out.write(Integer.parseInt(hex, 16));
            }
        })) {
            Result result = RunningCommand.run("frame-client", "--host", "127.0.0.1", "--port",
                    Integer.toString(server.port()), "--idle", "block");

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err().lines()).singleElement().asString()
                    .startsWith("frame-client: 127.0.0.1:" + server.port()).endsWith(sentence);
        }
    }

    @Test
    void wsClientPrintsTheMessageThatComesBack() throws Exception {
        try (RunningCommand server = RunningCommand.start("ws-echo-server", "--port", "0", "--idle", "block")) {
            Result result = RunningCommand.run("ws-client", "--url", "ws://127.0.0.1:" + server.port(), "--text", "hé",
                    "--idle", "block");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines()).containsExactly("wrote 3 bytes: hé", "read 3 bytes: hé");
        }
    }

    @Test
    void wsPingTimesPongsBesideMessages() throws Exception {
        try (RunningCommand server = RunningCommand.start("ws-echo-server", "--port", "0", "--idle", "block")) {
            Result result = RunningCommand.run("ws-ping", "--url", "ws://127.0.0.1:" + server.port(), "--count", "3",
                    "--period", "10", "--subscribe", "all", "--idle", "block");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines().map(line -> line.replaceAll("\\d+ us", "some us"))
                    .map(line -> line.replaceAll("after \\d", "after some"))).containsExactly(
                    "pong 1, some us, after some messages", "pong 2, some us, after some messages",
                    "pong 3, some us, after some messages", "ws-ping: pongs=3 messages=1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws-client", "ws-ping"})
    void websocketClientsSayThatTheServerClosed(String command) throws Exception {
        try (RawServer server = RawServer.sendingFrames(0x88, 2, 0x03, 0xE9)) {
            Result result = RunningCommand.run(command, "--url", server.url(), "--idle", "block");

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err().lines()).singleElement().asString()
                    .startsWith(command + ": " + server.url() + ": the server closed with 1001");
        }
    }

    @Test
    void tlsClientPrintsWhomItIsConnectedTo() throws Exception {
        PemFiles pem = PemFiles.make(folder);
        try (RunningCommand server = RunningCommand.start("tls-echo-server", "--port", "0", "--cert",
                pem.certificate("server"), "--key", pem.key("server"), "--idle", "block")) {
            Result result = RunningCommand.run("tls-client", "--host", "localhost", "--port", server.port(), "--ca",
                    pem.certificate("authority"), "--text", "secret", "--idle", "block");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines()).containsExactly("TLS 1.3 TLS_AES_256_GCM_SHA384 with CN=server",
                    "wrote 6 bytes: secret", "read 6 bytes: secret");
        }
    }

    private static void assertFails(Result result, String sentence) {
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo(sentence + System.lineSeparator());
    }
}
