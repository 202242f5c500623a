package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.DatagramBatch;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.SocketOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a peer does over any link.
 */
@ParameterizedClass
@MethodSource("io.sonic.multicast.Link#all")
class MulticastPeerTest extends MulticastFixture {
    private final InetAddress groupA = link.group(1);
    private final InetAddress groupB = link.group(2);

    MulticastPeerTest(Link link) {
        super(link);
    }

    @Test
    void receivesNothingOfGroupsThatItDidNotJoin() throws IOException {
        Receiver member = new Receiver(open());
        Receiver stranger = new Receiver(open(context().port(port(member.peer))));
        member.peer.join(groupA, link.receiver());
        stranger.peer.join(groupB, link.receiver());
        MulticastPeer sender = openSender();

        send(sender, groupA, port(member.peer), "for members");
        send(sender, groupB, port(member.peer), "marker");

        assertReceives(member, "for members");
        assertReceives(stranger, "marker");
    }

    @Test
    void receivesWhatItJoined() throws IOException {
        Receiver receiver = new Receiver(open());
        Membership membership = receiver.peer.join(groupA, link.receiver());
        MulticastPeer sender = openSender();

        send(sender, groupA, port(receiver.peer), "one");
        send(sender, groupA, port(receiver.peer), "two");
        await(() -> receiver.texts.size() == 2);

        assertThat(receiver.texts).containsExactly("one", "two");
        Endpoint source = new Endpoint().set(link.first(), port(sender));
        assertThat(receiver.sources).containsExactly(source, source);
        assertThat(membership.isJoined()).isTrue();
        assertThat(membership.group()).isEqualTo(groupA);
        assertThat(membership.on()).isEqualTo(link.receiver());
        assertThat(membership.mode()).isEqualTo(FilterMode.EXCLUDE);
        assertThat(membership.sources()).isEmpty();
        assertThat(membership.peer()).isSameAs(receiver.peer);
        assertThat(receiver.peer.memberships()).containsExactly(membership);
    }

    @Test
    void receivesNoMoreOfGroupsThatItLeft() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(groupA, link.receiver());
        Membership other = receiver.peer.join(groupB, link.receiver());
        MulticastPeer sender = openSender();
        send(sender, groupA, port(receiver.peer), "before");
        assertReceives(receiver, "before");

        receiver.peer.leave(groupA, link.receiver());
        send(sender, groupA, port(receiver.peer), "after");
        send(sender, groupB, port(receiver.peer), "marker");

        assertReceives(receiver, "marker");
        assertThat(receiver.peer.memberships()).containsExactly(other);
    }

    @Test
    void joinsAgainAfterItLeft() throws IOException {
        Receiver receiver = new Receiver(open());
        Membership first = receiver.peer.join(groupA, link.receiver());
        first.leave();
        Membership second = receiver.peer.join(groupA, link.receiver());

        send(openSender(), groupA, port(receiver.peer), "back");

        assertReceives(receiver, "back");
        assertThat(first.isJoined()).isFalse();
        assertThat(second.isJoined()).isTrue();
        assertThatIllegalStateException().isThrownBy(first::leave).withMessageContaining("was left");
    }

    @Test
    void receivesTwoGroupsOnOneSocket() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(groupA, link.receiver());
        receiver.peer.join(groupB, link.receiver());
        MulticastPeer sender = openSender();

        send(sender, groupA, port(receiver.peer), "a");
        send(sender, groupB, port(receiver.peer), "b");
        send(sender, groupA, port(receiver.peer), "c");

        assertReceives(receiver, "a", "b", "c");
    }

    @Test
    void givesEachPeerOnOnePortItsOwnCopy() throws IOException {
        Receiver first = new Receiver(open(context().reusePort(true)));
        Receiver second = new Receiver(open(context().reusePort(true).port(port(first.peer))));
        first.peer.join(groupA, link.receiver());
        second.peer.join(groupA, link.receiver());

        send(openSender(), groupA, port(first.peer), "copy");

        assertReceives(first, "copy");
        assertReceives(second, "copy");
    }

    @Test
    void refusesAPortThatIsInUseWhereItMayNotBeReused() throws IOException {
        MulticastPeer first = open(context().reuseAddress(false));
        int port = port(first);

        assertThatThrownBy(() -> open(context().reuseAddress(false).port(port)))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("bind").hasMessageContaining(":" + port).hasMessageContaining("EADDRINUSE");
    }

    @Test
    void receivesGroupsOfOtherSocketsOnlyWhenAsked() throws IOException {
        Receiver member = new Receiver(open());
        Receiver curious = new Receiver(open(context().port(port(member.peer)).receivesAllGroups(true)));
        Receiver modest = new Receiver(open(context().port(port(member.peer))));
        member.peer.join(groupA, link.receiver());
        modest.peer.join(groupB, link.receiver());
        MulticastPeer sender = openSender();

        send(sender, groupA, port(member.peer), "a");
        send(sender, groupB, port(member.peer), "b");

        assertReceives(member, "a");
        assertReceives(curious, "a", "b");
        assertReceives(modest, "b");
        assertThat(curious.peer.receivesAllGroups()).isTrue();
        assertThat(modest.peer.receivesAllGroups()).isFalse();
    }

    @Test
    void receivesOnlyTheGroupThatItIsBoundTo() throws IOException {
        Receiver bound = new Receiver(open(context().bindToGroup(groupA)));
        Receiver any = new Receiver(open(context().port(port(bound.peer))));
        bound.peer.join(groupA, link.receiver());
        any.peer.join(groupB, link.receiver());
        MulticastPeer sender = openSender();

        send(sender, groupB, port(any.peer), "other group");
        send(sender, link.first(), port(any.peer), "unicast");
        assertReceives(any, "other group", "unicast");
        send(sender, groupA, port(bound.peer), "bound group");

        assertReceives(bound, "bound group");
        assertThat(bound.peer.localAddress()).isEqualTo(new InetSocketAddress(groupA, port(any.peer)));
    }

    @Test
    void refusesToJoinWhatCanNotArrive() throws IOException {
        MulticastPeer toGroup = open(context().bindToGroup(groupA));
        MulticastPeer toAddress = open(context().bindToAddress(link.first()));

        assertThatIllegalStateException().isThrownBy(() -> toGroup.join(groupB, link.receiver()))
                .withMessageContaining(groupB.getHostAddress())
                .withMessageContaining("bound to " + groupA.getHostAddress());
        assertThatIllegalStateException().isThrownBy(() -> toAddress.join(groupA, link.receiver()))
                .withMessageContaining("bound to " + link.first().getHostAddress());
    }

    @Test
    void receivesAnEmptyDatagram() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(groupA, link.receiver());
        MulticastPeer sender = openSender();

        send(sender, groupA, port(receiver.peer), "");
        send(sender, groupA, port(receiver.peer), "marker");

        assertReceives(receiver, "", "marker");
    }

    @Test
    void reportsADatagramThatDoesNotFit() throws IOException {
        MulticastPeer peer = open();
        peer.join(groupA, link.receiver());
        UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        List<String> outcomes = new ArrayList<>();
        peer.asyncReceive(buffer, 0, 4, (status, length, source) ->
                outcomes.add(status + " " + buffer.getStringWithoutLengthAscii(0, length) + " " + source.port()));
        MulticastPeer sender = openSender();

        send(sender, groupA, port(peer), "truncated");
        await(() -> !outcomes.isEmpty());

        assertThat(outcomes).containsExactly("TRUNCATED trun " + port(sender));
    }

    @Test
    void receivesIntoTheBufferThatWasGivenLast() throws IOException {
        MulticastPeer peer = open();
        peer.join(groupA, link.receiver());
        UnsafeBuffer first = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        UnsafeBuffer second = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        List<String> outcomes = new ArrayList<>();
        peer.asyncReceive(first, 0, 64, (status, length, source) ->
                outcomes.add(status + " " + second.getStringWithoutLengthAscii(8, length)));

        peer.receiveBuffer(second, 8, 32);
        send(openSender(), groupA, port(peer), "moved");
        await(() -> !outcomes.isEmpty());

        assertThat(outcomes).containsExactly("OK moved");
        assertThat(first.getByte(0)).isZero();
        assertThatIllegalStateException().isThrownBy(() -> peer.receiveBuffer(first, 0, 64));
    }

    @Test
    void sendsToPreparedDestination() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(groupA, link.receiver());
        MulticastPeer sender = openSender();
        UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(8));
        buffer.putStringWithoutLengthAscii(2, "sent");
        Endpoint destination = new Endpoint().set(groupA, port(receiver.peer));
        List<String> outcomes = new ArrayList<>();

        sender.asyncSend(buffer, 2, 4, destination, (status, length) -> outcomes.add(status + " " + length));
        await(() -> !outcomes.isEmpty());

        assertThat(outcomes).containsExactly("OK 4");
        assertReceives(receiver, "sent");
    }

    @Test
    void sendsAndReceivesBatches() throws IOException {
        MulticastPeer receiver = open();
        receiver.join(groupA, link.receiver());
        receiver.join(groupB, link.receiver());
        MulticastPeer sender = openSender();
        DatagramBatch outgoing = new DatagramBatch(3, 8);
        DatagramBatch incoming = new DatagramBatch(8, 4);
        for (int i = 0; i < 3; i++) {
            outgoing.buffer().putStringWithoutLengthAscii(outgoing.offset(i), "datagram".substring(0, 3 + i));
            outgoing.endpoint(i).set(i == 1 ? groupB : groupA, port(receiver));
        }
        outgoing.count(3);
        for (int i = 0; i < 3; i++) {
            outgoing.length(i, 3 + i);
        }
        List<String> outcomes = new ArrayList<>();

        sender.asyncSend(outgoing, (status, count) -> outcomes.add("sent " + status + " " + count));
        await(() -> !outcomes.isEmpty());
        while (outcomes.size() < 4) {
            int before = outcomes.size();
            receiver.asyncReceive(incoming, (status, count) -> {
                for (int i = 0; i < count; i++) {
                    outcomes.add(incoming.buffer().getStringWithoutLengthAscii(incoming.offset(i), incoming.length(i))
                            + " " + incoming.isTruncated(i) + " " + (incoming.endpoint(i).port() == port(sender)));
                }
            });
            await(() -> outcomes.size() > before);
        }

        assertThat(outcomes).containsExactly("sent OK 3", "dat false true", "data false true", "data true true");
        outgoing.endpoint(2).set(InetAddress.ofLiteral(link.isIpv6() ? "239.1.1.1" : "ff15::1"), 1);
        assertThatIllegalArgumentException().isThrownBy(() -> sender.asyncSend(outgoing, (status, count) -> { }));
    }

    @Test
    void refusesADestinationOfTheOtherFamily() throws IOException {
        MulticastPeer sender = openSender();
        UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(8));
        Endpoint other = new Endpoint().set(InetAddress.ofLiteral(link.isIpv6() ? "239.1.1.1" : "ff15::1"), 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> sender.asyncSend(buffer, 0, 8, other, (status, length) -> { }))
                .withMessageContaining(other.toString());
        assertThatIllegalArgumentException().isThrownBy(() -> sender.trySend(buffer, 0, 8, new Endpoint()));
    }

    @Test
    void tellsWhyASendFailed() throws IOException {
        MulticastPeer sender = openSender();
        UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(70_000));
        List<String> outcomes = new ArrayList<>();

        sender.asyncSend(buffer, 0, 70_000, new Endpoint().set(groupA, 1),
                (status, length) -> outcomes.add(status + " " + length));

        assertThat(outcomes).containsExactly("FAILED 0");
        assertThat(sender.failure()).hasMessageContaining("EMSGSIZE");
    }

    @Test
    void closeEndsAWaitingReceiveOnce() throws IOException {
        Receiver receiver = new Receiver(open());
        Membership membership = receiver.peer.join(groupA, link.receiver());

        receiver.peer.close();
        receiver.peer.close();
        reactor.poll();

        assertThat(receiver.ends).containsExactly(IoStatus.CLOSED);
        assertThat(receiver.peer.isOpen()).isFalse();
        assertThat(membership.isJoined()).isFalse();
        assertThat(reactor.pending()).isZero();
        assertThatIllegalStateException().isThrownBy(membership::leave).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> receiver.peer.join(groupA, link.receiver()));
        assertThatIllegalStateException().isThrownBy(() -> new Receiver(receiver.peer));
    }

    @Test
    void closeOfTheReactorEndsAWaitingReceiveOnce() throws IOException {
        Receiver receiver = new Receiver(open());

        reactor.close();

        assertThat(receiver.ends).containsExactly(IoStatus.CLOSED);
        assertThat(receiver.peer.isOpen()).isFalse();
    }

    @Test
    void cancelEndsAWaitingReceiveOnceAndLeavesThePeerUsable() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(groupA, link.receiver());

        receiver.peer.cancel();
        receiver.peer.cancel();
        reactor.poll();
        assertThat(receiver.ends).containsExactly(IoStatus.CANCELLED);

        Receiver again = new Receiver(receiver.peer);
        send(openSender(), groupA, port(again.peer), "again");
        assertReceives(again, "again");
        again.peer.cancelReceive();
        assertThat(again.ends).containsExactly(IoStatus.CANCELLED);
    }

    @Test
    void refusesToJoinTwice() throws IOException {
        Receiver receiver = new Receiver(open());
        Membership membership = receiver.peer.join(groupA, link.receiver());

        assertThatIllegalStateException().isThrownBy(() -> receiver.peer.join(groupA, link.receiver()))
                .withMessageContaining(groupA.getHostAddress()).withMessageContaining(link.receiver().toString())
                .withMessageContaining("joined already");

        assertThat(receiver.peer.memberships()).containsExactly(membership);
        send(openSender(), groupA, port(receiver.peer), "still");
        assertReceives(receiver, "still");
    }

    @Test
    void refusesToLeaveWhatWasNotJoined() throws IOException {
        MulticastPeer peer = open();
        peer.join(groupA, link.receiver());

        assertThatIllegalStateException().isThrownBy(() -> peer.leave(groupB, link.receiver()))
                .withMessageContaining(groupB.getHostAddress()).withMessageContaining("is not joined")
                .withMessageContaining("joined are: [" + groupA.getHostAddress());
    }

    @Test
    void refusesAGroupThatIsNone() throws IOException {
        MulticastPeer peer = open();

        assertThatIllegalArgumentException().isThrownBy(() -> peer.join(link.first(), link.receiver()))
                .withMessageContaining("no multicast group: " + link.first().getHostAddress());
        assertThatIllegalArgumentException().isThrownBy(() -> context().bindToGroup(link.first()));
        assertThatIllegalArgumentException().isThrownBy(() -> context().bindToAddress(groupA));
        assertThat(peer.memberships()).isEmpty();
    }

    @Test
    void refusesAGroupOfTheOtherFamily() throws IOException {
        MulticastPeer peer = open();
        InetAddress other = InetAddress.ofLiteral(link.isIpv6() ? "239.1.1.1" : "ff15::1");

        assertThatIllegalArgumentException().isThrownBy(() -> peer.join(other, link.receiver()))
                .withMessageContaining(other.getHostAddress());
    }

    @Test
    void readsHopsBackFromTheKernel() throws IOException {
        MulticastPeer peer = open();
        assertThat(peer.hops()).isEqualTo(1);

        for (int hops = 0; hops <= 255; hops++) {
            peer.hops(hops);
            assertThat(peer.hops()).isEqualTo(hops);
        }

        assertThatIllegalArgumentException().isThrownBy(() -> peer.hops(256)).withMessageContaining("256");
        assertThatIllegalArgumentException().isThrownBy(() -> peer.hops(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> context().hops(256));
        assertThat(open(context().hops(16)).hops()).isEqualTo(16);
    }

    @Test
    void readsLoopBackFromTheKernel() throws IOException {
        MulticastPeer peer = open();
        assertThat(peer.loop()).isTrue();

        peer.loop(false);
        assertThat(peer.loop()).isFalse();
        peer.loop(true);
        assertThat(peer.loop()).isTrue();
        assertThat(open(context().loop(false)).loop()).isFalse();
    }

    @Test
    void remembersTheOutboundInterface() throws IOException {
        MulticastPeer peer = open();
        assertThat(peer.outbound()).isNull();

        peer.outbound(link.sender());

        assertThat(peer.outbound()).isEqualTo(link.sender());
    }

    @Test
    void reportsTheReceiveBufferThatWasGranted() throws IOException {
        MulticastPeer small = open(context().receiveBufferDatagrams(50, 200));
        MulticastPeer large = open(context().receiveBufferDatagrams(100, 1400));

        assertThat(small.receiveBufferDatagrams(200)).isEqualTo(50);
        assertThat(large.receiveBufferDatagrams(1400)).isEqualTo(100);
        assertThat(large.receiveBufferBytes()).isEqualTo(large.option(SocketOption.RECEIVE_BUFFER));
        assertThatIllegalArgumentException().isThrownBy(() -> context().receiveBufferDatagrams(0, 200));
        assertThatIllegalArgumentException().isThrownBy(() -> context().receiveBufferDatagrams(1, 70_000));
        assertThatIllegalArgumentException().isThrownBy(() -> context().receiveBufferDatagrams(1 << 30, 1400));
    }

    @Test
    void holdsTheDatagramsThatTheReceiveBufferWasSizedForAndCountsDrops() throws IOException {
        int sized = 64;
        int sent = 4 * sized;
        MulticastPeer peer = open(context().receiveBufferDatagrams(sized, 200));
        peer.join(groupA, link.receiver());
        MulticastPeer sender = openSender();
        String text = "x".repeat(200);
        for (int i = 0; i < sent; i++) {
            send(sender, groupA, port(peer), text);
        }
        Receiver receiver = new Receiver(peer);
        await(() -> receiver.texts.size() + drops(peer) >= sent);

        assertThat(receiver.texts).hasSizeGreaterThanOrEqualTo(sized);
        assertThat(peer.drops()).isPositive().isEqualTo(sent - receiver.texts.size());
    }

    @Test
    void namesTheLimitOfGroupsAndItsValue() throws IOException {
        Receiver receiver = new Receiver(open());
        List<InetAddress> joined = new ArrayList<>();
        // IPv6 has no limit of groups, but one of memory.
        String limit = link.isIpv6()
                ? "net.core.optmem_max is " + sysctl("core/optmem_max") + " bytes (ENOMEM)"
                : "net.ipv4.igmp_max_memberships is " + sysctl("ipv4/igmp_max_memberships") + " (ENOBUFS)";

        assertThatThrownBy(() -> {
            while (joined.size() < 9_000) {
                InetAddress next = link.group(joined.size() + 1);
                receiver.peer.join(next, link.receiver());
                joined.add(next);
            }
        }).isInstanceOf(SocketException.class).hasMessageStartingWith("join ").hasMessageContaining(limit);

        assertThat(receiver.peer.memberships()).extracting(Membership::group).isEqualTo(joined);
        send(openSender(), joined.getLast(), port(receiver.peer), "last");
        assertReceives(receiver, "last");
    }

    @Test
    void leavesNothingOpenWhenItCannotBeOpened() throws IOException {
        InetAddress nobody = InetAddress.ofLiteral(link.isIpv6() ? "2001:db8::1" : "192.0.2.1");
        long before = sockets();

        assertThatThrownBy(() -> open(context().bindToAddress(nobody)))
                .isInstanceOf(BindException.class).hasMessageContaining(nobody.getHostAddress());
        MulticastPeer.open(reactor, context()).close();

        assertThat(sockets()).isEqualTo(before);
    }

    @Test
    void isOfOneFamilyOnly() throws IOException {
        MulticastPeer peer = open();
        assertThat(peer.isIpv6()).isEqualTo(link.isIpv6());
        assertThatIllegalArgumentException().isThrownBy(() -> context().family(StandardProtocolFamily.UNIX));
        assertThatIllegalArgumentException().isThrownBy(() -> context().port(65_536));

        // A peer of IPv6 does not take the port from IPv4.
        StandardProtocolFamily other = link.isIpv6() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        MulticastPeer.Context same = context().family(other).port(port(peer)).reuseAddress(false);
        assertThat(port(open(same))).isEqualTo(port(peer));
    }

    private static long drops(MulticastPeer peer) {
        try {
            return peer.drops();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
