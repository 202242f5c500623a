package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Recorder.Read;
import io.sonic.Recorder.Written;
import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Promise 5: "all" means all, or a status that says why it is less, and how much it is.
 */
final class TransferAllTest extends ReactorTest {
    private static final int LARGE = 20 * 1024 * 1024;

    private final UnsafeBuffer buffer = Buffers.allocate(1024);

    @Test
    void writesTwentyMebibytesToASlowReader() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UnsafeBuffer large = patterned(LARGE);
        UnsafeBuffer sink = Buffers.allocate(8 * 1024);
        long[] read = new long[1];

        pair.client().asyncWriteAll(large, 0, LARGE, recorder.write);
        assertThat(recorder.events).isEmpty();
        int turn = 0;
        while (read[0] < LARGE) {
            // Slower than the writer: the kernel's buffers are full most of the time.
            reactor.poll();
            if (turn++ % 2 == 0) {
                int length = pair.server().tryRead(sink, 0, sink.capacity());
                if (length > 0) {
                    assertThat(Buffers.mismatch(sink, 0, length, read[0])).isEqualTo(-1);
                    read[0] += length;
                }
            }
        }
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Written(IoStatus.OK, LARGE));
        assertThat(pair.server().tryRead(sink, 0, 1)).isEqualTo(IoStatus.WOULD_BLOCK.code());
    }

    @Test
    void readsTwentyMebibytesInOne() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UnsafeBuffer large = patterned(LARGE);
        UnsafeBuffer sink = Buffers.allocate(LARGE + 64);

        pair.server().asyncReadAll(sink, 64, LARGE, recorder.read);
        pair.client().asyncWriteAll(large, 0, LARGE, recorder.write);
        awaitEvents(2);

        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Written(IoStatus.OK, LARGE), new Read(IoStatus.OK, LARGE));
        assertThat(Buffers.mismatch(sink, 64, LARGE, 0)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 333, 999})
    void readsAllThoughItComesInPieces(int piece) throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UnsafeBuffer source = patterned(1000);
        pair.server().asyncReadAll(buffer, 0, 1000, recorder.read);

        int sent = 0;
        while (sent < 1000) {
            assertThat(recorder.events).isEmpty();
            int length = Math.min(piece, 1000 - sent);
            assertThat(pair.client().tryWrite(source, sent, length)).isEqualTo(length);
            sent += length;
            turn(3);
        }
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Read(IoStatus.OK, 1000));
        assertThat(Buffers.mismatch(buffer, 0, 1000, 0)).isEqualTo(-1);
    }

    @Test
    void readsNoMoreThanAll() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().asyncWriteAll(patterned(20), 0, 20, (status, length) -> { });
        pair.server().asyncReadAll(buffer, 0, 8, recorder.read);
        awaitEvents(1);
        pair.server().asyncReadAll(buffer, 8, 12, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Read(IoStatus.OK, 8), new Read(IoStatus.OK, 12));
        assertThat(Buffers.mismatch(buffer, 0, 20, 0)).isEqualTo(-1);
        assertThat(buffer.getByte(20)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 500, 999})
    void readsLessThanAllWhenThePeerEndsAndSaysSo(int sent) throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncReadAll(buffer, 0, 1000, recorder.read);
        pair.client().asyncWriteAll(patterned(1000), 0, sent, (status, length) -> pair.client().close());
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Read(IoStatus.END_OF_STREAM, sent));
        assertThat(Buffers.mismatch(buffer, 0, sent, 0)).isEqualTo(-1);
        assertThat(pair.server().errno()).isZero();
        pair.server().asyncReadAll(buffer, 0, 1000, recorder.read);
        assertThat(recorder.events.getLast()).isEqualTo(new Read(IoStatus.END_OF_STREAM, 0));
    }

    @Test
    void readsAllWhenThePeerEndsRightBehindIt() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncReadAll(buffer, 0, 1000, recorder.read);
        pair.client().asyncWriteAll(patterned(1000), 0, 1000, (status, length) -> pair.client().close());
        awaitEvents(1);
        pair.server().asyncReadAll(buffer, 0, 1, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Read(IoStatus.OK, 1000), new Read(IoStatus.END_OF_STREAM, 0));
    }

    @Test
    void readsLessThanAllWhenThePeerResetsAndSaysSo() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().asyncReadAll(buffer, 0, 1000, recorder.read);
        peer.send("abc");
        await(() -> buffer.getByte(2) == 'c');
        peer.reset();
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Read(IoStatus.FAILED, 3));
        assertThat(peer.stream().errno()).isEqualTo(Errno.ECONNRESET.number);
        assertThat(peer.stream().failure()).hasMessage("read "
                + Endpoint.format(peer.stream().remoteAddress()) + ": Connection reset by peer (ECONNRESET)");
    }

    @Test
    void writesLessThanAllWhenThePeerResetsAndSaysSo() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().asyncWriteAll(patterned(LARGE), 0, LARGE, recorder.write);
        turn(20);
        assertThat(recorder.events).isEmpty();
        peer.reset();
        awaitEvents(1);

        Written written = (Written) recorder.events.getFirst();
        assertThat(written.status()).isEqualTo(IoStatus.FAILED);
        assertThat(written.length()).isBetween(1, LARGE - 1);
        assertThat(peer.stream().errno()).isIn(Errno.ECONNRESET.number, Errno.EPIPE.number);
    }

    @Test
    void tellsHowMuchOfACancelledWriteIsOnItsWay() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        pair.client().asyncWriteAll(patterned(LARGE), 0, LARGE, recorder.write);
        turn(20);
        pair.client().cancelWrite();

        Written written = (Written) recorder.events.getFirst();
        assertThat(written.status()).isEqualTo(IoStatus.CANCELLED);
        assertThat(written.length()).isBetween(1, LARGE - 1);
        pair.client().shutdownOutput();
        UnsafeBuffer sink = Buffers.allocate(LARGE);
        pair.server().asyncReadAll(sink, 0, LARGE, recorder.read);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Read(IoStatus.END_OF_STREAM, written.length()));
        assertThat(Buffers.mismatch(sink, 0, written.length(), 0)).isEqualTo(-1);
    }

    @Test
    void tellsHowMuchOfACancelledReadWasRead() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncReadAll(buffer, 0, 1000, recorder.read);
        pair.client().tryWrite(patterned(1000), 0, 300);
        await(() -> buffer.getByte(299) == Buffers.pattern(299));
        pair.server().cancelRead();
        assertThat(recorder.events).containsExactly(new Read(IoStatus.CANCELLED, 300));

        // Nothing is lost: the next read goes on behind it.
        pair.server().asyncReadAll(buffer, 300, 700, recorder.read);
        pair.client().tryWrite(patterned(1000), 300, 700);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Read(IoStatus.OK, 700));
        assertThat(Buffers.mismatch(buffer, 0, 1000, 0)).isEqualTo(-1);
    }

    @Test
    void writesSomeWhenAllWasNotAskedFor() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        pair.client().asyncWrite(patterned(LARGE), 0, LARGE, recorder.write);
        Written written = (Written) recorder.events.getFirst();
        assertThat(written.status()).isEqualTo(IoStatus.OK);
        assertThat(written.length()).isBetween(1, LARGE - 1);
    }

    private static UnsafeBuffer patterned(int length) {
        UnsafeBuffer patterned = Buffers.allocate(length);
        Buffers.fill(patterned, 0, length, 0);
        return patterned;
    }
}
