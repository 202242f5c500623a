package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Endpoint;
import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MulticastFeedTest {

    private static final int A = 0;
    private static final int B = 1;
    private static final long PATIENCE_NS = 30_000_000_000L;

    private final List<Long> handedOn = new ArrayList<>();
    private final SentPackets sentPackets = new SentPackets();
    private final DemoStatistics statistics = new DemoStatistics();
    private final UnsafeBuffer packet = Memory.allocate(QuotePacket.LENGTH);
    private int ends;
    private ReactorLoop loop;
    private MulticastPeer sender;
    private MulticastFeed feed;

    @BeforeEach
    void joins() throws IOException {
        loop = ReactorLoop.openInner(IdleMode.BLOCK, new BackendOption());
        MulticastInterface loopback = MulticastInterface.of("lo");
        InetAddress[] groups = {InetAddress.ofLiteral("239.195.79.1"), InetAddress.ofLiteral("239.195.79.2")};
        feed = new MulticastFeed(loop, groups, loopback, sentPackets, statistics,
                (buffer, offset, length) -> handedOn.add(QuotePacket.sequence(buffer, offset)), () -> ends++);
        sender = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context().outbound(loopback));
    }

    @AfterEach
    void leaves() {
        loop.close();
        feed.close();
    }

    @Test
    void makesOneStreamOfBothLines() {
        bring(A, 0, 2, 3);
        bring(B, 0, 1, 2, 3);
        await(() -> feed.packets() == 7);

        assertThat(handedOn).containsExactly(0L, 1L, 2L, 3L);
        assertThat(statistics.packets(A)).isEqualTo(3);
        assertThat(statistics.packets(B)).isEqualTo(4);
        assertThat(statistics.gaps()).isEqualTo(1);
        assertThat(statistics.recovered()).isEqualTo(1);
        assertThat(feed.hasEnded()).isFalse();
        assertThat(ends).isZero();
    }

    @Test
    void endsOnceWhenBothLinesHaveEnded() {
        bring(A, 0, 1);
        bring(B, 0);
        send(A, QuotePacket.END, 2);
        send(A, QuotePacket.END, 2);
        await(() -> feed.packets() == 3);
        assertThat(feed.hasEnded()).isFalse();

        send(B, QuotePacket.END, 2);
        await(feed::hasEnded);
        send(B, QuotePacket.END, 2);
        bring(A, 1);
        await(() -> feed.packets() == 4);

        assertThat(ends).isEqualTo(1);
        assertThat(handedOn).containsExactly(0L, 1L);
        assertThat(feed.drops(A)).isZero();
        assertThat(feed.drops(B)).isZero();
        assertThat(feed.check().arrived(A)).isGreaterThanOrEqualTo(2);
        assertThat(feed.check().handedOn()).isEqualTo(2);
    }

    @Test
    void ignoresWhatIsNoPacket() {
        Endpoint lineA = Endpoint.of(feed.addresses()[A]);
        UnsafeBuffer large = Memory.allocate(2000);
        assertThat(sender.trySend(large, 0, 0, lineA)).isZero();
        assertThat(sender.trySend(large, 0, 3, lineA)).isEqualTo(3);
        assertThat(sender.trySend(large, 0, 2000, lineA)).isEqualTo(2000);
        bring(A, 0);
        await(() -> feed.packets() == 1);

        assertThat(handedOn).containsExactly(0L);
    }

    @Test
    void hasAPortOfItsOwnForEachLine() {
        assertThat(feed.addresses()).doesNotHaveDuplicates()
                .allMatch(address -> address.getPort() > 0 && address.getAddress().isMulticastAddress());
    }

    private void bring(int line, long... sequences) {
        for (long sequence : sequences) {
            sentPackets.sent(line, sequence);
            send(line, QuotePacket.OTHER, sequence);
        }
    }

    private void send(int line, int type, long sequence) {
        QuotePacket.encode(packet, 0, type, sequence, 0, null);
        assertThat(sender.trySend(packet, 0, QuotePacket.LENGTH, Endpoint.of(feed.addresses()[line])))
                .isEqualTo(QuotePacket.LENGTH);
    }

    private void await(BooleanSupplier condition) {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - endNs).as("waited for too long; %s", handedOn).isNegative();
            loop.reactor().runOneFor(PATIENCE_NS);
        }
    }
}
