package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class DemoTest {

    private static final Pattern LAST_LINE = Pattern.compile("demo: ws_messages=(\\d+) multicast_packets=(\\d+)"
            + " gaps=(\\d+) recovered=(\\d+) lost=(\\d+) p50_ns=(\\d+) p99_ns=(\\d+) p999_ns=(\\d+)"
            + " alloc_bytes_per_message=\\d+(\\.\\d{3})?");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void losesNothingThatEitherLineDelivers() {
        assertThat(run("demo", "--seconds", "2", "--rate", "2000", "--loss", "20")).as(err.toString()).isZero();

        long[] counts = counts();
        assertThat(counts[0]).as("messages of the websocket").isPositive();
        // 20 % are lost on each line, and 4 % on both.
        assertThat(counts[1] / (2.0 * counts[0])).as("share of the packets that arrive").isBetween(0.7, 0.9);
        assertThat(counts[2]).as("gaps").isPositive();
        assertThat(counts[3]).as("recovered").isPositive().isLessThan(counts[2]);
        assertThat((counts[2] - counts[3]) / (double) counts[0]).as("lost by both lines").isBetween(0.01, 0.1);
        assertThat(counts[4]).as("lost").isZero();
        assertThat(counts[5]).as("p50").isPositive().isLessThanOrEqualTo(counts[6]);
        assertThat(counts[6]).as("p99").isLessThanOrEqualTo(counts[7]);
    }

    @Test
    void hasNoGapsWithoutLoss() {
        assertThat(run("demo", "--seconds", "1", "--rate", "1000", "--loss", "0", "--idle", "block"))
                .as(err.toString()).isZero();

        long[] counts = counts();
        assertThat(counts[1]).as("packets").isEqualTo(2 * counts[0]);
        assertThat(counts[2]).as("gaps").isZero();
        assertThat(counts[3]).as("recovered").isZero();
        assertThat(counts[4]).as("lost").isZero();
    }

    @Test
    void printsTwoPlainLinesEachSecondWhereThereIsNoTerminal() {
        run("demo", "--seconds", "2", "--rate", "1000");

        List<String> lines = out.toString().lines().toList();
        assertThat(lines).first().asString().startsWith("Sonic demo: ");
        assertThat(lines.subList(0, lines.size() - 1)).allMatch(line -> line.matches("[ -~]{0,80}"));
        int first = lines.indexOf("warming up") + 1;
        assertThat(lines.get(first)).matches(" {2}1 s {2}ws \\d+/s p50 [0-9.]+[um]?s p99 [0-9.]+[um]?s"
                + " {2}multicast \\d+/s p50 [0-9.]+[um]?s p99 [0-9.]+[um]?s");
        assertThat(lines.get(first + 1)).matches(" +gaps \\d+ recovered \\d+ lost 0  [A-Z]+-USD [0-9.]+ / [0-9.]+");
        assertThat(lines.get(first + 2)).startsWith("  2 s  ws ");
    }

    @Test
    void tellsOfEachLineHowManyPacketsTookWhichWay() {
        run("demo", "--seconds", "1", "--rate", "1000", "--loss", "10");

        Matcher line = Pattern.compile("(?m)^[AB] +([\\d,]+) +([\\d,]+) +([\\d,]+) +([\\d,]+) +([\\d,]+)$")
                .matcher(out.toString());
        long arrived = 0;
        for (int i = 0; i < 2; i++) {
            assertThat(line.find()).as(out.toString()).isTrue();
            long[] packets = new long[5];
            for (int group = 0; group < packets.length; group++) {
                packets[group] = Long.parseLong(line.group(group + 1).replace(",", ""));
            }
            assertThat(packets[0]).as("published").isEqualTo(counts()[0]);
            assertThat(packets[1]).as("lost by the exchange").isPositive();
            assertThat(packets[2]).as("sent").isEqualTo(packets[0] - packets[1]);
            assertThat(packets[3] + packets[4]).as("arrived, or dropped by a full buffer").isEqualTo(packets[2]);
            arrived += packets[3];
        }
        assertThat(arrived).isEqualTo(counts()[1]);
    }

    @Test
    void replaysARecordingAgainAndAgain() throws IOException {
        Path recording = folder.resolve("two.ws");
        Files.writeString(recording, """
                wss://exchange/ <-> 1633998512.0
                1633998512.5: {"s":"BTCUSDT","b":"64250.1","B":"2","a":"64250.2","A":"3"}
                1633998513.5: {"e":"trade","s":"BTCUSDT","p":"64250.1"}
                """);

        assertThat(run("demo", "--seconds", "1", "--rate", "1000", "--replay", recording.toString()))
                .as(err.toString()).isZero();
        assertThat(counts()[0]).as("messages").isGreaterThan(2);
        assertThat(out.toString()).contains("  BTCUSDT 64250.10 / 64250.20");
    }

    @ParameterizedTest
    @MethodSource("io.sonic.examples.Recordings#all")
    void replaysRecordingsOfExchanges(Path recording) {
        assertThat(run("demo", "--seconds", "1", "--replay", recording.toString())).as(err.toString()).isZero();
        assertThat(counts()[0]).as("messages").isPositive();
    }

    @ParameterizedTest
    @CsvSource({"--seconds, 0", "--seconds, x", "--rate, 0", "--loss, 51", "--loss, -1", "--loss, NaN", "--idle, never",
        "--bogus, 1"})
    void refusesWrongOptionsWithItsUsage(String option, String value) {
        assertThat(run("demo", option, value)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains(option).contains("Usage: sonic-examples demo ");
    }

    @Test
    void namesARecordingThatItCannotRead() {
        Path missing = folder.resolve("missing.ws");

        assertThat(run("demo", "--replay", missing.toString())).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("demo: " + missing + ": no such file" + System.lineSeparator());
    }

    @Test
    void leavesNothingOpen() throws IOException {
        run("demo", "--seconds", "1", "--rate", "500");
        long descriptors = descriptors();
        long threads = threads();

        run("demo", "--seconds", "1", "--rate", "500");
        assertThat(descriptors()).isEqualTo(descriptors);
        assertThat(threads()).isEqualTo(threads).isZero();
    }

    private int run(String... args) {
        CommandLine commands = Main.commandLine();
        commands.setOut(new PrintWriter(out));
        commands.setErr(new PrintWriter(err));
        return commands.execute(args);
    }

    private long[] counts() {
        String last = out.toString().lines().reduce((first, second) -> second).orElse("");
        Matcher matcher = LAST_LINE.matcher(last);
        assertThat(matcher.matches()).as(last).isTrue();
        long[] counts = new long[8];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Long.parseLong(matcher.group(i + 1));
        }
        return counts;
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("demo-"))
                .count();
    }
}
