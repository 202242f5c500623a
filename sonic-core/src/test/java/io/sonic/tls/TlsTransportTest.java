package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.Timer;
import io.sonic.tls.TlsException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the transport may do: give and take little at a time, end anywhere, fail, and change bytes.
 */
final class TlsTransportTest extends TlsTest {
    private MemoryStream[] transports;

    @ParameterizedTest
    @CsvSource({"TLS_1_2,1,1", "TLS_1_3,1,1", "TLS_1_2,4,7", "TLS_1_3,5,3", "TLS_1_3,1000000,1", "TLS_1_3,1,1000000"})
    void worksOverATransportThatTrickles(TlsVersion version, int readLimit, int writeLimit) throws IOException {
        Pair pair = memory(version);
        for (MemoryStream transport : transports) {
            transport.readLimit = readLimit;
            transport.writeLimit = writeLimit;
            transport.capacity = 100;
        }

        scenario(pair, 3_000);
        await(() -> events.size() == 8);

        assertThat(events).containsExactlyInAnyOrder(new Shaken("client", IoStatus.OK),
                new Shaken("server", IoStatus.OK), new Written(IoStatus.OK, 3_000), new Written(IoStatus.OK, 3_000),
                new Read(IoStatus.OK, 3_000), new Read(IoStatus.OK, 3_000), new ShutDown("client", IoStatus.OK),
                new ShutDown("server", IoStatus.OK));
        assertNothingInFlight();
    }

    @ParameterizedTest
    @EnumSource
    void endsEachOperationOnceWhereverTheConnectionIsCut(TlsVersion version) throws IOException {
        Pair whole = memory(version);
        scenario(whole, 50);
        await(() -> events.size() == 8);
        MemoryStream[] sent = transports;
        for (int side = 0; side < 2; side++) {
            int records = sent[side].records();
            assertThat(records).isGreaterThan(3);
            for (int record = 0; record < records; record++) {
                cutAt(version, side, record, 0);
                cutAt(version, side, record, 1);
                cutAt(version, side, record, 5);
                cutAt(version, side, record, -1);
            }
        }
    }

    /**
     * Somebody in between changes one byte, of the handshake or of what follows. Some of it goes unnoticed, a byte that
     * has no meaning; nothing of it becomes other data, and no operation hangs or ends twice.
     */
    @ParameterizedTest
    @EnumSource
    void endsEachOperationOnceWhicheverByteIsChanged(TlsVersion version) throws IOException {
        Pair whole = memory(version);
        scenario(whole, 50);
        await(() -> events.size() == 8);
        MemoryStream[] sent = transports;
        for (int side = 0; side < 2; side++) {
            for (int record = 0; record < sent[side].records(); record++) {
                for (int offset : new int[] {0, 1, 3, 5, 6, 8, 11, 20}) {
                    changeAt(version, side, record, offset);
                }
            }
        }
    }

    private void changeAt(TlsVersion version, int side, int record, int offset) throws IOException {
        events.clear();
        long limitNs = TimeUnit.MILLISECONDS.toNanos(200);
        transports = MemoryStream.pair(reactor);
        Pair pair = pair(transports, TlsContext.create(trusting().versions(version).handshakeTimeoutNs(limitNs)
                .shutdownTimeoutNs(limitNs)), TlsContext.create(serving().handshakeTimeoutNs(limitNs)
                .shutdownTimeoutNs(limitNs)));
        transports[side].changedRecord = record;
        transports[side].changedOffset = offset;
        scenario(pair, 50);
        // A length that was changed makes a side wait, until its time is over or the other side ends.
        Timer end = closing(new Timer(reactor));
        end.scheduleOnce(limitNs, timer -> { });
        await(() -> events.size() == 8 || pair.client().failure() != null || pair.server().failure() != null
                || !end.isScheduled());
        turn(3);
        pair.client().close();
        pair.server().close();
        turn(3);
        assertEachOnce("side " + side + ", record " + record + ", byte " + offset + " changed");
        assertNothingInFlight();
    }

    private void cutAt(TlsVersion version, int side, int record, int offset) throws IOException {
        events.clear();
        Pair pair = memory(version);
        String when = "side " + side + " cut in record " + record + " before byte " + offset;
        transports[side].cutRecord = record;
        transports[side].cutOffset = offset;
        scenario(pair, 50);
        TlsStream cutOff = side == 0 ? pair.server() : pair.client();
        // The side that is cut off ends by itself; the other one when that closes.
        await(() -> cutOff.failure() != null);
        turn(3);
        assertThat(cutOff.failure()).as(when)
                .isInstanceOf(TlsException.class).hasMessageContaining("the peer ended the connection");
        assertThat(((TlsException) cutOff.failure()).reason()).isEqualTo(Reason.TRUNCATED);
        pair.client().close();
        pair.server().close();
        turn(3);
        assertEachOnce(when);
        assertNothingInFlight();
    }

    /**
     * Each handler that was given has been called once: those that follow on {@code OK} only then.
     */
    private void assertEachOnce(String when) {
        for (String who : List.of("client", "server")) {
            assertThat(events.stream().filter(event -> event instanceof Shaken shaken && shaken.who().equals(who)))
                    .as(when).hasSize(1);
        }
        long ready = events.stream().filter(event -> event instanceof Shaken shaken
                && shaken.status() == IoStatus.OK).count();
        long reads = events.stream().filter(Read.class::isInstance).count();
        long writes = events.stream().filter(Written.class::isInstance).count();
        assertThat(reads).as(when).isEqualTo(ready);
        assertThat(writes).as(when).isEqualTo(ready);
    }

    @ParameterizedTest
    @EnumSource
    void saysThatAConnectionWithoutCloseNotifyIsIncomplete(TlsVersion version) throws IOException {
        Pair pair = shaken(memory(version));
        pair.client().asyncWriteAll(buffer("half"), 0, 4, onWrite);
        transports[0].cut();
        UnsafeBuffer read = buffer(10);

        pair.server().asyncReadAll(read, 0, 10, onRead);
        awaitEvents(2);

        assertThat(events).containsExactly(new Written(IoStatus.OK, 4), new Read(IoStatus.FAILED, 4));
        assertThat(pair.server().failure()).hasMessage("TLS with client memory: the peer ended the connection without "
                + "close_notify, what it sent may be incomplete");
        // It stays so.
        assertThat(pair.server().tryRead(read, 0, 10)).isEqualTo(IoStatus.FAILED.code());
    }

    @Test
    void tellsWhatTheTransportSays() throws IOException {
        Pair pair = shaken(memory(TlsVersion.TLS_1_3));
        pair.client().asyncRead(buffer(10), 0, 10, onRead);

        transports[0].fail("the wire burns");
        awaitEvents(1);
        pair.client().asyncWriteAll(buffer("x"), 0, 1, onWrite);

        assertThat(events).containsExactly(new Read(IoStatus.FAILED, 0), new Written(IoStatus.FAILED, 1));
        assertThat(pair.client().failure()).hasMessage("the wire burns");
        assertThat(pair.client().errno()).isEqualTo(5);
    }

    @Test
    void failsTheHandshakeWhenTheTransportFails() throws IOException {
        Pair pair = memory(TlsVersion.TLS_1_3);
        pair.client().asyncHandshake(onHandshake("client"));

        transports[0].fail("the wire burns");
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.FAILED));
        assertThat(pair.client().failure()).hasMessage("the wire burns");
    }

    /**
     * An alert before any keys are agreed on is not encrypted: level, description. RFC 8446, 6.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "2, 40 | the peer ended it with the alert handshake_failure: it finds nothing in common with what this side "
                + "offers, or wants a certificate",
        "2, 112 | the peer ended it with the alert unrecognized_name: it does not serve the host name",
        "2, 47 | the peer ended it with the alert illegal_parameter",
        "2, 99 | Unknown alert description (99)",
        "1, 0 | the peer ended it with the alert close_notify, in the handshake"})
    void saysWhichAlertEndsAHandshake(String alert, String sentence) throws IOException {
        Pair pair = memory(TlsVersion.TLS_1_3);
        pair.client().asyncHandshake(onHandshake("client"));

        transports[1].inject(alertRecord(alert));
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.FAILED));
        assertThat(pair.client().failure()).hasMessage("TLS with localhost:443: " + sentence);
    }

    @ParameterizedTest
    @EnumSource
    void doesNotTakeAHandshakeThatThePeerGaveUpForOneThatIsDone(TlsVersion version) throws IOException {
        Pair pair = memory(version);
        pair.client().asyncHandshake(onHandshake("client"));

        // user_canceled, and then the end.
        transports[1].inject(alertRecord("1, 90"));
        transports[1].inject(alertRecord("1, 0"));
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.FAILED));
        assertThat(pair.client().isReady()).isFalse();
        assertThat(pair.client().failure()).hasMessage(
                "TLS with localhost:443: the peer ended the connection in the handshake");
    }

    private static byte[] alertRecord(String alert) {
        String[] values = alert.split(", ");
        return new byte[] {21, 3, 3, 0, 2, Byte.parseByte(values[0]), Byte.parseByte(values[1])};
    }

    @Test
    void findsARecordThatWasChangedOnItsWayAndTellsThePeer() throws IOException {
        Pair pair = shaken(memory(TlsVersion.TLS_1_3));
        transports[0].inject(new byte[] {23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
            19, 20});

        pair.server().asyncRead(buffer(10), 0, 10, onRead);
        pair.client().asyncRead(buffer(10), 0, 10, onRead);
        awaitEvents(2);

        assertThat(events).containsExactly(new Read(IoStatus.FAILED, 0), new Read(IoStatus.FAILED, 0));
        assertThat(pair.server().failure()).hasMessage(
                "TLS with client memory: a record was changed on its way, or is not of this connection");
        assertThat(((TlsException) pair.client().failure()).reason()).isEqualTo(Reason.ALERT_RECEIVED);
        assertThat(pair.client().failure()).hasMessage("TLS with localhost:443: the peer ended it with the alert "
                + "bad_record_mac: a record was changed on its way");
        // Nothing can be written either.
        pair.server().asyncWrite(buffer("x"), 0, 1, onWrite);
        assertThat(events).hasSize(3).endsWith(new Written(IoStatus.FAILED, 0));
    }

    @Test
    void failsAWriteThatWaitsWhenTheReadFindsTheConnectionBroken() throws IOException {
        Pair pair = shaken(memory(TlsVersion.TLS_1_3));
        transports[1].capacity = 10;
        transports[0].capacity = 10;
        pair.client().asyncWriteAll(buffer(100_000), 0, 100_000, onWrite);
        transports[1].inject(new byte[] {23, 3, 3, 0, 17, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17});
        pair.client().asyncRead(buffer(10), 0, 10, onRead);
        awaitEvents(2);
        turn(3);

        assertThat(events).hasSize(2).startsWith(new Read(IoStatus.FAILED, 0));
        Written written = (Written) events.getLast();
        assertThat(written.status()).isEqualTo(IoStatus.FAILED);
        // What was encrypted before.
        assertThat(written.length()).isBetween(16_000, 99_999);
    }

    @ParameterizedTest
    @CsvSource({"0xFF_FF,65540", "0x48_01,18438"})
    void refusesARecordThatIsTooLong(String length, int total) throws IOException {
        Pair pair = shaken(memory(TlsVersion.TLS_1_3));
        int bytes = Integer.decode(length.replace("_", ""));
        transports[0].inject(new byte[] {23, 3, 3, (byte) (bytes >> 8), (byte) bytes});

        pair.server().asyncRead(buffer(10), 0, 10, onRead);
        awaitEvents(1);

        assertThat(events).containsExactly(new Read(IoStatus.FAILED, 0));
        assertThat(pair.server().failure()).hasMessage("TLS with client memory: the peer broke the protocol, a record "
                + "of " + total + " bytes, more than 18437");
        assertThatThePeerIsTold(pair.client());
    }

    @Test
    void saysSoWhenSomethingThatIsNoRecordFollows() throws IOException {
        Pair pair = shaken(memory(TlsVersion.TLS_1_3));
        transports[0].inject("GET /".getBytes());

        assertThat(pair.server().tryRead(buffer(10), 0, 10)).isEqualTo(IoStatus.FAILED.code());

        assertThat(pair.server().failure()).hasMessage(
                "TLS with client memory: the peer broke the protocol, something that is no record: \"GET /\"");
        assertThatThePeerIsTold(pair.client());
    }

    private void assertThatThePeerIsTold(TlsStream peer) {
        assertThat(peer.tryRead(buffer(10), 0, 10)).isEqualTo(IoStatus.FAILED.code());
        assertThat(((TlsException) peer.failure()).reason()).isEqualTo(Reason.ALERT_RECEIVED);
    }

    /**
     * A flood of records without data must not keep the reactor to itself.
     */
    @Test
    void givesOthersTheirTurnDuringAFloodOfSmallRecords() throws IOException {
        Pair pair = shaken(memory(TlsVersion.TLS_1_3));
        UnsafeBuffer one = buffer("x");
        for (int i = 0; i < 1_000; i++) {
            assertThat(pair.client().tryWrite(one, 0, 1)).isEqualTo(1);
        }
        UnsafeBuffer read = buffer(1_000);
        pair.server().asyncReadAll(read, 0, 1_000, onRead);

        int turns = 0;
        while (events.isEmpty()) {
            reactor.poll();
            turns++;
        }

        assertThat(turns).isGreaterThan(10);
        assertThat(events).containsExactly(new Read(IoStatus.OK, 1_000));
    }

    /**
     * The server has sent its tickets to nobody yet when it is done.
     */
    @Test
    void doesNotWaitInTheHandshakeForAPeerThatDoesNotRead() throws IOException {
        Pair pair = memory(TlsVersion.TLS_1_3);
        transports[1].capacity = 20;
        shaken(pair);
        assertThat(transports[1].writes).isEqualTo(1);

        UnsafeBuffer read = buffer(4);
        pair.server().asyncWriteAll(buffer("data"), 0, 4, onWrite);
        pair.client().asyncReadAll(read, 0, 4, onRead);
        awaitEvents(2);

        assertThat(text(read, 0, 4)).isEqualTo("data");
    }

    /**
     * Both sides have no room to write, and something to answer before they read on.
     */
    @Test
    void doesNotStallWhereBothSidesHaveToAnswerWhileTheyWrite() throws IOException {
        transports = MemoryStream.pair(reactor);
        transports[0].capacity = 5_000;
        transports[1].capacity = 5_000;
        Pair pair = shaken(new Pair(
                closing(new TlsStream(transports[0], new PlainEngine(true), "client", 0, 0)),
                closing(new TlsStream(transports[1], new PlainEngine(true), "server", 0, 0))));
        int length = 1_000_000;
        UnsafeBuffer sent = buffer(length);
        fill(sent, 0, length, 0);
        UnsafeBuffer atClient = buffer(length);
        UnsafeBuffer atServer = buffer(length);

        pair.client().asyncWriteAll(sent, 0, length, onWrite);
        pair.server().asyncWriteAll(sent, 0, length, onWrite);
        pair.client().asyncReadAll(atClient, 0, length, onRead);
        pair.server().asyncReadAll(atServer, 0, length, onRead);
        awaitEvents(4);

        assertPattern(atClient, 0, length, 0);
        assertPattern(atServer, 0, length, 0);
    }

    private Pair memory(TlsVersion version) throws IOException {
        transports = MemoryStream.pair(reactor);
        return pair(transports, TlsContext.create(trusting().versions(version)), TlsContext.create(serving()));
    }

    private void assertNothingInFlight() {
        for (MemoryStream transport : transports) {
            assertThat(transport.reads + transport.writes).isZero();
        }
    }

    /**
     * Has both sides shake hands, write, read all of it, and shut down; each step when the one before went well.
     */
    private void scenario(Pair pair, int length) {
        side(pair.server(), "server", length);
        side(pair.client(), "client", length);
    }

    private void side(TlsStream stream, String who, int length) {
        UnsafeBuffer out = buffer(length);
        UnsafeBuffer in = buffer(length);
        fill(out, 0, length, 0);
        IoStatus[] written = new IoStatus[1];
        IoStatus[] read = new IoStatus[1];
        Runnable shutdown = () -> {
            if (written[0] == IoStatus.OK && read[0] == IoStatus.OK) {
                stream.asyncShutdown(onShutdown(who));
            }
        };
        stream.asyncHandshake(status -> {
            events.add(new Shaken(who, status));
            if (status != IoStatus.OK) {
                return;
            }
            stream.asyncWriteAll(out, 0, length, (outcome, done) -> {
                events.add(new Written(outcome, done));
                written[0] = outcome;
                shutdown.run();
            });
            stream.asyncReadAll(in, 0, length, (outcome, done) -> {
                events.add(new Read(outcome, done));
                read[0] = outcome;
                if (outcome == IoStatus.OK) {
                    assertPattern(in, 0, length, 0);
                }
                shutdown.run();
            });
        });
    }
}
