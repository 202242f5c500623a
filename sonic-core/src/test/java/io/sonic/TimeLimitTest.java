package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Reads and writes that may wait only so long; time is what the test says it is.
 */
final class TimeLimitTest extends ReactorTest {
    private static final long LIMIT_NS = 1_000;

    private final ManualClock clock = new ManualClock(Long.MAX_VALUE - 500);
    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private Reactor timed;

    @BeforeEach
    void openTimedReactor() throws IOException {
        timed = open(context().nanoClock(clock));
    }

    @Test
    void endsAReadThatWaitsTooLong() throws IOException {
        TcpStream stream = TcpPair.connect(timed).server();
        stream.readTimeoutNs(LIMIT_NS);
        stream.asyncRead(buffer, 0, 8, recorder.read);

        pass(LIMIT_NS - 1);
        assertThat(recorder.events).isEmpty();
        pass(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.TIMED_OUT, 0));
        assertThat(stream.errno()).isEqualTo(Errno.ETIMEDOUT.number);
        assertThat(stream.failure()).isInstanceOf(SocketTimeoutException.class)
                .hasMessage("read " + Endpoint.format(stream.remoteAddress()) + ": Connection timed out (ETIMEDOUT)");
        assertThat(timed.pending()).isZero();
    }

    @Test
    void tellsWhatWasReadWhenTheTimeIsOver() throws IOException {
        TcpPair pair = TcpPair.connect(timed);
        pair.server().readTimeoutNs(LIMIT_NS);
        pair.server().asyncReadAll(buffer, 0, 8, recorder.read);
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        Await.until(timed, () -> buffer.getByte(2) == 'c');

        pass(LIMIT_NS);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.TIMED_OUT, 3));

        // The stream goes on where it stood.
        pair.client().asyncWrite(Buffers.of("def"), 0, 3, (status, length) -> { });
        pair.server().asyncReadAll(buffer, 3, 3, recorder.read);
        Await.until(timed, () -> recorder.count() == 2);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.OK, 3));
        assertThat(Buffers.text(buffer, 0, 6)).isEqualTo("abcdef");
    }

    @Test
    void endsAWriteThatWaitsTooLong() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(timed);
        long before = TcpPair.fill(timed, pair.client());
        pair.client().writeTimeoutNs(LIMIT_NS);
        pair.client().asyncWriteAll(buffer, 0, 8, recorder.write);

        pass(LIMIT_NS);
        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.TIMED_OUT, 0));
        assertThat(pair.client().failure()).hasMessageStartingWith("write 127.0.0.1:");

        // Nothing of it was written.
        UnsafeBuffer sink = Buffers.allocate(64 * 1024);
        long[] read = new long[1];
        pair.client().close();
        Await.until(timed, () -> {
            int result = pair.server().tryRead(sink, 0, sink.capacity());
            read[0] += Math.max(0, result);
            return result == IoStatus.END_OF_STREAM.code();
        });
        assertThat(read[0]).isEqualTo(before);
    }

    @Test
    void tellsWhatWasWrittenWhenTheTimeIsOver() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(timed);
        UnsafeBuffer large = Buffers.allocate(8 * 1024 * 1024);
        pair.client().writeTimeoutNs(LIMIT_NS);
        pair.client().asyncWriteAll(large, 0, large.capacity(), recorder.write);
        int local = pair.client().localAddress().getPort();
        int remote = pair.client().remoteAddress().getPort();
        Await.until(timed, () -> TcpTable.isStuck(local, remote));

        pass(LIMIT_NS);

        Recorder.Written written = (Recorder.Written) recorder.events.getFirst();
        assertThat(written.status()).isEqualTo(IoStatus.TIMED_OUT);
        pair.client().close();
        long[] read = new long[1];
        Await.until(timed, () -> {
            int result = pair.server().tryRead(large, 0, large.capacity());
            read[0] += Math.max(0, result);
            return result == IoStatus.END_OF_STREAM.code();
        });
        assertThat(read[0]).isEqualTo(written.length()).isPositive();
    }

    @Test
    void limitsReadsIntoSeveralRegions() throws IOException {
        TcpPair pair = TcpPair.connect(timed);
        pair.server().readTimeoutNs(LIMIT_NS);
        IoVector regions = new IoVector(2).add(buffer, 0, 2).add(buffer, 8, 4);
        pair.server().asyncReadAll(regions, recorder.read);
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        Await.until(timed, () -> buffer.getByte(8) == 'c');

        pass(LIMIT_NS);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.TIMED_OUT, 3));
    }

    @Test
    void givesEachReadOfAChainItsOwnTime() throws IOException {
        TcpPair pair = TcpPair.connect(timed);
        pair.server().readTimeoutNs(LIMIT_NS);
        ReadHandler[] again = new ReadHandler[1];
        again[0] = (status, length) -> {
            recorder.read.onRead(status, length);
            if (status == IoStatus.OK) {
                pair.server().asyncRead(buffer, 0, 8, again[0]);
            }
        };
        pair.server().asyncRead(buffer, 0, 8, again[0]);

        for (int i = 1; i <= 3; i++) {
            pass(LIMIT_NS - 1);
            pair.client().asyncWrite(Buffers.of("x"), 0, 1, (status, length) -> { });
            int expected = i;
            Await.until(timed, () -> recorder.count() == expected);
        }
        pass(LIMIT_NS);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 1),
                new Recorder.Read(IoStatus.OK, 1), new Recorder.Read(IoStatus.OK, 1),
                new Recorder.Read(IoStatus.TIMED_OUT, 0));
    }

    @Test
    void readsAgainInTheHandlerThatSaysItWasTooLate() throws IOException {
        TcpPair pair = TcpPair.connect(timed);
        pair.server().readTimeoutNs(LIMIT_NS);
        pair.server().asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            pair.server().asyncRead(buffer, 0, 8, recorder.read);
        });

        pass(LIMIT_NS);
        pass(LIMIT_NS - 1);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.TIMED_OUT, 0));
        pass(1);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.TIMED_OUT, 0), new Recorder.Read(IoStatus.TIMED_OUT, 0));
    }

    @Test
    void holdsForReadsThatAreStartedAfterwards() throws IOException {
        TcpStream stream = TcpPair.connect(timed).server();
        stream.asyncRead(buffer, 0, 8, recorder.read);
        stream.readTimeoutNs(LIMIT_NS);

        pass(2 * LIMIT_NS);
        assertThat(recorder.events).isEmpty();
        stream.cancel();
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CANCELLED, 0));
    }

    /**
     * The limit was put on a read that was in flight before, when an earlier one had completed inline around it.
     */
    @Test
    void holdsForReadsThatAreStartedAfterwardsInAHandlerToo() throws IOException {
        TcpPair pair = TcpPair.connect(timed);
        TcpStream stream = pair.server();
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        Await.until(timed, () -> stream.tryRead(buffer, 0, 1) == 1);
        stream.asyncRead(buffer, 1, 2, (status, length) -> {
            stream.asyncRead(buffer, 3, 8, recorder.read);
            stream.readTimeoutNs(LIMIT_NS);
        });

        pass(2 * LIMIT_NS);

        assertThat(recorder.events).isEmpty();
        assertThat(timed.pending()).isEqualTo(1);
    }

    @Test
    void liftsTheLimit() throws IOException {
        TcpStream stream = TcpPair.connect(timed).server();
        stream.readTimeoutNs(LIMIT_NS);
        stream.readTimeoutNs(0);
        stream.asyncRead(buffer, 0, 8, recorder.read);

        pass(2 * LIMIT_NS);

        assertThat(recorder.events).isEmpty();
    }

    @Test
    void takesTheTimeBackWhenTheReadEnds() throws IOException {
        TcpPair pair = TcpPair.connect(timed);
        pair.server().readTimeoutNs(LIMIT_NS);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        assertThat(timed.pending()).isEqualTo(2);

        pair.server().cancelRead();
        assertThat(timed.pending()).isZero();
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        Await.until(timed, () -> recorder.count() == 2);
        assertThat(timed.pending()).isZero();
        pass(2 * LIMIT_NS);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.CANCELLED, 0), new Recorder.Read(IoStatus.OK, 3));
    }

    @Test
    void needsNoTimerForWhatCompletesAtOnce() throws IOException {
        TcpStream stream = TcpPair.connect(timed).client();
        stream.writeTimeoutNs(LIMIT_NS);

        stream.asyncWriteAll(buffer, 0, 8, recorder.write);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 8));
        assertThat(timed.pending()).isZero();
    }

    @Test
    void limitsAReadAndAWriteByThemselves() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(timed);
        TcpPair.fill(timed, pair.client());
        pair.client().readTimeoutNs(2 * LIMIT_NS);
        pair.client().writeTimeoutNs(LIMIT_NS);
        pair.client().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncWrite(buffer, 8, 8, recorder.write);

        pass(LIMIT_NS);
        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.TIMED_OUT, 0));
        pass(LIMIT_NS);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.TIMED_OUT, 0));
    }

    @Test
    void doesNotEndWhatTheHandlerOfTheDeadlineClosed() throws IOException {
        TcpPair pair = TcpPair.connect(timed);
        pair.server().readTimeoutNs(LIMIT_NS);
        pair.client().readTimeoutNs(LIMIT_NS);
        pair.server().asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            pair.client().close();
        });
        pair.client().asyncRead(buffer, 8, 8, recorder.read);

        pass(LIMIT_NS);
        pass(LIMIT_NS);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.TIMED_OUT, 0), new Recorder.Read(IoStatus.CLOSED, 0));
    }

    @Test
    void refusesANegativeTimeAndAClosedStream() throws IOException {
        TcpStream stream = TcpPair.connect(timed).server();

        assertThatIllegalArgumentException().isThrownBy(() -> stream.readTimeoutNs(-1))
                .withMessage("negative time-out: -1 ns");
        assertThatIllegalArgumentException().isThrownBy(() -> stream.writeTimeoutNs(Long.MIN_VALUE))
                .withMessageStartingWith("negative time-out");
        stream.close();
        assertThatIllegalStateException().isThrownBy(() -> stream.readTimeoutNs(1))
                .withMessageStartingWith("the channel is closed");
    }

    @Test
    void waitsAsLongAsItCanBeSaid() throws IOException {
        TcpStream stream = TcpPair.connect(timed).server();
        stream.readTimeoutNs(Long.MAX_VALUE);
        stream.asyncRead(buffer, 0, 8, recorder.read);

        pass(Long.MAX_VALUE / 4);

        assertThat(recorder.events).isEmpty();
    }

    private void pass(long ns) {
        clock.advance(ns);
        timed.poll();
        timed.poll();
    }
}
