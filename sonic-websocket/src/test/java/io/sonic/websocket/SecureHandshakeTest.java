package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.tls.TlsContext;
import io.sonic.tls.TlsException;
import io.sonic.tls.TlsStream;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code wss}: both roles, and what can go wrong with TLS below a websocket.
 */
@ExtendWith(Leaks.class)
class SecureHandshakeTest {
    private Loop loop;
    private TcpListener listener;
    private WebSocketStream client;
    private WebSocketStream server;
    private Recorder recorder;
    private Recorder served;

    @BeforeEach
    void open() throws IOException {
        loop = new Loop();
        listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
    }

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
        listener.close();
        loop.close();
    }

    private String url(String host) {
        return "wss://" + host + ":" + listener.localAddress().getPort() + "/feed";
    }

    private void serve(TlsContext tls) throws IOException {
        server = WebSocketStream.open(loop.reactor, new WebSocketStream.Context().tls(tls));
        served = new Recorder(server);
        listener.asyncAccept((status, stream) -> {
            if (status == IoStatus.OK) {
                server.asyncAccept(stream, served.handshake());
            }
        });
    }

    private void connect(String host, TlsContext tls) throws IOException {
        client = WebSocketStream.open(loop.reactor, new WebSocketStream.Context().tls(tls));
        recorder = new Recorder(client);
        client.asyncHandshake(url(host), recorder.handshake());
    }

    private void await() {
        loop.until(() -> !recorder.events.isEmpty() && !served.events.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void agreesOnHttp11AndCarriesMessagesBothWays(String host) throws IOException {
        serve(TestTls.server("http/1.1"));
        connect(host, TestTls.client("http/1.1"));
        await();
        assertThat(recorder.events).as(() -> "" + client.failure()).containsExactly("handshake OK");
        assertThat(((TlsStream) client.transport()).applicationProtocol()).isEqualTo("http/1.1");
        assertThat(server.target()).isEqualTo("/feed");
        recorder.readOn();
        served.readOn();
        client.asyncWrite(Opcode.TEXT, WebSocketStreamTest.text("to you"), 0, 6, recorder.write());
        UnsafeBuffer large = Hex.direct(new byte[100_000]);
        server.asyncWrite(Opcode.BINARY, large, 0, large.capacity(), served.write());
        loop.until(() -> served.events.contains("TEXT to you") && recorder.events.contains("BINARY 100000 bytes"));
        client.asyncClose(CloseCode.NORMAL, "", recorder.close());
        loop.until(() -> recorder.events.contains("close OK"));
        assertThat(server.closeCode()).isEqualTo(CloseCode.NORMAL);
    }

    @Test
    void connectsInOneCall() throws IOException {
        serve(TestTls.server("http/1.1"));
        IoStatus[] outcome = new IoStatus[1];
        client = WebSocketStream.asyncConnect(loop.reactor, url("localhost"),
            new WebSocketStream.Context().tls(TestTls.client("http/1.1")), (status, ws) -> {
                assertThat(ws.isConnected()).isTrue();
                outcome[0] = status;
            });
        loop.until(() -> outcome[0] != null);
        assertThat(outcome[0]).isEqualTo(IoStatus.OK);
    }

    @Test
    void tellsTheServerWhichHostIsMeantAndThatItSpeaksHttp11() throws IOException {
        try (RawServer raw = new RawServer(loop)) {
            client = WebSocketStream.open(loop.reactor);
            recorder = new Recorder(client);
            client.asyncHandshake("wss://localhost:" + raw.port() + "/", recorder.handshake());
            loop.until(() -> raw.heardText().contains("\0\11localhost") && raw.heardText().contains("\10http/1.1"));
            client.close();
        }
    }

    @Test
    void trustsNobodyWhomTheJdkDoesNotTrust() throws IOException {
        serve(TestTls.server("http/1.1"));
        client = WebSocketStream.open(loop.reactor);
        recorder = new Recorder(client);
        client.asyncHandshake(url("localhost"), recorder.handshake());
        await();
        assertThat(recorder.events).containsExactly("handshake FAILED");
        assertThat(client.failure()).hasMessageStartingWith(url("localhost") + ": TLS with localhost:")
            .hasCauseInstanceOf(TlsException.class);
        assertThat(((TlsException) client.failure().getCause()).reason())
            .isEqualTo(TlsException.Reason.CERTIFICATE_UNTRUSTED);
        assertThat(served.events).containsExactly("handshake FAILED");
    }

    @Test
    void refusesACertificateForAnotherHost() throws IOException {
        serve(TestTls.server("http/1.1"));
        connect("localhost.localdomain.invalid", TestTls.client("http/1.1"));
        loop.until(() -> !recorder.events.isEmpty());
        // The name does not resolve; the certificate is asked for under it over a connection that is there.
        client.close();
        TcpStream tcp = TcpStream.open(loop.reactor);
        client = WebSocketStream.open(loop.reactor);
        recorder = new Recorder(client);
        tcp.asyncConnect(listener.localAddress(), 0, status -> client.asyncHandshake(
            TlsStream.client(tcp, tls(), "exchange.example", 443), "wss://exchange.example/", recorder.handshake()));
        await();
        assertThat(((TlsException) client.failure().getCause()).reason())
            .isEqualTo(TlsException.Reason.HOST_MISMATCH);
    }

    private static TlsContext tls() {
        try {
            return TestTls.client("http/1.1");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void refusesAnotherProtocolThanHttp11() throws IOException {
        serve(TestTls.server("h2"));
        connect("localhost", TestTls.client("h2"));
        await();
        assertThat(recorder.events).containsExactly("handshake FAILED");
        assertThat(client.failure()).hasMessage(url("localhost")
            + ": TLS agreed on the protocol h2, a websocket needs http/1.1");
    }

    @Test
    void saysThatTheServerDoesNotSpeakTls() throws IOException {
        try (RawServer plain = new RawServer(loop)) {
            client = WebSocketStream.open(loop.reactor, new WebSocketStream.Context().tls(tls()));
            recorder = new Recorder(client);
            client.asyncHandshake("wss://localhost:" + plain.port() + "/", recorder.handshake());
            plain.awaitHeard(1);
            plain.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            loop.until(() -> !recorder.events.isEmpty());
            assertThat(recorder.events).containsExactly("handshake FAILED");
            assertThat(client.failure()).hasMessageContaining("the peer does not speak TLS");
        }
    }

    @Test
    void timesOutWhenTheServerDoesNotAnswerTls() throws IOException {
        try (RawServer silent = new RawServer(loop)) {
            client = WebSocketStream.open(loop.reactor, new WebSocketStream.Context().tls(tls())
                .phaseTimeoutNs(HandshakePhase.TLS, 1_000_000_000L));
            recorder = new Recorder(client);
            client.asyncHandshake("wss://localhost:" + silent.port() + "/", recorder.handshake());
            silent.awaitHeard(1);
            loop.skip(1_000_000_000L);
            assertThat(recorder.events).containsExactly("handshake TIMED_OUT");
            assertThat(client.failure()).hasMessageEndingWith("timed out after 1000 ms while agreeing on TLS");
            loop.until(silent::hasEnded);
        }
    }

    @Test
    void aServerRefusesAClientThatDoesNotSpeakTls() throws IOException {
        serve(TestTls.server("http/1.1"));
        client = WebSocketStream.open(loop.reactor);
        recorder = new Recorder(client);
        client.asyncHandshake(url("127.0.0.1").replace("wss:", "ws:"), recorder.handshake());
        await();
        assertThat(served.events).containsExactly("handshake FAILED");
        assertThat(server.failure()).hasMessageContaining("the peer does not speak TLS");
        assertThat(recorder.events).containsExactly("handshake FAILED");
    }

    @Test
    void aServerWithoutACertificateSaysSo() throws IOException {
        serve(TlsContext.create());
        connect("localhost", TestTls.client("http/1.1"));
        await();
        assertThat(served.events).containsExactly("handshake FAILED");
        assertThat(server.failure()).hasMessageContaining("a server needs a certificate");
        assertThat(recorder.events).containsExactly("handshake FAILED");
    }

    @Test
    void isCancelledInTheMiddleOfTls() throws IOException {
        try (RawServer silent = new RawServer(loop)) {
            client = WebSocketStream.open(loop.reactor, new WebSocketStream.Context().tls(tls()));
            recorder = new Recorder(client);
            client.asyncHandshake("wss://localhost:" + silent.port() + "/", recorder.handshake());
            silent.awaitHeard(1);
            client.cancel();
            assertThat(recorder.events).containsExactly("handshake CANCELLED");
        }
    }
}
