package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReactorCounter;
import io.sonic.SocketOption;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What goes wrong in the multicast peer of sonic (Go), commit f9df119, and does not here; one test for each. That a
 * datagram allocates is in {@link AllocationTest}.
 */
@ParameterizedClass
@MethodSource("io.sonic.multicast.Link#all")
class DefectsOfTheOriginalTest extends MulticastFixture {
    private final InetAddress group = link.group(1);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));

    DefectsOfTheOriginalTest(Link link) {
        super(link);
    }

    /**
     * It panicked: "IPv6 multicast peer not yet supported", "IPv6 not supported", "As4 called on IPv6 address".
     */
    @Test
    void joinBlockOutboundAndSendDoNotPanicForIpv6() throws IOException {
        Receiver receiver = new Receiver(open());
        Membership membership = receiver.peer.join(group, link.receiver());
        MulticastPeer second = openSender(link, link.second());
        membership.block(link.second());
        send(second, group, port(receiver.peer), "blocked");
        membership.unblock(link.second());
        send(second, group, port(receiver.peer), "heard");

        assertReceives(receiver, "heard");
    }

    /**
     * It returned no error for IPv6, and had set the option of IPv4.
     */
    @Test
    void hopsAndLoopAreThoseOfTheFamily() throws IOException {
        MulticastPeer peer = open();
        peer.hops(7);
        peer.loop(false);

        assertThat(peer.hops()).isEqualTo(7);
        assertThat(peer.loop()).isFalse();
        assertThat(rawOption(peer, link.isIpv6() ? 41 : 0, link.isIpv6() ? 18 : 33)).isEqualTo(7);
        assertThat(rawOption(peer, link.isIpv6() ? 41 : 0, link.isIpv6() ? 19 : 34)).isZero();
    }

    /**
     * It reported the opposite of what the kernel said.
     */
    @Test
    void loopIsNotInverted() throws IOException {
        MulticastPeer peer = open();

        assertThat(peer.loop()).isTrue();
        peer.loop(false);
        assertThat(peer.loop()).isFalse();
    }

    /**
     * The request named no interface: EINVAL for one that the routes do not lead to.
     */
    @Test
    void blockWorksOnTheInterfaceThatWasJoined() throws IOException {
        Receiver receiver = new Receiver(open());
        Membership membership = receiver.peer.join(group, link.receiver());
        membership.block(link.first());
        send(openSender(), group, port(receiver.peer), "blocked");
        send(openSender(link, link.second()), group, port(receiver.peer), "heard");

        assertReceives(receiver, "heard");
        assertThat(membership.sources()).containsExactly(link.first());
    }

    /**
     * EADDRNOTAVAIL: what was joined on an interface could not be left.
     */
    @Test
    void leaveWorksOnTheInterfaceThatWasJoined() throws IOException {
        MulticastPeer peer = open();
        peer.join(group, link.receiver());
        peer.leave(group, link.receiver());

        assertThat(peer.memberships()).isEmpty();
        peer.join(group, link.receiver());
    }

    /**
     * It set 0.0.0.0, and said nothing; "lo" was refused.
     */
    @Test
    void outboundIsTheInterfaceThatWasNamed() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(group, link.receiver());
        MulticastPeer sender = open();
        sender.loop(false);
        sender.outbound(link.sender());
        send(sender, group, port(receiver.peer), "over the link");

        assertReceives(receiver, "over the link");
        assertThat(sender.outbound()).isEqualTo(link.sender());
    }

    /**
     * The error of the system was dropped.
     */
    @Test
    void outboundReportsWhatTheSystemRefuses() throws IOException {
        MulticastPeer peer = open(context().inbound(link.receiver()));

        if (!link.sender().equals(link.receiver())) {
            assertThatThrownBy(() -> peer.outbound(link.sender())).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(link.receiver().toString());
        }
        assertThatThrownBy(() -> MulticastInterface.of("nowhere")).isInstanceOf(IOException.class)
                .hasMessageStartingWith("no network interface 'nowhere'; there are: lo");
    }

    /**
     * It was io.EOF.
     */
    @Test
    void anEmptyDatagramIsNotTheEndOfTheStream() throws IOException {
        Receiver receiver = new Receiver(open());
        receiver.peer.join(group, link.receiver());
        MulticastPeer sender = openSender();
        send(sender, group, port(receiver.peer), "");
        send(sender, group, port(receiver.peer), "next");

        assertReceives(receiver, "", "next");
        assertThat(receiver.ends).isEmpty();
    }

    /**
     * SO_REUSEPORT was always on: whoever bound to the port took part of it, unseen.
     */
    @Test
    void aPortIsNotSharedUnlessAskedFor() throws IOException {
        MulticastPeer peer = open(context().reuseAddress(false));

        assertThat(peer.option(SocketOption.REUSE_PORT)).isFalse();
        assertThat(peer.option(SocketOption.REUSE_ADDRESS)).isFalse();
        assertThatThrownBy(() -> open(context().reuseAddress(false).port(port(peer)))).isInstanceOf(IOException.class);
    }

    /**
     * The kernel takes it without a word, and shuts all others out.
     */
    @Test
    void joiningASourceAfterAllDoesNotNarrowInSilence() throws IOException {
        MulticastPeer peer = open();
        Membership membership = peer.join(group, link.receiver());

        assertThatIllegalStateException().isThrownBy(() -> peer.joinSource(group, link.first(), link.receiver()))
                .withMessageContaining("would shut out the others");
        assertThat(membership.mode()).isEqualTo(FilterMode.EXCLUDE);
    }

    /**
     * Its documentation said that a peer that is bound to a host's address filters; it receives nothing.
     */
    @Test
    void joiningWhatCanNotArriveIsRefused() throws IOException {
        MulticastPeer peer = openSender();

        assertThatIllegalStateException().isThrownBy(() -> peer.join(group, link.receiver()))
                .withMessageContaining("can not arrive");
    }

    /**
     * The callback was dropped by close, and there was no cancel.
     */
    @Test
    void closeAndCancelCallTheHandlerOnce() throws IOException {
        List<IoStatus> outcomes = new ArrayList<>();
        MulticastPeer peer = open();
        peer.asyncReceive(buffer, 0, 64, (status, length, source) -> outcomes.add(status));
        peer.cancel();
        peer.asyncReceive(buffer, 0, 64, (status, length, source) -> outcomes.add(status));
        peer.close();
        peer.close();

        assertThat(outcomes).containsExactly(IoStatus.CANCELLED, IoStatus.CLOSED);
    }

    /**
     * The second receive took the place of the first, whose callback was never called.
     */
    @Test
    void aSecondReceiveIsRefused() throws IOException {
        List<IoStatus> outcomes = new ArrayList<>();
        MulticastPeer peer = open();
        peer.asyncReceive(buffer, 0, 64, (status, length, source) -> outcomes.add(status));

        assertThatIllegalStateException()
                .isThrownBy(() -> peer.asyncReceive(buffer, 0, 64, (status, length, source) -> outcomes.add(status)));
        peer.cancel();
        assertThat(outcomes).containsExactly(IoStatus.CANCELLED);
    }

    /**
     * The new buffer was used only where the read had been armed.
     */
    @Test
    void theBufferOfAReceiveInFlightCanBeChanged() throws IOException {
        UnsafeBuffer other = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
        List<IoStatus> outcomes = new ArrayList<>();
        MulticastPeer peer = open();
        peer.join(group, link.receiver());
        assertThatIllegalStateException().isThrownBy(() -> peer.receiveBuffer(other, 0, 64));
        peer.asyncReceive(buffer, 0, 64, (status, length, source) -> outcomes.add(status));
        peer.receiveBuffer(other, 8, 16);
        send(openSender(), group, port(peer), "text");
        await(() -> !outcomes.isEmpty());

        assertThat(outcomes).containsExactly(IoStatus.OK);
        assertThat(other.getStringWithoutLengthAscii(8, 4)).isEqualTo("text");
        assertThat(buffer.getLong(0)).isZero();
    }

    /**
     * Writes were never counted.
     */
    @Test
    void whatIsSentIsCounted() throws IOException {
        MulticastPeer sender = openSender();
        send(sender, group, 9, "0123456789");
        reactor.post(() -> { });
        reactor.poll();

        List<Long> written = new ArrayList<>();
        reactor.counters().forEach((id, type, key, label) -> {
            if (type == ReactorCounter.BYTES_WRITTEN.typeId()) {
                written.add(reactor.counters().getCounterValue(id));
            }
        });
        assertThat(written).containsExactly(10L);
    }

    /**
     * A send that found no memory was armed again and again while the socket was writable.
     */
    @Test
    void aSendThatFailsIsNotRepeated() throws IOException {
        UnsafeBuffer tooLong = new UnsafeBuffer(ByteBuffer.allocateDirect(70_000));
        List<String> outcomes = new ArrayList<>();
        MulticastPeer sender = openSender();
        sender.asyncSend(tooLong, 0, 70_000, new Endpoint().set(group, 9),
                (status, length) -> outcomes.add(status + " " + length));
        reactor.poll();

        assertThat(outcomes).containsExactly("FAILED 0");
        assertThat(sender.errno()).isPositive();
    }

    private int rawOption(MulticastPeer peer, int level, int option) throws IOException {
        UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(4));
        peer.readRawOption(level, option, value, 0, 4);
        return value.getInt(0);
    }
}
