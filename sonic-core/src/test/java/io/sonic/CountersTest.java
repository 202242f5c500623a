package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;

/**
 * What a reactor counts, and who can see it.
 */
final class CountersTest extends ReactorTest {
    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @Test
    void countsBytes() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        pair.server().asyncReadAll(buffer, 0, 40, recorder.read);
        pair.client().asyncWriteAll(buffer, 0, 40, recorder.write);
        awaitEvents(2);
        pair.server().asyncReadAll(new IoVector(2).add(buffer, 0, 5).add(buffer, 9, 6), recorder.read);
        pair.client().asyncWriteAll(new IoVector(1).add(buffer, 0, 11), recorder.write);
        awaitEvents(4);
        socket.asyncReceive(buffer, 0, 4, recorder.receive);
        // The part that is lost was not received.
        socket.asyncSend(buffer, 0, 7, Endpoint.of(socket.localAddress()), recorder.write);
        awaitEvents(6);
        publish();

        assertThat(value(ReactorCounter.BYTES_READ.typeId())).isEqualTo(40 + 11 + 4);
        assertThat(value(ReactorCounter.BYTES_WRITTEN.typeId())).isEqualTo(40 + 11 + 7);
    }

    @Test
    void countsBytesThatWereMovedByTry() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        pair.client().tryWrite(buffer, 0, 9);
        int[] read = new int[1];
        await(() -> {
            read[0] += Math.max(0, pair.server().tryRead(buffer, 0, 64));
            return read[0] == 9;
        });
        Endpoint self = Endpoint.of(socket.localAddress());
        socket.trySend(buffer, 0, 5, self);
        await(() -> socket.tryReceive(buffer, 0, 64, self) == 5);
        publish();

        assertThat(value(ReactorCounter.BYTES_READ.typeId())).isEqualTo(14);
        assertThat(value(ReactorCounter.BYTES_WRITTEN.typeId())).isEqualTo(14);
    }

    @Test
    void countsBytesOfBatches() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        DatagramBatch batch = new DatagramBatch(3, 16);
        for (int i = 0; i < 3; i++) {
            batch.length(i, 10 + i);
            batch.endpoint(i).set(socket.localAddress());
        }
        batch.count(3);
        int[] received = new int[1];
        socket.asyncSend(batch, (status, count) -> { });
        BatchHandler[] again = new BatchHandler[1];
        again[0] = (status, count) -> {
            received[0] += count;
            if (received[0] < 3) {
                socket.asyncReceive(batch, again[0]);
            }
        };
        socket.asyncReceive(batch, again[0]);
        await(() -> received[0] == 3);
        publish();

        assertThat(value(ReactorCounter.BYTES_READ.typeId())).isEqualTo(33);
        assertThat(value(ReactorCounter.BYTES_WRITTEN.typeId())).isEqualTo(33);
    }

    @Test
    void countsCompletionsAndPosts() {
        for (int i = 0; i < 7; i++) {
            reactor.post(() -> { });
        }
        new Timer(reactor).scheduleOnce(1, recorder.timer("timer"));
        awaitEvents(1);
        await(() -> reactor.posted() == 0);

        assertThat(value(ReactorCounter.COMPLETIONS.typeId())).isEqualTo(8);
        assertThat(value(ReactorCounter.POSTS.typeId())).isEqualTo(7);
        assertThat(value(ReactorCounter.INLINE_COMPLETIONS.typeId())).isZero();
        assertThat(value(ReactorCounter.LONGEST_HANDLER.typeId())).isZero();
    }

    @Test
    void countsWhatWasAttemptedInline() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        publish();
        long before = value(ReactorCounter.INLINE_COMPLETIONS.typeId());
        for (int i = 0; i < 5; i++) {
            stream.asyncWriteAll(buffer, 0, 8, recorder.write);
        }
        publish();

        assertThat(value(ReactorCounter.INLINE_COMPLETIONS.typeId())).isEqualTo(before + 5);
    }

    @Test
    void countsAttemptsForNothing() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        publish();
        long before = value(ReactorCounter.WOULD_BLOCK.typeId());
        for (int i = 0; i < 4; i++) {
            assertThat(stream.tryRead(buffer, 0, 8)).isEqualTo(IoStatus.WOULD_BLOCK.code());
        }
        publish();

        assertThat(value(ReactorCounter.WOULD_BLOCK.typeId())).isEqualTo(before + 4);
    }

    /**
     * {@code pollOne} did not publish.
     */
    @Test
    void publishesByEachWayToRun() {
        List<ToIntFunction<Reactor>> ways = List.of(Reactor::poll, Reactor::pollOne, Reactor::runOne,
                r -> r.runOneFor(1_000_000_000), r -> (int) r.runPending(), Reactor::doWork,
                r -> {
                    r.post(r::stop);
                    return (int) r.run();
                },
                r -> {
                    r.post(r::stop);
                    r.runWarm(1, 1_000_000);
                    return 1;
                });
        int posts = 0;
        for (int i = 0; i < ways.size(); i++) {
            posts += i < 6 ? 1 : 2;
            reactor.post(() -> { });
            assertThat(ways.get(i).applyAsInt(reactor)).isPositive();
            assertThat(value(ReactorCounter.POSTS.typeId())).as("by way " + i).isEqualTo(posts);
        }
    }

    @Test
    void canBeReadByAnotherThreadWhileTheReactorRuns() throws InterruptedException {
        int rounds = 20_000;
        CountersReader reader = reactor.counters();
        int counterId = find(reader, ReactorCounter.POSTS.typeId());
        List<String> backwards = new ArrayList<>();
        Thread observer = new Thread(() -> {
            long last = 0;
            while (last < rounds) {
                long now = reader.getCounterValue(counterId);
                if (now < last) {
                    backwards.add(last + " to " + now);
                }
                last = now;
                Thread.onSpinWait();
            }
        });
        observer.start();
        for (int i = 0; i < rounds; i++) {
            reactor.post(() -> { });
            reactor.poll();
        }
        observer.join(20_000);

        assertThat(observer.isAlive()).as("sees the last figure").isFalse();
        assertThat(backwards).isEmpty();
    }

    @Test
    void measuresTheLongestHandlerWhereItIsAskedTo() throws IOException {
        Reactor measuring = open(context().slowHandlerThresholdNs(1));
        measuring.post(() -> spin(300_000));
        measuring.poll();
        measuring.post(() -> spin(3_000_000));
        measuring.poll();
        measuring.post(() -> { });
        measuring.poll();

        long longest = measuring.counters().getCounterValue(
                find(measuring.counters(), ReactorCounter.LONGEST_HANDLER.typeId()));
        assertThat(longest).isGreaterThanOrEqualTo(3_000_000);
        assertThatIllegalArgumentException().isThrownBy(() -> context().slowHandlerThresholdNs(-1))
                .withMessage("negative threshold: -1 ns");
    }

    @Test
    void usesTheManagerThatItIsGiven() throws IOException {
        CountersManager manager = manager(32);
        Reactor left = open(context().countersManager(manager).name("left"));
        Reactor right = open(context().countersManager(manager).name("right"));
        left.post(() -> { });
        left.poll();
        right.post(() -> { });
        right.post(() -> { });
        right.poll();
        List<String> posts = new ArrayList<>();
        manager.forEach((counterId, typeId, key, label) -> {
            if (typeId == ReactorCounter.POSTS.typeId()) {
                posts.add(label + " " + manager.getCounterValue(counterId));
            }
        });

        assertThat(left.counters()).isSameAs(manager);
        assertThat(posts).containsExactly("left: posts 1", "right: posts 2");

        left.close();
        right.close();
        List<String> labels = new ArrayList<>();
        manager.forEach((counterId, typeId, key, label) -> labels.add(label));
        assertThat(labels).isEmpty();
    }

    @Test
    void labelsEachByTheNameOfTheReactor() {
        List<String> labels = new ArrayList<>();
        reactor.counters().forEach((counterId, typeId, key, label) -> labels.add(typeId + " " + label));

        assertThat(labels).containsExactly("7001 sonic-reactor: completions", "7002 sonic-reactor: bytes read",
                "7003 sonic-reactor: bytes written", "7004 sonic-reactor: would block",
                "7005 sonic-reactor: inline completions", "7006 sonic-reactor: posts",
                "7007 sonic-reactor: longest handler in ns");
    }

    /**
     * The descriptors that were open by then leaked, and the counters that there was room for.
     */
    @Test
    void leavesNothingBehindWhereTheManagerHasNoRoom() {
        CountersManager manager = manager(3);

        for (int i = 0; i < 3; i++) {
            assertThatIllegalStateException().isThrownBy(() -> open(context().countersManager(manager)))
                    .withMessageContaining("counter");
        }
        List<String> labels = new ArrayList<>();
        manager.forEach((counterId, typeId, key, label) -> labels.add(label));
        assertThat(labels).isEmpty();
    }

    /**
     * Has what was counted outside of a turn be published.
     */
    private void publish() {
        reactor.post(() -> { });
        reactor.poll();
    }

    private long value(int type) {
        return reactor.counters().getCounterValue(find(reactor.counters(), type));
    }

    private static int find(CountersReader reader, int type) {
        int[] found = {CountersReader.NULL_COUNTER_ID};
        reader.forEach((counterId, typeId, key, label) -> {
            if (typeId == type) {
                found[0] = counterId;
            }
        });
        return found[0];
    }

    private static CountersManager manager(int counters) {
        return new CountersManager(
                new UnsafeBuffer(ByteBuffer.allocateDirect(counters * CountersReader.METADATA_LENGTH)),
                new UnsafeBuffer(ByteBuffer.allocateDirect(counters * CountersReader.COUNTER_LENGTH)));
    }

    private static void spin(long ns) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < ns) {
            Thread.onSpinWait();
        }
    }
}
