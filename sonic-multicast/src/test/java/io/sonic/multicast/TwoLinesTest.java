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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two lines through real devices: what belongs to one interface does not come from the other.
 */
@ParameterizedClass
@MethodSource("io.sonic.multicast.Link#lines")
@EnabledIf(value = "io.sonic.multicast.Link#hasLines", disabledReason =
        "needs the devices of namespace.sh; NamespaceTest runs it where network namespaces are allowed")
class TwoLinesTest extends MulticastFixture {
    private final Link lineB = link.isIpv6() ? Link.LINE_B_IPV6 : Link.LINE_B_IPV4;
    private final InetAddress group = link.group(1);

    TwoLinesTest(Link link) {
        super(link);
    }

    @Test
    void receivesNothingFromTheWrongInterface() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(group, link.receiver());
        MulticastPeer senderA = openSender();
        MulticastPeer senderB = openSender(lineB, lineB.first());

        send(senderB, group, port(receiver.peer), "wrong line");
        send(senderA, group, port(receiver.peer), "right line");

        assertReceives(receiver, "right line");
    }

    @Test
    void joinsOneGroupOnTwoInterfacesAndLeavesOneOfThem() throws IOException {
        Receiver receiver = new Receiver(open());
        Membership onA = receiver.peer.join(group, link.receiver());
        Membership onB = receiver.peer.join(group, lineB.receiver());
        MulticastPeer senderA = openSender();
        MulticastPeer senderB = openSender(lineB, lineB.first());

        send(senderA, group, port(receiver.peer), "a1");
        send(senderB, group, port(receiver.peer), "b1");
        assertReceives(receiver, "a1", "b1");

        onA.leave();
        send(senderA, group, port(receiver.peer), "a2");
        send(senderB, group, port(receiver.peer), "b2");
        assertReceives(receiver, "b2");
        assertThat(receiver.peer.memberships()).containsExactly(onB);
    }

    @Test
    void filtersSourcesPerInterfaceOrRefuses() throws IOException {
        Receiver receiver = new Receiver(open());
        Membership onA = receiver.peer.join(group, link.receiver());
        if (link.isIpv6()) {
            refusesTwoFiltersForOneGroup(receiver.peer, onA);
            return;
        }
        receiver.peer.joinSource(group, lineB.second(), lineB.receiver());
        onA.block(link.first());

        send(openSender(), group, port(receiver.peer), "blocked on A");
        send(openSender(link, link.second()), group, port(receiver.peer), "a");
        send(openSender(lineB, lineB.first()), group, port(receiver.peer), "not joined on B");
        send(openSender(lineB, lineB.second()), group, port(receiver.peer), "b");

        assertReceives(receiver, "a", "b");
    }

    private void refusesTwoFiltersForOneGroup(MulticastPeer peer, Membership onA) throws IOException {
        assertThatIllegalStateException()
                .isThrownBy(() -> peer.joinSource(group, lineB.second(), lineB.receiver()))
                .withMessageContaining("one filter per group").withMessageContaining(onA.toString());
        Membership onB = peer.join(group, lineB.receiver());
        assertThatIllegalStateException().isThrownBy(() -> onB.block(lineB.first()));
        assertThatIllegalStateException()
                .isThrownBy(() -> onB.filter(FilterMode.INCLUDE, List.of(lineB.first())));
        onB.leave();
        onA.block(link.first());
        assertThatIllegalStateException().isThrownBy(() -> peer.join(group, lineB.receiver()));
        assertThat(peer.memberships()).containsExactly(onA);
    }

    @Test
    void ipv6NeedsAnInboundInterfaceToKeepLinesApart() throws IOException {
        Receiver onA = new Receiver(open());
        Receiver onlyA = new Receiver(open(context().port(port(onA.peer)).inbound(link.receiver())));
        MulticastPeer onB = open(context().port(port(onA.peer)));
        onA.peer.join(group, link.receiver());
        onlyA.peer.join(group, link.receiver());
        onB.join(group, lineB.receiver());

        send(openSender(lineB, lineB.first()), group, port(onB), "b");
        send(openSender(), group, port(onB), "a");

        // Linux looks at the interface for IPv4 only: the warning in the documentation stands on this.
        assertReceives(onA, link.isIpv6() ? new String[] {"b", "a"} : new String[] {"a"});
        assertReceives(onlyA, "a");
    }

    @Test
    void receivesFromTheInboundInterfaceOnly() throws IOException {
        Receiver receiver = new Receiver(open(context().inbound(link.receiver())));
        receiver.peer.join(group, link.receiver());
        receiver.peer.join(group, lineB.receiver());

        send(openSender(lineB, lineB.first()), group, port(receiver.peer), "b");
        send(openSender(), group, port(receiver.peer), "a");

        assertReceives(receiver, "a");
        assertThat(receiver.peer.inbound()).isEqualTo(link.receiver());
        assertThatIllegalArgumentException().isThrownBy(() -> receiver.peer.outbound(lineB.receiver()))
                .withMessageContaining(link.receiver().toString()).withMessageContaining(lineB.receiver().toString());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(context().inbound(link.receiver()).outbound(lineB.receiver())));
    }

    @Test
    void sendsThroughTheOutboundInterface() throws IOException {
        Receiver onA = new Receiver(open(context().inbound(link.receiver())));
        Receiver onB = new Receiver(open(context().inbound(lineB.receiver()).port(port(onA.peer))));
        onA.peer.join(group, link.receiver());
        onB.peer.join(group, lineB.receiver());
        MulticastPeer sender = open(context().loop(false));

        sender.outbound(lineB.sender());
        send(sender, group, port(onA.peer), "to B");
        sender.outbound(link.sender());
        send(sender, group, port(onA.peer), "to A");

        assertReceives(onA, "to A");
        assertReceives(onB, "to B");
    }

    @Test
    void givesThisHostCopiesWhileLoopIsOn() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(group, link.sender());
        MulticastPeer sender = openSender();

        sender.loop(true);
        send(sender, group, port(receiver.peer), "on");
        sender.loop(false);
        send(sender, group, port(receiver.peer), "off");
        sender.loop(true);
        send(sender, group, port(receiver.peer), "on again");

        assertReceives(receiver, "on", "on again");
    }

    @Test
    void datagramsOfZeroHopsLeaveTheHost() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(group, link.receiver());
        MulticastPeer sender = openSender();

        // Not what one expects of 0: the warning in the documentation of hops stands on this.
        sender.hops(0);
        send(sender, group, port(receiver.peer), "no hops");

        assertReceives(receiver, "no hops");
    }

    @Test
    void carriesGroupsOfLinkLocalScope() throws IOException {
        InetAddress local = InetAddress.ofLiteral(
                link.isIpv6() ? "ff02::4242%" + link.receiver().index() : "224.0.0.242");
        Receiver bound = new Receiver(open(context().bindToGroup(local)));
        bound.peer.join(local, link.receiver());
        InetAddress destination = InetAddress.ofLiteral(
                link.isIpv6() ? "ff02::4242%" + link.sender().index() : "224.0.0.242");

        send(openSender(), destination, port(bound.peer), "local");

        assertReceives(bound, "local");
    }

    @Test
    void staysMemberWhileTheInterfaceIsDownAndUp() throws Exception {
        try (Device device = new Device(link)) {
            Receiver receiver = new Receiver(open());
            receiver.peer.join(group, device.receiver());
            MulticastPeer sender = open(context().outbound(device.sender()).loop(false));
            send(sender, group, port(receiver.peer), "before");
            assertReceives(receiver, "before");

            device.down();
            device.up();
            send(sender, group, port(receiver.peer), "after");

            assertReceives(receiver, "after");
        }
    }

    @Test
    void refreshesMembershipsWhenTheInterfaceWasCreatedAgain() throws Exception {
        InetAddress other = link.group(2);
        Receiver receiver = new Receiver(open());
        receiver.peer.join(link.group(3), link.receiver());
        Membership all;
        Membership one;
        int index;
        try (Device device = new Device(link)) {
            all = receiver.peer.join(group, device.receiver());
            one = receiver.peer.joinSource(other, device.first(), device.receiver());
            all.block(device.second());
            index = all.on().index();
            assertHears(receiver, device, other, "all", "one");
        }
        assertThatThrownBy(all::refresh).isInstanceOf(SocketException.class)
                .hasMessageStartingWith("no network interface 'rxC'; there are: lo");

        try (Device device = new Device(link)) {
            assertHears(receiver, device, other);

            all.refresh();
            one.refresh();

            assertThat(all.on().index()).isNotEqualTo(index).isEqualTo(device.receiver().index());
            assertThat(all.sources()).containsExactly(device.second());
            assertHears(receiver, device, other, "all", "one");
            assertThat(receiver.peer.membership(group, device.receiver())).isSameAs(all);
            all.refresh();
            assertHears(receiver, device, other, "all", "one");
            all.leave();
            assertHears(receiver, device, other, "one");
        }
    }

    @Test
    void saysThatAnInterfaceTakesNoMembersOfTheFamily() throws Exception {
        if (!link.isIpv6()) {
            return; // an interface always takes members of IPv4
        }
        try (Device device = new Device(link)) {
            device.removeIpv6();
            MulticastPeer peer = open();

            assertThatThrownBy(() -> peer.join(group, device.receiver())).isInstanceOf(SocketException.class)
                    .hasMessageContaining("the interface takes no members of IPv6");
            assertThat(peer.memberships()).isEmpty();
        }
    }

    @Test
    void namesTheInterfaceThatIsGone() throws Exception {
        MulticastPeer peer = open();
        MulticastInterface gone;
        Membership stale;
        try (Device device = new Device(link)) {
            gone = device.receiver();
            stale = peer.join(link.group(2), gone);
        }

        assertThatThrownBy(() -> peer.join(group, gone)).isInstanceOf(SocketException.class)
                .hasMessageStartingWith("join " + group.getHostAddress() + " on " + gone)
                .hasMessageContaining("no network interface with index " + gone.index());
        assertThatThrownBy(() -> peer.outbound(gone)).isInstanceOf(SocketException.class)
                .hasMessageContaining(gone.toString());
        assertThat(peer.outbound()).isNull();
        assertThat(peer.memberships()).containsExactly(stale);
        stale.leave();
        assertThat(peer.memberships()).isEmpty();
    }

    /**
     * Sends over the device to both groups from both addresses, and a marker over line A to its own group.
     */
    private void assertHears(Receiver receiver, Device device, InetAddress other, String... expected)
            throws IOException {
        MulticastInterface through = device.sender();
        int port = port(receiver.peer);
        for (InetAddress from : List.of(device.first(), device.second())) {
            MulticastPeer sender = open(
                    new MulticastPeer.Context().bindToAddress(from).outbound(through).loop(false));
            send(sender, group, port, "all");
            send(sender, other, port, "one");
            sender.close();
        }
        send(openSender(), link.group(3), port, "marker");
        List<String> all = new ArrayList<>(List.of(expected));
        all.add("marker");
        assertReceives(receiver, all.toArray(String[]::new));
    }
}
