package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands allocate nothing per message. A test JVM runs many things before, so that the JIT compiler may go back
 * to slower code and allocate on the measured thread: a command may be run several times until it is compiled for
 * good, but one that allocates never prints 0.
 */
@Timeout(300)
class AllocationFiguresTest {

    private static final int MOST_RUNS = 12;

    /** One record encrypted and one decrypted, of 200 bytes; see docs/tls.md. */
    private static final double TLS_BYTES_PER_ROUND_TRIP = 3000;
    private static final Pattern ALLOCATED = Pattern.compile(" alloc_bytes_per_(?:message|packet)=([0-9.]+)$");

    @TempDir
    private Path directory;

    @Test
    void tcpLatencyAllocatesNothing() throws Exception {
        try (RunningCommand server = RunningCommand.start("tcp-echo-server", "--port", "0", "--idle", "backoff")) {
            String port = server.port();
            assertReachesZero(() -> RunningCommand.run("tcp-latency", "--host", "127.0.0.1", "--port", port,
                    "--count", "30000", "--size", "64", "--idle", "backoff"));
        }
    }

    @Test
    void wsLatencyAllocatesNothing() throws Exception {
        try (RunningCommand server = RunningCommand.start("ws-echo-server", "--port", "0", "--idle", "backoff")) {
            String url = "ws://127.0.0.1:" + server.port();
            assertReachesZero(() -> RunningCommand.run("ws-latency", "--url", url, "--count", "30000", "--size", "128",
                    "--idle", "backoff"));
        }
    }

    @Test
    void hotTcpLatencyAllocatesNothing() throws Exception {
        try (RunningCommand server = RunningCommand.start("tcp-echo-server", "--port", "0", "--idle", "backoff")) {
            String port = server.port();
            assertReachesZero(() -> RunningCommand.run("tcp-latency", "--host", "127.0.0.1", "--port", port,
                    "--count", "30000", "--size", "64", "--idle", "backoff", "--hot"));
        }
    }

    @Test
    void hotWsLatencyAllocatesNothing() throws Exception {
        try (RunningCommand server = RunningCommand.start("ws-echo-server", "--port", "0", "--idle", "backoff")) {
            String url = "ws://127.0.0.1:" + server.port();
            assertReachesZero(() -> RunningCommand.run("ws-latency", "--url", url, "--count", "30000", "--size", "128",
                    "--idle", "backoff", "--hot"));
        }
    }

    @Test
    void udpLatencyAllocatesNothing() throws Exception {
        try (RunningCommand server = RunningCommand.start("udp-echo-server", "--port", "0", "--idle", "backoff")) {
            String port = server.port();
            assertReachesZero(() -> RunningCommand.run("udp-latency", "--host", "127.0.0.1", "--port", port,
                    "--count", "30000", "--size", "64", "--idle", "backoff"));
        }
    }

    @Test
    void unixLatencyAllocatesNothing() throws Exception {
        Path path = directory.resolve("echo");
        try (RunningCommand server = RunningCommand.start("unix-echo-server", "--path", path.toString(), "--idle",
                "backoff")) {
            server.firstLine();
            assertReachesZero(() -> RunningCommand.run("unix-latency", "--path", path.toString(),
                    "--count", "30000", "--size", "64", "--idle", "backoff"));
        }
    }

    @Test
    void tlsLatencyAllocatesWhatTheEngineLeaves() throws Exception {
        PemFiles pem = PemFiles.make(directory);
        try (RunningCommand server = RunningCommand.start("tls-echo-server", "--port", "0", "--cert",
                pem.certificate("server"), "--key", pem.key("server"), "--idle", "backoff")) {
            String port = server.port();
            assertReaches(TLS_BYTES_PER_ROUND_TRIP, () -> RunningCommand.run("tls-latency", "--host", "localhost",
                    "--port", port, "--ca", pem.certificate("authority"), "--count", "30000", "--size", "200",
                    "--idle", "backoff"));
        }
    }

    @Test
    void wsRateAllocatesNothing() throws Exception {
        Path capture = capture(400_000);
        try (RunningCommand server = RunningCommand.start("ws-replay", "--file", capture.toString(), "--port", "0",
                "--idle", "backoff")) {
            String url = "ws://127.0.0.1:" + server.port();
            assertReachesZero(() -> RunningCommand.run("ws-rate", "--url", url, "--count", "400000",
                    "--idle", "backoff"));
        }
    }

    @Test
    void multicastReceiveAllocatesNothing() throws Exception {
        assertReachesZero(() -> {
            RunningCommand receiver = RunningCommand.start("multicast-receive", "--group", "239.195.78.9",
                    "--port", "0", "--interface", "lo", "--count", "60000", "--idle", "backoff");
            Result sent = RunningCommand.run("multicast-send", "--group", "239.195.78.9", "--port", receiver.port(),
                    "--interface", "lo", "--count", "60000", "--rate", "60000", "--size", "64", "--idle", "backoff");
            assertThat(sent.status()).as(sent.err()).isZero();
            return receiver.await();
        });
    }

    private static void assertReachesZero(Callable<Result> command) throws Exception {
        assertReaches(0, command);
    }

    private static void assertReaches(double most, Callable<Result> command) throws Exception {
        List<String> lines = new ArrayList<>();
        for (int run = 0; run < MOST_RUNS; run++) {
            Result result = command.call();
            assertThat(result.status()).as(result.err()).isZero();
            lines.add(result.lastLine());
            Matcher allocated = ALLOCATED.matcher(result.lastLine());
            if (allocated.find() && Double.parseDouble(allocated.group(1)) <= most) {
                return;
            }
        }
        assertThat(lines).as("allocates no more than %s", most).isEmpty();
    }

    private Path capture(int messages) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < messages; i++) {
            lines.append("1.0: {\"e\":\"trade\",\"s\":\"BTC-USD\",\"p\":\"64000.00\",\"q\":\"0.010\",\"t\":").append(i)
                    .append("}\n");
        }
        return Files.writeString(directory.resolve("capture.ws"), lines);
    }
}
