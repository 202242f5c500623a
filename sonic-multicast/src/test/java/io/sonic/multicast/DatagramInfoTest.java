package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sonic.DatagramBatch;
import io.sonic.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the kernel says about a datagram beside its bytes, and datagrams that it makes of a longer one.
 */
@ParameterizedClass
@MethodSource("io.sonic.multicast.Link#all")
class DatagramInfoTest extends MulticastFixture {
    private final InetAddress group = link.group(1);
    private final DatagramBatch batch = new DatagramBatch(8, 2048, DatagramInfo.CONTROL_LENGTH);
    private final DatagramInfo info = new DatagramInfo();

    DatagramInfoTest(Link link) {
        super(link);
    }

    @Test
    void tellsWhenADatagramCameAndWhereTo() throws IOException {
        MulticastPeer peer = open(context().timestamps(Timestamps.SOFTWARE).destinations(true));
        peer.join(group, link.receiver());
        Instant before = Instant.now();
        send(openSender(), group, port(peer), "text");

        assertThat(receive(peer)).isEqualTo(1);
        info.read(batch, 0);

        assertThat(Instant.ofEpochSecond(0, info.timestampNs()))
                .isBetween(before.minus(Duration.ofMillis(10)), Instant.now().plus(Duration.ofMillis(10)));
        assertThat(info.hardwareTimestampNs()).isZero();
        assertThat(info.destination()).isEqualTo(group);
        assertThat(info.isTo(group.getAddress())).isTrue();
        assertThat(info.isTo(link.group(2).getAddress())).isFalse();
        assertThat(info.interfaceIndex()).isEqualTo(link.receiver().index());
        assertThat(batch.isControlTruncated(0)).isFalse();
        assertThat(peer.hasTimestamps()).isTrue();
    }

    @Test
    void givesTheStampOfTheKernelWhereTheInterfaceGivesNone() throws IOException {
        MulticastPeer peer = open(
                context().timestamps(Timestamps.HARDWARE).destinations(true).dropCounts(true));
        peer.join(group, link.receiver());
        send(openSender(), group, port(peer), "text");

        receive(peer);
        info.read(batch, 0);

        assertThat(info.timestampNs()).isPositive();
        assertThat(info.hardwareTimestampNs()).isZero();
        assertThat(batch.isControlTruncated(0)).isFalse();
    }

    @Test
    void saysNothingThatItWasNotAskedFor() throws IOException {
        MulticastPeer peer = open();
        peer.join(group, link.receiver());
        send(openSender(), group, port(peer), "text");

        receive(peer);
        info.read(batch, 0);

        assertThat(info.timestampNs()).isZero();
        assertThat(info.destination()).isNull();
        assertThat(info.isTo(group.getAddress())).isFalse();
        assertThat(info.interfaceIndex()).isZero();
        assertThat(info.drops()).isZero();
        assertThat(peer.hasTimestamps()).isFalse();
    }

    @Test
    void tellsHowManyWereDroppedBeforeADatagram() throws IOException {
        MulticastPeer peer = open(context().dropCounts(true).receiveBufferBytes(8192));
        peer.join(group, link.receiver());
        MulticastPeer sender = openSender();
        for (int i = 0; i < 100; i++) {
            send(sender, group, port(peer), "datagram " + i);
        }
        int received = 0;
        while (peer.drops() + received < 100) {
            received += receive(peer);
        }
        send(sender, group, port(peer), "the next one");
        receive(peer);
        info.read(batch, batch.count() - 1);

        assertThat(info.drops()).isPositive().isEqualTo(peer.drops());
    }

    @Test
    void receivesIntoMemoryOfTheUserSlotBySlot() throws IOException {
        UnsafeBuffer own = new UnsafeBuffer(ByteBuffer.allocateDirect(3 * 2048));
        MulticastPeer peer = open();
        peer.join(group, link.receiver());
        MulticastPeer sender = openSender();
        batch.slot(0, own, 0);
        send(sender, group, port(peer), "kept");
        receive(peer);
        batch.slot(0, own, 2048);
        send(sender, group, port(peer), "next");
        receive(peer);

        assertThat(own.getStringWithoutLengthAscii(0, 4)).isEqualTo("kept");
        assertThat(own.getStringWithoutLengthAscii(2048, 4)).isEqualTo("next");
        assertThat(batch.offset(0)).isEqualTo(2048);
    }

    @Test
    void letsTheKernelCutOneSendIntoDatagrams() throws IOException {
        MulticastPeer peer = open();
        peer.join(group, link.receiver());
        MulticastPeer sender = openSender();
        UnsafeBuffer outgoing = new UnsafeBuffer(ByteBuffer.allocateDirect(1000));
        sender.segmentLength(400);

        int sent = sender.trySend(outgoing, 0, 1000, new Endpoint().set(group, port(peer)));
        int received = receive(peer);
        while (received < 3) {
            received += receive(peer);
        }

        assertThat(sent).isEqualTo(1000);
        assertThat(sender.segmentLength()).isEqualTo(400);
        assertThat(received).isEqualTo(3);
        assertThat(batch.length(batch.count() - 1)).isEqualTo(200);
        sender.segmentLength(0);
        sender.trySend(outgoing, 0, 1000, new Endpoint().set(group, port(peer)));
        receive(peer);
        assertThat(batch.length(0)).isEqualTo(1000);
        assertThatIllegalArgumentException().isThrownBy(() -> sender.segmentLength(65_508))
                .withMessage("segmentLength must be 0 to 65507: 65508");
    }

    private int receive(MulticastPeer peer) {
        int[] received = {-1};
        peer.asyncReceive(batch, (status, count) -> received[0] = count);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (received[0] < 0 && System.nanoTime() < deadline) {
            reactor.runOneFor(deadline - System.nanoTime());
        }
        peer.cancelReceive();
        return received[0];
    }
}
