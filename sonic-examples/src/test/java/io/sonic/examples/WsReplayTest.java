package io.sonic.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class WsReplayTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    /** What a client got: how many messages, the digest of each and its length in turn, and the close code. */
    private record Received(long messages, String digest, int closeCode) {
    }

    @ParameterizedTest
    @MethodSource("io.sonic.examples.Recordings#all")
    void servesARecordingByteForByteToEachClient(Path recording) throws Exception {
        Received expected = contentOf(recording);
        try (RunningCommand server = replay(recording)) {
            Listener first = connect(server);
            Listener second = connect(server);

            assertThat(first.received()).isEqualTo(expected);
            assertThat(second.received()).isEqualTo(expected);

            Result rate = RunningCommand.run("ws-rate", "--url", "ws://" + server.address(), "--idle", "block");
            assertThat(rate.status()).as(rate.err()).isZero();
            assertThat(rate.lastLine()).startsWith("ws-rate: messages=" + expected.messages + " ");
        }
    }

    @Test
    void keepsThePausesOfTheRecordingDividedByTheSpeed() throws Exception {
        Path file = Files.writeString(folder.resolve("slow.ws"), "100.0: a\n100.5: b\n104.0: c\n");
        try (RunningCommand server = replay(file, "--speed", "10")) {
            long startNs = System.nanoTime();
            Received received = connect(server).received();
            long elapsedNs = System.nanoTime() - startNs;

            assertThat(received.messages).isEqualTo(3);
            assertThat(elapsedNs).isBetween(TimeUnit.MILLISECONDS.toNanos(400), TimeUnit.SECONDS.toNanos(4));
        }
    }

    @Test
    void servesOthersWhileOneDoesNotRead() throws Exception {
        Path file = folder.resolve("long.ws");
        Files.writeString(file, ("1.0: " + "x".repeat(10_000) + "\n").repeat(5_000));
        Received expected = contentOf(file);
        try (RunningCommand server = replay(file)) {
            Listener reluctant = new Listener(0);
            connect(server, reluctant);
            reluctant.opened.get(30, TimeUnit.SECONDS);

            assertThat(connect(server).received()).isEqualTo(expected);
            reluctant.request(Long.MAX_VALUE);
            assertThat(reluctant.received()).as("what waited for its client").isEqualTo(expected);
        }
    }

    @Test
    void servesOthersAfterOneIsGone() throws Exception {
        Path file = folder.resolve("long.ws");
        Files.writeString(file, ("1.0: " + "x".repeat(10_000) + "\n").repeat(2_000));
        try (RunningCommand server = replay(file)) {
            Listener gone = new Listener(1);
            WebSocket ws = connect(server, gone);
            gone.opened.get(30, TimeUnit.SECONDS);
            ws.abort();

            assertThat(connect(server).received()).isEqualTo(contentOf(file));
        }
    }

    @Test
    void namesAFileThatIsMissing() {
        Path missing = folder.resolve("missing.ws.gz");

        assertFails(missing, missing + ": no such file");
    }

    @Test
    void namesTheLineThatIsNoMessage() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.ws"), "1.0: a\nbad\n");

        assertFails(file, file + ", line 2: neither TIME: MESSAGE nor a header");
    }

    private static void assertFails(Path file, String sentence) {
        Result result = RunningCommand.run("ws-replay", "--file", file.toString(), "--port", "0");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("ws-replay: " + sentence + System.lineSeparator());
    }

    private static RunningCommand replay(Path file, String... options) {
        List<String> args = new ArrayList<>(
                List.of("ws-replay", "--file", file.toString(), "--port", "0", "--idle", "block"));
        args.addAll(List.of(options));
        return RunningCommand.start(args.toArray(String[]::new));
    }

    private static Listener connect(RunningCommand server) throws Exception {
        Listener listener = new Listener(Long.MAX_VALUE);
        connect(server, listener);
        return listener;
    }

    private static WebSocket connect(RunningCommand server, Listener listener) throws Exception {
        return CLIENT.newWebSocketBuilder().buildAsync(URI.create("ws://" + server.address() + "/"), listener)
                .get(30, TimeUnit.SECONDS);
    }

    /** Reads a recording in the simplest way: line by line, and what follows the first {@code ": "}. */
    private static Received contentOf(Path recording) throws IOException {
        Digest digest = new Digest();
        try (InputStream file = Files.newInputStream(recording);
                InputStream in = recording.toString().endsWith(".gz") ? new GZIPInputStream(file) : file;
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.matches("\\d+(\\.\\d+)?: .*")) {
                    digest.add(line.substring(line.indexOf(": ") + 2).getBytes(UTF_8));
                }
            }
        }
        return digest.received(1000);
    }

    private static final class Digest {

        private final MessageDigest digest;
        private long messages;

        Digest() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }

        void add(byte[] message) {
            messages++;
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(message.length).flip());
            digest.update(message);
        }

        Received received(int closeCode) {
            return new Received(messages, HexFormat.of().formatHex(digest.digest()), closeCode);
        }
    }

    /** A client of another library. */
    private static final class Listener implements WebSocket.Listener {

        private final CompletableFuture<Void> opened = new CompletableFuture<>();
        private final CompletableFuture<Received> received = new CompletableFuture<>();
        private final Digest digest = new Digest();
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private final long requested;
        private WebSocket ws;

        Listener(long requested) {
            this.requested = requested;
        }

        @Override
        public void onOpen(WebSocket webSocket) {
            ws = webSocket;
            opened.complete(null);
            if (requested > 0) {
                ws.request(requested);
            }
        }

        void request(long more) {
            ws.request(more);
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            message.writeBytes(data.toString().getBytes(UTF_8));
            if (last) {
                digest.add(message.toByteArray());
                message.reset();
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            received.complete(digest.received(statusCode));
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            received.completeExceptionally(error);
        }

        Received received() throws Exception {
            return received.get(60, TimeUnit.SECONDS);
        }
    }
}
