package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.tls.TlsException.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Against another implementation: {@code openssl s_server} and {@code s_client}.
 */
final class TlsOpenSslTest extends TlsTest {
    private final UnsafeBuffer in = buffer(1024 * 1024);
    private OpenSslProcess process;

    @ParameterizedTest
    @EnumSource
    void talksToAServer(TlsVersion version) throws IOException {
        serve(certificates.server(), flag(version), "-rev", "-alpn", "http/1.1");

        TlsStream client = client(trusting().applicationProtocols("h2", "http/1.1"));
        handshake(client, IoStatus.OK);
        ask(client, "hello\n", "olleh\n");

        assertThat(client.version()).isEqualTo(version);
        assertThat(client.applicationProtocol()).isEqualTo("http/1.1");
    }

    @Test
    void tellsTheServerWhichHostItMeans() throws IOException {
        Certificates.Identity named = certificates.rsaServer();
        serve(certificates.server(), "-servername", "localhost",
                "-cert2", named.certificate().toString(), "-key2", named.key().toString());

        TlsStream telling = client(trusting());
        handshake(telling, IoStatus.OK);
        assertThat(keyOf(telling)).isEqualTo("RSA");
        telling.close();
        TlsStream silent = client(trusting().serverNameIndication(false));
        handshake(silent, IoStatus.OK);
        assertThat(keyOf(silent)).isEqualTo("EC");
    }

    private static String keyOf(TlsStream stream) {
        return stream.peerCertificates().getFirst().getPublicKey().getAlgorithm();
    }

    @ParameterizedTest
    @CsvSource({"TLS_1_3,TLS_AES_128_GCM_SHA256", "TLS_1_3,TLS_AES_256_GCM_SHA384",
        "TLS_1_3,TLS_CHACHA20_POLY1305_SHA256", "TLS_1_2,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_1_2,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_1_2,TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"})
    void talksWithEachCipher(TlsVersion version, String suite) throws IOException {
        serve(certificates.server(), "-rev");

        TlsStream client = client(trusting().versions(version).cipherSuites(suite));
        handshake(client, IoStatus.OK);
        ask(client, "hello\n", "olleh\n");

        assertThat(client.cipherSuite()).isEqualTo(suite);
    }

    @Test
    void talksToServersWithOtherKindsOfKeys() throws IOException {
        for (Certificates.Identity identity : List.of(certificates.rsaServer(), certificates.ed25519Server())) {
            serve(identity, "-rev");
            TlsStream client = client(trusting());
            handshake(client, IoStatus.OK);
            ask(client, "hello\n", "olleh\n");
            client.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsItsCertificateToAServerThatAsks(TlsVersion version) throws IOException {
        serve(certificates.server(), flag(version), "-Verify", "1", "-verify_return_error", "-CAfile",
                certificates.authority().toString());
        Certificates.Identity identity = certificates.client();

        TlsStream client = client(trusting().certificate(identity.certificate(), identity.key()));
        handshake(client, IoStatus.OK);
        await(() -> process.output().contains("CN = trader-7") || process.output().contains("CN=trader-7"));

        process.type("welcome\n");
        receive(client, "welcome\n");
    }

    @Test
    void saysThatAServerWantsACertificate() throws IOException {
        serve(certificates.server(), "-Verify", "1", "-verify_return_error", "-CAfile",
                certificates.authority().toString());

        TlsStream client = client(trusting());
        handshake(client, IoStatus.OK);
        client.asyncRead(in, 0, 1, onRead);
        awaitEvents(1);

        assertThat(events).containsExactly(new Read(IoStatus.FAILED, 0));
        assertThat(client.failure()).hasMessage(subject() + ": the peer ended it with the alert certificate_required: "
                + "it wants a certificate");
    }

    @Test
    void refusesServersThatAreNotWhoTheyShouldBe() throws IOException {
        refuses(certificates.wrongName(), Reason.HOST_MISMATCH,
                "its certificate is for wrong.example, other.example, not for localhost", "certificate unknown");
        refuses(certificates.expired(), Reason.CERTIFICATE_EXPIRED, "the certificate of CN=localhost expired at ",
                "certificate expired");
        refuses(certificates.selfSigned(), Reason.CERTIFICATE_UNTRUSTED,
                "the certificate of CN=localhost is self-signed, and not trusted here", "certificate unknown");
    }

    private void refuses(Certificates.Identity identity, Reason reason, String sentence, String alert)
            throws IOException {
        serve(identity, "-rev");
        TlsStream client = client(trusting());
        handshake(client, IoStatus.FAILED);
        assertThat(client.failure()).hasMessageStartingWith(subject() + ": " + sentence);
        assertThat(((TlsException) client.failure()).reason()).isEqualTo(reason);
        // The server is told why.
        await(() -> process.output().contains("alert " + alert));
        client.close();
    }

    @Test
    void saysThatAServerSpeaksNoCommonVersion() throws IOException {
        serve(certificates.server(), "-tls1_2");

        TlsStream client = client(trusting().versions(TlsVersion.TLS_1_3));
        handshake(client, IoStatus.FAILED);

        assertThat(client.failure()).hasMessageStartingWith(
                subject() + ": the peer ended it with the alert protocol_version: it speaks none of the versions");
    }

    @ParameterizedTest
    @EnumSource
    void takesUpAnEarlierSessionWithAServer(TlsVersion version) throws IOException {
        serve(certificates.server(), flag(version), "-rev");
        TlsContext context = TlsContext.create(trusting());
        TlsStream first = client(context);
        handshake(first, IoStatus.OK);
        ask(first, "one\n", "eno\n");
        assertThat(first.isResumed()).isFalse();
        shutdown(first);
        first.close();

        TlsStream second = client(context);
        handshake(second, IoStatus.OK);

        assertThat(second.isResumed()).isTrue();
        ask(second, "two\n", "owt\n");
    }

    /**
     * New keys in the middle of the stream, with and without being asked for ours. RFC 8446, 4.6.3.
     */
    @Test
    void changesKeysWhenTheServerDoes() throws IOException {
        serve(certificates.server(), "-tls1_3", "-msg");
        TlsStream client = client(trusting());
        handshake(client, IoStatus.OK);
        process.type("before\n");
        receive(client, "before\n");

        for (String command : List.of("K\n", "k\n", "K\n")) {
            command(command, ">>> TLS 1.3, Handshake [length 0005], KeyUpdate");
            process.type("after " + command);
            receive(client, "after " + command);
            send(client, "answer\n");
        }

        await(() -> count("answer\n") == 4);
    }

    @Test
    void refusesAServersRenegotiation() throws IOException {
        serve(certificates.server(), "-tls1_2");
        TlsStream client = client(trusting());
        handshake(client, IoStatus.OK);
        client.asyncRead(in, 0, 10, onRead);

        process.type("r\n");
        awaitEvents(1);

        assertThat(events).containsExactly(new Read(IoStatus.FAILED, 0));
        assertThat(client.failure()).hasMessage(subject() + ": the peer asked for a renegotiation, which is refused");
        assertThat(((TlsException) client.failure()).reason()).isEqualTo(Reason.RENEGOTIATION_REFUSED);
    }

    @ParameterizedTest
    @EnumSource
    void endsWhenTheServerSaysSo(TlsVersion version) throws IOException {
        serve(certificates.server(), flag(version), "-rev");
        TlsStream client = client(trusting());
        handshake(client, IoStatus.OK);
        client.asyncRead(in, 0, 10, onRead);

        client.asyncWriteAll(buffer("CLOSE\n"), 0, 6, onWrite);
        awaitEvents(2);

        assertThat(events).containsExactly(new Written(IoStatus.OK, 6), new Read(IoStatus.END_OF_STREAM, 0));
        events.clear();
        shutdown(client);
    }

    @ParameterizedTest
    @EnumSource
    void endsWhenTheClientSaysSo(TlsVersion version) throws IOException {
        TlsStream server = accept(serving(), flag(version));
        handshake(server, IoStatus.OK);
        process.type("bye\n");
        receive(server, "bye\n");
        server.asyncReadAll(in, 0, 10, onRead);

        process.type("Q\n");
        awaitEvents(1);

        assertThat(events).containsExactly(new Read(IoStatus.END_OF_STREAM, 0));
        events.clear();
        shutdown(server);
    }

    @ParameterizedTest
    @EnumSource
    void shutsDownWithAServer(TlsVersion version) throws IOException {
        serve(certificates.server(), flag(version));
        TlsStream client = client(trusting());
        handshake(client, IoStatus.OK);
        send(client, "data\n");

        shutdown(client);

        await(() -> process.output().contains("DONE"));
        assertThat(process.output()).contains("data\n");
    }

    @Test
    void doesNotTakeAKilledServerForAnEnd() throws IOException {
        serve(certificates.server(), "-tls1_3");
        TlsStream client = client(trusting());
        handshake(client, IoStatus.OK);
        process.type("half\n");
        receive(client, "half\n");
        client.asyncRead(in, 0, 10, onRead);

        process.kill();
        awaitEvents(1);

        assertThat(events).containsExactly(new Read(IoStatus.FAILED, 0));
        assertThat(client.failure()).hasMessage(subject() + ": the peer ended the connection without close_notify, "
                + "what it sent may be incomplete");
    }

    @ParameterizedTest
    @EnumSource
    void servesAClient(TlsVersion version) throws IOException {
        TlsStream server = accept(serving().applicationProtocols("http/1.1"), flag(version), "-alpn", "h2,http/1.1",
                "-verify_return_error", "-verify_hostname", "localhost");
        handshake(server, IoStatus.OK);

        process.type("to the server\n");
        receive(server, "to the server\n");
        send(server, "to the client\n");

        await(() -> process.output().contains("to the client\n"));
        await(() -> process.output().contains("Verify return code: 0 (ok)"));
        assertThat(process.output()).contains("ALPN protocol: http/1.1");
        assertThat(server.version()).isEqualTo(version);
        assertThat(server.applicationProtocol()).isEqualTo("http/1.1");
    }

    @ParameterizedTest
    @EnumSource
    void asksAClientForItsCertificate(TlsVersion version) throws IOException {
        Certificates.Identity identity = certificates.client();
        TlsStream server = accept(serving().clientAuthentication(ClientAuthentication.NEEDED), flag(version),
                "-cert", identity.certificate().toString(), "-key", identity.key().toString());
        handshake(server, IoStatus.OK);

        assertThat(server.peerCertificates().getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=trader-7");
    }

    @ParameterizedTest
    @EnumSource
    void refusesAClientWithAnUntrustedCertificate(TlsVersion version) throws IOException {
        Certificates.Identity identity = certificates.selfSigned();
        TlsStream server = accept(serving().clientAuthentication(ClientAuthentication.NEEDED), flag(version),
                "-cert", identity.certificate().toString(), "-key", identity.key().toString());
        handshake(server, IoStatus.FAILED);

        assertThat(server.failure()).hasMessageMatching("TLS with client 127.0.0.1:\\d+: the certificate of "
                + "CN=localhost is self-signed, and not trusted here");
        await(() -> process.output().contains("alert certificate unknown"));
    }

    @Test
    void refusesAClientsRenegotiation() throws IOException {
        TlsStream server = accept(serving(), "-tls1_2");
        handshake(server, IoStatus.OK);
        server.asyncRead(in, 0, 10, onRead);

        process.type("R\n");
        awaitEvents(1);

        assertThat(events).containsExactly(new Read(IoStatus.FAILED, 0));
        assertThat(((TlsException) server.failure()).reason()).isEqualTo(Reason.RENEGOTIATION_REFUSED);
    }

    @Test
    void changesKeysWhenTheClientDoes() throws IOException {
        TlsStream server = accept(serving(), "-tls1_3");
        handshake(server, IoStatus.OK);

        command("K\n", "KEYUPDATE");
        process.type("after\n");
        receive(server, "after\n");
        send(server, "answer\n");

        await(() -> process.output().contains("answer\n"));
    }

    @ParameterizedTest
    @EnumSource
    void takesUpAClientsEarlierSession(TlsVersion version) throws IOException {
        TlsContext context = TlsContext.create(serving());
        String session = certificates.file("session-" + version + ".pem").toString();
        TlsStream first = accept(context, flag(version), "-sess_out", session);
        handshake(first, IoStatus.OK);
        send(first, "first\n");
        await(() -> process.output().contains("first\n"));
        assertThat(first.isResumed()).isFalse();
        shutdown(first);
        first.close();

        TlsStream second = accept(context, flag(version), "-sess_in", session);
        handshake(second, IoStatus.OK);

        assertThat(second.isResumed()).isTrue();
        await(() -> process.output().contains("Reused, TLS"));
    }

    @Test
    void saysThatAClientSpeaksNoCommonVersion() throws IOException {
        TlsStream server = accept(serving().versions(TlsVersion.TLS_1_3), "-tls1_2");
        handshake(server, IoStatus.FAILED);

        assertThat(((TlsException) server.failure()).reason()).isEqualTo(Reason.NO_COMMON_VERSION);
        await(() -> process.output().contains("alert protocol version"));
    }

    @ParameterizedTest
    @EnumSource
    void receivesMuchFromAClient(TlsVersion version) throws Exception {
        int size = 5 * 1024 * 1024;
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = pattern(i);
        }
        TlsStream server = accept(serving(), flag(version), "-quiet");
        handshake(server, IoStatus.OK);
        UnsafeBuffer much = buffer(size);
        server.asyncReadAll(much, 0, size, onRead);
        Thread typist = new Thread(() -> process.type(bytes));
        typist.start();
        awaitEvents(1);
        typist.join();

        assertThat(events).containsExactly(new Read(IoStatus.OK, size));
        assertPattern(much, 0, size, 0);
    }

    private void serve(Certificates.Identity identity, String... arguments) {
        List<String> all = new ArrayList<>(List.of("s_server", "-accept", "127.0.0.1:0", "-cert",
                identity.certificate().toString(), "-key", identity.key().toString()));
        all.addAll(List.of(arguments));
        process = closing(OpenSslProcess.start(certificates.directory, all.toArray(new String[0])));
        await(() -> process.port() != 0);
    }

    private TlsStream client(TlsContext.Settings settings) throws IOException {
        return client(TlsContext.create(settings));
    }

    private TlsStream client(TlsContext context) {
        TcpStream tcp = TcpStream.open(reactor);
        IoStatus[] connected = new IoStatus[1];
        tcp.asyncConnect(new InetSocketAddress(loopback(), process.port()), 0, status -> connected[0] = status);
        await(() -> connected[0] != null);
        assertThat(connected[0]).isEqualTo(IoStatus.OK);
        return closing(TlsStream.client(tcp, context, "localhost", process.port()));
    }

    private TlsStream accept(TlsContext.Settings settings, String... arguments) throws IOException {
        return accept(TlsContext.create(settings), arguments);
    }

    private TlsStream accept(TlsContext context, String... arguments) throws IOException {
        try (TcpListener listener = TcpListener.open(reactor, new InetSocketAddress(loopback(), 0))) {
            TcpStream[] accepted = new TcpStream[1];
            listener.asyncAccept((status, stream) -> accepted[0] = stream);
            List<String> all = new ArrayList<>(List.of("s_client", "-connect",
                    "127.0.0.1:" + listener.localAddress().getPort(), "-CAfile", certificates.authority().toString(),
                    "-servername", "localhost"));
            all.addAll(List.of(arguments));
            process = closing(OpenSslProcess.start(certificates.directory, all.toArray(new String[0])));
            await(() -> accepted[0] != null);
            return closing(TlsStream.server(accepted[0], context));
        }
    }

    /**
     * Types a command and waits for what shows that it was done: the next one would be taken for data.
     */
    private void command(String command, String shown) {
        int before = count(shown);
        process.type(command);
        await(() -> count(shown) > before);
    }

    private int count(String shown) {
        return process.output().split(Pattern.quote(shown), -1).length;
    }

    private String subject() {
        return "TLS with localhost:" + process.port();
    }

    private void handshake(TlsStream stream, IoStatus expected) {
        stream.asyncHandshake(onHandshake("own"));
        awaitEvents(1);
        assertThat(events).as(() -> stream.failure() + "\n" + process.output())
                .containsExactly(new Shaken("own", expected));
        events.clear();
    }

    private void shutdown(TlsStream stream) {
        stream.asyncShutdown(onShutdown("own"));
        awaitEvents(1);
        assertThat(events).as(() -> stream.failure() + "\n" + process.output())
                .containsExactly(new ShutDown("own", IoStatus.OK));
        events.clear();
    }

    private void ask(TlsStream stream, String question, String answer) {
        send(stream, question);
        receive(stream, answer);
    }

    private void send(TlsStream stream, String text) {
        stream.asyncWriteAll(buffer(text), 0, text.length(), onWrite);
        awaitEvents(1);
        assertThat(events).containsExactly(new Written(IoStatus.OK, text.length()));
        events.clear();
    }

    private void receive(TlsStream stream, String text) {
        stream.asyncReadAll(in, 0, text.length(), onRead);
        awaitEvents(1);
        assertThat(events).as(() -> stream.failure() + "\n" + process.output())
                .containsExactly(new Read(IoStatus.OK, text.length()));
        events.clear();
        assertThat(text(in, 0, text.length())).isEqualTo(text);
    }

    private static String flag(TlsVersion version) {
        return version == TlsVersion.TLS_1_2 ? "-tls1_2" : "-tls1_3";
    }
}
