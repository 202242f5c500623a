package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.examples.RunningCommand.Result;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.PerMessageDeflate;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class AutobahnClientTest {

    /** Speaks what a fuzzing server speaks, about three cases. */
    private static final class FuzzingServer implements AutoCloseable {

        private final List<String> asked = new ArrayList<>();
        private final Reactor reactor;
        private final TcpListener listener;
        private final Thread thread;
        private final String count;
        private final String url;

        FuzzingServer(String count) throws IOException {
            this.count = count;
            reactor = Reactor.open();
            listener = TcpListener.open(reactor, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            url = "ws://127.0.0.1:" + listener.localAddress().getPort();
            acceptNext();
            thread = new Thread(reactor::run, "fuzzing server");
            thread.start();
        }

        String url() {
            return url;
        }

        private void acceptNext() {
            listener.asyncAccept((status, stream) -> {
                if (status == IoStatus.OK) {
                    serve(stream);
                    acceptNext();
                }
            });
        }

        private void serve(TcpStream stream) {
            try {
                WebSocketStream ws = WebSocketStream.open(reactor,
                        new WebSocketStream.Context().perMessageDeflate(new PerMessageDeflate()));
                ws.asyncAccept(stream, status -> answer(ws));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private void answer(WebSocketStream ws) {
            String target = ws.target();
            if (target.startsWith("/runCase")) {
                send(ws, "a message", () -> ws.asyncNextMessage((status, type, buffer, offset, length) -> {
                    note(target + " echoed " + type + " " + text(buffer, offset, length) + " " + ws.isDeflating());
                    ws.asyncClose(CloseCode.NORMAL, "", closed -> ws.close());
                }));
                return;
            }
            note(target);
            String answer = target.equals("/getCaseCount") ? count
                    : target.contains("case=2&") ? "{\"behavior\": \"INFORMATIONAL\"}"
                    : target.contains("case=3&") ? "{\"behavior\": \"NON-STRICT\"}" : "{\"behavior\": \"OK\"}";
            Runnable end = () -> ws.asyncClose(CloseCode.NORMAL, "", closed -> ws.close());
            if (target.startsWith("/updateReports")) {
                end.run();
            } else {
                send(ws, answer, end);
            }
        }

        private static void send(WebSocketStream ws, String text, Runnable sent) {
            UnsafeBuffer message = new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
            ws.asyncWrite(Opcode.TEXT, message, 0, message.capacity(), (status, length) -> sent.run());
        }

        private static String text(DirectBuffer buffer, int offset, int length) {
            return buffer.getStringWithoutLengthUtf8(offset, length);
        }

        private synchronized void note(String what) {
            asked.add(what);
        }

        synchronized List<String> asked() {
            return List.copyOf(asked);
        }

        @Override
        public void close() {
            reactor.stop();
            assertThat(Uninterruptibly.join(thread, 60)).isTrue();
            reactor.close();
        }
    }

    private static Result run(String url, String... options) {
        List<String> arguments = new ArrayList<>(List.of("autobahn-client", "--url", url, "--agent", "sonic",
                "--idle", "block"));
        arguments.addAll(List.of(options));
        return RunningCommand.run(arguments.toArray(String[]::new));
    }

    @Test
    void runsEachCaseAndHasTheReportWritten() throws IOException {
        try (FuzzingServer server = new FuzzingServer("3")) {
            Result result = run(server.url() + "/");

            assertThat(result.status()).as(result.err()).isZero();
            assertThat(result.lastLine()).isEqualTo("autobahn-client: cases=3 ok=1 informational=1 other=1");
            assertThat(server.asked()).containsExactly("/getCaseCount",
                    "/runCase?case=1&agent=sonic echoed TEXT a message true", "/getCaseStatus?case=1&agent=sonic",
                    "/runCase?case=2&agent=sonic echoed TEXT a message true", "/getCaseStatus?case=2&agent=sonic",
                    "/runCase?case=3&agent=sonic echoed TEXT a message true", "/getCaseStatus?case=3&agent=sonic",
                    "/updateReports?agent=sonic");
        }
    }

    @Test
    void runsTheCasesThatItIsAskedTo() throws IOException {
        try (FuzzingServer server = new FuzzingServer("3")) {
            Result result = run(server.url(), "--from", "2", "--to", "2");

            assertThat(result.lastLine()).isEqualTo("autobahn-client: cases=1 ok=0 informational=1 other=0");
            assertThat(server.asked()).hasSize(4);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "many, 1, 'the number of cases is no number: many'",
        "3,    4, 'there is no case 4, the last one is 3'",
    })
    void saysWhatIsWrongWithTheCases(String count, String from, String sentence) throws IOException {
        try (FuzzingServer server = new FuzzingServer(count)) {
            Result result = run(server.url(), "--from", from);

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err().strip()).isEqualTo("autobahn-client: " + server.url() + ": " + sentence);
        }
    }

    @Test
    void saysThatTheServerIsNotThere() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        Result result = run("ws://127.0.0.1:" + port);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err().strip()).isEqualTo("autobahn-client: ws://127.0.0.1:" + port
                + "/getCaseCount: connect 127.0.0.1:" + port + ": Connection refused (ECONNREFUSED)");
    }

    @ParameterizedTest
    @CsvSource({
        "--from, 0,   '--from must be 1 to 2147483647: 0'",
        "--to,   0,   '--to must be 1 to 2147483647: 0'",
        "--agent, a&b, '--agent must be of letters, digits, ''.'', ''_'' and ''-'': a&b'",
    })
    void refusesWrongOptions(String option, String value, String sentence) {
        Result result = option.equals("--agent")
                ? RunningCommand.run("autobahn-client", "--url", "ws://127.0.0.1:1", option, value)
                : run("ws://127.0.0.1:1", option, value);

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).startsWith(sentence);
    }
}
