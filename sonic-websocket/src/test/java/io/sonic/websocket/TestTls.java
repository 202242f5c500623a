package io.sonic.websocket;

import io.sonic.tls.TlsContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for localhost and 127.0.0.1, made by the JDK's {@code keytool} once for all tests, and who trusts it.
 */
final class TestTls {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static KeyStore store;

    private TestTls() {
    }

    static TlsContext server(String... protocols) throws IOException {
        return TlsContext.create(settings(true).applicationProtocols(protocols));
    }

    /**
     * Trusts the server.
     */
    static TlsContext client(String... protocols) throws IOException {
        return TlsContext.create(settings(false).applicationProtocols(protocols));
    }

    static TlsContext.Settings settings(boolean server) throws IOException {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store(), PASSWORD);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("localhost", store().getCertificate("localhost"));
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(server ? keys.getKeyManagers() : null, server ? null : trust.getTrustManagers(), null);
            return new TlsContext.Settings().sslContext(context);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    static String certificatePem() throws IOException {
        try {
            return pem("CERTIFICATE", store().getCertificate("localhost").getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    static String keyPem() throws IOException {
        try {
            return pem("PRIVATE KEY", store().getKey("localhost", PASSWORD).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String pem(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
            + "\n-----END " + type + "-----\n";
    }

    private static synchronized KeyStore store() throws IOException, GeneralSecurityException {
        if (store == null) {
            Path directory = Files.createTempDirectory("sonic-websocket-tls");
            Path file = directory.resolve("localhost.p12");
            try {
                keytool(file);
                KeyStore made = KeyStore.getInstance("PKCS12");
                try (InputStream in = Files.newInputStream(file)) {
                    made.load(in, PASSWORD);
                }
                store = made;
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        }
        return store;
    }

    private static void keytool(Path file) throws IOException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair", "-alias", "localhost", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost",
            "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "30", "-storetype", "PKCS12",
            "-keystore", file.toString(), "-storepass", new String(PASSWORD)).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IOException("keytool: " + output);
            }
        } catch (InterruptedException e) {
            process.destroy();
            throw new IOException(e);
        }
    }
}
