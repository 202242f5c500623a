package io.sonic.feed.mold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.Endpoint;
import io.sonic.Reactor;
import io.sonic.UdpSocket;
import io.sonic.feed.Arbiter;
import io.sonic.feed.FeedHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A publisher whose packets are lost, its re-request server, and a client of it, over the loopback interface.
 */
class MoldRecoveryTest {
    private static final String SESSION = "TEST";
    private static final int PACKET = 200;
    private static final long PATIENCE_NS = 10_000_000_000L;
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

    private final List<String> events = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final MoldStore store = new MoldStore(1024, 1 << 17);
    private final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
    private Reactor reactor;
    private Arbiter arbiter;
    private int slot;
    private MoldPublisher publisher;
    private boolean losing;

    @BeforeEach
    void open() throws IOException {
        reactor = Reactor.open(new Reactor.Context().errorHandler(errors::add));
        publisher = new MoldPublisher(SESSION, store, PACKET, this::arrive);
    }

    @AfterEach
    void close() {
        reactor.close();
        assertThat(errors).isEmpty();
    }

    @Test
    void bringsBackWhatWasLostPacketByPacket() throws IOException {
        MoldRequestServer server = MoldRequestServer.open(reactor, LOOPBACK, SESSION, store, PACKET);
        MoldRequestClient client = client(server.localAddress());
        start(client);

        publish(1, 5);
        losing = true;
        publish(6, 95);
        losing = false;
        publish(96, 100);
        await(() -> arbiter.expected() == 101);

        assertThat(events).contains("gap 6-95").doesNotContain("lost 6-95");
        assertThat(events.stream().filter(event -> !event.startsWith("gap")).toList())
                .containsExactlyElementsOf(numbers(1, 100));
        assertThat(arbiter.statistics().recovered()).isEqualTo(90);
        assertThat(client.answers()).isEqualTo(server.answered()).isGreaterThan(1);
        assertThat(client.wrongAnswers()).isZero();
    }

    @Test
    void givesUpAServerThatNeverAnswers() throws IOException {
        UdpSocket silent = UdpSocket.open(reactor, LOOPBACK);
        MoldRequestClient client = client(silent.localAddress());
        start(client);

        lose(2, 3);
        await(() -> events.contains("lost 2-3"));

        assertThat(events).containsExactly("1", "gap 2-3", "lost 2-3", "4");
        assertThat(client.requests()).isEqualTo(3);
        assertThat(client.timeouts()).isEqualTo(3);
    }

    @Test
    void givesUpAPortThatNobodyListensAt() throws IOException {
        UdpSocket gone = UdpSocket.open(reactor, LOOPBACK);
        InetSocketAddress address = gone.localAddress();
        gone.close();
        start(client(address));

        lose(2, 3);
        await(() -> events.contains("lost 2-3"));

        assertThat(events).containsExactly("1", "gap 2-3", "lost 2-3", "4");
    }

    @Test
    void takesNothingFromAServerThatAnswersWrongly() throws IOException {
        UdpSocket wrong = UdpSocket.open(reactor, LOOPBACK);
        UdpSocket stranger = UdpSocket.open(reactor, LOOPBACK);
        MoldRequestClient client = client(wrong.localAddress());
        start(client);
        UnsafeBuffer request = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        wrong.asyncReceive(request, 0, 64, (status, length, source) -> {
            Endpoint asker = Endpoint.copyOf(source);
            send(wrong, asker, "OTHER", 2, 2, 0);
            send(wrong, asker, SESSION, 1, 3, 0);
            send(wrong, asker, SESSION, 2, 3, 0);
            send(wrong, asker, SESSION, 2, 0, 0);
            send(wrong, asker, SESSION, 2, 2, -1);
            send(wrong, asker, SESSION, 2, 2, 7);
            send(stranger, asker, SESSION, 2, 2, 0);
        });

        lose(2, 3);
        await(() -> events.contains("lost 2-3") && client.wrongAnswers() == 7);

        assertThat(events).containsExactly("1", "gap 2-3", "lost 2-3", "4");
        assertThat(client.answers()).isZero();
    }

    @Test
    void doesNotAnswerWhatIsNoRequest() throws IOException {
        MoldRequestServer server = MoldRequestServer.open(reactor, LOOPBACK, SESSION, store, PACKET);
        start(client(server.localAddress()));
        publish(1, 3);
        UdpSocket asker = UdpSocket.open(reactor, LOOPBACK);
        Endpoint to = Endpoint.of(server.localAddress());

        send(asker, to, "OTHER", 1, 0, 0);
        send(asker, to, SESSION, 99, 0, 0);
        send(asker, to, SESSION, 1, 2, 0);
        send(asker, to, SESSION, 1, 0, -1);
        await(() -> server.requests() == 4);

        assertThat(server.unanswered()).isEqualTo(4);
        assertThat(server.answered()).isZero();
    }

    @Test
    void keepsAsManyMessagesAsItHasRoomFor() {
        MoldStore small = new MoldStore(4, 1 << 17);
        for (int i = 0; i < 10; i++) {
            message.putLong(0, i);
            small.append(message, 0, Long.BYTES);
        }
        UnsafeBuffer copy = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 17));

        assertThat(small.first()).isEqualTo(7);
        assertThat(small.copy(6, 1, copy, 0, 100)).isZero();
        assertThat(small.copy(7, 10, copy, 0, 100)).isEqualTo(4);
        assertThat(copy.getLong(2)).isEqualTo(6);
        assertThat(small.copy(7, 10, copy, 0, 25)).isEqualTo(2);
        UnsafeBuffer large = new UnsafeBuffer(ByteBuffer.allocateDirect(65_535));
        MoldStore bytes = new MoldStore(4, 1 << 17);
        for (int i = 0; i < 9; i++) {
            large.setMemory(0, 65_535, (byte) i);
            assertThat(bytes.append(large, 0, 65_535)).isEqualTo(i + 1);
            assertThat(bytes.copy(i + 1, 1, copy, 0, 1 << 17)).isEqualTo(1);
            assertThat(copy.getByte(2 + 65_534)).isEqualTo((byte) i);
        }
        assertThat(bytes.first()).isGreaterThan(7);
    }

    @Test
    void refusesMessagesThatDoNotFitAndSessionsThatAreNone() {
        assertThatThrownBy(() -> publisher.publish(message, 0, PACKET)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a message of 200 bytes does not fit into a packet of 200");
        assertThatThrownBy(() -> MoldPacket.sessionHigh("ELEVEN CHAR")).hasMessageContaining("up to 10 characters");
        assertThat(MoldPacket.session(MoldPacket.sessionHigh("ABCDEFGHIJ"), MoldPacket.sessionLow("ABCDEFGHIJ")))
                .isEqualTo("ABCDEFGHIJ");
        publisher.endOfSession();
        assertThatThrownBy(() -> publisher.publish(message, 0, 1)).hasMessage("the session has ended");
    }

    private MoldRequestClient client(InetSocketAddress server) throws IOException {
        return MoldRequestClient.open(reactor, server, 50_000_000, 3);
    }

    private void start(MoldRequestClient client) {
        arbiter = new Arbiter(new Arbiter.Context(new MoldFormat()).startAt(1).gapTimeoutNs(0)
                .recovery(client, PATIENCE_NS), new Events(), errors::add);
        arbiter.addLine(0);
        slot = arbiter.claim();
    }

    private void lose(int first, int last) {
        publish(1, first - 1);
        losing = true;
        publish(first, last);
        losing = false;
        publish(last + 1, last + 1);
    }

    private void publish(int first, int last) {
        for (int number = first; number <= last; number++) {
            message.putLong(0, number);
            publisher.publish(message, 0, 30);
        }
        publisher.flush();
    }

    private void arrive(DirectBuffer packet, int offset, int length) {
        if (!losing && arbiter != null) {
            arbiter.buffer().putBytes(arbiter.offset(slot), packet, offset, length);
            slot = arbiter.onPacket(0, slot, length, reactor.nanoTime(), 0);
            arbiter.onTime(reactor.nanoTime());
        }
    }

    private void send(UdpSocket from, Endpoint to, String session, long first, int count, int more) {
        UnsafeBuffer packet = new UnsafeBuffer(ByteBuffer.allocateDirect(256));
        MoldPacket.putHeader(packet, 0, MoldPacket.sessionHigh(session), MoldPacket.sessionLow(session), first, count);
        int length = MoldPacket.HEADER_LENGTH + count * 2 + more;
        assertThat(from.trySend(packet, 0, length, to)).isEqualTo(length);
    }

    private void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            reactor.runOneFor(deadline - System.nanoTime());
        }
        assertThat(condition.getAsBoolean()).as("%s", events).isTrue();
    }

    private static List<String> numbers(int first, int last) {
        List<String> numbers = new ArrayList<>();
        for (int number = first; number <= last; number++) {
            numbers.add(Integer.toString(number));
        }
        return numbers;
    }

    private final class Events implements FeedHandler {
        @Override
        public void onMessage(long sequence, DirectBuffer buffer, int offset, int length) {
            events.add(Long.toString(sequence == buffer.getLong(offset) && length == 30 ? sequence : -1));
        }

        @Override
        public void onGap(long first, long last) {
            events.add("gap " + first + "-" + last);
        }

        @Override
        public void onLost(long first, long last) {
            events.add("lost " + first + "-" + last);
        }
    }
}
