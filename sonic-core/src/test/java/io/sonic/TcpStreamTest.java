package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.sonic.Recorder.Read;
import io.sonic.Recorder.Written;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reading from, writing to and ending a connection.
 */
final class TcpStreamTest extends ReactorTest {
    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @Test
    void readsWhatIsThereAndNoMoreThanItMay() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().asyncWriteAll(Buffers.of("abcdefgh"), 0, 8, (status, length) -> { });
        pair.server().asyncRead(buffer, 3, 5, recorder.read);
        awaitEvents(1);
        pair.server().asyncRead(buffer, 10, 20, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Read(IoStatus.OK, 5), new Read(IoStatus.OK, 3));
        assertThat(Buffers.text(buffer, 3, 5)).isEqualTo("abcde");
        assertThat(Buffers.text(buffer, 10, 3)).isEqualTo("fgh");
        assertThat(buffer.getByte(2)).isZero();
        assertThat(buffer.getByte(8)).isZero();
        assertThat(buffer.getByte(13)).isZero();
    }

    @Test
    void writesFromTheMiddleOfABuffer() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().asyncWriteAll(Buffers.of("0123456789"), 3, 4, recorder.write);
        assertThat(peer.receive(4)).isEqualTo("3456");
        assertThat(recorder.events).containsExactly(new Written(IoStatus.OK, 4));
    }

    @Test
    void completesWhatHasNoLengthAtOnceAndSaysNothingAboutThePeer() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        TcpStream stream = pair.server();
        stream.asyncRead(buffer, 0, 0, recorder.read);
        stream.asyncReadAll(buffer, 64, 0, recorder.read);
        stream.asyncWrite(buffer, 0, 0, recorder.write);
        stream.asyncWriteAll(buffer, 64, 0, recorder.write);
        assertThat(stream.tryRead(buffer, 0, 0)).isZero();
        assertThat(stream.tryWrite(buffer, 0, 0)).isZero();
        assertThat(recorder.events).containsExactly(new Read(IoStatus.OK, 0), new Read(IoStatus.OK, 0),
                new Written(IoStatus.OK, 0), new Written(IoStatus.OK, 0));

        pair.client().close();
        await(() -> stream.tryRead(buffer, 0, 1) == IoStatus.END_OF_STREAM.code());
        stream.asyncRead(buffer, 0, 0, recorder.read);
        assertThat(recorder.events.getLast()).isEqualTo(new Read(IoStatus.OK, 0));
        assertThat(stream.tryRead(buffer, 0, 0)).isZero();
    }

    @Test
    void reportsTheEndOfTheStreamEveryTime() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().close();
        for (int i = 1; i <= 3; i++) {
            pair.server().asyncRead(buffer, 0, 8, recorder.read);
            awaitEvents(i);
        }
        assertThat(recorder.events).hasSize(3).containsOnly(new Read(IoStatus.END_OF_STREAM, 0));
        assertThat(pair.server().tryRead(buffer, 0, 8)).isEqualTo(IoStatus.END_OF_STREAM.code());
        assertThat(pair.server().failure()).isNull();
        assertThat(pair.server().isOpen()).isTrue();
    }

    @Test
    void reportsTheEndOfTheStreamToAReadThatWaits() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        turn(10);
        pair.client().close();
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.END_OF_STREAM, 0));
    }

    @Test
    void goesOnReadingWhenItsOwnOutputIsShut() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().asyncWriteAll(Buffers.of("last"), 0, 4, (status, length) -> { });
        pair.client().shutdownOutput();
        pair.server().asyncReadAll(buffer, 0, 8, recorder.read);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.END_OF_STREAM, 4));

        pair.client().asyncRead(buffer, 8, 8, recorder.read);
        pair.server().asyncWriteAll(Buffers.of("reply"), 0, 5, (status, length) -> { });
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Read(IoStatus.OK, 5));
        assertThat(Buffers.text(buffer, 8, 5)).isEqualTo("reply");

        pair.client().asyncWrite(buffer, 0, 1, recorder.write);
        assertThat(recorder.events.getLast()).isEqualTo(new Written(IoStatus.FAILED, 0));
        assertThat(pair.client().errno()).isEqualTo(Errno.EPIPE.number);
        assertThat(pair.client().failure()).hasMessage(
                "write " + Endpoint.format(pair.client().remoteAddress()) + ": Broken pipe (EPIPE)");
    }

    @Test
    void failsToReadOnceThePeerHasReset() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.reset();
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.FAILED, 0));
        assertThat(peer.stream().errno()).isEqualTo(Errno.ECONNRESET.number);

        // It stays so: what is cut is no end.
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Read(IoStatus.FAILED, 0));
        assertThat(peer.stream().tryRead(buffer, 0, 8)).isEqualTo(IoStatus.FAILED.code());
        assertThat(peer.stream().errno()).isEqualTo(Errno.ECONNRESET.number);
    }

    /**
     * The kernel tells of the reset once.
     */
    @Test
    void doesNotTakeAResetForAnEndWhereAWriteWasToldOfItFirst() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.reset();
        await(() -> peer.stream().tryWrite(buffer, 0, 8) == IoStatus.FAILED.code());
        assertThat(peer.stream().errno()).isEqualTo(Errno.ECONNRESET.number);

        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Read(IoStatus.FAILED, 0));
        assertThat(peer.stream().failure()).hasMessageEndingWith("Connection reset by peer (ECONNRESET)");
    }

    @Test
    void failsToWriteOnceThePeerHasReset() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.reset();
        List<Object> events = recorder.events;
        await(() -> {
            peer.stream().asyncWrite(buffer, 0, 8, recorder.write);
            return events.getLast().equals(new Written(IoStatus.FAILED, 0));
        });
        assertThat(peer.stream().errno()).isIn(Errno.ECONNRESET.number, Errno.EPIPE.number);
        assertThat(peer.stream().failure()).isInstanceOf(SocketException.class);
    }

    @Test
    void tellsTheErrorNumberOfATry() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        assertThat(peer.stream().errno()).isZero();
        assertThat(peer.stream().failure()).isNull();
        peer.reset();
        await(() -> peer.stream().tryRead(buffer, 0, 8) == IoStatus.FAILED.code());
        assertThat(peer.stream().errno()).isEqualTo(Errno.ECONNRESET.number);
        assertThat(peer.stream().failure()).hasMessageEndingWith("Connection reset by peer (ECONNRESET)");
    }

    @Test
    void triesWithoutTheLoop() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        assertThat(peer.stream().tryRead(buffer, 0, 8)).isEqualTo(IoStatus.WOULD_BLOCK.code());
        assertThat(peer.stream().tryWrite(Buffers.of("abc"), 0, 3)).isEqualTo(3);
        assertThat(peer.receive(3)).isEqualTo("abc");
        for (int i = 0; i < 100; i++) {
            peer.send("tick");
            // Nobody turns the reactor: a try asks the system, whatever the loop knows.
            Await.until(() -> peer.stream().tryRead(buffer, 0, 8) == 4);
        }
    }

    @Test
    void readsAsynchronouslyAfterTriesThatFoundNothing() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        for (int i = 1; i <= 50; i++) {
            assertThat(peer.stream().tryRead(buffer, 0, 8)).isEqualTo(IoStatus.WOULD_BLOCK.code());
            peer.stream().asyncRead(buffer, 0, 8, recorder.read);
            peer.send("tick");
            awaitEvents(i);
        }
        assertThat(recorder.events).containsOnly(new Read(IoStatus.OK, 4));
    }

    @Test
    void staysUsableWhenAReadWasCancelled() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.server().cancelRead();
        pair.server().cancelRead();
        pair.client().asyncWriteAll(Buffers.of("abc"), 0, 3, (status, length) -> { });
        pair.server().asyncWriteAll(Buffers.of("xyz"), 0, 3, (status, length) -> { });
        turn(5);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncRead(buffer, 8, 8, recorder.read);
        awaitEvents(3);
        assertThat(recorder.events).containsExactly(
                new Read(IoStatus.CANCELLED, 0), new Read(IoStatus.OK, 3), new Read(IoStatus.OK, 3));
        assertThat(Buffers.text(buffer, 0, 3)).isEqualTo("abc");
    }

    @Test
    void cancelsOneDirectionOnly() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        TcpPair.fill(reactor, pair.client());
        pair.client().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncWrite(buffer, 0, 8, recorder.write);
        pair.client().cancelWrite();
        assertThat(recorder.events).containsExactly(new Written(IoStatus.CANCELLED, 0));
        pair.client().asyncWrite(buffer, 0, 8, recorder.write);
        pair.client().cancelRead();
        assertThat(recorder.events).containsExactly(
                new Written(IoStatus.CANCELLED, 0), new Read(IoStatus.CANCELLED, 0));
        pair.client().cancel();
        assertThat(recorder.events).hasSize(3);
    }

    @Test
    void canBeClosedInItsOwnHandlers() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        long before = Descriptors.count();
        pair.server().asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            pair.server().close();
        });
        pair.client().asyncWrite(buffer, 8, 8, (status, length) -> {
            recorder.write.onWrite(status, length);
            pair.client().close();
        });
        awaitEvents(2);
        assertThat(recorder.events).containsExactly(new Written(IoStatus.OK, 8), new Read(IoStatus.OK, 8));
        assertThat(Descriptors.count()).isEqualTo(before - 2);
    }

    @Test
    void canBeClosedByTheHandlerOfItsOtherDirectionInTheSameTurn() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        long written = TcpPair.fill(reactor, pair.client());
        pair.client().asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            pair.client().close();
        });
        pair.client().asyncWrite(buffer, 8, 8, recorder.write);
        UnsafeBuffer sink = Buffers.allocate((int) written);
        pair.server().asyncWrite(buffer, 16, 4, (status, length) -> { });
        pair.server().asyncReadAll(sink, 0, (int) written, (status, length) -> { });
        awaitEvents(2);
        assertThat(recorder.events).hasSize(2).contains(new Read(IoStatus.OK, 4));
    }

    @Test
    void isNotTouchedByAnEventForTheDescriptorItInherits() throws IOException {
        TcpPair old = TcpPair.connect(reactor);
        old.server().asyncRead(buffer, 0, 8, recorder.read);
        old.client().asyncWrite(buffer, 16, 8, (status, length) -> { });
        // In the turn that fetches the readiness of the old stream, its descriptor goes to a new one.
        List<TcpStream> opened = new ArrayList<>();
        Recorder other = new Recorder();
        reactor.post(() -> {
            old.server().close();
            try {
                UdpSocket.open(reactor, Loopback.IPV4.anyPort()).asyncReceive(buffer, 32, 8, other.receive);
            } catch (IOException e) {
                thrown.add(e);
            }
        });
        turn(20);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.CLOSED, 0));
        assertThat(other.events).isEmpty();
        assertThat(opened).isEmpty();
    }

    @Test
    @Tag("epoll")
    void readsOnBehindBytesThatAreSentOutOfBand() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        StringBuilder text = new StringBuilder();
        ReadHandler[] handler = new ReadHandler[1];
        handler[0] = (status, length) -> {
            text.append(Buffers.text(buffer, 0, length));
            if (status == IoStatus.OK) {
                peer.stream().asyncRead(buffer, 0, 64, handler[0]);
            }
        };
        // The kernel ends a read at the urgent mark: such a short read does not mean that nothing is left.
        peer.send("before");
        peer.socket().sendUrgentData('!');
        peer.send("behind");
        turn(5);
        peer.stream().asyncRead(buffer, 0, 64, handler[0]);
        await(() -> text.toString().contains("before"));
        await(() -> text.toString().contains("behind"));
        assertThat(text.toString()).isEqualTo("beforebehind");

        for (int i = 0; i < 20; i++) {
            text.setLength(0);
            peer.send("more");
            peer.socket().sendUrgentData('!');
            peer.send("and more");
            await(() -> text.toString().equals("moreand more"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void losesNothingWhenDataAndTheEndArriveTogether(boolean waits) throws IOException {
        for (int round = 0; round < 50; round++) {
            recorder.events.clear();
            Peer peer = closing(Peer.connect(reactor));
            if (waits) {
                peer.stream().asyncRead(buffer, 0, 64, recorder.read);
                turn(2);
            }
            peer.send("last words");
            peer.close();
            if (!waits) {
                peer.stream().asyncRead(buffer, 0, 64, recorder.read);
            }
            awaitEvents(1);
            peer.stream().asyncRead(buffer, 0, 64, recorder.read);
            awaitEvents(2);
            assertThat(recorder.events).containsExactly(
                    new Read(IoStatus.OK, 10), new Read(IoStatus.END_OF_STREAM, 0));
            peer.stream().close();
        }
    }

    @Test
    void losesNoEndThatArrivesBetweenTheEventAndTheRead() throws IOException {
        for (int round = 0; round < 50; round++) {
            recorder.events.clear();
            Peer peer = closing(Peer.connect(reactor));
            peer.stream().asyncRead(buffer, 0, 64, recorder.read);
            turn(2);
            peer.send("data");
            // In the turn that fetched the readiness, before the read: the end comes too.
            reactor.post(() -> closeQuietly(peer));
            awaitEvents(1);
            peer.stream().asyncRead(buffer, 0, 64, recorder.read);
            awaitEvents(2);
            assertThat(recorder.events).containsExactly(
                    new Read(IoStatus.OK, 4), new Read(IoStatus.END_OF_STREAM, 0));
            peer.stream().close();
        }
    }

    @Test
    void losesNoEndThatArrivesAfterAShortRead() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.send("data");
        peer.stream().asyncRead(buffer, 0, 64, recorder.read);
        awaitEvents(1);
        turn(5);
        peer.close();
        turn(5);
        peer.stream().asyncRead(buffer, 0, 64, recorder.read);
        awaitEvents(2);
        assertThat(recorder.events).containsExactly(new Read(IoStatus.OK, 4), new Read(IoStatus.END_OF_STREAM, 0));
    }

    static Stream<BiConsumer<TcpStream, DirectBuffer>> callsWithARegion() {
        ReadHandler noRead = (status, length) -> {
            throw new AssertionError("the read was refused");
        };
        WriteHandler noWrite = (status, length) -> {
            throw new AssertionError("the write was refused");
        };
        return Stream.of(
                (stream, region) -> stream.asyncRead((UnsafeBuffer) region, 8, 8, noRead),
                (stream, region) -> stream.asyncReadAll((UnsafeBuffer) region, 8, 8, noRead),
                (stream, region) -> stream.asyncWrite(region, 8, 8, noWrite),
                (stream, region) -> stream.asyncWriteAll(region, 8, 8, noWrite),
                (stream, region) -> stream.tryRead((UnsafeBuffer) region, 8, 8),
                (stream, region) -> stream.tryWrite(region, 8, 8));
    }

    @ParameterizedTest
    @MethodSource("callsWithARegion")
    void refusesABufferOnTheHeap(BiConsumer<TcpStream, DirectBuffer> call) throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        assertThatIllegalArgumentException().isThrownBy(() -> call.accept(stream, new UnsafeBuffer(new byte[64])))
                .withMessage("the buffer is on the heap: use one over a direct ByteBuffer or a native MemorySegment");
        assertThat(reactor.pending()).isZero();
    }

    @ParameterizedTest
    @MethodSource("callsWithARegion")
    void refusesARegionOutsideOfItsBuffer(BiConsumer<TcpStream, DirectBuffer> call) throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> call.accept(stream, Buffers.allocate(15)))
                .withMessage("offset 8 and length 8 are outside of a buffer of 15 bytes");
        assertThatNullPointerException().isThrownBy(() -> call.accept(stream, null));
        assertThat(reactor.pending()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, -1", "0, 65", "64, 1", "65, 0", "2147483647, 1", "1, 2147483647", "-2147483648, 0"})
    void refusesARegionThatNoBufferHas(int offset, int length) throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> stream.asyncRead(buffer, offset, length, recorder.read));
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void takesTheWholeBufferAndItsEnd() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().asyncWriteAll(buffer, 0, 64, recorder.write);
        pair.server().asyncReadAll(Buffers.allocate(64), 0, 64, recorder.read);
        awaitEvents(2);
        pair.client().asyncWriteAll(buffer, 63, 1, recorder.write);
        pair.server().asyncReadAll(buffer, 63, 1, recorder.read);
        awaitEvents(4);
        assertThat(recorder.events).containsExactly(new Written(IoStatus.OK, 64), new Read(IoStatus.OK, 64),
                new Written(IoStatus.OK, 1), new Read(IoStatus.OK, 1));
    }

    @Test
    void takesOtherKindsOfBuffersOffTheHeap() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        ExpandableDirectByteBuffer expandable = new ExpandableDirectByteBuffer(64);
        expandable.putStringWithoutLengthAscii(0, "expandable");
        pair.client().asyncWriteAll(expandable, 0, 10, recorder.write);
        UnsafeBuffer slice = new UnsafeBuffer(buffer, 16, 10);
        pair.server().asyncReadAll(slice, 0, 10, recorder.read);
        awaitEvents(2);
        assertThat(Buffers.text(buffer, 16, 10)).isEqualTo("expandable");
    }

    @Test
    void refusesToDoWithoutAHandler() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        assertThatNullPointerException().isThrownBy(() -> stream.asyncRead(buffer, 0, 8, null))
                .withMessage("handler");
        assertThatNullPointerException().isThrownBy(() -> stream.asyncReadAll(buffer, 0, 8, null))
                .withMessage("handler");
        assertThatNullPointerException().isThrownBy(() -> stream.asyncWrite(buffer, 0, 8, null))
                .withMessage("handler");
        assertThatNullPointerException().isThrownBy(() -> stream.asyncWriteAll(buffer, 0, 8, null))
                .withMessage("handler");
        assertThat(reactor.pending()).isZero();
        stream.asyncRead(buffer, 0, 8, recorder.read);
        assertThat(reactor.pending()).isEqualTo(1);
    }

    private void closeQuietly(Peer peer) {
        try {
            peer.close();
        } catch (IOException e) {
            thrown.add(e);
        }
    }
}
