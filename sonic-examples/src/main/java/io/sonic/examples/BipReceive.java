package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.buffers.BipBuffer;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How packets are received into a buffer of packets, and handled where they are. */
@Command(name = "bip-receive", description = {
    "Receives the packets of packet-send, which come in order, into a bip buffer, and checks each.",
    "Prints percentiles of the time that one takes from the receive until its room is free again."})
final class BipReceive extends ReactorCommand {

    static final int MAX_PACKET = 9000;

    private static final int RECEIVE_BUFFER = 8 * 1024 * 1024;
    private static final long LONGEST_NS = 1_000_000_000L;

    @Mixin
    private GroupOptions from;

    @Option(names = "--count", paramLabel = "N", order = 4,
            description = "Packets to receive; without it, all until the command is stopped.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--buffer", paramLabel = "S", defaultValue = "1048576", order = 5,
            description = "Bytes of the buffer, ${DEFAULT-VALUE} by default.")
    private int capacity;

    @Override
    void checkOptions() {
        require("--port", from.port, 0, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
        require("--buffer", capacity, 2 * MAX_PACKET, BipBuffer.MAX_CAPACITY);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Rehearsal.run(loop);
        MulticastPeer peer = open(loop, from);
        try (BipBuffer packets = BipBuffer.allocate(capacity)) {
            Receiver receiver = new Receiver(loop, peer, packets);
            receiver.receive();
            printListening(peer.localAddress());
            loop.run();
            peer.close();
            print(receiver.results());
        }
    }

    /** Opens a peer that is a member of the group. */
    static MulticastPeer open(ReactorLoop loop, GroupOptions from) throws IOException {
        MulticastPeer peer = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context()
                .bindToGroup(from.group)
                .port(from.port)
                .receiveBufferBytes(RECEIVE_BUFFER));
        peer.join(from.group, from.networkInterface());
        return peer;
    }

    /** Receives into claimed room, commits what came, and consumes it when it has been handled. */
    private final class Receiver {

        private final ReactorLoop loop;
        private final MulticastPeer peer;
        private final BipBuffer packets;
        private final Histogram histogram = new Histogram(1, LONGEST_NS, 3);
        private final ReceiveHandler onReceived = this::onReceived;
        private long received;
        private long bytes;
        private long expected;

        Receiver(ReactorLoop loop, MulticastPeer peer, BipBuffer packets) {
            this.loop = loop;
            this.peer = peer;
            this.packets = packets;
        }

        void receive() {
            // There is room: nothing stays in the buffer from one packet to the next.
            peer.asyncReceive(packets.buffer(), packets.claim(MAX_PACKET), MAX_PACKET, onReceived);
        }

        private void onReceived(IoStatus status, int length, Endpoint source) {
            if (status == IoStatus.CLOSED) {
                return;
            }
            if (status != IoStatus.OK) {
                loop.fail(status == IoStatus.FAILED ? peer.failure().getMessage() : peer + ": " + status);
                return;
            }
            long beginNs = System.nanoTime();
            packets.commit(length);
            if (!handle(source)) {
                return;
            }
            packets.consume();
            histogram.recordValue(Math.min(System.nanoTime() - beginNs, LONGEST_NS));
            if (++received < count) {
                receive();
            } else {
                loop.end();
            }
        }

        private boolean handle(Endpoint source) {
            int offset = packets.packetOffset();
            int length = packets.packetLength();
            if (!TextPacket.isValid(packets.buffer(), offset, length)) {
                loop.fail("a datagram of " + length + " bytes from " + source + " is no packet of packet-send");
                return false;
            }
            long sequence = TextPacket.sequence(packets.buffer(), offset);
            if (received > 0 && sequence != expected) {
                loop.fail("packet " + sequence + " came in place of " + expected + ": sequence-receive is for feeds"
                        + " that lose or shuffle packets");
                return false;
            }
            expected = sequence + 1;
            bytes += length;
            return true;
        }

        String results() {
            return new ResultLine(name())
                    .add("packets", received)
                    .add("bytes", bytes)
                    .add("p50_ns", histogram.getValueAtPercentile(50))
                    .add("p99_ns", histogram.getValueAtPercentile(99))
                    .add("p999_ns", histogram.getValueAtPercentile(99.9))
                    .add("max_ns", histogram.getMaxValue())
                    .toString();
        }
    }
}
