package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.BindException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Datagrams of the unix domain.
 */
@Tag("epoll")
final class UnixDatagramTest extends ReactorTest {
    @TempDir
    private Path directory;
    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private final List<String> received = new ArrayList<>();
    private UnixDomainSocketAddress address;
    private UnixDatagramSocket receiver;
    private UnixDatagramSocket sender;
    private Endpoint destination;

    @BeforeEach
    void openSockets() throws IOException {
        address = UnixDomainSocketAddress.of(directory.resolve("receiver"));
        destination = new Endpoint().set(address);
        receiver = UnixDatagramSocket.open(reactor, address);
        sender = UnixDatagramSocket.open(reactor);
    }

    @Test
    void receivesFromAPath() throws IOException {
        UnixDomainSocketAddress own = UnixDomainSocketAddress.of(directory.resolve("sender"));
        UnixDatagramSocket named = UnixDatagramSocket.open(reactor, own);
        receive();
        named.asyncSend(Buffers.of("abc"), 0, 3, destination, recorder.write);
        await(() -> !received.isEmpty());

        assertThat(received).containsExactly("OK abc from " + own);
        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 3));
        assertThat(named).hasToString("UnixDatagramSocket " + own);
    }

    @Test
    void receivesFromASocketWithoutAPath() {
        receive();
        sender.asyncSend(Buffers.of("abc"), 0, 3, destination, recorder.write);
        await(() -> !received.isEmpty());

        assertThat(received).containsExactly("OK abc from no address");
        assertThat(sender).hasToString("UnixDatagramSocket unbound datagram socket");
    }

    @Test
    void receivesFromAnAbstractName() {
        String name = "sonic-test-" + System.nanoTime();
        try (UnixAddresses.Named named =
                UnixAddresses.Named.bind(LinuxSockets.SOCK_DGRAM, UnixAddresses.ofAbstractName(name))) {
            named.send("abc", destination);
            receive();
            await(() -> !received.isEmpty());

            assertThat(received).containsExactly("OK abc from @" + name);
        }
    }

    @Test
    void answersToWhereItCameFrom() throws IOException {
        UnixDatagramSocket named =
                UnixDatagramSocket.open(reactor, UnixDomainSocketAddress.of(directory.resolve("sender")));
        receiver.asyncReceive(buffer, 0, 64, (status, length, source) ->
                receiver.asyncSend(buffer, 0, length, source, recorder.write));
        named.asyncSend(Buffers.of("echo"), 0, 4, destination, recorder.write);
        UnsafeBuffer in = Buffers.allocate(8);
        named.asyncReceive(in, 0, 8, (status, length, source) -> received.add(
                Buffers.text(in, 0, length) + " from " + source));
        await(() -> !received.isEmpty());

        assertThat(received).containsExactly("echo from " + address);
    }

    @Test
    void tellsTruncatedAndEmptyOnesApart() {
        sender.trySend(Buffers.of("long"), 0, 4, destination);
        sender.trySend(Buffers.of(" "), 0, 0, destination);
        sender.trySend(Buffers.of("ok"), 0, 2, destination);
        for (int i = 1; i <= 3; i++) {
            receiver.asyncReceive(buffer, 0, 3, (status, length, source) ->
                    received.add(status + " " + Buffers.text(buffer, 0, length)));
            int expected = i;
            await(() -> received.size() == expected);
        }

        assertThat(received).containsExactly("TRUNCATED lon", "OK ", "OK ok");
    }

    @Test
    void talksToThePeerItIsConnectedTo() throws IOException {
        sender.connect(destination);
        receive();
        sender.asyncSend(Buffers.of("abc"), 0, 3, recorder.write);
        await(() -> !received.isEmpty());

        assertThat(received).containsExactly("OK abc from no address");
    }

    @Test
    void failsWhereNobodyReceives() {
        Endpoint nobody = new Endpoint().set(UnixDomainSocketAddress.of(directory.resolve("nobody")));
        sender.asyncSend(Buffers.of("abc"), 0, 3, nobody, recorder.write);
        assertThat(sender.errno()).isEqualTo(Errno.ENOENT.number);
        receiver.close();
        sender.asyncSend(Buffers.of("abc"), 0, 3, destination, recorder.write);
        assertThat(sender.errno()).isEqualTo(Errno.ECONNREFUSED.number);
        assertThat(sender.failure()).hasMessageContaining("Connection refused (ECONNREFUSED)");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> sender.connect(nobody))
                .withMessage("connect " + nobody + ": No such file or directory (ENOENT)");

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.FAILED, 0), new Recorder.Written(IoStatus.FAILED, 0));
    }

    @Test
    void failsToSendMoreThanTheKernelTakes() {
        UnsafeBuffer large = Buffers.allocate(16 * 1024 * 1024);
        sender.asyncSend(large, 0, large.capacity(), destination, recorder.write);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.FAILED, 0));
        assertThat(sender.errno()).isEqualTo(Errno.EMSGSIZE.number);
    }

    @Test
    void refusesAPathThatIsInUseOrTooLong() {
        assertThatExceptionOfType(BindException.class).isThrownBy(() -> UnixDatagramSocket.open(reactor, address))
                .withMessage("bind " + address + ": Address already in use (EADDRINUSE)");
        UnixDomainSocketAddress tooLong = UnixAddresses.ofLength(directory, 108);
        assertThatIllegalArgumentException().isThrownBy(() -> UnixDatagramSocket.open(reactor, tooLong))
                .withMessageContaining("at most 107 bytes, this one has 108");
    }

    @Test
    void sendsWhenAQueueThatItFilledHasRoomAgain() {
        int queued = fillQueue(sender);
        sender.asyncSend(Buffers.of("late"), 0, 4, destination, recorder.write);
        turn(10);
        assertThat(recorder.events).isEmpty();

        drain(queued);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 4));
        drain(1);
        assertThat(received.getLast()).isEqualTo("late");
    }

    /**
     * The kernel tells nobody when there is room again, who neither is connected nor has anything in the queue.
     */
    @Test
    void sendsWhenAQueueThatOthersFilledHasRoomAgain() throws IOException {
        int queued = fillQueue(UnixDatagramSocket.open(reactor));
        DatagramBatch batch = new DatagramBatch(2, 8);
        for (int i = 0; i < 2; i++) {
            batch.length(i, batch.buffer().putIntAscii(batch.offset(i), i));
            batch.endpoint(i).set(destination);
        }
        batch.count(2);
        UnixDatagramSocket batchSender = UnixDatagramSocket.open(reactor);
        List<Integer> sent = new ArrayList<>();
        sender.asyncSend(Buffers.of("late"), 0, 4, destination, recorder.write);
        batchSender.asyncSend(batch, (status, count) -> sent.add(count));
        turn(10);
        assertThat(recorder.events).isEmpty();
        assertThat(sent).isEmpty();
        long attempts = reactor.counters.wouldBlocks;
        long start = System.nanoTime();
        turn(1000);
        // Nor does it ask all the time.
        long most = (System.nanoTime() - start) / 1_000_000 + 1;
        assertThat(reactor.counters.wouldBlocks - attempts).isLessThanOrEqualTo(2 * most);

        drain(queued);
        awaitEvents(1);
        await(() -> !sent.isEmpty());

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 4));
        assertThat(sent).containsExactly(2);
        drain(3);
        assertThat(received.subList(queued, queued + 3)).containsExactlyInAnyOrder("late", "0", "1");
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void sendsWhenTheFullQueueOfItsPeerHasRoomAgain() throws IOException {
        sender.connect(destination);
        int queued = fillQueue(UnixDatagramSocket.open(reactor));
        sender.asyncSend(Buffers.of("late"), 0, 4, recorder.write);
        turn(10);
        assertThat(recorder.events).isEmpty();

        drain(queued);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 4));
    }

    @Test
    void canBeCancelledWhileTheQueueIsFull() throws IOException {
        fillQueue(UnixDatagramSocket.open(reactor));
        sender.asyncSend(Buffers.of("late"), 0, 4, destination, recorder.write);
        turn(3);

        sender.cancelSend();

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.CANCELLED, 0));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void losesNothingInBatchesThatAreLongerThanTheQueue() {
        int count = DatagramBatch.MAX_CAPACITY;
        DatagramBatch out = new DatagramBatch(count, 8);
        for (int i = 0; i < count; i++) {
            out.length(i, out.buffer().putIntAscii(out.offset(i), i));
            out.endpoint(i).set(destination);
        }
        out.count(count);
        DatagramBatch in = new DatagramBatch(7, 8);
        BatchHandler[] again = new BatchHandler[1];
        again[0] = (status, datagrams) -> {
            for (int i = 0; i < datagrams; i++) {
                received.add(Buffers.text(in.buffer(), in.offset(i), in.length(i)));
            }
            if (status == IoStatus.OK) {
                receiver.asyncReceive(in, again[0]);
            }
        };
        List<Integer> sent = new ArrayList<>();
        sender.asyncSend(out, (status, datagrams) -> sent.add(datagrams));
        assertThat(sent).isEmpty();
        receiver.asyncReceive(in, again[0]);
        await(() -> received.size() == count);

        assertThat(sent).containsExactly(count);
        for (int i = 0; i < count; i++) {
            assertThat(received.get(i)).isEqualTo(Integer.toString(i));
        }
    }

    /**
     * Sends until the kernel takes no more.
     */
    private int fillQueue(UnixDatagramSocket filler) {
        int count = 0;
        while (filler.trySend(Buffers.of("q"), 0, 1, destination) == 1) {
            count++;
        }
        assertThat(count).isBetween(1, 10_000);
        return count;
    }

    private void drain(int count) {
        Endpoint source = new Endpoint();
        int[] drained = new int[1];
        await(() -> {
            int length = receiver.tryReceive(buffer, 0, 64, source);
            if (length >= 0) {
                received.add(Buffers.text(buffer, 0, length));
                drained[0]++;
            }
            return drained[0] == count;
        });
    }

    private void receive() {
        receiver.asyncReceive(buffer, 0, 64, (status, length, source) ->
                received.add(status + " " + Buffers.text(buffer, 0, length) + " from " + source));
    }
}
