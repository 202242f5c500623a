package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sonic.TcpListener;
import io.sonic.TcpStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What client and server agree on by the handshake, and who has a say in it.
 */
@ExtendWith(Leaks.class)
class UpgradeTest {
    private final List<String> events = new ArrayList<>();
    private Loop loop;
    private TcpListener listener;
    private WebSocketStream client;
    private WebSocketStream server;

    @BeforeEach
    void open() throws IOException {
        loop = new Loop();
        listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
    }

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
            server.close();
        }
        listener.close();
        loop.close();
    }

    private void connect(WebSocketStream.Context asking, WebSocketStream.Context answering) throws IOException {
        client = WebSocketStream.open(loop.reactor, asking);
        server = WebSocketStream.open(loop.reactor, answering);
        List<String> ends = new ArrayList<>();
        listener.asyncAccept((status, stream) -> server.asyncAccept(stream, outcome -> ends.add("server " + outcome)));
        client.asyncHandshake(WebSocketPair.url(listener) + "/feed", outcome -> ends.add("client " + outcome));
        loop.until(() -> ends.size() == 2);
        ends.sort(null);
        events.addAll(ends);
    }

    private static WebSocketStream.Context context() {
        return new WebSocketStream.Context();
    }

    @Test
    void agreesOnTheFirstSubProtocolOfTheClientThatTheServerKnows() throws IOException {
        connect(context().protocols("v3", "v2", "v1"), context().protocols("v1", "v2"));
        assertThat(client.protocol()).isEqualTo("v2");
        assertThat(server.protocol()).isEqualTo("v2");
        assertThat(server.header("Sec-WebSocket-Protocol")).isEqualTo("v3, v2, v1");
    }

    @Test
    void goesOnWithoutASubProtocolThatBothKnow() throws IOException {
        connect(context().protocols("v3"), context().protocols("v1"));
        assertThat(events).containsExactly("client OK", "server OK");
        assertThat(client.protocol()).isNull();
        assertThat(server.protocol()).isNull();
    }

    @Test
    void refusesSubProtocolsThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> context().protocols("a b"));
        assertThatIllegalArgumentException().isThrownBy(() -> context().protocols("a", "a"));
    }

    @Test
    void letsTheServerChooseAndAddFields() throws IOException {
        WebSocketStream.Context answering = context().header("Server", "s");
        connect(context().protocols("a", "b"), answering.upgradeHandler((target, head, answer) -> {
            events.add(target + " " + answer.offeredProtocols() + " " + answer.protocol());
            answer.protocol("b").header("X-Session", "7");
            assertThatIllegalArgumentException().isThrownBy(() -> answer.protocol("c"))
                .withMessage("the sub-protocol 'c' was not offered, these were: [a, b]");
            assertThatIllegalArgumentException().isThrownBy(() -> answer.header("Upgrade", "x"));
            assertThatIllegalArgumentException().isThrownBy(() -> answer.refuse(200, "OK", ""));
        }));
        assertThat(events).containsExactly("/feed [a, b] null", "client OK", "server OK");
        assertThat(client.protocol()).isEqualTo("b");
        assertThat(client.header("x-session")).isEqualTo("7");
        assertThat(client.header("server")).isEqualTo("s");
    }

    @Test
    void letsTheServerRefuse() throws IOException {
        connect(context(), context().upgradeHandler((target, head, answer) ->
            answer.header("WWW-Authenticate", "Basic").refuse(401, "Unauthorized", "who are you?")));
        assertThat(events).containsExactly("client FAILED", "server FAILED");
        UpgradeRefusedException refusal = (UpgradeRefusedException) client.failure();
        assertThat(refusal.statusCode()).isEqualTo(401);
        assertThat(refusal.header("www-authenticate")).isEqualTo("Basic");
        assertThat(new String(refusal.body(), StandardCharsets.UTF_8)).isEqualTo("who are you?\n");
        assertThat(server.failure()).hasMessageEndingWith("the client's request is refused: who are you?");
    }

    @Test
    void answers500WhenTheServersHandlerThrows() throws IOException {
        connect(context(), context().upgradeHandler((target, head, answer) -> {
            throw new IllegalStateException("no database");
        }));
        assertThat(((UpgradeRefusedException) client.failure()).statusCode()).isEqualTo(500);
        assertThat(server.failure()).hasRootCauseMessage("no database");
        assertThat(new String(((UpgradeRefusedException) client.failure()).body())).doesNotContain("database");
    }

    @ParameterizedTest
    @CsvSource({"https://good.example, OK", "HTTPS://GOOD.example, OK", "https://evil.example, FAILED", ", OK"})
    void aServerAcceptsTheOriginsThatItIsTold(String origin, String outcome) throws IOException {
        connect(origin == null ? context() : context().origin(origin),
            context().acceptedOrigins("https://good.example"));
        assertThat(events).containsExactly("client " + outcome, "server " + outcome);
        if (outcome.equals("FAILED")) {
            assertThat(((UpgradeRefusedException) client.failure()).statusCode()).isEqualTo(403);
        }
    }

    @Test
    void sendsCredentialsAsBasicAuthentication() throws IOException {
        connect(context().basicAuthentication("jo", "pä:ss"), context());
        assertThat(server.header("Authorization")).isEqualTo("Basic am86cMOkOnNz");
    }

    @ParameterizedTest
    @CsvSource({"user:pass, dXNlcjpwYXNz", "us%40er:p%3Aa%2fss, dXNAZXI6cDphL3Nz", "user, dXNlcjo=",
        "a:%zz%4, YTolenolNA=="})
    void takesUserInformationOfAUrlApart(String userInfo, String encoded) {
        assertThat(BasicAuthentication.ofUserInfo(userInfo)).isEqualTo("Basic " + encoded);
    }

    @Test
    void refusesCredentialsThatCannotBeSent() {
        assertThatIllegalArgumentException().isThrownBy(() -> context().basicAuthentication("a:b", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> context().basicAuthentication("a", "b\n"));
    }

    @Test
    void showsTheClientsRequestAndTheAnswer() throws IOException {
        connect(context().requestHandler((url, request) -> {
            events.add(url.replaceAll("\\d+", "N") + " " + request.startLine());
            request.add("X-Signature", "now");
            assertThatIllegalArgumentException().isThrownBy(() -> request.add("Connection", "close"));
            assertThat(request.toString()).contains("\r\nX-Signature: now\r\n");
        }).responseHandler((url, response) -> events.add(response.startLine() + " " + response.value("upgrade"))),
            context());
        assertThat(events).containsExactly("ws://N.N.N.N:N/feed GET /feed HTTP/1.1",
            "HTTP/1.1 101 Switching Protocols websocket", "client OK", "server OK");
        assertThat(server.header("x-signature")).isEqualTo("now");
    }

    @Test
    void showsRefusalsToTheResponseHandlerToo() throws IOException {
        connect(context().responseHandler((url, response) -> events.add(response.startLine())),
            context().acceptedOrigins().upgradeHandler((target, head, answer) -> answer.refuse(403, "No", "")));
        assertThat(events).containsExactly("HTTP/1.1 403 No", "client FAILED", "server FAILED");
    }

    @Test
    void failsWithWhatAHandlerOfTheClientThrows() throws IOException {
        connect(context().requestHandler((url, request) -> {
            throw new IOException("no key");
        }), context());
        assertThat(events).containsExactly("client FAILED", "server FAILED");
        assertThat(client.failure()).hasMessageEndingWith("/feed: the request is not sent: no key");
    }

    @Test
    void failsWithWhatTheResponseHandlerThrows() throws IOException {
        connect(context().responseHandler((url, response) -> {
            throw new IOException("not from Frankfurt");
        }), context());
        assertThat(events).containsExactly("client FAILED", "server OK");
        assertThat(client.failure()).hasMessageEndingWith("the server's answer is refused: not from Frankfurt");
    }

    @Test
    void closesFromWithinAHandler() throws IOException {
        connect(context().requestHandler((url, request) -> client.close()), context());
        assertThat(events).containsExactly("client CLOSED", "server FAILED");
    }

    @Test
    void aServerTellsWhyAlsoToAClientThatSendsTooMuch() throws IOException {
        client = WebSocketStream.open(loop.reactor);
        server = WebSocketStream.open(loop.reactor);
        Recorder recorder = new Recorder(server);
        listener.asyncAccept((status, stream) -> server.asyncAccept(stream, recorder.handshake()));
        byte[] head = ("GET / HTTP/1.1\r\n" + "X: " + "x".repeat(1 << 20)).getBytes(StandardCharsets.US_ASCII);
        StringBuilder answer = new StringBuilder();
        try (TcpStream tcp = TcpStream.open(loop.reactor)) {
            UnsafeBuffer buffer = Hex.direct(new byte[4096]);
            tcp.asyncConnect(listener.localAddress(), 0, status -> {
                tcp.asyncWriteAll(Hex.direct(head), 0, head.length, (written, length) -> { });
                tcp.asyncReadAll(buffer, 0, 4096, (read, length) -> answer.append(Recorder.text(buffer, 0,
                    Math.min(length, 60))));
            });
            loop.until(() -> answer.length() > 0);
        }
        loop.until(() -> !recorder.events.isEmpty());
        assertThat(answer.toString()).startsWith("HTTP/1.1 400 Bad Request\r\n");
        assertThat(recorder.events).containsExactly("handshake FAILED");
        assertThat(server.failure()).hasMessageEndingWith("a line of its head is longer than 8192 bytes");
    }

    @Test
    void refusesTenThousandFields() throws IOException {
        try (RawServer raw = new RawServer(loop)) {
            client = WebSocketStream.open(loop.reactor);
            server = WebSocketStream.open(loop.reactor);
            Recorder recorder = new Recorder(client);
            client.asyncHandshake(raw.url(), recorder.handshake());
            raw.awaitRequest();
            raw.send("HTTP/1.1 101 Switching Protocols\r\n" + "a: b\r\n".repeat(10_000));
            loop.until(() -> !recorder.events.isEmpty());
            assertThat(recorder.events).containsExactly("handshake FAILED");
            assertThat(client.failure()).hasMessageEndingWith("its head has more than 128 fields");
            loop.until(raw::hasEnded);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "7 | - | 7", "0 | - | 0", "99999999999 | - | 1000000000", "- | - | -1", "soon | - | -1", "-1 | - | -1",
        "Wed, 21 Oct 2015 07:28:10 GMT | Wed, 21 Oct 2015 07:28:00 GMT | 10",
        "Wed, 21 Oct 2015 07:28:00 GMT | Wed, 21 Oct 2015 07:28:10 GMT | 0",
        "Wed, 21 Oct 2015 07:28:10 GMT | - | 0", "Wed, 21 Oct 2015 07:28:10 GMT | x | -1",
    })
    void readsRetryAfter(String value, String date, long seconds) {
        assertThat(RetryAfter.parseNs(value, date)).isEqualTo(seconds < 0 ? -1 : seconds * 1_000_000_000L);
    }
}
