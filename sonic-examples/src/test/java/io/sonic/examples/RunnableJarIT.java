package io.sonic.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar as its users run it: in a JVM of its own, without flags. */
@Timeout(120)
class RunnableJarIT {

    private static final int SIGINT = 2;
    private static final Path JAR =
            Path.of(System.getProperty("sonic.examples.jar", "target/sonic-examples.jar")).toAbsolutePath();
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static final List<String> FLAGS = List.of("--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED");

    @TempDir
    private Path folder;

    private record Ended(int status, String out, String err) {
    }

    @BeforeEach
    void needsTheJar() {
        assertThat(JAR).isRegularFile();
    }

    @Test
    void runsWithoutFlags() throws Exception {
        Ended timer = run(JAVA, "-jar", JAR.toString(), "timer", "--delay", "1", "--period", "1", "--count", "2");

        assertThat(timer.status).as(timer.err).isZero();
        assertThat(timer.out.lines()).hasSize(3);
        assertThat(timer.err).isEmpty();
    }

    @Test
    void runsTheDemo() throws Exception {
        Ended demo = run(JAVA, "-jar", JAR.toString(), "demo", "--seconds", "1", "--rate", "500");

        assertThat(demo.status).as(demo.err).isZero();
        assertThat(demo.out.lines().reduce((first, second) -> second)).get().asString()
                .matches("demo: ws_messages=.* lost=0 .*");
        assertThat(demo.err).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "udp", "unix"})
    void measuresRoundTripsBetweenTwoProcesses(String kind) throws Exception {
        PemFiles pem = PemFiles.make(folder);
        List<String> options = switch (kind) {
            case "tls" -> List.of("--cert", pem.certificate("server"), "--key", pem.key("server"), "--port", "0");
            case "unix" -> List.of("--path", folder.resolve("echo").toString());
            default -> List.of("--port", "0");
        };
        Process server = start(command(kind + "-echo-server", options));
        try (BufferedReader out = server.inputReader()) {
            String address = out.readLine().substring("listening on ".length());
            List<String> target = new ArrayList<>(kind.equals("unix") ? List.of("--path", address)
                    : List.of("--host", "localhost", "--port", address.substring(address.lastIndexOf(':') + 1)));
            if (kind.equals("tls")) {
                target.addAll(List.of("--ca", pem.certificate("authority")));
            }
            target.addAll(List.of("--count", "100"));
            Ended client = run(command(kind + "-latency", target));

            assertThat(client.status).as(client.err).isZero();
            assertThat(client.out).matches(kind + "-latency: p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+"
                    + " alloc_bytes_per_message=\\d+(\\.\\d{3})?\\R");
            signal(server, "TERM");
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).as("has ended").isTrue();
            assertThat(server.exitValue()).isZero();
            assertThat(folder.resolve("echo")).doesNotExist();
        } finally {
            server.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "replay-packets, replay-packets: packets=7 kept=3 replayed=3",
        "post --count 1, task 0 of another thread",
        "file --path TEMP/text --text hello, read 5 bytes: hello",
        "udp-connect --host 127.0.0.1 --port 7, 127.0.0.1",
    })
    void runsWhatNeedsNoPeer(String commandLine, String end) throws Exception {
        List<String> options = List.of(commandLine.replace("TEMP", folder.toString()).split(" "));
        Ended ended = run(command(options.getFirst(), options.subList(1, options.size())));

        assertThat(ended.status).as(ended.err).isZero();
        assertThat(ended.out).contains(end);
        assertThat(ended.err).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"timer --bogus, 2", "tcp-echo-server --port 0 --host no-such-host.invalid, 1", "--help, 0"})
    void endsWithTheStatusOfItsCommand(String commandLine, int status) throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA, "-jar", JAR.toString()));
        command.addAll(List.of(commandLine.split(" ")));

        assertThat(run(command.toArray(String[]::new)).status).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void endsAServerInOrderOnASignal(String signal) throws Exception {
        // What a shell without job control starts in the background ignores SIGINT, and a JVM goes on doing so.
        assumeFalse(signal.equals("INT") && isInterruptIgnored(), "SIGINT is ignored here");
        for (String idle : List.of("busy", "block")) {
            Process server = start(JAVA, "-jar", JAR.toString(), "ws-echo-server", "--port", "0", "--idle", idle);
            try (BufferedReader out = server.inputReader()) {
                assertThat(out.readLine()).matches("listening on 127\\.0\\.0\\.1:\\d+");
                signal(server, signal);

                assertThat(server.waitFor(30, TimeUnit.SECONDS)).as("has ended").isTrue();
                assertThat(server.exitValue()).isZero();
                assertThat(Files.readString(folder.resolve("err"))).isEmpty();
            } finally {
                server.destroyForcibly();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timer", "demo", "tcp-echo-server --port 0",
        "multicast-send --group 239.1.1.1 --port 1 --interface lo"})
    void namesTheFlagThatIsMissingWithoutItsManifest(String commandLine) throws Exception {
        for (String flag : List.of("--add-exports java.base/jdk.internal.misc=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED")) {
            List<String> command = new ArrayList<>(List.of(JAVA));
            command.addAll(FLAGS);
            command.removeAll(List.of(flag.split(" ")));
            command.addAll(List.of("-cp", JAR.toString(), Launcher.class.getName()));
            command.addAll(List.of(commandLine.split(" ")));
            Ended ended = run(command.toArray(String[]::new));

            assertThat(ended.status).isEqualTo(1);
            assertThat(ended.out).isEmpty();
            assertThat(ended.err.lines()).singleElement().asString().contains(flag);
        }
    }

    @ParameterizedTest
    @CsvSource({"Mac OS X, aarch64", "Windows 11, amd64", "Linux, riscv64"})
    void saysWhereTheEpollBackendIsToBeHad(String system, String processor) throws Exception {
        Ended ended = run(JAVA, "-Dos.name=" + system, "-Dos.arch=" + processor, "-jar", JAR.toString(), "timer",
                "--backend", "epoll");

        assertThat(ended.status).isEqualTo(1);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err).isEqualTo("timer: the epoll backend needs Linux on x86-64 or aarch64, and this is "
                + system + " on " + processor + ": use --backend nio" + System.lineSeparator());
    }

    @Test
    void takesTheNioBackendWhereNativeCallsAreDenied() throws Exception {
        List<String> command = new ArrayList<>(List.of(JAVA, "--illegal-native-access=deny"));
        command.addAll(FLAGS.subList(0, 2));
        command.addAll(List.of("-cp", JAR.toString(), Launcher.class.getName(), "timer", "--delay", "1", "--period",
                "1", "--count", "1", "--idle", "block"));
        Ended chosen = run(command.toArray(String[]::new));
        assertThat(chosen.status).as(chosen.err).isZero();

        command.addAll(List.of("--backend", "epoll"));
        Ended asked = run(command.toArray(String[]::new));
        assertThat(asked.status).isEqualTo(1);
        assertThat(asked.err.lines()).singleElement().asString().contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void tellsAnOlderJavaWhichVersionItNeeds() throws Exception {
        int version = versionOnThePath();
        assumeTrue(version < 25, () -> "the java of the PATH is of version " + version);
        Ended launcher = run("java", "-jar", JAR.toString(), "timer");

        assertThat(launcher.status).isEqualTo(1);
        assertThat(launcher.out).isEmpty();
        assertThat(launcher.err.lines()).singleElement().asString()
                .startsWith("sonic-examples needs Java 25 or later, and this is Java ");
    }

    private int versionOnThePath() throws Exception {
        Ended java;
        try {
            java = run("java", "-version");
        } catch (IOException none) {
            return Integer.MAX_VALUE;
        }
        Matcher version = Pattern.compile("version \"(?:1\\.)?(\\d+)").matcher(java.err);
        return version.find() ? Integer.parseInt(version.group(1)) : Integer.MAX_VALUE;
    }

    private static String[] command(String name, List<String> options) {
        List<String> command = new ArrayList<>(List.of(JAVA, "-jar", JAR.toString(), name));
        command.addAll(options);
        command.addAll(List.of("--idle", "block"));
        return command.toArray(String[]::new);
    }

    private Ended run(String... command) throws IOException, InterruptedException {
        Process process = start(command);
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        int status = process.waitFor();
        return new Ended(status, out, Files.readString(folder.resolve("err")));
    }

    private Process start(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
        // What these name is printed, and may carry flags.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        return builder.start();
    }

    private static boolean isInterruptIgnored() throws IOException {
        Matcher mask = Pattern.compile("SigIgn:\\s*(\\p{XDigit}+)")
                .matcher(Files.readString(Path.of("/proc/self/status")));
        return mask.find() && (Long.parseUnsignedLong(mask.group(1), 16) & 1 << SIGINT - 1) != 0;
    }

    private static void signal(Process process, String signal) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor()).isZero();
    }
}
