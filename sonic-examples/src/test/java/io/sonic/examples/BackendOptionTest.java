package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class BackendOptionTest {

    private static final String RESULTS =
            ": p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+ alloc_bytes_per_message=\\d+(\\.\\d{3})?";

    @TempDir
    private Path folder;

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isThereForEveryCommand(String command) {
        assertThat(RunningCommand.run(command, "--help").out()).contains("--backend=B");
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio", "Auto"})
    void changesNothingAboutTheResultLine(String backend) throws Exception {
        for (String kind : List.of("tcp", "udp")) {
            try (RunningCommand server = RunningCommand.start(kind + "-echo-server", "--port", "0", "--backend",
                    backend, "--idle", "block")) {
                assertSucceeds(kind + "-latency", RunningCommand.run(kind + "-latency", "--host", "127.0.0.1",
                        "--port", server.port(), "--count", "50", "--backend", backend, "--idle", "block"));
            }
        }
        try (RunningCommand server = RunningCommand.start("ws-echo-server", "--port", "0", "--backend", backend,
                "--idle", "block")) {
            assertSucceeds("ws-latency", RunningCommand.run("ws-latency", "--url", "ws://127.0.0.1:" + server.port(),
                    "--count", "50", "--backend", backend, "--idle", "backoff", "--hot"));
        }
        Path path = folder.resolve("echo");
        try (RunningCommand server = RunningCommand.start("unix-echo-server", "--path", path.toString(), "--backend",
                backend, "--idle", "block")) {
            server.firstLine();
            assertSucceeds("unix-latency", RunningCommand.run("unix-latency", "--path", path.toString(), "--count",
                    "50", "--backend", backend, "--idle", "block"));
        }
    }

    @Test
    void refusesABackendThatThereIsNot() {
        Result result = RunningCommand.run("timer", "--backend", "kqueue");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("--backend").contains("kqueue").contains("Usage: sonic-examples timer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-latency --host x --port 1", "ws-latency --url ws://x"})
    void hotIsRefusedForALoopThatWaits(String commandLine) {
        Result result = RunningCommand.run((commandLine + " --hot --idle block").split(" "));

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).startsWith("--hot is for a loop that polls, and --idle block does not");
    }

    private static void assertSucceeds(String command, Result result) {
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out().lines()).singleElement().asString().matches(command + RESULTS);
        assertThat(result.err()).isEmpty();
    }
}
