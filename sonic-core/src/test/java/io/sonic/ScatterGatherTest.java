package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads into, and writes from, several regions in order.
 */
final class ScatterGatherTest extends ReactorTest {
    private static final int[] LENGTHS = {3, 0, 1, 5, 0, 2};
    private static final int TOTAL = 11;
    /**
     * Of the bytes of the short tests in the test stream, whose first byte is 0 as memory that was not touched is.
     */
    private static final int START = 1;

    private final UnsafeBuffer memory = Buffers.allocate(256);

    @Test
    void fillsRegionsInOrderWhereverTheBytesAreCut() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UnsafeBuffer out = Buffers.allocate(TOTAL);
        Buffers.fill(out, 0, TOTAL, START);
        for (int cut = 1; cut < TOTAL; cut++) {
            recorder.events.clear();
            memory.setMemory(0, memory.capacity(), (byte) 0);
            IoVector vector = apart(memory);
            pair.server().asyncReadAll(vector, recorder.read);
            pair.client().asyncWriteAll(out, 0, cut, (status, length) -> { });
            byte last = Buffers.pattern(START + cut - 1);
            int place = placeOf(vector, cut - 1);
            await(() -> memory.getByte(place) == last);
            assertThat(recorder.events).isEmpty();

            pair.client().asyncWriteAll(out, cut, TOTAL - cut, (status, length) -> { });
            awaitEvents(1);

            assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, TOTAL));
            assertThat(gather(vector)).as("cut at " + cut).isEqualTo(pattern(TOTAL));
            assertThat(untouched(vector)).as("between the regions, cut at " + cut).isTrue();
        }
    }

    @Test
    void readsWhatIsThere() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        for (int there = 1; there <= TOTAL + 1; there++) {
            recorder.events.clear();
            UnsafeBuffer out = Buffers.allocate(there);
            Buffers.fill(out, 0, there, START);
            IoVector vector = apart(memory);
            pair.server().asyncRead(vector, recorder.read);
            pair.client().asyncWriteAll(out, 0, there, (status, length) -> { });
            awaitEvents(1);

            int expected = Math.min(there, TOTAL);
            assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, expected));
            assertThat(gather(vector).subList(0, expected)).isEqualTo(pattern(expected));
            if (there > TOTAL) {
                assertThat(pair.server().tryRead(memory, 0, 8)).isEqualTo(1);
            }
        }
    }

    @Test
    @Tag("epoll")
    void writesRegionsInOrderWhereverTheSystemStops() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        Reactor rigged = watched(new Reactor(context(), backend));
        TcpPair pair = TcpPair.connect(rigged);
        RiggedSocket socket = (RiggedSocket) pair.client().socket;
        UnsafeBuffer in = Buffers.allocate(TOTAL);
        for (int first = 1; first < TOTAL; first++) {
            for (int second = 1; second <= TOTAL - first; second++) {
                recorder.events.clear();
                IoVector vector = apart(memory);
                scatter(vector);
                backend.shorten(first, second);
                pair.client().asyncWriteAll(vector, recorder.write);
                while (recorder.events.isEmpty()) {
                    // The kernel says so when it has room again.
                    socket.channel.onReadiness(DescriptorChannel.WRITABLE);
                    rigged.poll();
                }
                assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, TOTAL));
                pair.server().asyncReadAll(in, 0, TOTAL, recorder.read);
                Await.until(rigged, () -> recorder.count() == 2);
                assertThat(Buffers.mismatch(in, 0, TOTAL, START)).as("stops after " + first + " and " + second)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    @Tag("epoll")
    void tellsHowMuchTheSystemTook() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        Reactor rigged = watched(new Reactor(context(), backend));
        TcpPair pair = TcpPair.connect(rigged);
        IoVector vector = apart(memory);
        backend.shorten(7);

        pair.client().asyncWrite(vector, recorder.write);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 7));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void movesAStreamThroughRandomRegionsOnBothSides(long seed) throws IOException {
        int total = 600_000;
        Random random = new Random(seed);
        TcpPair pair = TcpPair.connectNarrow(reactor);
        long[] written = new long[1];
        long[] read = new long[1];
        UnsafeBuffer out = Buffers.allocate(64 * 1024);
        UnsafeBuffer in = Buffers.allocate(64 * 1024);
        IoVector from = new IoVector(64);
        IoVector to = new IoVector(64);
        WriteHandler[] writeOn = new WriteHandler[1];
        writeOn[0] = (status, length) -> {
            assertThat(status).isEqualTo(IoStatus.OK);
            assertThat(length).isEqualTo(from.length());
            written[0] += length;
            if (written[0] < total) {
                randomRegions(random, from, out);
                fill(from, written[0]);
                pair.client().asyncWriteAll(from, writeOn[0]);
            }
        };
        ReadHandler[] readOn = new ReadHandler[1];
        boolean[] all = new boolean[1];
        readOn[0] = (status, length) -> {
            if (status == IoStatus.CANCELLED) {
                return;
            }
            assertThat(status).isEqualTo(IoStatus.OK);
            if (all[0]) {
                assertThat(length).isEqualTo(to.length());
            }
            check(to, length, read[0]);
            read[0] += length;
            randomRegions(random, to, in);
            // What is less than all may still come; the rest of the stream ends the test.
            all[0] = random.nextBoolean() && read[0] + to.length() <= total;
            if (all[0]) {
                pair.server().asyncReadAll(to, readOn[0]);
            } else {
                pair.server().asyncRead(to, readOn[0]);
            }
        };
        randomRegions(random, to, in);
        pair.server().asyncRead(to, readOn[0]);
        randomRegions(random, from, out);
        fill(from, 0);
        pair.client().asyncWriteAll(from, writeOn[0]);

        await(() -> written[0] >= total && read[0] == written[0]);
        pair.server().cancelRead();
    }

    @Test
    void movesAsManyRegionsAsTheSystemTakes() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UnsafeBuffer out = Buffers.allocate(IoVector.MAX_CAPACITY);
        UnsafeBuffer in = Buffers.allocate(IoVector.MAX_CAPACITY);
        IoVector from = new IoVector(IoVector.MAX_CAPACITY);
        IoVector to = new IoVector(IoVector.MAX_CAPACITY);
        for (int i = 0; i < IoVector.MAX_CAPACITY; i++) {
            from.add(out, i, 1);
            to.add(in, i, 1);
        }
        fill(from, 0);

        pair.server().asyncReadAll(to, recorder.read);
        pair.client().asyncWriteAll(from, recorder.write);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, IoVector.MAX_CAPACITY),
                new Recorder.Read(IoStatus.OK, IoVector.MAX_CAPACITY));
        check(to, IoVector.MAX_CAPACITY, 0);
    }

    @Test
    void completesAtOnceWithoutBytes() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        IoVector empty = new IoVector(1);
        IoVector emptyRegions = new IoVector(2).add(memory, 0, 0).add(memory, 9, 0);

        stream.asyncRead(empty, recorder.read);
        stream.asyncReadAll(emptyRegions, recorder.read);
        stream.asyncWrite(empty, recorder.write);
        stream.asyncWriteAll(emptyRegions, recorder.write);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.OK, 0), new Recorder.Read(IoStatus.OK, 0),
                new Recorder.Written(IoStatus.OK, 0), new Recorder.Written(IoStatus.OK, 0));
    }

    @Test
    void tellsHowMuchCameBeforeTheEnd() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        IoVector vector = apart(memory);
        pair.server().asyncReadAll(vector, recorder.read);
        pair.client().asyncWrite(Buffers.of("abcd"), 0, 4, (status, length) -> { });
        pair.client().close();
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 4));
        assertThat(memory.getByte(vector.offset(2))).isEqualTo((byte) 'd');
    }

    @Test
    void canBeUsedAgainAsItIs() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        IoVector from = new IoVector(2).add(Buffers.of("ab"), 0, 2).add(Buffers.of("c"), 0, 1);
        for (int i = 1; i <= 3; i++) {
            pair.client().asyncWriteAll(from, (status, length) -> { });
            pair.server().asyncReadAll(memory, 0, 3, recorder.read);
            awaitEvents(i);
            assertThat(Buffers.text(memory, 0, 3)).isEqualTo("abc");
        }
        // And where the last use ended early.
        IoVector to = new IoVector(2).add(memory, 100, 2).add(memory, 110, 2);
        pair.server().asyncReadAll(to, recorder.read);
        pair.client().asyncWriteAll(from, (status, length) -> { });
        await(() -> memory.getByte(110) == 'c');
        pair.server().cancelRead();
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.CANCELLED, 3));
        pair.server().asyncReadAll(to, recorder.read);
        pair.client().asyncWriteAll(Buffers.of("wxyz"), 0, 4, (status, length) -> { });
        awaitEvents(5);
        assertThat(Buffers.text(memory, 100, 2) + Buffers.text(memory, 110, 2)).isEqualTo("wxyz");
    }

    /**
     * The nio backend went on with what the buffer had wrapped before.
     */
    @Test
    void usesWhatABufferWrapsNow() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UnsafeBuffer[] memories = {Buffers.allocate(8), Buffers.allocate(8)};
        UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        for (int i = 0; i < 4; i++) {
            buffer.wrap(memories[i % 2].byteBuffer(), i, 4);
            buffer.putStringWithoutLengthAscii(0, "out" + i);
            pair.client().asyncWriteAll(buffer, 0, 4, (status, length) -> { });
            buffer.putStringWithoutLengthAscii(0, "----");
            pair.server().asyncReadAll(buffer, 0, 4, recorder.read);
            awaitEvents(i + 1);
            assertThat(Buffers.text(memories[i % 2], i, 4)).isEqualTo("out" + i);
        }
    }

    @Test
    void isOneOperationOfItsDirection() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        IoVector vector = apart(memory);
        pair.server().asyncRead(vector, recorder.read);

        assertThatIllegalStateException().isThrownBy(() -> pair.server().asyncRead(vector, recorder.read))
                .withMessage("a read is in flight already");
        assertThatIllegalStateException().isThrownBy(() -> pair.server().asyncReadAll(memory, 0, 1, recorder.read))
                .withMessage("a read is in flight already");
        pair.server().close();

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CLOSED, 0));
    }

    @Test
    void acceptsNothingWithoutAVectorOrAHandler() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();

        assertThatNullPointerException().isThrownBy(() -> stream.asyncRead(null, recorder.read));
        assertThatNullPointerException().isThrownBy(() -> stream.asyncWriteAll(apart(memory), null));

        assertThat(reactor.pending()).isZero();
        stream.asyncWrite(apart(memory), recorder.write);
        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, TOTAL));
    }

    /**
     * Regions with room between them, the last one first.
     */
    private static IoVector apart(UnsafeBuffer memory) {
        IoVector vector = new IoVector(LENGTHS.length);
        for (int i = 0; i < LENGTHS.length; i++) {
            vector.add(memory, (LENGTHS.length - i) * 16, LENGTHS[i]);
        }
        return vector;
    }

    private static void randomRegions(Random random, IoVector vector, UnsafeBuffer memory) {
        vector.clear();
        int count = 1 + random.nextInt(64);
        int place = 0;
        for (int i = 0; i < count; i++) {
            int length = random.nextInt(10) == 0 ? 0 : random.nextInt(900);
            vector.add(memory, place, length);
            place += length + random.nextInt(100);
        }
        if (vector.length() == 0) {
            randomRegions(random, vector, memory);
        }
    }

    /**
     * Where the byte of an index in the stream of all regions is.
     */
    private static int placeOf(IoVector vector, int index) {
        int region = 0;
        int left = index;
        while (left >= vector.length(region)) {
            left -= vector.length(region++);
        }
        return vector.offset(region) + left;
    }

    private void scatter(IoVector vector) {
        memory.setMemory(0, memory.capacity(), (byte) 0);
        fill(vector, START);
    }

    private static void fill(IoVector vector, long position) {
        long at = position;
        for (int i = 0; i < vector.count(); i++) {
            Buffers.fill((UnsafeBuffer) vector.buffer(i), vector.offset(i), vector.length(i), at);
            at += vector.length(i);
        }
    }

    private static void check(IoVector vector, int length, long position) {
        long at = position;
        for (int i = 0; i < vector.count(); i++) {
            int there = (int) Math.min(vector.length(i), position + length - at);
            assertThat(Buffers.mismatch(vector.buffer(i), vector.offset(i), there, at)).isEqualTo(-1);
            at += there;
        }
    }

    private static List<Byte> gather(IoVector vector) {
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < vector.count(); i++) {
            for (int b = 0; b < vector.length(i); b++) {
                bytes.add(vector.buffer(i).getByte(vector.offset(i) + b));
            }
        }
        return bytes;
    }

    private static List<Byte> pattern(int length) {
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            bytes.add(Buffers.pattern(START + i));
        }
        return bytes;
    }

    private boolean untouched(IoVector vector) {
        long all = 0;
        for (int i = 0; i < memory.capacity(); i++) {
            all += memory.getByte(i) & 0xFF;
        }
        for (byte b : gather(vector)) {
            all -= b & 0xFF;
        }
        return all == 0;
    }
}
