package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Proxies of both kinds: what they are asked, byte by byte, and how they refuse.
 */
@ExtendWith(Leaks.class)
class ProxyTest {
    private static final String URL = "ws://exchange.example:8080/feed";
    private static final long SECOND_NS = 1_000_000_000L;

    private Loop loop;
    private RawServer proxy;
    private WebSocketStream ws;
    private Recorder recorder;

    @BeforeEach
    void open() throws IOException {
        loop = new Loop();
        proxy = new RawServer(loop);
    }

    @AfterEach
    void close() {
        if (ws != null) {
            ws.close();
        }
        proxy.close();
        loop.close();
    }

    private Proxy http() {
        return Proxy.http("127.0.0.1", proxy.port());
    }

    private Proxy socks() {
        return Proxy.socks5("127.0.0.1", proxy.port());
    }

    private void start(Proxy through) throws IOException {
        start(through, URL);
    }

    private void start(Proxy through, String url) throws IOException {
        ws = WebSocketStream.open(loop.reactor, new WebSocketStream.Context().proxy(through));
        recorder = new Recorder(ws);
        ws.asyncHandshake(url, recorder.handshake());
    }

    private void assertFailed(IoStatus status, String sentence) {
        loop.until(() -> !recorder.events.isEmpty());
        assertThat(recorder.events).containsExactly("handshake " + status);
        assertThat(ws.failure()).hasMessage(URL + ": " + sentence);
        loop.until(proxy::hasEnded);
    }

    @Test
    void asksAProxyOfHttpForATunnel() throws IOException {
        start(http().credentials("joe", "s:crét"));
        proxy.awaitRequest();
        assertThat(proxy.heardText()).isEqualTo("CONNECT exchange.example:8080 HTTP/1.1\r\n"
            + "Host: exchange.example:8080\r\nProxy-Authorization: Basic am9lOnM6Y3LDqXQ=\r\n\r\n");
        proxy.forget();
        proxy.send("HTTP/1.1 103 Wait\r\n\r\nHTTP/1.0 200 Connection established\r\nContent-Length: 7\r\n\r\n");
        proxy.acceptUpgrade();
        loop.until(ws::isConnected);
        assertThat(proxy.field("Host")).isEqualTo("exchange.example:8080");
        assertThat(proxy.heardText()).doesNotContain("Proxy");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"wss://a/b | a:443", "ws://a | a:80", "ws://[::1]:7 | [::1]:7"})
    void namesThePortInAnyCase(String url, String place) throws IOException {
        start(http(), url);
        proxy.awaitRequest();
        assertThat(proxy.heardText()).isEqualTo("CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "403 Forbidden | 403", "407 Proxy Authentication Required | 407", "302 Found | 302", "502 | 502",
    })
    void saysHowAProxyOfHttpRefuses(String status, int code) throws IOException {
        start(http());
        proxy.awaitRequest();
        proxy.send("HTTP/1.1 " + status + "\r\nProxy-Authenticate: Basic realm=x\r\n\r\nlong text");
        assertFailed(IoStatus.FAILED, http() + " answered " + status);
        ProxyRefusedException refusal = (ProxyRefusedException) ws.failure();
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.header("proxy-authenticate")).isEqualTo("Basic realm=x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "SSH-2.0 | it begins with 'S' instead of HTTP/1.",
        "HTTP/1.1 2xx OK'CRLF''CRLF' | its first line is no status line: 'HTTP/1.1 2xx OK'",
        "HTTP/1.1 200 OK'CRLF''CRLF'HTTP/1.1 101 | HTTP proxy PLACE sent 12 bytes that nobody asked for",
    }, quoteCharacter = '"')
    void refusesGarbageOfAProxyOfHttp(String answer, String sentence) throws IOException {
        start(http());
        proxy.awaitRequest();
        proxy.send(answer.replace("'CRLF'", "\r\n"));
        assertFailed(IoStatus.FAILED, sentence.replace("PLACE", "127.0.0.1:" + proxy.port()));
    }

    @Test
    void refusesAnAnswerOfAProxyThatIsTooLong() throws IOException {
        start(http());
        proxy.awaitRequest();
        proxy.send("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(129));
        assertFailed(IoStatus.FAILED, "its head has more than 128 fields");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void timesOutWhenAProxySaysNothing(boolean ofHttp) throws IOException {
        WebSocketStream.Context context = new WebSocketStream.Context().proxy(ofHttp ? http() : socks())
            .phaseTimeoutNs(HandshakePhase.PROXY, SECOND_NS);
        ws = WebSocketStream.open(loop.reactor, context);
        recorder = new Recorder(ws);
        ws.asyncHandshake(URL, recorder.handshake());
        proxy.awaitHeard(3);
        loop.skip(SECOND_NS);
        assertFailed(IoStatus.TIMED_OUT, "the handshake timed out after 1000 ms while waiting for the proxy");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void saysThatAProxyHungUp(boolean ofHttp) throws IOException {
        start(ofHttp ? http() : socks());
        proxy.awaitHeard(3);
        proxy.endOutput();
        assertFailed(IoStatus.FAILED, (ofHttp ? http() : socks()) + " closed the connection without an answer");
    }

    @Test
    void asksAProxyOfSocksForATunnel() throws IOException {
        start(socks());
        proxy.awaitHeard(3);
        assertThat(proxy.heardHex()).isEqualTo("050100");
        proxy.forget();
        proxy.sendHex("0500");
        byte[] name = "exchange.example".getBytes(StandardCharsets.US_ASCII);
        proxy.awaitHeard(7 + name.length);
        assertThat(proxy.heardHex()).isEqualTo("0501000310" + Hex.of(name) + "1f90");
        proxy.forget();
        for (String part : new String[] {"05", "0000", "01", "7f0000", "011f", "90"}) {
            proxy.sendHex(part);
            loop.settle();
        }
        proxy.acceptUpgrade();
        loop.until(ws::isConnected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ws://127.0.0.2:80 | 050100017f0000020050 | 05000004000000000000000000000000000000000050",
        "ws://[::1]:80 | 05010004000000000000000000000000000000010050 | 0500000303616263ffff",
    })
    void givesLiteralAddressesAsBytesAndTakesAnyBoundAddress(String url, String request, String answer)
            throws IOException {
        start(socks(), url);
        proxy.awaitHeard(3);
        proxy.forget();
        proxy.sendHex("0500");
        proxy.awaitHeard(request.length() / 2);
        assertThat(proxy.heardHex()).isEqualTo(request);
        proxy.forget();
        proxy.sendHex(answer);
        proxy.acceptUpgrade();
        loop.until(ws::isConnected);
    }

    @Test
    void givesNameAndPasswordToAProxyOfSocksThatWantsThem() throws IOException {
        start(socks().credentials("joe", "pw"));
        proxy.awaitHeard(4);
        assertThat(proxy.heardHex()).isEqualTo("05020002");
        proxy.forget();
        proxy.sendHex("0502");
        proxy.awaitHeard(8);
        assertThat(proxy.heardHex()).isEqualTo("01036a6f65027077");
        proxy.forget();
        proxy.sendHex("0100");
        proxy.awaitHeard(7);
        assertThat(proxy.heardHex()).startsWith("05010003");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "05ff | P accepts none of the ways to authenticate that were offered: none at all | 255",
        "0500 0501 | P answered: general failure (1) | 1",
        "0500 0502 | P answered: the connection is not allowed by its rules (2) | 2",
        "0500 05050001 | P answered: the connection was refused (5) | 5",
        "0500 0563 | P answered: unassigned (99) | 99",
    })
    void saysHowAProxyOfSocksRefuses(String answer, String sentence, int code) throws IOException {
        start(socks());
        proxy.awaitHeard(3);
        for (String part : answer.split(" ")) {
            proxy.forget();
            proxy.sendHex(part);
            if (!part.equals(answer) && part.equals("0500")) {
                proxy.awaitHeard(5);
            }
        }
        assertFailed(IoStatus.FAILED, sentence.replace("P ", socks() + " "));
        assertThat(((ProxyRefusedException) ws.failure()).code()).isEqualTo(code);
    }

    @Test
    void saysThatAProxyOfSocksDoesNotAcceptThePassword() throws IOException {
        start(socks().credentials("joe", "pw"));
        proxy.awaitHeard(4);
        proxy.forget();
        proxy.sendHex("0502");
        proxy.awaitHeard(8);
        proxy.sendHex("0101");
        assertFailed(IoStatus.FAILED, socks() + " does not accept the name and the password");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "48545450 | P does not speak SOCKS 5, it sent 'HTTP'",
        "0400 | P does not speak SOCKS 5, it sent '\\x04\\x00'",
        "0502 | P chose a way to authenticate that was not offered: 2",
    })
    void refusesGarbageOfAProxyOfSocks(String answer, String sentence) throws IOException {
        start(socks());
        proxy.awaitHeard(3);
        proxy.sendHex(answer);
        assertFailed(IoStatus.FAILED, sentence.replace("P ", socks() + " "));
    }

    @Test
    void refusesAnAddressOfAnUnknownTypeAndBytesAfterTheAnswer() throws IOException {
        start(socks());
        proxy.awaitHeard(3);
        proxy.forget();
        proxy.sendHex("0500");
        proxy.awaitHeard(7);
        proxy.sendHex("0500000700");
        assertFailed(IoStatus.FAILED, socks() + " answered with an address of the unknown type 7");
    }

    @Test
    void saysThatAProxyIsNotThere() throws IOException {
        Proxy gone = http();
        proxy.close();
        start(gone);
        loop.until(() -> !recorder.events.isEmpty());
        assertThat(ws.failure()).hasMessage(URL + ": connect 127.0.0.1:" + gone.port()
            + ": Connection refused (ECONNREFUSED)");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void carriesTlsAndFrames(boolean ofSocks) throws IOException {
        try (ForwardingProxy forwarding = new ForwardingProxy(loop, ofSocks);
                TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
                WebSocketStream server = WebSocketStream.open(loop.reactor,
                    new WebSocketStream.Context().tls(TestTls.server("http/1.1")))) {
            Recorder served = new Recorder(server);
            listener.asyncAccept((status, stream) -> server.asyncAccept(stream, outcome -> served.readOn()));
            ws = WebSocketStream.open(loop.reactor, new WebSocketStream.Context().tls(TestTls.client("http/1.1"))
                .proxy(forwarding.proxy()));
            recorder = new Recorder(ws);
            int port = listener.localAddress().getPort();
            ws.asyncHandshake("wss://localhost:" + port + "/", recorder.handshake());
            loop.until(() -> !recorder.events.isEmpty());
            assertThat(recorder.events).as(() -> "" + ws.failure()).containsExactly("handshake OK");
            assertThat(forwarding.target()).isEqualTo("localhost:" + port);
            ws.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("order"), 0, 5, recorder.write());
            loop.until(() -> served.events.contains("TEXT order"));
        }
    }

    @Test
    void refusesAProxyThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> Proxy.http("", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Proxy.http("a", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Proxy.http("a", 1).credentials("a:b", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> Proxy.socks5("a", 1).credentials("", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> Proxy.socks5("a", 1).credentials("a", "c".repeat(256)));
        assertThat(Proxy.socks5("::1", 1).credentials("joe", "secret").toString()).isEqualTo("SOCKS proxy [::1]:1");
    }
}
