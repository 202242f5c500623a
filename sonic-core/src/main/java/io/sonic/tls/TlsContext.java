package io.sonic.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * What streams of TLS have in common: whom they trust, who they are, what they speak. It keeps the sessions too, so
 * streams that are to take up earlier sessions are made with the same one.
 *
 * <p><b>Threading</b>: immutable; any thread, any number of reactors.
 *
 * {@snippet :
 * TlsContext context = TlsContext.create(new TlsContext.Settings()
 *         .trustFile(Path.of("ca.pem"))
 *         .applicationProtocols("http/1.1"));
 * TlsStream stream = TlsStream.client(tcpStream, context, "example.com", 443);
 * }
 */
public final class TlsContext {
    // RFC 3986, 3.2.2: what is only digits and dots is no name.
    private static final Pattern IPV4_ADDRESS = Pattern.compile("[0-9]+(\\.[0-9]+){3}");

    private final SSLContext context;
    private final Settings settings;
    private final String[] versions;
    private final boolean inPlace = ByteBufferWindow.isAllowed();

    private TlsContext(SSLContext context, Settings settings) {
        this.context = context;
        this.settings = settings;
        this.versions = settings.versions.stream().map(version -> version.standardName).toArray(String[]::new);
    }

    /**
     * Creates a context with the defaults: for clients, trusting the authorities that the JDK trusts.
     *
     * @return a new context.
     * @throws IOException when the JDK's trust store cannot be read.
     */
    public static TlsContext create() throws IOException {
        return create(new Settings());
    }

    /**
     * Creates a context. Reads the files; takes a moment, so it is not for the hot path.
     *
     * @param settings copied.
     * @return a new context.
     * @throws IOException              when a file cannot be read, or does not have in it what it should, or a key does
     *                                  not belong to its certificate; the message names the file.
     * @throws IllegalArgumentException when settings exclude each other, or the JDK does not have what they name.
     */
    public static TlsContext create(Settings settings) throws IOException {
        Settings copy = new Settings(settings);
        try {
            TlsContext created = new TlsContext(copy.sslContext(), copy);
            // What the JDK does not support is said now and not in the first handshake.
            created.configure(created.context.createSSLEngine(), true, null);
            return created;
        } catch (GeneralSecurityException e) {
            throw new IOException("the JDK cannot make a TLS context: " + e.getMessage(), e);
        }
    }

    long handshakeTimeoutNs() {
        return settings.handshakeTimeoutNs;
    }

    long shutdownTimeoutNs() {
        return settings.shutdownTimeoutNs;
    }

    TlsEngine clientEngine(String host, int port, String subject) {
        return engine(hostOf(host), port, subject, inPlace);
    }

    TlsEngine serverEngine(String subject) {
        if (settings.given == null && settings.certificateFile == null) {
            throw new IllegalArgumentException("a server needs a certificate: see TlsContext.Settings.certificate");
        }
        return engine(null, 0, subject, inPlace);
    }

    /**
     * Makes an engine.
     *
     * @param host null for a server's.
     */
    TlsEngine engine(String host, int port, String subject, boolean withoutCopies) {
        SSLEngine engine = host == null ? context.createSSLEngine() : context.createSSLEngine(host, port);
        return new JdkTlsEngine(configure(engine, host != null, host), subject, withoutCopies);
    }

    private SSLEngine configure(SSLEngine engine, boolean client, String host) {
        engine.setUseClientMode(client);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(versions);
        if (settings.cipherSuites.length > 0) {
            try {
                parameters.setCipherSuites(settings.cipherSuites);
                engine.setEnabledCipherSuites(settings.cipherSuites);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("cipher suites " + Arrays.toString(settings.cipherSuites) + ": "
                        + e.getMessage() + "; this JDK has " + Arrays.toString(engine.getSupportedCipherSuites()), e);
            }
        }
        parameters.setApplicationProtocols(settings.applicationProtocols);
        if (client) {
            parameters.setEndpointIdentificationAlgorithm(settings.hostVerification ? "HTTPS" : null);
            parameters.setServerNames(settings.serverNameIndication ? serverNames(host) : List.of());
        } else {
            switch (settings.clientAuthentication) {
                case NONE -> parameters.setNeedClientAuth(false);
                case WANTED -> parameters.setWantClientAuth(true);
                case NEEDED -> parameters.setNeedClientAuth(true);
            }
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /**
     * The host without what is only a matter of writing: the dot of the root, the brackets of IPv6.
     */
    private static String hostOf(String host) {
        if (host.startsWith("[") && host.endsWith("]")) {
            return host.substring(1, host.length() - 1);
        }
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static List<SNIServerName> serverNames(String host) {
        // RFC 6066, 3: literal addresses are not permitted.
        if (host == null || host.indexOf(':') >= 0 || IPV4_ADDRESS.matcher(host).matches()) {
            return List.of();
        }
        try {
            return List.of(new SNIHostName(host));
        } catch (IllegalArgumentException e) {
            // Not a host name by the rules, "_" for instance; names like that exist, and the peer may know it.
            return List.of(new SNIHostName(host.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /**
     * How a context is made.
     */
    public static final class Settings {
        private static final long DEFAULT_TIMEOUT_NS = 5_000_000_000L;

        private SSLContext given;
        private Path trustFile;
        private KeyStore trustStore;
        private Path certificateFile;
        private Path keyFile;
        private boolean hostVerification = true;
        private boolean serverNameIndication = true;
        private String[] applicationProtocols = {};
        private List<TlsVersion> versions = List.of(TlsVersion.TLS_1_3, TlsVersion.TLS_1_2);
        private String[] cipherSuites = {};
        private ClientAuthentication clientAuthentication = ClientAuthentication.NONE;
        private long handshakeTimeoutNs = DEFAULT_TIMEOUT_NS;
        private long shutdownTimeoutNs = DEFAULT_TIMEOUT_NS;

        /**
         * Creates settings with the defaults.
         */
        public Settings() {
        }

        private Settings(Settings source) {
            given = source.given;
            trustFile = source.trustFile;
            trustStore = source.trustStore;
            certificateFile = source.certificateFile;
            keyFile = source.keyFile;
            hostVerification = source.hostVerification;
            serverNameIndication = source.serverNameIndication;
            applicationProtocols = source.applicationProtocols;
            versions = source.versions;
            cipherSuites = source.cipherSuites;
            clientAuthentication = source.clientAuthentication;
            handshakeTimeoutNs = source.handshakeTimeoutNs;
            shutdownTimeoutNs = source.shutdownTimeoutNs;
        }

        /**
         * Trusts the authorities in a file, and no others.
         *
         * @param pemFile certificates in PEM form; by default the JDK's trust store is used.
         * @return this.
         */
        public Settings trustFile(Path pemFile) {
            this.trustFile = Objects.requireNonNull(pemFile, "pemFile");
            return this;
        }

        /**
         * Trusts the authorities in a key store, and no others.
         *
         * @param keyStore with certificates; by default the JDK's trust store is used.
         * @return this.
         */
        public Settings trustStore(KeyStore keyStore) {
            this.trustStore = Objects.requireNonNull(keyStore, "keyStore");
            return this;
        }

        /**
         * Sets who this side is. A server needs it; a client does where the server asks for it.
         *
         * @param certificatePemFile the certificate of this side, and after it those that lead to its authority.
         * @param keyPemFile         its private key, not encrypted: {@code PRIVATE KEY} (PKCS #8),
         *                           {@code RSA PRIVATE KEY} (PKCS #1) or {@code EC PRIVATE KEY} (SEC 1). May be the
         *                           same file.
         * @return this.
         */
        public Settings certificate(Path certificatePemFile, Path keyPemFile) {
            this.certificateFile = Objects.requireNonNull(certificatePemFile, "certificatePemFile");
            this.keyFile = Objects.requireNonNull(keyPemFile, "keyPemFile");
            return this;
        }

        /**
         * Takes trust and identity from a context of the JDK, in place of the other ways.
         *
         * @param sslContext initialised; it also keeps the sessions.
         * @return this.
         */
        public Settings sslContext(SSLContext sslContext) {
            this.given = Objects.requireNonNull(sslContext, "sslContext");
            return this;
        }

        /**
         * Sets whether a client verifies that the server's certificate is for the host that it meant to connect to
         * (RFC 2818, 3.1): it is among the certificate's alternative names or, where none of them is for a host, its
         * common name. Without that, anybody with any trusted certificate can be in between.
         *
         * @param hostVerification by default true.
         * @return this.
         */
        public Settings hostVerification(boolean hostVerification) {
            this.hostVerification = hostVerification;
            return this;
        }

        /**
         * Sets whether a client tells the server which host it means (SNI, RFC 6066, 3).
         *
         * @param serverNameIndication by default true; never done for a literal address.
         * @return this.
         */
        public Settings serverNameIndication(boolean serverNameIndication) {
            this.serverNameIndication = serverNameIndication;
            return this;
        }

        /**
         * Sets the application protocols that are offered or accepted, the preferred one first (ALPN, RFC 7301).
         *
         * @param protocols names like {@code http/1.1}; by default none.
         * @return this.
         * @throws IllegalArgumentException when a name is empty or longer than 255 bytes.
         */
        public Settings applicationProtocols(String... protocols) {
            for (String protocol : protocols) {
                int length = protocol.getBytes(StandardCharsets.ISO_8859_1).length;
                if (length < 1 || length > 255) {
                    throw new IllegalArgumentException(
                            "the name of an application protocol has 1 to 255 bytes: \"" + protocol + "\"");
                }
            }
            this.applicationProtocols = protocols.clone();
            return this;
        }

        /**
         * Sets the versions that are spoken.
         *
         * @param first  by default TLS 1.3 and TLS 1.2.
         * @param others further ones.
         * @return this.
         */
        public Settings versions(TlsVersion first, TlsVersion... others) {
            List<TlsVersion> list = new ArrayList<>();
            list.add(Objects.requireNonNull(first, "first"));
            list.addAll(Arrays.asList(others));
            this.versions = List.copyOf(list);
            return this;
        }

        /**
         * Sets the cipher suites that are spoken, the preferred one first.
         *
         * @param names standard names like {@code TLS_AES_128_GCM_SHA256}; none leaves it to the JDK, the default.
         * @return this.
         */
        public Settings cipherSuites(String... names) {
            this.cipherSuites = names.clone();
            return this;
        }

        /**
         * Sets whether a server asks its clients for a certificate. They are verified against what is trusted.
         *
         * @param clientAuthentication by default {@link ClientAuthentication#NONE}.
         * @return this.
         */
        public Settings clientAuthentication(ClientAuthentication clientAuthentication) {
            this.clientAuthentication = Objects.requireNonNull(clientAuthentication, "clientAuthentication");
            return this;
        }

        /**
         * Limits the time of a handshake; it then ends with {@link io.sonic.IoStatus#TIMED_OUT}.
         *
         * @param timeoutNs nanoseconds, by default 5 seconds; 0 is without limit.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Settings handshakeTimeoutNs(long timeoutNs) {
            this.handshakeTimeoutNs = checkTimeout(timeoutNs);
            return this;
        }

        /**
         * Limits the time that a shutdown waits for the peer; it then ends with {@link io.sonic.IoStatus#TIMED_OUT}.
         *
         * @param timeoutNs nanoseconds, by default 5 seconds; 0 is without limit.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Settings shutdownTimeoutNs(long timeoutNs) {
            this.shutdownTimeoutNs = checkTimeout(timeoutNs);
            return this;
        }

        private static long checkTimeout(long timeoutNs) {
            if (timeoutNs < 0) {
                throw new IllegalArgumentException("negative time-out: " + timeoutNs + " ns");
            }
            return timeoutNs;
        }

        private SSLContext sslContext() throws IOException, GeneralSecurityException {
            if (given != null) {
                if (trustFile != null || trustStore != null || certificateFile != null) {
                    throw new IllegalArgumentException(
                            "an SSLContext brings its own trust and identity: give either it, or files and stores");
                }
                return given;
            }
            if (trustFile != null && trustStore != null) {
                throw new IllegalArgumentException("trust is either a file or a store, not both");
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(certificateFile == null ? null : Credentials.keyManagers(certificateFile, keyFile),
                    Credentials.trustManagers(trustFile, trustStore), null);
            return context;
        }
    }
}
