package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several datagrams per system call.
 */
final class DatagramBatchTest extends ReactorTest {
    private static final int SOL_SOCKET = 1;
    private static final int SO_TIMESTAMPNS = 35;
    private static final int CMSG_HEADER_LENGTH = 16;
    private static final int TIMESPEC_LENGTH = 16;
    private static final int SLOT = 32;

    private final List<Object> events = recorder.events;
    private final BatchHandler handler = (status, count) -> events.add(new Batch(status, count));
    private UdpSocket receiver;
    private UdpSocket sender;
    private Endpoint destination;

    private record Batch(IoStatus status, int count) {
    }

    @BeforeEach
    void openSockets() throws IOException {
        receiver = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        sender = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        destination = Endpoint.of(receiver.localAddress());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8})
    void receivesAsManyAsAreThere(int there) throws IOException {
        DatagramBatch batch = new DatagramBatch(8, SLOT);

        together(batch, there, () -> send("d", there));

        assertThat(batch.count()).isEqualTo(there);
        assertThat(texts(batch)).isEqualTo(numbered("d", 0, there));
        for (int i = 0; i < there; i++) {
            assertThat(batch.endpoint(i).toInetSocketAddress()).isEqualTo(sender.localAddress());
            assertThat(batch.isTruncated(i)).isFalse();
            assertThat(batch.controlLength(i)).isZero();
            assertThat(batch.isControlTruncated(i)).isFalse();
        }
    }

    @Test
    void leavesTheRestForTheNextCall() throws IOException {
        send("d", 11);
        DatagramBatch batch = new DatagramBatch(4, SLOT);
        List<String> all = new ArrayList<>();
        BatchHandler[] again = new BatchHandler[1];
        again[0] = (status, count) -> {
            handler.onBatch(status, count);
            all.addAll(texts(batch));
            if (all.size() < 11) {
                receiver.asyncReceive(batch, again[0]);
            }
        };

        receiver.asyncReceive(batch, again[0]);
        await(() -> all.size() == 11);

        assertThat(all).isEqualTo(numbered("d", 0, 11));
        assertThat(events).startsWith(new Batch(IoStatus.OK, 4));
    }

    @Test
    void waitsWhenItWasFullAndNothingIsLeft() throws IOException {
        DatagramBatch batch = new DatagramBatch(4, SLOT);
        together(batch, 4, () -> send("d", 4));
        receiver.asyncReceive(batch, handler);
        turn(3);
        assertThat(events).isEmpty();

        send("e", 1);
        awaitEvents(1);

        assertThat(events.getLast()).isEqualTo(new Batch(IoStatus.OK, 1));
        assertThat(texts(batch)).containsExactly("e0");
    }

    @Test
    void waitsAfterLessThanItHasRoomFor() throws IOException {
        DatagramBatch batch = new DatagramBatch(4, SLOT);
        int[] received = new int[1];
        BatchHandler[] again = new BatchHandler[1];
        again[0] = (status, count) -> {
            if (status == IoStatus.OK) {
                received[0] += count;
                receiver.asyncReceive(batch, again[0]);
            }
        };
        receiver.asyncReceive(batch, again[0]);
        for (int i = 1; i <= 50; i++) {
            int before = received[0];
            send("d", i % 4 + 1);
            int there = i % 4 + 1;
            await(() -> received[0] == before + there);
        }
    }

    @Test
    void namesTheSenderOfEach() throws IOException {
        UdpSocket other = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        DatagramBatch batch = new DatagramBatch(8, SLOT);
        together(batch, 6, () -> {
            for (int i = 0; i < 6; i++) {
                UdpSocket from = i % 2 == 0 ? sender : other;
                from.trySend(Buffers.of("x"), 0, 1, destination);
            }
        });

        for (int i = 0; i < 6; i++) {
            assertThat(batch.endpoint(i).toInetSocketAddress())
                    .isEqualTo((i % 2 == 0 ? sender : other).localAddress());
        }
    }

    @ParameterizedTest
    @EnumSource
    void carriesBothFamilies(Loopback loopback) throws IOException {
        loopback.assumePresent();
        UdpSocket to = UdpSocket.open(reactor, loopback.anyPort());
        UdpSocket from = UdpSocket.open(reactor, loopback.anyPort());
        DatagramBatch batch = filled(3, to);
        DatagramBatch received = new DatagramBatch(3, SLOT);
        together(to, received, 3, () -> from.asyncSend(batch, handler));

        assertThat(events.getFirst()).isEqualTo(new Batch(IoStatus.OK, 3));
        assertThat(texts(received)).isEqualTo(numbered("s", 0, 3));
        assertThat(received.endpoint(2).toInetSocketAddress()).isEqualTo(from.localAddress());
    }

    @Test
    void tellsWhichOnesWereCut() throws IOException {
        DatagramBatch batch = new DatagramBatch(4, 8);
        together(batch, 4, () -> send("short", "exactly8", "longer than the slot", "end"));

        assertThat(texts(batch)).containsExactly("short", "exactly8", "longer t", "end");
        assertThat(List.of(batch.isTruncated(0), batch.isTruncated(1), batch.isTruncated(2), batch.isTruncated(3)))
                .containsExactly(false, false, true, false);

        // The next use of the slot begins anew.
        together(batch, 3, () -> send("a", "b", "c"));
        assertThat(batch.isTruncated(2)).isFalse();
        assertThat(texts(batch)).containsExactly("a", "b", "c");
    }

    @Test
    void takesEmptyDatagramsForDatagrams() throws IOException {
        DatagramBatch batch = new DatagramBatch(4, SLOT);
        together(batch, 3, () -> send("", "x", ""));

        assertThat(texts(batch)).containsExactly("", "x", "");
        assertThat(batch.isTruncated(0)).isFalse();
        assertThat(batch.endpoint(2).toInetSocketAddress()).isEqualTo(sender.localAddress());
    }

    @Test
    void cutsAllWithoutRoom() throws IOException {
        DatagramBatch batch = new DatagramBatch(1, 0);
        together(batch, 1, () -> send("x"));

        assertThat(batch.length(0)).isZero();
        assertThat(batch.isTruncated(0)).isTrue();
    }

    @Test
    void sendsToManyWithOneCall() throws IOException {
        UdpSocket other = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        DatagramBatch batch = new DatagramBatch(5, SLOT);
        for (int i = 0; i < 5; i++) {
            put(batch, i, i == 3 ? "" : "s" + i);
            batch.endpoint(i).set(Endpoint.of((i % 2 == 0 ? receiver : other).localAddress()));
        }
        batch.count(5);
        DatagramBatch received = new DatagramBatch(8, SLOT);

        together(received, 3, () -> sender.asyncSend(batch, handler));

        assertThat(events.getFirst()).isEqualTo(new Batch(IoStatus.OK, 5));
        assertThat(texts(received)).containsExactly("s0", "s2", "s4");
        UnsafeBuffer in = Buffers.allocate(SLOT);
        for (String expected : List.of("s1", "")) {
            other.asyncReceive(in, 0, SLOT, recorder.receive);
            await(() -> events.getLast() instanceof Recorder.Received);
            assertThat(events.removeLast())
                    .isEqualTo(new Recorder.Received(IoStatus.OK, expected.length(), sender.localAddress()));
        }
    }

    @Test
    void sendsToThePeerOfAConnectedSocket() throws IOException {
        sender.connect(destination);
        DatagramBatch batch = new DatagramBatch(3, SLOT);
        for (int i = 0; i < 3; i++) {
            put(batch, i, "s" + i);
        }
        batch.count(3);
        DatagramBatch received = new DatagramBatch(3, SLOT);

        together(received, 3, () -> sender.asyncSend(batch, handler));

        assertThat(texts(received)).isEqualTo(numbered("s", 0, 3));
    }

    @Test
    @Tag("epoll")
    void sendsEmptyDatagramsToThePeerOfAConnectedSocket() throws IOException {
        DatagramBatch batch = batchWithAnEmptyDatagramForThePeer();
        DatagramBatch received = new DatagramBatch(3, SLOT);

        together(received, 3, () -> sender.asyncSend(batch, handler));

        assertThat(texts(received)).containsExactly("x", "", "z");
    }

    /**
     * The JDK's channel drops them, and says that they were sent.
     */
    @Test
    void doesNotSayThatItSentWhatItDropped() throws IOException {
        assumeTrue(reactor.backend().equals("nio"));
        sender.asyncSend(batchWithAnEmptyDatagramForThePeer(), handler);

        assertThat(events).containsExactly(new Batch(IoStatus.FAILED, 1));
        assertThat(sender.errno()).isEqualTo(Errno.EOPNOTSUPP.number);
        sender.asyncSend(Buffers.of("x"), 0, 0, recorder.write);
        assertThat(events.getLast()).isEqualTo(new Recorder.Written(IoStatus.FAILED, 0));
    }

    @Test
    void completesAnEmptyBatchAtOnce() {
        sender.asyncSend(new DatagramBatch(3, SLOT), handler);

        assertThat(events).containsExactly(new Batch(IoStatus.OK, 0));
    }

    @Test
    void tellsHowManyWereSentBeforeOneIsRefused() throws IOException {
        // Longer than any datagram of IPv4.
        DatagramBatch batch = new DatagramBatch(5, 65_535);
        for (int i = 0; i < 5; i++) {
            put(batch, i, "s" + i);
            batch.endpoint(i).set(destination);
        }
        batch.length(3, 65_535);
        batch.count(5);

        DatagramBatch received = new DatagramBatch(5, SLOT);

        together(received, 3, () -> sender.asyncSend(batch, handler));

        assertThat(events.getFirst()).isEqualTo(new Batch(IoStatus.FAILED, 3));
        assertThat(sender.errno()).isEqualTo(Errno.EMSGSIZE.number);
        assertThat(sender.failure()).hasMessageContaining("Message too long (EMSGSIZE)");
        assertThat(texts(received)).isEqualTo(numbered("s", 0, 3));

        // The socket goes on.
        put(batch, 0, "again");
        batch.count(1);
        together(received, 1, () -> sender.asyncSend(batch, handler));
        assertThat(texts(received)).containsExactly("again");
    }

    @Test
    void sendsBackWhatItReceived() throws IOException {
        DatagramBatch batch = new DatagramBatch(4, SLOT);
        DatagramBatch answers = new DatagramBatch(4, SLOT);
        for (int round = 0; round < 5; round++) {
            String prefix = "r" + round + "-";
            together(batch, 3, () -> send(prefix, 3));
            together(sender, answers, 3, () -> receiver.asyncSend(batch, handler));
            assertThat(texts(answers)).isEqualTo(numbered(prefix, 0, 3));
            assertThat(answers.endpoint(0)).isEqualTo(destination);
        }
    }

    @Test
    void hasTheWholeSlotAgainAfterItWasSentInPart() throws IOException {
        DatagramBatch batch = new DatagramBatch(2, SLOT);
        put(batch, 0, "x");
        put(batch, 1, "");
        batch.endpoint(0).set(destination);
        batch.endpoint(1).set(destination);
        batch.count(2);
        together(new DatagramBatch(2, SLOT), 2, () -> sender.asyncSend(batch, handler));

        together(batch, 2, () -> send("a text that is longer than that", "and another one of such a length"));

        assertThat(texts(batch)).containsExactly("a text that is longer than that",
                "and another one of such a length");
        assertThat(batch.isTruncated(0)).isFalse();
    }

    /**
     * The address of a slot that was sent without one was lost for the next receive.
     */
    @Test
    void learnsTheSenderAgainAfterItWasSentWithoutAnAddress() throws IOException {
        DatagramBatch batch = new DatagramBatch(2, SLOT);
        put(batch, 0, "x");
        put(batch, 1, "y");
        batch.count(2);
        sender.connect(destination);
        together(new DatagramBatch(2, SLOT), 2, () -> sender.asyncSend(batch, handler));
        UdpSocket other = UdpSocket.open(reactor, Loopback.IPV4.anyPort());

        together(batch, 1, () -> other.trySend(Buffers.of("z"), 0, 1, destination));

        assertThat(batch.endpoint(0).toInetSocketAddress()).isEqualTo(other.localAddress());
    }

    @Test
    void keepsADatagramByPointingItsSlotElsewhere() throws IOException {
        DatagramBatch batch = new DatagramBatch(3, SLOT);
        together(batch, 3, () -> send("k", 3));
        UnsafeBuffer elsewhere = Buffers.allocate(100);
        int kept = batch.offset(1);
        batch.slot(1, elsewhere, 50);
        assertThat(batch.offset(1)).isEqualTo(50);

        together(batch, 3, () -> send("n", 3));

        assertThat(Buffers.text(batch.buffer(), kept, 2)).isEqualTo("k1");
        assertThat(Buffers.text(elsewhere, 50, 2)).isEqualTo("n1");
        assertThat(Buffers.text(batch.buffer(), batch.offset(0), 2)).isEqualTo("n0");

        // It is sent from there too.
        elsewhere.putStringWithoutLengthAscii(50, "moved");
        batch.length(1, 5);
        DatagramBatch answers = new DatagramBatch(3, SLOT);
        together(sender, answers, 3, () -> receiver.asyncSend(batch, handler));
        assertThat(texts(answers)).containsExactly("n0", "moved", "n2");

        batch.slot(1, batch.buffer(), kept);
        together(batch, 3, () -> send("b", 3));
        assertThat(texts(batch)).isEqualTo(numbered("b", 0, 3));
    }

    @Test
    void refusesASlotThatIsNoPlaceForADatagram() {
        DatagramBatch batch = new DatagramBatch(3, SLOT);

        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> batch.slot(0, Buffers.allocate(SLOT), 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.slot(0, new UnsafeBuffer(new byte[SLOT]), 0))
                .withMessageStartingWith("the buffer is on the heap");
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> batch.slot(3, Buffers.allocate(SLOT), 0));
        assertThat(batch.offset(0)).isZero();
    }

    @Test
    @Tag("epoll")
    void receivesWhatTheKernelSaysOfEach() throws IOException {
        stampTimes();
        DatagramBatch batch = new DatagramBatch(4, SLOT, 64);
        together(batch, 3, () -> send("t", 3));
        long nowNs = System.currentTimeMillis() * 1_000_000;

        long before = 0;
        for (int i = 0; i < 3; i++) {
            int at = batch.controlOffset(i);
            assertThat(batch.controlLength(i)).isEqualTo(CMSG_HEADER_LENGTH + TIMESPEC_LENGTH);
            assertThat(batch.controlBuffer().getLong(at)).isEqualTo(CMSG_HEADER_LENGTH + TIMESPEC_LENGTH);
            assertThat(batch.controlBuffer().getInt(at + 8)).isEqualTo(SOL_SOCKET);
            assertThat(batch.controlBuffer().getInt(at + 12)).isEqualTo(SO_TIMESTAMPNS);
            long timeNs = batch.controlBuffer().getLong(at + CMSG_HEADER_LENGTH) * 1_000_000_000
                    + batch.controlBuffer().getLong(at + CMSG_HEADER_LENGTH + 8);
            assertThat(timeNs).isBetween(nowNs - 60_000_000_000L, nowNs + 60_000_000_000L)
                    .isGreaterThanOrEqualTo(before);
            before = timeNs;
            assertThat(batch.isControlTruncated(i)).isFalse();
        }
    }

    @Test
    @Tag("epoll")
    void tellsThatThereWasNoRoomForWhatTheKernelSays() throws IOException {
        stampTimes();
        DatagramBatch batch = new DatagramBatch(1, SLOT, 8);
        together(batch, 1, () -> send("t", 1));

        assertThat(texts(batch)).containsExactly("t0");
        assertThat(batch.isControlTruncated(0)).isTrue();
        assertThat(batch.isTruncated(0)).isFalse();
    }

    @Test
    @Tag("epoll")
    void hasRoomForWhatTheKernelSaysAfterItWasSent() throws IOException {
        stampTimes();
        DatagramBatch batch = new DatagramBatch(2, SLOT, 64);
        for (int round = 0; round < 3; round++) {
            together(batch, 2, () -> send("t", 2));
            assertThat(batch.controlLength(0)).isEqualTo(CMSG_HEADER_LENGTH + TIMESPEC_LENGTH);
            assertThat(batch.controlLength(1)).isEqualTo(CMSG_HEADER_LENGTH + TIMESPEC_LENGTH);
            together(sender, new DatagramBatch(2, SLOT), 2, () -> receiver.asyncSend(batch, handler));
        }
    }

    @Test
    void takesAsManyAsTheSystemDoes() throws IOException {
        receiver.option(SocketOption.RECEIVE_BUFFER, 4 * 1024 * 1024);
        int count = 200;
        DatagramBatch out = new DatagramBatch(DatagramBatch.MAX_CAPACITY, 8);
        DatagramBatch in = new DatagramBatch(DatagramBatch.MAX_CAPACITY, 8);
        for (int i = 0; i < count; i++) {
            put(out, i, Integer.toString(i));
            out.endpoint(i).set(destination);
        }
        out.count(count);

        together(in, count, () -> sender.asyncSend(out, handler));

        assertThat(events.getFirst()).isEqualTo(new Batch(IoStatus.OK, count));

        assertThat(texts(in)).isEqualTo(numbered("", 0, count));
    }

    @Test
    void isOneOperationOfItsDirection() throws IOException {
        DatagramBatch batch = new DatagramBatch(2, SLOT);
        UnsafeBuffer single = Buffers.allocate(8);
        receiver.asyncReceive(batch, handler);

        assertThatIllegalStateException().isThrownBy(() -> receiver.asyncReceive(batch, handler))
                .withMessage("a receive is in flight already");
        assertThatIllegalStateException().isThrownBy(() -> receiver.asyncReceive(single, 0, 8, recorder.receive))
                .withMessage("a receive is in flight already");
        assertThatIllegalStateException().isThrownBy(() -> receiver.tryReceive(single, 0, 8, new Endpoint()))
                .withMessage("a receive is in flight already");
        receiver.cancelReceive();
        assertThat(events).containsExactly(new Batch(IoStatus.CANCELLED, 0));

        receiver.asyncReceive(single, 0, 8, recorder.receive);
        assertThatIllegalStateException().isThrownBy(() -> receiver.asyncReceive(batch, handler))
                .withMessage("a receive is in flight already");
        receiver.cancel();
        receiver.asyncReceive(batch, handler);
        receiver.close();
        assertThat(events.getLast()).isEqualTo(new Batch(IoStatus.CLOSED, 0));
        assertThatIllegalStateException().isThrownBy(() -> receiver.asyncReceive(batch, handler));
        assertThatIllegalStateException().isThrownBy(() -> receiver.asyncSend(batch, handler));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void failsToSendToNobody() {
        DatagramBatch batch = new DatagramBatch(1, SLOT);
        put(batch, 0, "x");
        batch.count(1);
        sender.asyncSend(batch, handler);
        assertThat(events).containsExactly(new Batch(IoStatus.FAILED, 0));
        assertThat(sender.errno()).isEqualTo(Errno.EDESTADDRREQ.number);
        sender.asyncSend(Buffers.of("x"), 0, 1, recorder.write);
        sender.asyncSend(Buffers.of("x"), 0, 1, new Endpoint(), recorder.write);

        assertThat(events.subList(1, 3)).containsOnly(new Recorder.Written(IoStatus.FAILED, 0));
        assertThat(sender.errno()).isEqualTo(Errno.EDESTADDRREQ.number);
    }

    @Test
    void refusesWhatIsNoFamilyOfItsSocket() throws IOException {
        Loopback.IPV6.assumePresent();
        UdpSocket ipv6 = UdpSocket.open(reactor, StandardProtocolFamily.INET6, new SocketOptions());
        ipv6.bind(Loopback.IPV6.anyPort());
        DatagramBatch batch = new DatagramBatch(1, SLOT);
        put(batch, 0, "x");
        batch.endpoint(0).set(Endpoint.of(ipv6.localAddress()));
        batch.count(1);

        sender.asyncSend(batch, handler);
        awaitEvents(1);

        assertThat(events).containsExactly(new Batch(IoStatus.FAILED, 0));
        assertThat(sender.errno()).isEqualTo(Errno.EAFNOSUPPORT.number);
    }

    @ParameterizedTest
    @CsvSource({"0, 8, 0, a batch has 1 to 1024 datagrams: 0", "1025, 8, 0, a batch has 1 to 1024 datagrams: 1025",
        "4, -1, 0, 'slots of -1 bytes, 4 of them'", "4, 1000000000, 0, 'slots of 1000000000 bytes, 4 of them'",
        "4, 8, -8, 'room for control messages must be a multiple of 8, up to 4096: -8'",
        "4, 8, 12, 'room for control messages must be a multiple of 8, up to 4096: 12'",
        "4, 8, 4104, 'room for control messages must be a multiple of 8, up to 4096: 4104'"})
    void refusesASizeThatCannotBe(int capacity, int slotLength, int controlLength, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DatagramBatch(capacity, slotLength, controlLength)).withMessage(message);
    }

    @Test
    void refusesMoreThanItHolds() {
        DatagramBatch batch = new DatagramBatch(2, 8);

        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.count(3))
                .withMessage("a batch of 2 slots cannot hold 3");
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.count(-1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.length(0, 9))
                .withMessage("a slot of 8 bytes cannot hold 9");
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.length(0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.isTruncated(0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.controlLength(0));
    }

    private void stampTimes() throws IOException {
        UnsafeBuffer one = Buffers.allocate(4);
        one.putInt(0, 1);
        receiver.rawOption(SOL_SOCKET, SO_TIMESTAMPNS, one, 0, 4);
    }

    private void send(String... texts) {
        for (String text : texts) {
            UnsafeBuffer buffer = Buffers.of(text.isEmpty() ? " " : text);
            assertThat(sender.trySend(buffer, 0, text.length(), destination)).isEqualTo(text.length());
        }
    }

    private void send(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            send(prefix + i);
        }
    }

    private void together(DatagramBatch batch, int count, Runnable send) {
        together(receiver, batch, count, send);
    }

    /**
     * Sends, and receives all of it with one call. A busy kernel may hand over a part first: then all is done again.
     */
    private void together(UdpSocket socket, DatagramBatch batch, int count, Runnable send) {
        int[] received = new int[1];
        for (int attempt = 0; attempt < 100 && received[0] != count; attempt++) {
            send.run();
            int before = 0;
            while (before < count) {
                received[0] = 0;
                socket.asyncReceive(batch, (status, datagrams) -> received[0] = datagrams);
                await(() -> received[0] > 0);
                before += received[0];
            }
        }
        assertThat(received[0]).as("received together").isEqualTo(count);
    }

    private DatagramBatch filled(int count, UdpSocket to) {
        DatagramBatch batch = new DatagramBatch(count, SLOT);
        for (int i = 0; i < count; i++) {
            put(batch, i, "s" + i);
            batch.endpoint(i).set(to.localAddress());
        }
        batch.count(count);
        return batch;
    }

    private DatagramBatch batchWithAnEmptyDatagramForThePeer() throws IOException {
        sender.connect(destination);
        DatagramBatch batch = new DatagramBatch(3, SLOT);
        put(batch, 0, "x");
        put(batch, 2, "z");
        batch.count(3);
        return batch;
    }

    private static void put(DatagramBatch batch, int index, String text) {
        batch.buffer().putStringWithoutLengthAscii(batch.offset(index), text);
        batch.length(index, text.length());
    }

    private List<String> texts(DatagramBatch batch) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < batch.count(); i++) {
            texts.add(Buffers.text(batch.slotBuffer(i), batch.offset(i), batch.length(i)));
        }
        return texts;
    }

    private static List<String> numbered(String prefix, int first, int count) {
        List<String> texts = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            texts.add(prefix + i);
        }
        return texts;
    }
}
