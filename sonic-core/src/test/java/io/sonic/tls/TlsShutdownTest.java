package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.IoStatus;
import io.sonic.tls.TlsException.Reason;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How a connection ends: {@code close_notify} from both sides, from one, from none.
 */
final class TlsShutdownTest extends TlsTest {
    private final UnsafeBuffer in = buffer(100);

    @ParameterizedTest
    @EnumSource
    void endsWhenBothSaySoAtOnce(TlsVersion version) throws IOException {
        Pair pair = connected(version);

        pair.client().asyncShutdown(onShutdown("client"));
        pair.server().asyncShutdown(onShutdown("server"));
        awaitEvents(2);

        assertThat(events).containsExactlyInAnyOrder(new ShutDown("client", IoStatus.OK),
                new ShutDown("server", IoStatus.OK));
        turn(1);
        assertThat(reactor.pending()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void endsWhenThePeerAnswers(TlsVersion version) throws IOException {
        Pair pair = connected(version);
        pair.server().asyncRead(in, 0, 100, (status, length) -> {
            events.add(new Read(status, length));
            pair.server().asyncShutdown(onShutdown("server"));
        });

        pair.client().asyncShutdown(onShutdown("client"));
        awaitEvents(3);

        assertThat(events).containsExactlyInAnyOrder(new Read(IoStatus.END_OF_STREAM, 0),
                new ShutDown("server", IoStatus.OK), new ShutDown("client", IoStatus.OK));
    }

    @ParameterizedTest
    @EnumSource
    void tellsThePeerWhenItIsClosed(TlsVersion version) throws IOException {
        Pair pair = connected(version);
        pair.client().asyncWriteAll(buffer("last words"), 0, 10, onWrite);

        pair.client().close();
        pair.server().asyncReadAll(in, 0, 100, onRead);
        awaitEvents(2);

        assertThat(events).containsExactly(new Written(IoStatus.OK, 10), new Read(IoStatus.END_OF_STREAM, 10));
        // An end stays an end.
        assertThat(pair.server().tryRead(in, 0, 100)).isEqualTo(IoStatus.END_OF_STREAM.code());
        pair.server().asyncRead(in, 0, 100, onRead);
        assertThat(events).endsWith(new Read(IoStatus.END_OF_STREAM, 0));
    }

    /**
     * What arrives of a write that was cut must not look like all of it.
     */
    @Test
    void doesNotPretendAnEndWhenItIsClosedInTheMiddleOfAWrite() throws IOException {
        Pair pair = connected();
        int size = 30 * 1024 * 1024;
        pair.client().asyncWriteAll(buffer(size), 0, size, onWrite);
        turn(5);

        pair.client().close();
        UnsafeBuffer much = buffer(size);
        pair.server().asyncReadAll(much, 0, size, onRead);
        awaitEvents(2);

        assertThat(((Written) events.getFirst()).status()).isEqualTo(IoStatus.CLOSED);
        assertThat(((Read) events.getLast()).status()).isEqualTo(IoStatus.FAILED);
    }

    @Test
    void readsOnAfterTheOutputWasShutDown() throws IOException {
        Pair pair = connected(TlsVersion.TLS_1_3);
        pair.client().shutdownOutput();
        pair.client().shutdownOutput();
        pair.server().asyncRead(in, 0, 100, onRead);
        awaitEvents(1);
        assertThat(events).containsExactly(new Read(IoStatus.END_OF_STREAM, 0));
        events.clear();

        pair.server().asyncWriteAll(buffer("still here"), 0, 10, onWrite);
        pair.client().asyncReadAll(in, 0, 10, onRead);
        awaitEvents(2);
        assertThat(events).containsExactly(new Written(IoStatus.OK, 10), new Read(IoStatus.OK, 10));
        events.clear();

        pair.server().asyncShutdown(onShutdown("server"));
        pair.client().asyncRead(in, 0, 10, onRead);
        awaitEvents(2);
        assertThat(events).containsExactlyInAnyOrder(new ShutDown("server", IoStatus.OK),
                new Read(IoStatus.END_OF_STREAM, 0));
    }

    /**
     * RFC 5246, 7.2.1: the other party must respond with a close_notify of its own and close down.
     */
    @Test
    void answersTheEndOfTls12ByItself() throws IOException {
        Pair pair = connected(TlsVersion.TLS_1_2);
        pair.client().shutdownOutput();
        pair.server().asyncRead(in, 0, 100, onRead);
        pair.client().asyncRead(in, 0, 100, onRead);
        awaitEvents(2);
        assertThat(events).containsExactly(new Read(IoStatus.END_OF_STREAM, 0), new Read(IoStatus.END_OF_STREAM, 0));
        events.clear();

        pair.server().asyncWrite(buffer("x"), 0, 1, onWrite);

        assertThat(events).containsExactly(new Written(IoStatus.FAILED, 0));
        assertThat(pair.server().failure()).hasMessageEndingWith(
                ": nothing can be written, the peer has ended the connection");
    }

    @Test
    void writesNothingAfterTheOutputWasShutDown() throws IOException {
        Pair pair = connected();
        pair.client().shutdownOutput();

        pair.client().asyncWrite(buffer("x"), 0, 1, onWrite);

        assertThat(events).containsExactly(new Written(IoStatus.FAILED, 0));
        assertThat(pair.client().tryWrite(buffer("x"), 0, 1)).isEqualTo(IoStatus.FAILED.code());
        assertThat(pair.client().failure()).hasMessage(
                "TLS with localhost:443: nothing can be written after the output was shut down");
        assertThat(((TlsException) pair.client().failure()).reason()).isEqualTo(Reason.OUTPUT_SHUT_DOWN);
    }

    @ParameterizedTest
    @EnumSource
    void dropsWhatNobodyReadsWhileItShutsDown(TlsVersion version) throws IOException {
        Pair pair = connected(version);
        pair.server().asyncWriteAll(buffer(50_000), 0, 50_000, onWrite);
        UnsafeBuffer one = buffer(1);
        await(() -> pair.client().tryRead(one, 0, 1) == 1);

        pair.client().asyncShutdown(onShutdown("client"));
        pair.server().asyncShutdown(onShutdown("server"));
        awaitEvents(3);

        assertThat(events).contains(new ShutDown("client", IoStatus.OK), new ShutDown("server", IoStatus.OK));
    }

    @Test
    void givesTheReadInFlightItsBytesWhileItShutsDown() throws IOException {
        Pair pair = connected(TlsVersion.TLS_1_3);
        pair.client().asyncReadAll(in, 0, 100, onRead);
        pair.client().asyncShutdown(onShutdown("client"));

        pair.server().asyncWriteAll(buffer("last words"), 0, 10, (status, length) ->
                pair.server().asyncShutdown((outcome) -> { }));
        awaitEvents(2);

        assertThat(events).containsExactly(new Read(IoStatus.END_OF_STREAM, 10),
                new ShutDown("client", IoStatus.OK));
        assertThat(text(in, 0, 10)).isEqualTo("last words");
    }

    @Test
    void doesNotWaitForEverForThePeersEnd() throws IOException {
        Pair pair = shaken(pair(trusting().shutdownTimeoutNs(TimeUnit.MILLISECONDS.toNanos(10)), serving()));

        pair.client().asyncShutdown(onShutdown("client"));
        awaitEvents(1);

        assertThat(events).containsExactly(new ShutDown("client", IoStatus.TIMED_OUT));
        assertThat(pair.client().failure()).hasMessage("TLS with localhost:443: the shutdown timed out after 10 ms");
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void saysTheEndAfterWhatIsOnItsWay() throws IOException {
        Pair pair = connected();
        UnsafeBuffer chunk = buffer(60_000);
        long written = 0;
        int last = 1;
        while (last > 0) {
            fill(chunk, 0, 60_000, written);
            last = pair.client().tryWrite(chunk, 0, 60_000);
            written += Math.max(last, 0);
        }
        long total = written;
        // The transport is full: close_notify has to wait for room.
        pair.client().shutdownOutput();
        long[] read = new long[1];
        int[] end = new int[1];
        await(() -> {
            end[0] = pair.server().tryRead(chunk, 0, 60_000);
            if (end[0] > 0) {
                assertPattern(chunk, 0, end[0], read[0]);
                read[0] += end[0];
            }
            return end[0] == IoStatus.END_OF_STREAM.code();
        });

        assertThat(read[0]).isEqualTo(total);
    }

    @Test
    void cannotShutDownBeforeTheHandshake() throws IOException {
        Pair pair = pair(trusting(), serving());

        assertThatThrownBy(() -> pair.client().asyncShutdown(onShutdown("client")))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("the handshake is not done");
        assertThatThrownBy(() -> pair.client().shutdownOutput()).isInstanceOf(IllegalStateException.class);
    }
}
