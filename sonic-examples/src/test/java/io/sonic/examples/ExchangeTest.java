package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sonic.examples.RunningCommand.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command {@code exchange} with recordings of real exchanges, over a websocket on this machine. */
@Timeout(120)
class ExchangeTest {

    private static final Pattern KRAKEN_CHECKSUM = Pattern.compile("\"c\":\"[0-9]+\"");
    private static final Pattern OKX_CHECKSUM = Pattern.compile("\"checksum\":-?[0-9]+");
    private static final Pattern MESSAGE = Pattern.compile("^[0-9]+\\.[0-9]+: .*");

    @TempDir
    private Path folder;

    private static Path recording(String name) throws IOException {
        List<Path> found = Recordings.all().stream()
                .filter(path -> path.getFileName().toString().startsWith(name + ".ws.")).toList();
        assumeTrue(!found.isEmpty(), () -> "no recording of " + name);
        return found.getFirst();
    }

    private static List<String> messages(Path recording) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(recording)), StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> MESSAGE.matcher(line).matches()).toList();
        }
    }

    private static long count(List<String> messages, Pattern pattern) {
        return messages.stream().filter(message -> pattern.matcher(message).find()).count();
    }

    private static Result play(Path recording, String venue) throws Exception {
        try (RunningCommand server = RunningCommand.start("ws-replay", "--file", recording.toString(), "--port", "0",
                "--idle", "block")) {
            return RunningCommand.run("exchange", "--venue", venue, "--url", "ws://" + server.address() + "/",
                    "--seconds", "60", "--once", "--idle", "block");
        }
    }

    private static Map<String, Long> results(Result result) {
        Map<String, Long> values = new HashMap<>();
        for (String pair : result.lastLine().replace("exchange: ", "").split(" ")) {
            values.put(pair.substring(0, pair.indexOf('=')), Long.parseLong(pair.substring(pair.indexOf('=') + 1)));
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({"BINANCE, binance, 4", "BINANCE_FUTURES, binance, 4", "BITSTAMP, bitstamp, 9", "BYBIT, bybit, 8",
        "COINBASE, coinbase, 10", "DERIBIT, deribit, 10", "KRAKEN, kraken, 10", "OKX, okx, 3"})
    void keepsTheBooksOfARecordingAndEveryCheckHolds(String file, String venue, long books) throws Exception {
        Path recording = recording(file);
        Result result = play(recording, venue);
        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
        Map<String, Long> values = results(result);
        assertThat(values).containsEntry("messages", (long) messages(recording).size()).containsEntry("books", books)
                .containsEntry("failed", 0L).containsEntry("connections", 1L);
        assertThat(values.get("checks")).isPositive();
        assertThat(values.get("updates")).isPositive();
    }

    @Test
    void everyChecksumOfKrakenMatches() throws Exception {
        Path recording = recording("KRAKEN");
        long checksums = count(messages(recording), KRAKEN_CHECKSUM);
        Map<String, Long> values = results(play(recording, "kraken"));
        // Each update is checked by its checksum and for being crossed, each snapshot for being crossed alone.
        assertThat(checksums).isGreaterThan(4000);
        assertThat(values).containsEntry("checks", 2 * checksums + values.get("books")).containsEntry("failed", 0L);
    }

    @Test
    void everyChecksumOfOkxMatches() throws Exception {
        Path recording = recording("OKX");
        long checksums = count(messages(recording), OKX_CHECKSUM);
        Map<String, Long> values = results(play(recording, "okx"));
        assertThat(checksums).isGreaterThan(280);
        assertThat(values).containsEntry("checks", 2 * checksums).containsEntry("failed", 0L);
    }

    @Test
    void saysWhichChecksumDoesNotMatch() throws Exception {
        Path file = Files.writeString(folder.resolve("broken.ws"), """
            1.0: [1,{"as":[["2.0","1.0","1.0"]],"bs":[["1.0","1.0","1.0"]]},"book-10","XBT/USD"]
            1.1: [1,{"a":[["2.5","1.0","1.1"]],"c":"974947235"},"book-10","XBT/USD"]
            """);
        Result result = play(file, "kraken");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("exchange: the checksum does not match: "
                + "XBT/USD: 1 bids, 2 asks, best 1.0 at 1.0 / 1.0 at 2.0" + System.lineSeparator());
    }

    @Test
    void saysThatNoBookCame() throws Exception {
        Path file = Files.writeString(folder.resolve("empty.ws"), "1.0: {\"event\":\"heartbeat\"}\n");
        Result result = play(file, "kraken");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).startsWith("exchange: no book came from ws://");
    }

    @Test
    void saysThatTheServerIsNotThere() {
        Result result = RunningCommand.run("exchange", "--venue", "okx", "--url", "ws://127.0.0.1:1/", "--once",
                "--idle", "block");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("ECONNREFUSED");
    }

    @Test
    void refusesAVenueThatItDoesNotKnow() {
        Result result = RunningCommand.run("exchange", "--venue", "nyse");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("BINANCE", "KRAKEN");
    }
}
