package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class UnixCommandsTest {

    private static final String LAST_LINE =
            "unix-latency: p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+ alloc_bytes_per_message=\\d+(\\.\\d{3})?";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"1", "128", "70000"})
    void measureRoundTripsOfAnySize(String size) throws Exception {
        Path path = folder.resolve("echo");
        try (RunningCommand server = server(path)) {
            assertThat(server.firstLine()).isEqualTo("listening on " + path);
            Result result = latency(path, "--count", "100", "--size", size);

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.out().lines()).singleElement().asString().matches(LAST_LINE);
            assertThat(result.err()).isEmpty();
        }
    }

    @Test
    void removeThePathInTheEnd() throws Exception {
        Path path = folder.resolve("echo");
        try (RunningCommand server = server(path)) {
            server.firstLine();
            assertThat(path).exists();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void sayThatNobodyListens() {
        Path path = folder.resolve("nobody");

        assertFails(latency(path), "unix-latency: connect " + path + ": No such file or directory (ENOENT)");
    }

    @Test
    void sayThatAPathIsTakenAndLeaveItAlone() throws Exception {
        Path path = folder.resolve("echo");
        try (RunningCommand server = server(path)) {
            server.firstLine();

            assertFails(RunningCommand.run("unix-echo-server", "--path", path.toString()),
                    "unix-echo-server: bind " + path + ": Address already in use (EADDRINUSE)");
            assertThat(path).exists();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix-echo-server", "unix-latency"})
    void sayThatAPathIsTooLong(String command) {
        Path path = folder.resolve("x".repeat(200));

        assertFails(RunningCommand.run(command, "--path", path.toString()), command
                + ": the path of a unix domain socket has at most 107 bytes, this one has "
                + path.toString().length() + ": " + path);
    }

    @Test
    void sayThatTheServerClosed() throws Exception {
        Path path = folder.resolve("closes");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            Thread closing = Thread.ofPlatform().daemon().start(() -> acceptReadAndClose(server));
            Result result = latency(path);

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err().lines()).singleElement().asString()
                    .matches("unix-latency: .*" + path + ".*(after 0 round trips|\\(ECONNRESET\\)|\\(EPIPE\\))");
            assertThat(Uninterruptibly.join(closing, 10)).isTrue();
        }
    }

    private static void acceptReadAndClose(ServerSocketChannel server) {
        try (SocketChannel accepted = server.accept()) {
            accepted.read(ByteBuffer.allocate(1000));
        } catch (IOException gone) {
            return;
        }
    }

    private static RunningCommand server(Path path) {
        return RunningCommand.start("unix-echo-server", "--path", path.toString(), "--idle", "block");
    }

    private static Result latency(Path path, String... options) {
        String[] args = new String[options.length + 5];
        args[0] = "unix-latency";
        args[1] = "--path";
        args[2] = path.toString();
        args[3] = "--idle";
        args[4] = "block";
        System.arraycopy(options, 0, args, 5, options.length);
        return RunningCommand.run(args);
    }

    private static void assertFails(Result result, String sentence) {
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo(sentence + System.lineSeparator());
    }
}
