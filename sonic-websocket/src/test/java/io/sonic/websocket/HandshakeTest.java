package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Handshakes over real sockets, with peers that answer as they should, as they should not, or not at all.
 */
@ExtendWith(Leaks.class)
class HandshakeTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private Loop loop;
    private RawServer server;
    private WebSocketStream ws;
    private Recorder recorder;

    /**
     * The JDK opens a descriptor for all its sockets with the first one that it closes, and keeps it.
     */
    @BeforeAll
    static void warmUpSocketsOfTheJdk() throws IOException {
        SocketChannel.open().close();
    }

    @BeforeEach
    void open() throws IOException {
        loop = new Loop();
        server = new RawServer(loop);
        use(new WebSocketStream.Context());
    }

    private void use(WebSocketStream.Context context) throws IOException {
        if (ws != null) {
            ws.close();
        }
        ws = WebSocketStream.open(loop.reactor, context);
        recorder = new Recorder(ws);
    }

    @AfterEach
    void close() {
        ws.close();
        server.close();
        loop.close();
    }

    private void start() {
        ws.asyncHandshake(server.url(), recorder.handshake());
        server.awaitRequest();
    }

    /**
     * The handshake has failed with one call of its handler, everything is given back, and the reactor goes on.
     */
    private void assertFailed(IoStatus status, String sentence) throws IOException {
        loop.until(() -> !recorder.events.isEmpty());
        loop.settle();
        assertThat(recorder.events).containsExactly("handshake " + status);
        assertThat(ws.failure()).hasMessage(sentence);
        assertThat(ws.isConnected()).isFalse();
        assertThat(ws.closeCode()).isEqualTo(CloseCode.ABNORMAL);
        assertReactorGoesOn();
        ws.close();
        assertThat(recorder.events).hasSize(1);
    }

    private void assertReactorGoesOn() throws IOException {
        try (RawServer other = new RawServer(loop); WebSocketStream next = WebSocketStream.open(loop.reactor)) {
            next.asyncHandshake(other.url(), status -> { });
            other.acceptUpgrade();
            loop.until(next::isConnected);
        }
    }

    @Test
    void asksForAWebsocketWithTheFieldsGivenInTheirOrderAndCase() throws IOException {
        use(new WebSocketStream.Context().header("X-MBX-APIKEY", "k e y").header("origin", "http://a").header("x", ""));
        ws.asyncHandshake(server.url().replace("ws://", "WS://user:pass@") + "?a=%20&b={c}", recorder.handshake());
        server.awaitRequest();
        String port = server.url().replaceAll(".*:(\\d+)/.*", "$1");
        String key = server.field("Sec-WebSocket-Key");
        assertThat(HandshakeKeys.isKey(key)).isTrue();
        assertThat(server.heardText()).isEqualTo(("""
            GET /x?a=%%20&b={c} HTTP/1.1
            Host: 127.0.0.1:%s
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Key: %s
            Sec-WebSocket-Version: 13
            Authorization: Basic dXNlcjpwYXNz
            X-MBX-APIKEY: k e y
            origin: http://a
            x:\s

            """).formatted(port, key).replace("\n", "\r\n"));
        server.send(server.acceptance().replace("Connection", "Set-Cookie: a=b\r\nConnection"));
        loop.until(ws::isConnected);
        assertThat(recorder.events).containsExactly("handshake OK");
        assertThat(ws.target()).isEqualTo("/x?a=%20&b={c}");
        assertThat(ws.header("set-cookie")).isEqualTo("a=b");
        assertThat(ws.header("Cookie")).isNull();
        assertThat(ws.failure()).isNull();
    }

    @Test
    void acceptsAnAnswerOfAnyShapeThatIsLegal() {
        start();
        server.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 101\r\nConnection: keep-alive\r\n"
            + "CONNECTION: foo , uPgrAde\r\nuPGRADE:WebSocket\r\nSec-WebSocket-Extensions:\r\nSec-WebSocket-Accept:"
            + HandshakeKeys.acceptFor(server.field("Sec-WebSocket-Key")) + "  \r\n\r\n");
        loop.until(ws::isConnected);
    }

    @Test
    void refusesInformationalAnswersWithoutEnd() throws IOException {
        start();
        server.send("HTTP/1.1 100\r\n\r\n".repeat(3_000));
        assertFailed(IoStatus.FAILED, server.url()
            + ": the server's answer is refused: it is the informational answer number 9");
    }

    @Test
    void acceptsAnAnswerByteByByte() {
        start();
        for (byte value : server.acceptance().getBytes(StandardCharsets.US_ASCII)) {
            assertThat(ws.isConnected()).isFalse();
            server.send(new byte[] {value});
        }
        loop.until(ws::isConnected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 200, 300})
    void leavesWhatFollowsTheAnswerToTheFrames(int cut) {
        start();
        byte[] all = (server.acceptance() + "\u0081\u0002hi\u0081\u0005there").getBytes(StandardCharsets.ISO_8859_1);
        int first = Math.min(cut, all.length - 1);
        server.send(Arrays.copyOf(all, first));
        loop.settle();
        server.send(Arrays.copyOfRange(all, first, all.length));
        loop.until(ws::isConnected);
        recorder.readOn();
        loop.until(() -> recorder.events.size() == 3);
        assertThat(recorder.events).containsExactly("handshake OK", "TEXT hi", "TEXT there");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Upgrade: websocket | Upgrade: h2c | it does not upgrade to websocket: Upgrade is h2c",
        "Connection: Upgrade | Connection: close | it does not upgrade the connection: Connection is close",
        "Sec-WebSocket-Accept | Sec-WebSocket-Except | it has 0 fields Sec-WebSocket-Accept instead of one",
        "Sec-WebSocket-Accept: | Sec-WebSocket-Accept: a'CRLF'Sec-WebSocket-Accept: "
            + "| it has 2 fields Sec-WebSocket-Accept instead of one",
        "Upgrade: websocket | Upgrade: websocket'CRLF'Sec-WebSocket-Extensions: permessage-deflate "
            + "| it uses the extension 'permessage-deflate', which was not asked for",
        "Upgrade: websocket | Upgrade: websocket'CRLF'Sec-WebSocket-Protocol: chat "
            + "| it uses the sub-protocol 'chat', which was not asked for",
        "Upgrade: websocket | Upgrade: websocket'CRLF' websocket "
            + "| its head continues a field on a second line",
        "Upgrade: websocket | Upgrade : websocket | its head has a line that is no field: 'Upgrade : websocket'",
        "101 Switching Protocols | 1o1 Switching | its first line is no status line: 'HTTP/1.1 1o1 Switching'",
        "HTTP/1.1 101 | HTTP/1.0 101 | it begins with 'HTTP/1.0' instead of HTTP/1.1 ",
        "HTTP/1.1 101 | SSH-2.0-OpenSSH | it begins with 'S' instead of HTTP/1.1 ",
        "HTTP/1.1 101 | 'TLS' | it begins with '\\x15' instead of HTTP/1.1 ",
    }, quoteCharacter = '"')
    void refusesAnAnswerThatIsWrong(String right, String wrong, String sentence) throws IOException {
        start();
        String replacement = wrong.replace("'CRLF'", "\r\n").replace("'TLS'", "\u0015\u0003");
        server.send(server.acceptance().replace(right, replacement));
        assertFailed(IoStatus.FAILED, server.url() + ": the server's answer is refused: "
            + (sentence.endsWith("HTTP/1.1") ? sentence + " " : sentence));
    }

    @Test
    void refusesAnAcceptThatBelongsToAnotherRequest() throws IOException {
        start();
        String accept = HandshakeKeys.acceptFor(HandshakeKeys.newKey());
        server.send(server.acceptance().replaceAll("Accept: .*\r\n", "Accept: " + accept + "\r\n"));
        assertFailed(IoStatus.FAILED, server.url() + ": the server's answer is refused: its Sec-WebSocket-Accept "
            + "does not belong to the request: '" + accept.substring(0, 24) + "…'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "404 Not Found | Content-Length: 5 | hello, and more | hello | the server answered 404 Not Found",
        "404 | Content-Length: 0 | - | - | the server answered 404",
        "301 Moved Permanently | Location: http://other/ | - | - "
            + "| the server answered 301 Moved Permanently, Location: http://other/",
        "429 Too Many Requests | Retry-After: 7 | slow down | slow down | the server answered 429 Too Many Requests",
        "403 Forbidden | Transfer-Encoding: chunked | 5_hello_6;x_ world_0__ | hello world "
            + "| the server answered 403 Forbidden",
        "503 Service Unavailable | Content-Length: 99 | cut | cut | the server answered 503 Service Unavailable",
        "200 OK | Content-Length: x | - | - | the server answered 200 OK",
    })
    void saysWhatTheServerAnsweredInstead(String status, String field, String body, String shown, String sentence)
            throws IOException {
        start();
        server.send("HTTP/1.1 " + status + "\r\n" + field + "\r\n\r\n"
            + (body == null ? "" : body.replace("_", "\r\n")));
        server.hangUp();
        assertFailed(IoStatus.FAILED, server.url() + ": " + sentence);
        UpgradeRefusedException refusal = (UpgradeRefusedException) ws.failure();
        assertThat(refusal.statusCode()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        assertThat(refusal.reason()).isEqualTo(status.length() > 3 ? status.substring(4) : "");
        assertThat(new String(refusal.body(), StandardCharsets.US_ASCII)).isEqualTo(shown == null ? "" : shown);
        String[] nameAndValue = field.split(": ");
        assertThat(refusal.header(nameAndValue[0].toUpperCase())).isEqualTo(nameAndValue[1]);
    }

    @Test
    void keepsTheFirst4KibOfTheBodyOfARefusal() throws IOException {
        start();
        server.send("HTTP/1.1 500 Oops\r\n\r\n" + "0123456789".repeat(1_000));
        assertFailed(IoStatus.FAILED, server.url() + ": the server answered 500 Oops");
        assertThat(((UpgradeRefusedException) ws.failure()).body()).hasSize(4096).startsWith("0123456789".getBytes());
    }

    @Test
    void doesNotWaitLongForTheBodyOfARefusal() throws IOException {
        start();
        server.send("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\nhalf");
        loop.skip(SECOND_NS);
        assertFailed(IoStatus.FAILED, server.url() + ": the server answered 404 Not Found");
        assertThat(((UpgradeRefusedException) ws.failure()).body()).isEqualTo("half".getBytes());
    }

    @Test
    void refusesAHeadThatIsTooLong() throws IOException {
        start();
        server.send("HTTP/1.1 101 Switching Protocols\r\nX: " + "x".repeat(9_000));
        assertFailed(IoStatus.FAILED, server.url()
            + ": the server's answer is refused: a line of its head is longer than 8192 bytes");
    }

    @Test
    void refusesAFieldOfAMegabyte() throws IOException {
        start();
        server.sendUnheeded("HTTP/1.1 101 Switching Protocols\r\nX: " + "x".repeat(1 << 20) + "\r\n\r\n");
        assertFailed(IoStatus.FAILED, server.url()
            + ": the server's answer is refused: a line of its head is longer than 8192 bytes");
    }

    @Test
    void hasADeadlineForTheNameOfTheHost() throws IOException {
        use(new WebSocketStream.Context().phaseTimeoutNs(HandshakePhase.RESOLVE, SECOND_NS));
        String url = server.url().replace("127.0.0.1", "localhost");
        ws.asyncHandshake(url, recorder.handshake());
        // Timers come before what the resolver's thread has posted.
        loop.skip(SECOND_NS);
        assertFailed(IoStatus.TIMED_OUT, url
            + ": the handshake timed out after 1000 ms while resolving the name of the host");
    }

    @Test
    void hasADeadlineForTheConnection() throws IOException {
        InetSocketAddress loopback = WebSocketPair.loopback();
        List<SocketChannel> fillers = new ArrayList<>();
        try (ServerSocketChannel full = ServerSocketChannel.open()) {
            full.bind(loopback, 1);
            for (int i = 0; i < 4; i++) {
                SocketChannel filler = SocketChannel.open();
                fillers.add(filler);
                filler.configureBlocking(false);
                filler.connect(full.getLocalAddress());
            }
            use(new WebSocketStream.Context().phaseTimeoutNs(HandshakePhase.CONNECT, SECOND_NS));
            String url = "ws://127.0.0.1:" + ((InetSocketAddress) full.getLocalAddress()).getPort();
            ws.asyncHandshake(url, recorder.handshake());
            loop.settle();
            assertThat(recorder.events).isEmpty();
            loop.skip(SECOND_NS);
            assertFailed(IoStatus.TIMED_OUT, url + ": the handshake timed out after 1000 ms while connecting");
        } finally {
            for (SocketChannel filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void hasADeadlineForTheAnswer() throws IOException {
        use(new WebSocketStream.Context().phaseTimeoutNs(HandshakePhase.UPGRADE, SECOND_NS));
        start();
        loop.skip(SECOND_NS);
        assertFailed(IoStatus.TIMED_OUT, server.url()
            + ": the handshake timed out after 1000 ms while waiting for the server's answer");
    }

    @Test
    void timesOutWhenTheServerSaysNothing() throws IOException {
        start();
        loop.skip(4 * SECOND_NS);
        assertThat(recorder.events).isEmpty();
        loop.skip(SECOND_NS);
        assertFailed(IoStatus.TIMED_OUT, server.url()
            + ": the handshake timed out after 5000 ms while waiting for the server's answer");
    }

    @Test
    void timesOutWhenTheServerTrickles() throws IOException {
        use(new WebSocketStream.Context().handshakeTimeoutNs(2 * SECOND_NS));
        start();
        String answer = server.acceptance();
        for (int i = 0; i < 8; i++) {
            server.send(answer.substring(i, i + 1));
            loop.skip(SECOND_NS / 4);
        }
        assertFailed(IoStatus.TIMED_OUT, server.url()
            + ": the handshake timed out after 2000 ms while waiting for the server's answer");
    }

    @Test
    void saysThatTheServerHungUp() throws IOException {
        start();
        server.hangUp();
        assertFailed(IoStatus.FAILED, server.url() + ": the server closed the connection without an answer");
    }

    @Test
    void saysThatTheServerHungUpInTheMiddleOfItsAnswer() throws IOException {
        start();
        server.send("HTTP/1.1 10");
        server.hangUp();
        assertFailed(IoStatus.FAILED, server.url() + ": the server closed the connection in the middle of its answer");
    }

    @Test
    void saysThatTheConnectionIsRefused() throws IOException {
        int port;
        try (TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback())) {
            port = listener.localAddress().getPort();
        }
        String url = "ws://127.0.0.1:" + port;
        ws.asyncHandshake(url, recorder.handshake());
        assertFailed(IoStatus.FAILED, url + ": connect 127.0.0.1:" + port + ": Connection refused (ECONNREFUSED)");
        assertThat(ws.errno()).isEqualTo(111);
    }

    @Test
    void saysThatTheHostIsUnknown() throws IOException {
        ws.asyncHandshake("ws://no-such-host.invalid/x", recorder.handshake());
        loop.until(() -> !recorder.events.isEmpty());
        assertThat(recorder.events).containsExactly("handshake FAILED");
        assertThat(ws.failure()).hasMessageStartingWith("ws://no-such-host.invalid/x: ")
            .hasMessageContaining("no-such-host.invalid");
        assertReactorGoesOn();
    }

    @Test
    void endsWithCancelledWhenItIsCancelled() throws IOException {
        start();
        ws.cancel();
        assertFailed(IoStatus.CANCELLED, server.url() + ": the handshake was cancelled");
    }

    @Test
    void endsWithClosedWhenItIsClosed() {
        start();
        ws.close();
        ws.close();
        loop.settle();
        assertThat(recorder.events).containsExactly("handshake CLOSED");
        assertThat(ws.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> ws.asyncHandshake(server.url(), recorder.handshake()))
            .withMessage(server.url() + " is closed");
    }

    @Test
    void endsWithClosedWhenTheReactorIsClosed() throws IOException {
        start();
        loop.reactor.close();
        assertThat(recorder.events).containsExactly("handshake CLOSED");
        loop = new Loop();
        server = new RawServer(loop);
    }

    @Test
    void isRefusedWhenAConnectionWasBegunBefore() {
        start();
        assertThatIllegalStateException().isThrownBy(() -> ws.asyncHandshake(server.url(), recorder.handshake()))
            .withMessage("one websocket carries one connection: open another");
        assertThatIllegalStateException().isThrownBy(() -> ws.asyncNextMessage(recorder.message()))
            .withMessage(server.url() + " is not connected");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "http://a | not a URL that begins with ws:// or wss://: http://a",
        "ws:// | a URL without a host: ws://",
        "ws://:80 | a URL without a host: ws://:80",
        "ws://a:0 | a URL with the port 0: ws://a:0",
        "ws://a:65536/ | a URL with the port 65536: ws://a:65536/",
        "ws://a:-1 | a URL with the port -1: ws://a:-1",
        "ws://[::1 | a URL without a host: ws://[::1",
        "ws://[::1]x | a URL with the port : ws://[::1]x",
        "ws://a/#b | a websocket URL must not have a fragment: ws://a/#b",
        "ws://a/b c | a URL must be of visible ASCII characters, position 8 is not: ws://a/b c",
        "ws://a/é | a URL must be of visible ASCII characters, position 7 is not: ws://a/é",
    })
    void refusesAUrlThatIsMalformed(String url, String sentence) {
        assertThatIllegalArgumentException().isThrownBy(() -> ws.asyncHandshake(url, recorder.handshake()))
            .withMessage(sentence);
        assertThat(recorder.events).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "ws://a | a | 80 | / | a", "WSS://a:443/b?c | a | 443 | /b?c | a",
        "ws://a:8080?q=1 | a | 8080 | /?q=1 | a:8080",
        "ws://u:p@[::1]:9/x | ::1 | 9 | /x | [::1]:9", "ws://[::1] | ::1 | 80 | / | [::1]", "ws://a:/ | a | 80 | / | a",
    })
    void takesAUrlApart(String text, String host, int port, String target, String hostField) {
        WebSocketUrl url = WebSocketUrl.parse(text);
        assertThat(List.of(url.host(), url.port(), url.target(), url.hostField()))
            .containsExactly(host, port, target, hostField);
        assertThat(url.text()).doesNotContain("u:p");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"Upgrade | x", "sec-websocket-key | x", "a b | c", "a | b\rc", "'' | c"})
    void refusesAHeaderFieldThatWouldBreakTheRequest(String name, String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> new WebSocketStream.Context().header(name,
            value.replace("\\r", "\r")));
        assertThatIllegalArgumentException().isThrownBy(() -> new WebSocketStream.Context().header("a", "b\r\nc: d"));
    }

    @Test
    void upgradesOverAStreamThatIsConnectedAlready() throws IOException {
        TcpStream tcp = TcpStream.open(loop.reactor);
        boolean[] connected = {false};
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", WebSocketUrl.parse(server.url()).port());
        tcp.asyncConnect(address, 0, status -> connected[0] = status == IoStatus.OK);
        loop.until(() -> connected[0]);
        ws.asyncHandshake(tcp, "wss://example.com/feed", recorder.handshake());
        server.acceptUpgrade();
        loop.until(ws::isConnected);
        assertThat(server.field("Host")).isEqualTo("example.com");
        assertThat(ws.transport()).isSameAs(tcp);
    }

    /**
     * The server role.
     */
    private List<String> serve(String request) throws IOException {
        List<String> events = new ArrayList<>();
        try (TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
                TcpStream client = TcpStream.open(loop.reactor);
                WebSocketStream accepted = WebSocketStream.open(loop.reactor)) {
            listener.asyncAccept((status, stream) -> accepted.asyncAccept(stream, outcome ->
                events.add(outcome + (outcome == IoStatus.OK ? " " + accepted.target() + " " + accepted.host()
                    : accepted.failure().getMessage().replaceAll("websocket over TcpStream 127.0.0.1:\\d+: ", " ")))));
            byte[] bytes = request.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
            StringBuilder answer = new StringBuilder();
            UnsafeBuffer buffer = Hex.direct(new byte[4096]);
            client.asyncConnect(listener.localAddress(), 0, status ->
                client.asyncWriteAll(Hex.direct(bytes), 0, bytes.length, (written, count) ->
                    client.asyncRead(buffer, 0, 4096, (read, length) ->
                        answer.append(Recorder.text(buffer, 0, Math.min(length, 90))))));
            loop.until(() -> !events.isEmpty() && answer.length() > 0);
            events.add(answer.substring(0, answer.indexOf("\r\n")));
        }
        return events;
    }

    private static final String REQUEST = """
        GET /feed?x=1 HTTP/1.1
        Host: here:80
        Upgrade: WebSocket
        Connection: keep-alive, Upgrade
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Extensions: permessage-deflate

        """;

    @Test
    void leavesWhatFollowsTheRequestToTheFrames() throws IOException {
        try (TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
                TcpStream client = TcpStream.open(loop.reactor)) {
            listener.asyncAccept((status, stream) -> ws.asyncAccept(stream, outcome -> recorder.readOn()));
            byte[] bytes = (REQUEST.replace("\n", "\r\n") + "\u0081\u0082\0\0\0\0hi")
                .getBytes(StandardCharsets.ISO_8859_1);
            client.asyncConnect(listener.localAddress(), 0, status ->
                client.asyncWriteAll(Hex.direct(bytes), 0, bytes.length, (written, count) -> { }));
            loop.until(() -> !recorder.events.isEmpty());
            assertThat(recorder.events).containsExactly("TEXT hi");
            assertThat(ws.header("SEC-WEBSOCKET-KEY")).isEqualTo("dGhlIHNhbXBsZSBub25jZQ==");
        }
    }

    @Test
    void refusesAStreamOfAnotherReactorAndOneThatIsClosed() throws IOException {
        TcpStream closed = TcpStream.open(loop.reactor);
        closed.close();
        try (Loop other = new Loop(); TcpStream foreign = TcpStream.open(other.reactor)) {
            assertThatIllegalArgumentException().isThrownBy(() -> ws.asyncAccept(foreign, recorder.handshake()))
                .withMessage("the stream belongs to another reactor: TcpStream not connected");
            assertThatIllegalStateException()
                .isThrownBy(() -> ws.asyncHandshake(closed, "ws://a", recorder.handshake()))
                .withMessageStartingWith("the stream is closed: TcpStream");
            // Nothing was begun.
            start();
            server.send(server.acceptance());
            loop.until(ws::isConnected);
        }
    }

    @Test
    void acceptsAClient() throws IOException {
        assertThat(serve(REQUEST)).containsExactly("OK /feed?x=1 here:80", "HTTP/1.1 101 Switching Protocols");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "GET /feed | POST /feed | 405 Method Not Allowed | the method is not GET: 'POST'",
        "GET /feed?x=1 HTTP/1.1 | hello | 400 Bad Request | the first line is no request: 'hello'",
        "HTTP/1.1 | HTTP/1.0 | 400 Bad Request | the version is not HTTP/1.1",
        "Host: here:80 | Hast: x | 400 Bad Request | there is not one Host field",
        "Upgrade: WebSocket | Upgrade: h2c | 426 Upgrade Required | it does not ask for an upgrade to websocket",
        "keep-alive, Upgrade | close | 426 Upgrade Required | it does not ask for an upgrade to websocket",
        "Version: 13 | Version: 8 | 426 Upgrade Required | the version of the protocol is not 13",
        "dGhlIHNhbXBsZSBub25jZQ== | abc | 400 Bad Request | the Sec-WebSocket-Key is not 16 bytes in Base64",
        "Sec-WebSocket-Key | Sec-WebSocket-Kee | 400 Bad Request | there is not one Sec-WebSocket-Key",
        "Host: here:80 | : x | 400 Bad Request | its head has a line that is no field: ': x'",
    })
    void refusesAClientThatAsksWrongly(String right, String wrong, String status, String sentence) throws IOException {
        assertThat(serve(REQUEST.replace(right, wrong))).containsExactly(
            "FAILED the client's request is refused: " + sentence, "HTTP/1.1 " + status);
        assertReactorGoesOn();
    }

    @Test
    void timesOutWhenTheClientSaysNothing() throws IOException {
        List<String> events = new ArrayList<>();
        try (TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
                TcpStream client = TcpStream.open(loop.reactor)) {
            listener.asyncAccept((status, stream) -> ws.asyncAccept(stream, outcome -> events.add(outcome + "")));
            client.asyncConnect(listener.localAddress(), 0, status -> { });
            loop.until(() -> ws.role() != null);
            loop.skip(5 * SECOND_NS);
            assertThat(events).containsExactly("TIMED_OUT");
            assertThat(ws.failure()).hasMessageEndingWith(
                ": the handshake timed out after 5000 ms while waiting for the client's request");
        }
    }
}
