package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.TcpStream;
import io.sonic.tls.TlsException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A handshake that fails says why, in one sentence that names the peer, on both sides.
 */
final class TlsFailureTest extends TlsTest {
    @ParameterizedTest
    @EnumSource
    void refusesACertificateOfAnotherHost(TlsVersion version) throws IOException {
        Pair pair = failing(trusting().versions(version), serving(certificates.wrongName()));

        assertFailure(pair.client(), Reason.HOST_MISMATCH, "TLS with localhost:443: its certificate is for "
                + "wrong.example, other.example, not for localhost");
        assertFailure(pair.server(), Reason.ALERT_RECEIVED, "the peer ended it with the alert certificate_unknown: "
                + "it does not accept this side's certificate");
    }

    @ParameterizedTest
    @EnumSource
    void refusesAnExpiredCertificate(TlsVersion version) throws IOException {
        Pair pair = failing(trusting().versions(version), serving(certificates.expired()));

        assertFailure(pair.client(), Reason.CERTIFICATE_EXPIRED,
                "TLS with localhost:443: the certificate of CN=localhost expired at 20");
        assertFailure(pair.server(), Reason.ALERT_RECEIVED,
                "the alert certificate_expired: this side's certificate has expired");
    }

    @Test
    void refusesASelfSignedCertificate() throws IOException {
        Pair pair = failing(trusting(), serving(certificates.selfSigned()));

        assertFailure(pair.client(), Reason.CERTIFICATE_UNTRUSTED,
                "TLS with localhost:443: the certificate of CN=localhost is self-signed, and not trusted here");
    }

    @Test
    void refusesAnAuthorityThatIsNotTrusted() throws IOException {
        Pair pair = failing(new TlsContext.Settings().trustFile(certificates.otherAuthority()), serving());

        assertFailure(pair.client(), Reason.CERTIFICATE_UNTRUSTED, "TLS with localhost:443: the certificate of "
                + "CN=localhost is from an authority that is not trusted here, CN=Sonic Test Authority");
    }

    @Test
    void refusesWithTheJdksTrustStoreWhatTheJdkDoesNotTrust() throws IOException {
        Pair pair = failing(new TlsContext.Settings(), serving());

        assertFailure(pair.client(), Reason.CERTIFICATE_UNTRUSTED, "is from an authority that is not trusted here");
    }

    @Test
    void refusesWithAContextOfTheJdkToo() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);

        Pair pair = failing(new TlsContext.Settings().sslContext(context), serving());

        assertFailure(pair.client(), Reason.CERTIFICATE_UNTRUSTED,
                "TLS with localhost:443: its certificate is not accepted: PKIX path building failed");
    }

    @Test
    void refusesAClientWithoutTheCertificateThatIsNeeded() throws IOException {
        Pair pair = failing(trusting().versions(TlsVersion.TLS_1_2),
                serving().clientAuthentication(ClientAuthentication.NEEDED));

        assertFailure(pair.server(), Reason.CERTIFICATE_MISSING, ": the client sent no certificate, and one is needed");
        assertFailure(pair.client(), Reason.ALERT_RECEIVED, "the peer ended it with the alert ");
    }

    /**
     * In TLS 1.3 the client is done before the server has seen its certificate: it learns it when it reads.
     */
    @Test
    void tellsAClientThatReadsThatItsCertificateIsMissing() throws IOException {
        Pair pair = pair(trusting(), serving().clientAuthentication(ClientAuthentication.NEEDED));
        pair.server().asyncHandshake(onHandshake("server"));
        pair.client().asyncHandshake(status -> {
            events.add(new Shaken("client", status));
            pair.client().asyncRead(buffer(1), 0, 1, onRead);
        });
        awaitEvents(3);

        assertThat(events).containsExactlyInAnyOrder(new Shaken("client", IoStatus.OK),
                new Shaken("server", IoStatus.FAILED), new Read(IoStatus.FAILED, 0));
        assertFailure(pair.server(), Reason.CERTIFICATE_MISSING, "TLS with client 127.0.0.1:");
        assertFailure(pair.client(), Reason.ALERT_RECEIVED, "the peer ended it with the alert");
    }

    @Test
    void refusesAClientWhoseCertificateIsNotTrusted() throws IOException {
        Certificates.Identity stranger = certificates.selfSigned();
        Pair pair = failing(trusting().versions(TlsVersion.TLS_1_2)
                        .certificate(stranger.certificate(), stranger.key()),
                serving().clientAuthentication(ClientAuthentication.NEEDED));

        // The client does not even send it: the server names the authorities that it trusts.
        assertFailure(pair.server(), Reason.CERTIFICATE_MISSING, "TLS with client 127.0.0.1:");
    }

    @Test
    void saysThatThereIsNoCommonVersion() throws IOException {
        Pair pair = failing(trusting().versions(TlsVersion.TLS_1_2), serving().versions(TlsVersion.TLS_1_3));

        assertFailure(pair.server(), Reason.NO_COMMON_VERSION, ": the two sides have no version in common: ");
        assertFailure(pair.client(), Reason.ALERT_RECEIVED, "TLS with localhost:443: the peer ended it with the alert "
                + "protocol_version: it speaks none of the versions that this side offers");
    }

    @Test
    void saysThatThereIsNoCommonCipherSuite() throws IOException {
        Pair pair = failing(trusting().cipherSuites("TLS_AES_128_GCM_SHA256").versions(TlsVersion.TLS_1_3),
                serving().cipherSuites("TLS_AES_256_GCM_SHA384"));

        assertFailure(pair.server(), Reason.NO_COMMON_CIPHER_SUITE,
                ": the two sides have no cipher suite in common");
        assertFailure(pair.client(), Reason.ALERT_RECEIVED, "the alert handshake_failure: it finds nothing in common "
                + "with what this side offers, or wants a certificate");
    }

    @Test
    void saysThatThereIsNoCommonApplicationProtocol() throws IOException {
        Pair pair = failing(trusting().applicationProtocols("h2"), serving().applicationProtocols("http/1.1"));

        assertFailure(pair.server(), Reason.NO_COMMON_APPLICATION_PROTOCOL,
                ": the two sides have no application protocol in common");
        assertFailure(pair.client(), Reason.ALERT_RECEIVED,
                "the alert no_application_protocol: it speaks none of the application protocols");
    }

    @Test
    void saysThatTheSettingsDoNotGoTogether() throws IOException {
        TcpStream[] transports = tcp();
        closing(transports[1]);
        TlsStream client = closing(TlsStream.client(transports[0], TlsContext.create(trusting()
                .versions(TlsVersion.TLS_1_2).cipherSuites("TLS_AES_128_GCM_SHA256")), "localhost", 443));

        client.asyncHandshake(onHandshake("client"));
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.FAILED));
        assertFailure(client, Reason.PROTOCOL_ERROR, "TLS with localhost:443: No appropriate protocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "220 mail.example ESMTP\r\n"})
    void saysThatTheServerDoesNotSpeakTls(String answer) throws IOException {
        TcpStream[] transports = tcp();
        TlsStream client = closing(TlsStream.client(transports[0], TlsContext.create(trusting()), "localhost", 80));
        client.asyncHandshake(onHandshake("client"));
        byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);

        closing(transports[1]).asyncWriteAll(buffer(answer), 0, bytes.length, (status, length) -> { });
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.FAILED));
        assertFailure(client, Reason.NOT_TLS, "TLS with localhost:80: the peer does not speak TLS, it sent \""
                + answer.lines().findFirst().orElseThrow() + "\"");
    }

    @Test
    void saysThatTheClientDoesNotSpeakTls() throws IOException {
        TcpStream[] transports = tcp();
        TlsStream server = closing(TlsStream.server(transports[1], TlsContext.create(serving())));
        server.asyncHandshake(onHandshake("server"));

        closing(transports[0]).asyncWriteAll(buffer("\u0001\u0002\u0003"), 0, 3, (status, length) -> { });
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("server", IoStatus.FAILED));
        assertFailure(server, Reason.NOT_TLS, ": the peer does not speak TLS, it sent the bytes 01 02 03");
    }

    @Test
    void saysThatTheClientSpeaksHttpAndTellsItByAnAlert() throws IOException {
        TcpStream[] transports = tcp();
        TlsStream server = closing(TlsStream.server(transports[1], TlsContext.create(serving())));
        server.asyncHandshake(onHandshake("server"));
        String request = "GET / HTTP/1.1\r\n\r\n";
        UnsafeBuffer answer = buffer(7);

        closing(transports[0]).asyncWriteAll(buffer(request), 0, request.length(), (status, length) -> { });
        transports[0].asyncReadAll(answer, 0, 7, onRead);
        awaitEvents(2);

        assertThat(events).containsExactlyInAnyOrder(new Shaken("server", IoStatus.FAILED), new Read(IoStatus.OK, 7));
        assertFailure(server, Reason.NOT_TLS, ": the peer does not speak TLS, it sent \"GET / HTTP/1.1\"");
        // RFC 8446, 6: an alert, of two bytes, fatal.
        assertThat(answer.getByte(0)).isEqualTo((byte) 21);
        assertThat(answer.getByte(5)).isEqualTo((byte) 2);
    }

    @Test
    void saysThatThePeerEndedTheConnectionInTheHandshake() throws IOException {
        TcpStream[] transports = tcp();
        TlsStream client = closing(TlsStream.client(transports[0], TlsContext.create(trusting()), "localhost", 80));
        client.asyncHandshake(onHandshake("client"));

        closing(transports[1]).shutdownOutput();
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.FAILED));
        assertFailure(client, Reason.TRUNCATED,
                "TLS with localhost:80: the peer ended the connection in the handshake");
    }

    @Test
    void timesOutWithASilentPeer() throws IOException {
        TcpStream[] transports = tcp();
        closing(transports[1]);
        TlsStream client = closing(TlsStream.client(transports[0], TlsContext.create(
                trusting().handshakeTimeoutNs(TimeUnit.MILLISECONDS.toNanos(20))), "localhost", 443));

        client.asyncHandshake(onHandshake("client"));
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.TIMED_OUT));
        assertFailure(client, Reason.TIMED_OUT, "TLS with localhost:443: the handshake timed out after 20 ms");
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void failsAgainWhenAHandshakeThatFailedIsTriedAgain() throws IOException {
        Pair pair = failing(trusting(), serving(certificates.wrongName()));
        events.clear();

        pair.client().asyncHandshake(onHandshake("client"));

        assertThat(events).containsExactly(new Shaken("client", IoStatus.FAILED));
        assertThat(reactor.pending()).isZero();
    }

    private Pair failing(TlsContext.Settings client, TlsContext.Settings server) throws IOException {
        Pair pair = pair(client, server);
        pair.server().asyncHandshake(onHandshake("server"));
        pair.client().asyncHandshake(onHandshake("client"));
        awaitEvents(2);
        turn(3);
        assertThat(events).containsExactlyInAnyOrder(new Shaken("server", IoStatus.FAILED),
                new Shaken("client", IoStatus.FAILED));
        return pair;
    }

    private static void assertFailure(TlsStream stream, Reason reason, String sentence) {
        assertThat(stream.failure()).isInstanceOf(TlsException.class).hasMessageContaining(sentence);
        assertThat(((TlsException) stream.failure()).reason()).isEqualTo(reason);
        assertThat(stream.failure().getMessage()).doesNotContain("\n").startsWith("TLS with ");
        assertThat(stream.errno()).isZero();
    }
}
