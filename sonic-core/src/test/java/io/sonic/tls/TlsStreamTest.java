package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.ArrayFifo;
import io.sonic.CodecStream;
import io.sonic.IoStatus;
import io.sonic.IoVector;
import io.sonic.LengthPrefixCodec;
import io.sonic.Reactor;
import io.sonic.Stream;
import io.sonic.UnixListener;
import io.sonic.UnixStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both sides against each other, over TCP, in one reactor.
 */
final class TlsStreamTest extends TlsTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void carriesBytesBothWays(TlsVersion version) throws IOException {
        Pair pair = connected(version);
        UnsafeBuffer read = buffer(64);

        pair.client().asyncWriteAll(buffer("ping"), 0, 4, onWrite);
        pair.server().asyncReadAll(read, 0, 4, onRead);
        awaitEvents(2);
        pair.server().asyncWriteAll(buffer("pong!"), 0, 5, onWrite);
        pair.client().asyncReadAll(read, 4, 5, onRead);
        awaitEvents(4);

        assertThat(events).containsExactly(new Written(IoStatus.OK, 4), new Read(IoStatus.OK, 4),
                new Written(IoStatus.OK, 5), new Read(IoStatus.OK, 5));
        assertThat(text(read, 0, 9)).isEqualTo("pingpong!");
        assertThat(pair.client().version()).isEqualTo(version);
        assertThat(pair.server().version()).isEqualTo(version);
        assertThat(pair.client().cipherSuite()).isEqualTo(pair.server().cipherSuite()).contains("AES");
    }

    @Test
    void knowsTheServersCertificate() throws IOException {
        Pair pair = connected();

        X509Certificate certificate = pair.client().peerCertificates().getFirst();

        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=localhost");
        assertThat(pair.server().peerCertificates()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void knowsTheClientsCertificate(TlsVersion version) throws IOException {
        Certificates.Identity client = certificates.client();
        Pair pair = shaken(pair(trusting().versions(version).certificate(client.certificate(), client.key()),
                serving().clientAuthentication(ClientAuthentication.NEEDED)));

        assertThat(pair.server().peerCertificates().getFirst().getSubjectX500Principal().getName())
                .isEqualTo("CN=trader-7");
    }

    @Test
    void goesOnWithoutAClientsCertificateWhereItIsOnlyWanted() throws IOException {
        Pair pair = shaken(pair(trusting(), serving().clientAuthentication(ClientAuthentication.WANTED)));

        assertThat(pair.server().peerCertificates()).isEmpty();
    }

    @Test
    void agreesOnAnApplicationProtocolByTheServersPreference() throws IOException {
        Pair pair = shaken(pair(trusting().applicationProtocols("h2", "http/1.1"),
                serving().applicationProtocols("http/1.1", "h2")));

        assertThat(pair.client().applicationProtocol()).isEqualTo("http/1.1");
        assertThat(pair.server().applicationProtocol()).isEqualTo("http/1.1");
    }

    @Test
    void hasNoApplicationProtocolWhereNoneIsOffered() throws IOException {
        assertThat(connected().client().applicationProtocol()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void takesUpAnEarlierSession(TlsVersion version) throws IOException {
        TlsContext client = TlsContext.create(trusting().versions(version));
        TlsContext server = TlsContext.create(serving());
        Pair first = shaken(pair(tcp(), client, server));
        assertThat(first.client().isResumed()).isFalse();
        assertThat(first.server().isResumed()).isFalse();
        // A ticket of TLS 1.3 comes with the first data, and is taken in by reading.
        exchange(first);
        first.client().close();

        Pair second = shaken(pair(tcp(), client, server));

        assertThat(second.client().isResumed()).isTrue();
        assertThat(second.server().isResumed()).isTrue();
        exchange(second);
    }

    /**
     * The stream is older than the session that it takes up.
     */
    @ParameterizedTest
    @EnumSource
    void takesUpASessionThatIsMadeWhileItWaits(TlsVersion version) throws IOException {
        TlsContext client = TlsContext.create(trusting().versions(version));
        TlsContext server = TlsContext.create(serving());
        Pair second = pair(tcp(), client, server);
        second.server().asyncHandshake(onHandshake("server"));
        exchange(shaken(pair(tcp(), client, server)));

        second.client().asyncHandshake(onHandshake("client"));
        awaitEvents(2);

        assertThat(second.client().isResumed()).isTrue();
        assertThat(second.server().isResumed()).isTrue();
    }

    @Test
    void doesNotTakeUpASessionOfAnotherPort() throws IOException {
        TlsContext client = TlsContext.create(trusting());
        TlsContext server = TlsContext.create(serving());
        exchange(shaken(pair(tcp(), client, server)));
        Stream[] transports = tcp();

        Pair other = shaken(new Pair(closing(TlsStream.client(transports[0], client, "localhost", 444)),
                closing(TlsStream.server(transports[1], server))));

        assertThat(other.client().isResumed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost.", "127.0.0.1", "::1", "[::1]"})
    void verifiesNamesAndAddresses(String host) throws IOException {
        Stream[] transports = tcp();

        Pair pair = shaken(new Pair(
                closing(TlsStream.client(transports[0], TlsContext.create(trusting()), host, 443)),
                closing(TlsStream.server(transports[1], TlsContext.create(serving())))));

        assertThat(pair.client().isReady()).isTrue();
    }

    @Test
    void doesNotVerifyTheNameWhenToldNotTo() throws IOException {
        Pair pair = shaken(pair(trusting().hostVerification(false), serving(certificates.wrongName())));

        assertThat(pair.client().isReady()).isTrue();
    }

    @Test
    void neverStallsAReaderWithASmallBuffer() throws IOException {
        Pair pair = connected();
        UnsafeBuffer written = buffer(10_000);
        fill(written, 0, 10_000, 0);
        UnsafeBuffer read = buffer(100);
        int[] total = new int[1];

        pair.server().asyncWriteAll(written, 0, 10_000, onWrite);
        readBy100(pair.client(), read, total);
        await(() -> total[0] == 10_000);

        assertThat(events).containsExactly(new Written(IoStatus.OK, 10_000));
    }

    private void readBy100(TlsStream stream, UnsafeBuffer read, int[] total) {
        stream.asyncRead(read, 0, 100, (status, length) -> {
            assertThat(status).isEqualTo(IoStatus.OK);
            assertPattern(read, 0, length, total[0]);
            total[0] += length;
            if (total[0] < 10_000) {
                readBy100(stream, read, total);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void readsAHundredThousandBufferedRecordsWithoutADeeperStack(TlsVersion version) throws IOException {
        Pair pair = connected(version);
        Chain chain = new Chain(pair, 100_000);

        chain.writeNext();
        chain.readNext();
        await(() -> chain.read == 100_000 * 7L);

        assertThat(chain.deepest).isLessThanOrEqualTo(1 + Reactor.MAX_INLINE_COMPLETIONS);
        assertThat(chain.deepestStack).isLessThan(2_000);
    }

    /**
     * Writes records of 7 bytes, and reads them one by one, each read begun by the handler of the one before.
     */
    private final class Chain {
        private final Pair pair;
        private final UnsafeBuffer out = buffer(7);
        private final UnsafeBuffer in = buffer(16);
        private final int records;
        private int written;
        private long read;
        private int depth;
        private int deepest;
        private int deepestStack;

        Chain(Pair pair, int records) {
            this.pair = pair;
            this.records = records;
        }

        void writeNext() {
            fill(out, 0, 7, written * 7L);
            pair.server().asyncWriteAll(out, 0, 7, (status, length) -> {
                assertThat(status).isEqualTo(IoStatus.OK);
                if (++written < records) {
                    writeNext();
                }
            });
        }

        void readNext() {
            pair.client().asyncRead(in, 0, 16, (status, length) -> {
                depth++;
                if (depth > deepest) {
                    deepest = depth;
                    deepestStack = Thread.currentThread().getStackTrace().length;
                }
                assertThat(status).isEqualTo(IoStatus.OK);
                assertPattern(in, 0, length, read);
                read += length;
                if (read < records * 7L) {
                    readNext();
                }
                depth--;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void carries20MebibytesBothWaysAtOnce(TlsVersion version) throws IOException {
        Pair pair = connected(version);
        int size = 20 * 1024 * 1024;
        UnsafeBuffer sent = buffer(size);
        fill(sent, 0, size, 0);
        UnsafeBuffer atServer = buffer(size);
        UnsafeBuffer atClient = buffer(size);

        pair.client().asyncWriteAll(sent, 0, size, onWrite);
        pair.server().asyncWriteAll(sent, 0, size, onWrite);
        pair.server().asyncReadAll(atServer, 0, size, onRead);
        pair.client().asyncReadAll(atClient, 0, size, onRead);
        awaitEvents(4);

        assertThat(events).containsExactlyInAnyOrder(new Written(IoStatus.OK, size), new Written(IoStatus.OK, size),
                new Read(IoStatus.OK, size), new Read(IoStatus.OK, size));
        assertThat(atServer.equals(sent)).isTrue();
        assertThat(atClient.equals(sent)).isTrue();
    }

    @Test
    void scattersAndGathersAndMakesOneRecordOfShortRegions() throws IOException {
        Pair pair = connected();
        UnsafeBuffer header = buffer("header:");
        UnsafeBuffer payload = buffer("payload");
        UnsafeBuffer first = buffer(3);
        UnsafeBuffer second = buffer(100);

        pair.client().asyncWriteAll(
                new IoVector(3).add(header, 0, 7).add(payload, 0, 0).add(payload, 0, 7), onWrite);
        // One record, so one read that ends with the first record has it all.
        pair.server().asyncRead(new IoVector(3).add(first, 0, 3).add(first, 0, 0).add(second, 0, 100), onRead);
        awaitEvents(2);

        assertThat(events).containsExactly(new Written(IoStatus.OK, 14), new Read(IoStatus.OK, 14));
        assertThat(text(first, 0, 3) + text(second, 0, 11)).isEqualTo("header:payload");
    }

    @Test
    void carriesALargeVector() throws IOException {
        Pair pair = connected();
        int[] lengths = {1, 100_000, 0, 17, 16_384, 40_000, 3};
        IoVector out = new IoVector(lengths.length);
        IoVector in = new IoVector(2);
        int total = 0;
        for (int length : lengths) {
            UnsafeBuffer region = buffer(length + 5);
            fill(region, 5, length, total);
            out.add(region, 5, length);
            total += length;
        }
        UnsafeBuffer first = buffer(70_001);
        UnsafeBuffer second = buffer(total);
        in.add(first, 0, 70_001).add(second, 0, total - 70_001);

        pair.client().asyncWriteAll(out, onWrite);
        pair.server().asyncReadAll(in, onRead);
        awaitEvents(2);

        assertThat(events).containsExactlyInAnyOrder(new Written(IoStatus.OK, total), new Read(IoStatus.OK, total));
        assertPattern(first, 0, 70_001, 0);
        assertPattern(second, 0, total - 70_001, 70_001);
    }

    @Test
    void readsAndWritesWithoutWaiting() throws IOException {
        Pair pair = connected();
        UnsafeBuffer read = buffer(100);
        // The tickets of TLS 1.3 are no data.
        assertThat(pair.client().tryRead(read, 0, 100)).isEqualTo(IoStatus.WOULD_BLOCK.code());
        assertThat(pair.client().tryRead(read, 0, 0)).isZero();

        assertThat(pair.server().tryWrite(buffer("hello"), 0, 5)).isEqualTo(5);
        assertThat(pair.server().tryWrite(buffer("hello"), 0, 0)).isZero();
        int[] result = new int[1];
        await(() -> (result[0] = pair.client().tryRead(read, 0, 3)) > 0);

        assertThat(result[0]).isEqualTo(3);
        assertThat(pair.client().tryRead(read, 3, 97)).isEqualTo(2);
        assertThat(text(read, 0, 5)).isEqualTo("hello");
    }

    @Test
    void takesNoMoreThanThePeerReads() throws IOException {
        Pair pair = connected();
        UnsafeBuffer chunk = buffer(50_000);
        long[] written = new long[1];
        long[] read = new long[1];
        fill(chunk, 0, 50_000, 0);
        int last = 1;
        int tries = 0;
        while (last > 0 && ++tries < 10_000) {
            fill(chunk, 0, 50_000, written[0]);
            last = pair.client().tryWrite(chunk, 0, 50_000);
            written[0] += Math.max(0, last);
        }
        assertThat(last).isEqualTo(IoStatus.WOULD_BLOCK.code());

        // What was taken arrives, also the part of it that the transport had no room for.
        await(() -> {
            int length = pair.server().tryRead(chunk, 0, 50_000);
            if (length > 0) {
                assertPattern(chunk, 0, length, read[0]);
                read[0] += length;
            }
            return read[0] == written[0];
        });
    }

    @Test
    void completesInlineWhatIsThere() throws IOException {
        Pair pair = connected();
        pair.server().asyncWriteAll(buffer("hello"), 0, 5, onWrite);
        assertThat(events).containsExactly(new Written(IoStatus.OK, 5));
        UnsafeBuffer read = buffer(5);
        await(() -> pair.client().tryRead(read, 0, 1) == 1);

        pair.client().asyncRead(read, 1, 4, onRead);

        assertThat(events).containsExactly(new Written(IoStatus.OK, 5), new Read(IoStatus.OK, 4));
        assertThat(text(read, 0, 5)).isEqualTo("hello");
    }

    @Test
    void readsAndWritesNothing() throws IOException {
        Pair pair = connected();

        pair.client().asyncRead(buffer(1), 0, 0, onRead);
        pair.client().asyncReadAll(buffer(1), 1, 0, onRead);
        pair.client().asyncWrite(buffer(1), 0, 0, onWrite);
        pair.client().asyncWriteAll(new IoVector(1), onWrite);

        assertThat(events).containsExactly(new Read(IoStatus.OK, 0), new Read(IoStatus.OK, 0),
                new Written(IoStatus.OK, 0), new Written(IoStatus.OK, 0));
    }

    @ParameterizedTest
    @EnumSource
    void worksOverTheUnixDomain(TlsVersion version) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("listener"));
        Stream[] transports = new Stream[2];
        try (UnixListener listener = UnixListener.open(reactor, address)) {
            UnixStream connecting = UnixStream.open(reactor);
            listener.asyncAccept((status, stream) -> transports[1] = stream);
            connecting.asyncConnect(address, 0, status -> transports[0] = connecting);
            await(() -> transports[0] != null && transports[1] != null);
        }
        Pair pair = shaken(pair(transports, TlsContext.create(trusting().versions(version)),
                TlsContext.create(serving())));
        UnsafeBuffer sent = buffer(1_000_000);
        UnsafeBuffer received = buffer(1_000_000);
        fill(sent, 0, 1_000_000, 0);

        pair.client().asyncWriteAll(sent, 0, 1_000_000, onWrite);
        pair.server().asyncReadAll(received, 0, 1_000_000, onRead);
        awaitEvents(2);
        pair.server().asyncShutdown(onShutdown("server"));
        pair.client().asyncShutdown(onShutdown("client"));
        awaitEvents(4);

        assertPattern(received, 0, 1_000_000, 0);
        assertThat(events).contains(new ShutDown("server", IoStatus.OK), new ShutDown("client", IoStatus.OK));
        assertThat(pair.server().toString()).startsWith("TlsStream TLS with client UnixStream ");
    }

    /**
     * Of two records that come together the second one is in the stream already: the transport has nothing more to
     * tell, however hot it is.
     */
    @Test
    void doesNotStallAReaderThatIsHot() throws IOException {
        Pair pair = connected();
        pair.client().hot(true);
        pair.client().asyncRead(buffer(3), 0, 3, onRead);
        turn(3);
        assertThat(events).isEmpty();
        pair.server().tryWrite(buffer("abc"), 0, 3);
        pair.server().tryWrite(buffer("defgh"), 0, 5);
        awaitEvents(1);

        UnsafeBuffer two = buffer(2);
        for (int i = 0; i < 3; i++) {
            pair.client().asyncRead(two, 0, i == 2 ? 1 : 2, onRead);
            awaitEvents(2 + i);
        }

        assertThat(events).containsExactly(new Read(IoStatus.OK, 3), new Read(IoStatus.OK, 2),
                new Read(IoStatus.OK, 2), new Read(IoStatus.OK, 1));
    }

    @Test
    void carriesACodecStream() throws IOException {
        Pair pair = connected();
        CodecStream<DirectBuffer> client = closing(new CodecStream<>(pair.client(), new LengthPrefixCodec(1_000),
                new ArrayFifo(2_000), new ArrayFifo(2_000)));
        CodecStream<DirectBuffer> server = closing(new CodecStream<>(pair.server(), new LengthPrefixCodec(1_000),
                new ArrayFifo(2_000), new ArrayFifo(2_000)));
        List<String> items = new ArrayList<>();

        client.asyncWrite(buffer("an item"), onWrite);
        server.asyncRead((status, item) -> {
            items.add(text(item, 0, item.capacity()));
            server.asyncWrite(buffer("another one"), onWrite);
        });
        client.asyncRead((status, item) -> items.add(text(item, 0, item.capacity())));
        await(() -> items.size() == 2);
        client.asyncRead((status, item) -> items.add(status + ": " + item));
        server.close();
        await(() -> items.size() == 3);

        assertThat(items).containsExactly("an item", "another one", "END_OF_STREAM: null");
    }

    private void exchange(Pair pair) {
        UnsafeBuffer read = buffer(4);
        pair.server().asyncWriteAll(buffer("data"), 0, 4, onWrite);
        pair.client().asyncReadAll(read, 0, 4, onRead);
        awaitEvents(2);
        assertThat(text(read, 0, 4)).isEqualTo("data");
        events.clear();
    }
}
