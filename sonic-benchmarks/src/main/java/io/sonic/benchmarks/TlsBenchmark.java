package io.sonic.benchmarks;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import io.sonic.tls.TlsContext;
import io.sonic.tls.TlsStream;
import io.sonic.tls.TlsVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to send a message from one end of a connection to the other, both in one reactor: one record encrypted
 * and decrypted, beside the same over TCP alone. {@code -prof gc} shows the garbage, all of it the JDK's engine's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {
    "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"})
public class TlsBenchmark {
    private static final char[] PASSWORD = "secret".toCharArray();

    /** What the streams are. */
    @Param({"TCP", "TLS_1_2", "TLS_1_3"})
    public String protocol;

    /** Bytes of a message. */
    @Param({"200", "16000"})
    public int length;

    private final ReadHandler onRead = this::onRead;
    private final WriteHandler onWritten = (status, written) -> { };
    private Reactor reactor;
    private Stream sender;
    private Stream receiver;
    private UnsafeBuffer out;
    private UnsafeBuffer in;
    private int received;
    private int ready;

    @Setup
    public void open() throws IOException, GeneralSecurityException, InterruptedException {
        out = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        in = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        reactor = Reactor.open();
        connect();
        if (!protocol.equals("TCP")) {
            encrypt();
        }
    }

    @TearDown
    public void close() {
        sender.close();
        receiver.close();
        reactor.close();
    }

    @Benchmark
    public int message() {
        received = 0;
        receiver.asyncRead(in, 0, length, onRead);
        sender.asyncWriteAll(out, 0, length, onWritten);
        while (received < length) {
            reactor.poll();
        }
        return received;
    }

    private void onRead(IoStatus status, int bytes) {
        if (status != IoStatus.OK) {
            throw new IllegalStateException(status.toString(), receiver.failure());
        }
        received += bytes;
        if (received < length) {
            receiver.asyncRead(in, received, length - received, onRead);
        }
    }

    private void connect() throws IOException {
        try (TcpListener listener = TcpListener.open(
                reactor, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            TcpStream client = TcpStream.open(reactor);
            sender = client;
            listener.asyncAccept((status, stream) -> {
                receiver = stream;
                ready++;
            });
            client.asyncConnect(listener.localAddress(), 0, status -> ready++);
            awaitBoth();
        }
    }

    private void encrypt() throws IOException, GeneralSecurityException, InterruptedException {
        TlsContext context = TlsContext.create(new TlsContext.Settings()
                .sslContext(sslContext()).versions(TlsVersion.valueOf(protocol)));
        TlsStream client = TlsStream.client(sender, context, "localhost", 443);
        TlsStream server = TlsStream.server(receiver, context);
        sender = client;
        receiver = server;
        client.asyncHandshake(status -> ready++);
        server.asyncHandshake(status -> ready++);
        awaitBoth();
        if (!client.isReady() || !server.isReady()) {
            throw new IllegalStateException("no handshake", client.failure());
        }
    }

    private void awaitBoth() {
        while (ready < 2) {
            reactor.poll();
        }
        ready = 0;
    }

    /**
     * Makes a certificate with the JDK's own tool, and a context that shows and trusts it.
     */
    private static SSLContext sslContext() throws IOException, GeneralSecurityException, InterruptedException {
        Path directory = Files.createTempDirectory("sonic-tls");
        Path file = directory.resolve("store.p12");
        try {
            Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair", "-alias", "own", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
                    "san=dns:localhost", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass",
                    new String(PASSWORD)).inheritIO().start();
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool made no certificate");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream stream = Files.newInputStream(file)) {
                store.load(stream, PASSWORD);
            }
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry("own", store.getCertificate("own"));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD);
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(trust);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
            return context;
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
    }
}
