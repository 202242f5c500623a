package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.TcpStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;

/**
 * What a context is made of, and what is wrong with it is said when it is made.
 */
final class TlsContextTest extends TlsTest {
    @Test
    void trustsAKeyStore() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", PemFile.read(certificates.authority()).certificates().getFirst());

        Pair pair = shaken(pair(new TlsContext.Settings().trustStore(store), serving()));

        assertThat(pair.client().isReady()).isTrue();
    }

    @Test
    void takesAContextOfTheJdk() throws Exception {
        Certificates.Identity identity = certificates.server();
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = Credentials.keyManagers(identity.certificate(), identity.key());
        TrustManager[] trust = Credentials.trustManagers(certificates.authority(), null);
        context.init(keys, trust, null);

        Pair pair = shaken(pair(new TlsContext.Settings().sslContext(context),
                new TlsContext.Settings().sslContext(context)));

        assertThat(pair.server().isReady()).isTrue();
    }

    @Test
    void readsAndWritesWhereNativeAccessIsDeniedToo() throws IOException {
        TcpStream[] transports = tcp();
        Pair pair = shaken(new Pair(
                closing(new TlsStream(transports[0], engine(true), "client", 0, 0)),
                closing(new TlsStream(transports[1], engine(false), "server", 0, 0))));
        var sent = buffer(100_000);
        fill(sent, 0, 100_000, 0);
        var received = buffer(100_000);

        pair.client().asyncWriteAll(sent, 0, 100_000, onWrite);
        pair.server().asyncReadAll(received, 0, 100_000, onRead);
        awaitEvents(2);

        assertPattern(received, 0, 100_000, 0);
    }

    private TlsEngine engine(boolean client) throws IOException {
        TlsContext context = TlsContext.create(client ? trusting() : serving());
        return context.engine(client ? "localhost" : null, 443, "copying", false);
    }

    @Test
    void refusesAKeyThatDoesNotBelongToItsCertificate() {
        for (Certificates.Identity other : new Certificates.Identity[] {certificates.client(),
            certificates.rsaServer(), certificates.ed25519Server()}) {
            Path certificate = certificates.server().certificate();
            assertThatThrownBy(() -> TlsContext.create(trusting().certificate(certificate, other.key())))
                    .isInstanceOf(IOException.class).hasMessage(
                            other.key() + ": not the private key of the first certificate in " + certificate);
        }
    }

    @Test
    void refusesSettingsThatExcludeEachOther() throws Exception {
        SSLContext context = SSLContext.getDefault();
        assertThatThrownBy(() -> TlsContext.create(trusting().sslContext(context)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("brings its own trust");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        assertThatThrownBy(() -> TlsContext.create(trusting().trustStore(store)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("either a file or a store");
        assertThatThrownBy(() -> TlsContext.create(new TlsContext.Settings().trustStore(store)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the key store has no certificate to trust in it");
    }

    @Test
    void refusesWhatTheJdkDoesNotHave() {
        assertThatThrownBy(() -> TlsContext.create(trusting().cipherSuites("TLS_ROT13")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("TLS_ROT13")
                .hasMessageContaining("TLS_AES_128_GCM_SHA256");
        assertThatThrownBy(() -> new TlsContext.Settings().applicationProtocols(""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TlsContext.Settings().handshakeTimeoutNs(-1))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("negative time-out: -1 ns");
    }

    @Test
    void refusesAServerWithoutACertificateAndAClientWithoutAHost() throws IOException {
        TlsContext context = TlsContext.create(trusting());
        TcpStream transport = closing(tcp()[0]);
        assertThatThrownBy(() -> TlsStream.server(transport, context))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a server needs a certificate");
        assertThatThrownBy(() -> TlsStream.client(transport, context, "", 443))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("not a host and a port: \"\", 443");
        assertThatThrownBy(() -> TlsStream.client(transport, context, "localhost", 65_536))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isNotChangedByItsSettings() throws IOException {
        TlsContext.Settings settings = trusting().applicationProtocols("one");
        TlsContext context = TlsContext.create(settings);
        settings.applicationProtocols("two");
        TcpStream[] transports = tcp();

        Pair pair = shaken(pair(transports, context, TlsContext.create(serving().applicationProtocols("two", "one"))));

        assertThat(pair.client().applicationProtocol()).isEqualTo("one");
    }
}
