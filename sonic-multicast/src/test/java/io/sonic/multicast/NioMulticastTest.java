package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.BackendType;
import io.sonic.DatagramBatch;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.feed.Arbiter;
import io.sonic.feed.Feed;
import io.sonic.feed.NumberedFormat;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Peers of the nio backend: what the JDK can do works, the rest is said when it is asked for.
 */
@ParameterizedClass
@MethodSource("io.sonic.multicast.Link#all")
class NioMulticastTest extends MulticastFixture {
    private final InetAddress group = link.group(1);

    NioMulticastTest(Link link) {
        super(link);
    }

    /** The JDK opens a socket of its own when it closes the first channel, and keeps it. */
    @BeforeAll
    static void closeAChannel() throws IOException {
        DatagramChannel.open().close();
    }

    @BeforeEach
    void useTheJdk() throws IOException {
        reactor.close();
        reactor = Reactor.open(new Reactor.Context().backend(BackendType.NIO));
    }

    /** A sender of the nio backend that is bound to an address. */
    private MulticastPeer sender(InetAddress from) throws IOException {
        return open(new MulticastPeer.Context().bindToAddress(from).outbound(link.sender()).loop(false));
    }

    @Test
    void joinsAndLeavesGroups() throws IOException {
        Receiver receiver = new Receiver(open());
        MulticastPeer sender = sender(link.first());
        receiver.peer.join(link.group(2), link.receiver());
        send(sender, group, port(receiver.peer), "before");
        Membership membership = receiver.peer.join(group, link.receiver());
        send(sender, group, port(receiver.peer), "joined");
        send(sender, link.group(2), port(receiver.peer), "marker");
        assertReceives(receiver, "joined", "marker");

        membership.leave();
        send(sender, group, port(receiver.peer), "left");
        send(sender, link.group(2), port(receiver.peer), "marker");
        assertReceives(receiver, "marker");
    }

    @Test
    void filtersSources() throws IOException {
        Receiver receiver = new Receiver(open());
        MulticastPeer first = sender(link.first());
        MulticastPeer second = sender(link.second());
        receiver.peer.join(link.group(2), link.receiver());
        Membership membership = receiver.peer.joinSource(group, link.first(), link.receiver());
        assertHears(receiver, first, second, "first");
        membership.joinSource(link.second());
        assertHears(receiver, first, second, "first", "second");
        membership.leaveSource(link.first());
        assertHears(receiver, first, second, "second");
        membership.leave();

        Membership all = receiver.peer.join(group, link.receiver());
        all.block(link.first());
        assertHears(receiver, first, second, "second");
        all.unblock(link.first());
        assertHears(receiver, first, second, "first", "second");
        all.filter(FilterMode.INCLUDE, List.of(link.first()));
        assertHears(receiver, first, second, "first");
        all.filter(FilterMode.EXCLUDE, List.of(link.first()));
        assertHears(receiver, first, second, "second");
    }

    private void assertHears(Receiver receiver, MulticastPeer first, MulticastPeer second, String... texts)
            throws IOException {
        send(first, group, port(receiver.peer), "first");
        send(second, group, port(receiver.peer), "second");
        send(first, link.group(2), port(receiver.peer), "marker");
        List<String> expected = new ArrayList<>(List.of(texts));
        expected.add("marker");
        assertReceives(receiver, expected.toArray(String[]::new));
    }

    @Test
    void readsItsOptionsBack() throws IOException {
        MulticastPeer peer = open(context().receiveBufferBytes(64 * 1024));
        peer.hops(3);
        peer.loop(false);

        assertThat(peer.hops()).isEqualTo(3);
        assertThat(peer.loop()).isFalse();
        assertThat(peer.receiveBufferBytes()).isEqualTo(64 * 1024);
        assertThat(peer.receivesAllGroups()).isFalse();
        assertThat(peer.segmentLength()).isZero();
    }

    @Test
    void receivesBatchesAndReportsWhatIsCut() throws IOException {
        MulticastPeer peer = open();
        peer.join(group, link.receiver());
        MulticastPeer sender = sender(link.first());
        send(sender, group, port(peer), "datagram");
        DatagramBatch batch = new DatagramBatch(4, 4);
        List<String> outcomes = new ArrayList<>();
        peer.asyncReceive(batch, (status, count) -> outcomes.add(status + " " + count + " " + batch.isTruncated(0)));
        await(() -> !outcomes.isEmpty());

        assertThat(outcomes).containsExactly(IoStatus.OK + " 1 true");
    }

    @Test
    void saysWhatItCanNotDoWhenAsked() throws IOException {
        for (MulticastCapability capability : MulticastCapability.values()) {
            assertThat(MulticastPeer.supports(reactor, capability)).as("%s", capability).isFalse();
        }
        try (Reactor epoll = Reactor.open(new Reactor.Context().backend(BackendType.EPOLL))) {
            assertThat(MulticastPeer.supports(epoll, MulticastCapability.TIMESTAMPS)).isTrue();
        }
        assertRefused("TIMESTAMPS", context().timestamps(Timestamps.SOFTWARE));
        assertRefused("DESTINATIONS", context().destinations(true));
        assertRefused("DROP_COUNTS", context().dropCounts(true));
        assertRefused("ALL_GROUPS", context().receivesAllGroups(true));
        assertRefused("INBOUND_INTERFACE", context().inbound(link.receiver()));
        MulticastPeer peer = open();
        assertThatThrownBy(peer::drops).hasMessageContaining("DROP_COUNTS");
        assertThatThrownBy(() -> peer.segmentLength(100)).hasMessageContaining("SEGMENTS");
    }

    private void assertRefused(String capability, MulticastPeer.Context context) {
        assertThatThrownBy(() -> open(context)).isInstanceOf(IOException.class)
                .hasMessage("the nio backend does not have " + capability + ": ask MulticastPeer.supports");
    }

    @Test
    void makesAFeedOfTwoLines() throws IOException {
        List<Long> seen = new ArrayList<>();
        Feed feed = Feed.open(reactor, new Arbiter.Context(NumberedFormat.sequenced()).startAt(0x3030303030303031L),
                (sequence, buffer, offset, length) -> seen.add(sequence));
        MulticastPeer sender = sender(link.first());
        for (int line = 0; line < 2; line++) {
            MulticastPeer peer = open();
            peer.join(link.group(line + 1), link.receiver());
            feed.addLine(peer);
        }
        send(sender, link.group(1), port(feed.peer(0)), "00000001");
        send(sender, link.group(2), port(feed.peer(1)), "00000001");
        send(sender, link.group(2), port(feed.peer(1)), "00000003");
        send(sender, link.group(1), port(feed.peer(0)), "00000002");
        await(() -> seen.size() >= 3);
        feed.readKernelDrops();

        assertThat(seen).containsExactly(0x3030303030303031L, 0x3030303030303032L, 0x3030303030303033L);
    }
}
