package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.WriteHandler;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.PerMessageDeflate;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The client that the Autobahn test suite tests: it echoes, obeys the protocol, and asks for the next case. */
@Command(name = "autobahn-client", description = {
    "Runs the cases of a fuzzing server of the Autobahn test suite, and has it write its report.",
    "Ends with status 0 when all cases were run, however they ended: the report says that."})
final class AutobahnClient extends ReactorCommand {

    private static final long HANDSHAKE_TIMEOUT_NS = 20_000_000_000L;

    @Mixin
    private WsOptions server;

    @Option(names = "--agent", paramLabel = "NAME", required = true, order = 2,
            description = "What the report calls this client.")
    private String agent;

    @Option(names = "--from", paramLabel = "N", defaultValue = "1", order = 3,
            description = "The number of the first case, ${DEFAULT-VALUE} by default.")
    private int from;

    @Option(names = "--to", paramLabel = "N", order = 4, description = "The number of the last case; all by default.")
    private int to = Integer.MAX_VALUE;

    @Override
    void checkOptions() {
        require("--from", from, 1, Integer.MAX_VALUE);
        require("--to", to, from, Integer.MAX_VALUE);
        if (!agent.matches("[A-Za-z0-9._-]+")) {
            throw wrongOption("--agent must be of letters, digits, '.', '_' and '-': " + agent);
        }
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Run run = new Run(loop);
        run.begin();
        loop.run();
        out().println(run.results());
    }

    /** One connection after the other: how many cases there are, each case and how it ended, the report. */
    private final class Run {

        private final ReactorLoop loop;
        private int last;
        private int next;
        private int ok;
        private int informational;

        Run(ReactorLoop loop) {
            this.loop = loop;
        }

        void begin() {
            ask("/getCaseCount", text -> {
                try {
                    last = Math.min(to, Integer.parseInt(text.strip()));
                } catch (NumberFormatException e) {
                    loop.fail(server.url + ": the number of cases is no number: " + text);
                    return;
                }
                if (from > last) {
                    loop.fail(server.url + ": there is no case " + from + ", the last one is " + last);
                    return;
                }
                next = from;
                runNext();
            });
        }

        private void runNext() {
            if (next > last) {
                ask("/updateReports?agent=" + agent, text -> loop.end());
                return;
            }
            connect("/runCase?case=" + next + "&agent=" + agent, ws -> new Echo(ws, this::askHowItEnded).read());
        }

        private void askHowItEnded() {
            ask("/getCaseStatus?case=" + next + "&agent=" + agent, text -> {
                ok += text.contains("\"OK\"") ? 1 : 0;
                informational += text.contains("\"INFORMATIONAL\"") ? 1 : 0;
                next++;
                runNext();
            });
        }

        /** Asks for one message; the empty one when the server closes without. */
        private void ask(String target, Consumer<String> answered) {
            connect(target, ws -> {
                String[] answer = {""};
                ws.asyncNextMessage((status, type, buffer, offset, length) -> {
                    if (status == IoStatus.OK) {
                        byte[] bytes = new byte[length];
                        buffer.getBytes(offset, bytes);
                        answer[0] = new String(bytes, StandardCharsets.UTF_8);
                    }
                    ws.asyncClose(CloseCode.NORMAL, "", closed -> {
                        ws.close();
                        answered.accept(answer[0]);
                    });
                });
            });
        }

        private void connect(String target, Consumer<WebSocketStream> connected) {
            WebSocketStream.Context context = new WebSocketStream.Context()
                .handshakeTimeoutNs(HANDSHAKE_TIMEOUT_NS)
                .perMessageDeflate(new PerMessageDeflate().compressionLevel(1));
            try {
                WebSocketStream ws = WebSocketStream.open(loop.reactor(), context);
                handshake(loop, ws, base() + target, () -> connected.accept(ws));
            } catch (IOException e) {
                loop.fail(e.getMessage());
            }
        }

        private String base() {
            return server.url.endsWith("/") ? server.url.substring(0, server.url.length() - 1) : server.url;
        }

        private String results() {
            return new ResultLine(name())
                .add("cases", next - from)
                .add("ok", ok)
                .add("informational", informational)
                .add("other", next - from - ok - informational)
                .toString();
        }
    }

    /** Sends every message back in kind, until the connection ends. */
    private static final class Echo {

        private final WebSocketStream ws;
        private final Runnable ended;
        private final MessageHandler onMessage = this::onMessage;
        private final WriteHandler onWritten = this::onWritten;

        Echo(WebSocketStream ws, Runnable ended) {
            this.ws = ws;
            this.ended = ended;
        }

        void read() {
            ws.asyncNextMessage(onMessage);
        }

        private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
            if (status == IoStatus.OK) {
                ws.asyncWrite(type, buffer, offset, length, onWritten);
            } else {
                // Whatever a case is about, this is its end; the connection lingers for the server to end it first.
                ws.asyncClose(CloseCode.NORMAL, "", closed -> {
                    ws.close();
                    ended.run();
                });
            }
        }

        private void onWritten(IoStatus status, int length) {
            // After a failure the read says how the connection ended.
            read();
        }
    }
}
