package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which sources of a group a peer receives.
 */
@ParameterizedClass
@MethodSource("io.sonic.multicast.Link#all")
class SourceFilterTest extends MulticastFixture {
    private final InetAddress group = link.group(1);
    private final InetAddress markerGroup = link.group(2);
    private Receiver receiver;
    private MulticastPeer peer;
    private MulticastPeer first;
    private MulticastPeer second;

    SourceFilterTest(Link link) {
        super(link);
    }

    @BeforeEach
    void openPeers() throws IOException {
        peer = open();
        receiver = new Receiver(peer);
        peer.join(markerGroup, link.receiver());
        first = openSender(link, link.first());
        second = openSender(link, link.second());
    }

    @Test
    void receivesOnlyTheSourceThatItJoined() throws IOException {
        Membership membership = peer.joinSource(group, link.first(), link.receiver());

        assertHears("first");
        assertThat(membership.mode()).isEqualTo(FilterMode.INCLUDE);
        assertThat(membership.sources()).containsExactly(link.first());
    }

    @Test
    void joinsAndLeavesSourcesOneByOne() throws IOException {
        Membership membership = peer.joinSource(group, link.first(), link.receiver());

        assertThat(peer.joinSource(group, link.second(), link.receiver())).isSameAs(membership);
        assertThat(membership.sources()).containsExactly(link.first(), link.second());
        assertHears("first", "second");

        membership.leaveSource(link.first());
        assertHears("second");

        membership.leaveSource(link.second());
        assertHears();
        assertThat(membership.isJoined()).isFalse();
        assertThat(peer.membership(group, link.receiver())).isNull();

        peer.join(group, link.receiver());
        assertHears("first", "second");
    }

    @Test
    void leavesAllSourcesAtOnce() throws IOException {
        peer.joinSource(group, link.first(), link.receiver());
        peer.joinSource(group, link.second(), link.receiver());

        peer.leave(group, link.receiver());

        assertHears();
    }

    @Test
    void blocksAndUnblocksASource() throws IOException {
        Membership membership = peer.join(group, link.receiver());
        assertHears("first", "second");

        membership.block(link.first());
        assertThat(membership.sources()).containsExactly(link.first());
        assertHears("second");

        membership.unblock(link.first());
        assertThat(membership.sources()).isEmpty();
        assertHears("first", "second");
    }

    @Test
    void replacesTheFilter() throws IOException {
        Membership membership = peer.join(group, link.receiver());

        membership.filter(FilterMode.INCLUDE, List.of(link.second(), link.second()));
        assertThat(membership.mode()).isEqualTo(FilterMode.INCLUDE);
        assertThat(membership.sources()).containsExactly(link.second());
        assertHears("second");

        membership.joinSource(link.first());
        assertHears("first", "second");

        membership.filter(FilterMode.EXCLUDE, List.of(link.second()));
        assertHears("first");

        membership.filter(FilterMode.EXCLUDE, List.of());
        assertHears("first", "second");
    }

    @Test
    void refusesToNarrowAllSourcesToOne() throws IOException {
        Membership membership = peer.join(group, link.receiver());

        assertThatIllegalStateException()
                .isThrownBy(() -> peer.joinSource(group, link.first(), link.receiver()))
                .withMessageContaining("from all sources").withMessageContaining("shut out the others");
        assertThatIllegalStateException().isThrownBy(() -> membership.joinSource(link.first()));

        assertHears("first", "second");
    }

    @Test
    void refusesToJoinAllSourcesAfterOne() throws IOException {
        peer.joinSource(group, link.first(), link.receiver());

        assertThatIllegalStateException().isThrownBy(() -> peer.join(group, link.receiver()))
                .withMessageContaining("from " + link.first().getHostAddress()).withMessageContaining("joined already");

        assertHears("first");
    }

    @Test
    void refusesWhatDoesNotFitToASourceList() throws IOException {
        Membership membership = peer.joinSource(group, link.first(), link.receiver());

        assertThatIllegalStateException().isThrownBy(() -> membership.joinSource(link.first()))
                .withMessageContaining("is joined already");
        assertThatIllegalStateException().isThrownBy(() -> membership.leaveSource(link.second()))
                .withMessageContaining("is not joined");
        assertThatIllegalStateException().isThrownBy(() -> membership.block(link.first()))
                .withMessageContaining("instead of blocking");
        assertThatIllegalStateException().isThrownBy(() -> membership.unblock(link.first()))
                .withMessageContaining("is not blocked");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> membership.filter(FilterMode.INCLUDE, List.of()))
                .withMessageContaining("leave the group");

        assertHears("first");
    }

    @Test
    void refusesWhatDoesNotFitToAllSources() throws IOException {
        Membership membership = peer.join(group, link.receiver());
        membership.block(link.second());

        assertThatIllegalStateException().isThrownBy(() -> membership.block(link.second()))
                .withMessageContaining("is blocked already");
        assertThatIllegalStateException().isThrownBy(() -> membership.unblock(link.first()))
                .withMessageContaining("is not blocked");
        assertThatIllegalStateException().isThrownBy(() -> membership.leaveSource(link.second()))
                .withMessageContaining("is not joined");

        assertHears("first");
    }

    @Test
    void refusesASourceThatCanBeNone() throws IOException {
        Membership membership = peer.join(group, link.receiver());
        List<InetAddress> wrong = List.of(group, InetAddress.ofLiteral(link.isIpv6() ? "::" : "0.0.0.0"),
                InetAddress.ofLiteral(link.isIpv6() ? "10.0.0.1" : "fd00::1"));

        for (InetAddress source : wrong) {
            assertThatIllegalArgumentException().isThrownBy(() -> membership.block(source))
                    .withMessageContaining(source.getHostAddress());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> membership.filter(FilterMode.INCLUDE, List.of(link.first(), source)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> peer.joinSource(link.group(3), source, link.receiver()));
        }

        assertThat(peer.memberships()).extracting(Membership::group).containsExactly(markerGroup, group);
        assertHears("first", "second");
    }

    @Test
    void namesTheLimitOfSourcesAndItsValue() throws IOException {
        String limit = link.isIpv6()
                ? "net.ipv6.mld_max_msf is " + sysctl("ipv6/mld_max_msf")
                : "net.ipv4.igmp_max_msf is " + sysctl("ipv4/igmp_max_msf");
        Membership membership = peer.joinSource(group, link.first(), link.receiver());

        assertThatThrownBy(() -> {
            for (int i = 1; i < 1_000; i++) {
                membership.joinSource(host(i));
            }
        }).isInstanceOf(SocketException.class).hasMessageContaining(limit).hasMessageContaining("ENOBUFS");

        List<InetAddress> joined = membership.sources();
        assertThat(joined).hasSizeGreaterThan(1).startsWith(link.first());
        assertHears("first");

        List<InetAddress> many = new ArrayList<>(List.of(link.second()));
        for (int i = 1; i <= joined.size(); i++) {
            many.add(host(i));
        }
        assertThatThrownBy(() -> membership.filter(FilterMode.INCLUDE, many))
                .hasMessageContaining("filter " + many.size() + " sources").hasMessageContaining(limit);
        assertThat(membership.sources()).isEqualTo(joined);
        assertHears("first");

        membership.filter(FilterMode.INCLUDE, many.subList(0, joined.size()));
        assertHears("second");
    }

    /**
     * Lets both sources send, and then a marker that is always heard.
     */
    private void assertHears(String... sources) {
        List<String> expected = new ArrayList<>(List.of(sources));
        expected.add("marker");
        send(first, group, port(peer), "first");
        send(second, group, port(peer), "second");
        send(first, markerGroup, port(peer), "marker");
        assertReceives(receiver, expected.toArray(String[]::new));
    }

    private InetAddress host(int number) {
        return InetAddress.ofLiteral(link.isIpv6()
                ? "fd99::" + Integer.toHexString(number) : "10.99." + (number >> 8) + "." + (number & 0xFF));
    }
}
