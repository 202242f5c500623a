package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where to keep packets that come early, and what each way costs. */
@Command(name = "sequence-receive", description = {
    "Receives the packets of packet-send, puts them in order, and checks each.",
    "Ends after N packets in order, or a second of silence after the first; two at most.",
    "Prints percentiles of the time that one packet takes, with those that it sets free."})
final class SequenceReceive extends ReactorCommand {

    @Mixin
    private GroupOptions from;

    @Option(names = "--store", paramLabel = "S", defaultValue = "window", order = 4,
            description = "Where early packets are kept: window (default), bip, or copies on the heap.")
    private Store store;

    @Option(names = "--count", paramLabel = "N", order = 5,
            description = "Packets in order; without it, all until the silence.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--keep", paramLabel = "N", defaultValue = "1024", order = 6,
            description = "Early packets that there is room for, ${DEFAULT-VALUE} by default.")
    private int capacity;

    /** The ways to keep packets. */
    private enum Store {
        WINDOW, BIP, COPIES;

        PacketStore create(int capacity, PacketStore.Handler handler) {
            return switch (this) {
                case WINDOW -> new WindowStore(capacity, handler);
                case BIP -> new BipStore(capacity, handler);
                case COPIES -> new CopyStore(capacity, handler);
            };
        }
    }

    @Override
    void checkOptions() {
        require("--port", from.port, 0, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
        require("--keep", capacity, 1, 1 << 16);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Rehearsal.run(loop);
        Receiver receiver = new Receiver(loop, BipReceive.open(loop, from));
        try (receiver.packets) {
            receiver.receive();
            printListening(receiver.peer.localAddress());
            loop.run();
            receiver.peer.close();
            print(receiver.results());
        }
    }

    /** Receives into the room of the store, and asks for the next packet as soon as one has come. */
    private final class Receiver {

        private static final int SILENCE_SECONDS = 1;
        private static final long LONGEST_NS = 1_000_000_000L;

        private final ReactorLoop loop;
        private final MulticastPeer peer;
        private final PacketStore packets;
        private final Histogram histogram = new Histogram(1, LONGEST_NS, 3);
        private final Throughput throughput = new Throughput();
        private final Watchdog silence;
        private final ReceiveHandler onReceived = this::onReceived;
        private int offset;
        private long inOrder;
        private long highest;
        private int mostKept;

        Receiver(ReactorLoop loop, MulticastPeer peer) {
            this.loop = loop;
            this.peer = peer;
            packets = store.create(capacity, this::onPacket);
            silence = new Watchdog(loop.reactor(), SILENCE_SECONDS, throughput::messages, loop::end);
        }

        void receive() {
            offset = packets.claim();
            if (offset < 0) {
                full();
            } else {
                peer.asyncReceive(packets.buffer(), offset, PacketStore.MAX_PACKET, onReceived);
            }
        }

        private void onReceived(IoStatus status, int length, Endpoint source) {
            if (status == IoStatus.CLOSED) {
                return;
            }
            if (status != IoStatus.OK) {
                loop.fail(status == IoStatus.FAILED ? peer.failure().getMessage() : peer + ": " + status);
                return;
            }
            if (!TextPacket.isValid(packets.buffer(), offset, length)) {
                loop.fail("a datagram of " + length + " bytes from " + source + " is no packet of packet-send");
                return;
            }
            if (throughput.messages() == 0) {
                silence.start();
            }
            long sequence = TextPacket.sequence(packets.buffer(), offset);
            highest = Math.max(highest, sequence);
            long beginNs = System.nanoTime();
            boolean fits = packets.received(sequence, length);
            histogram.recordValue(Math.min(System.nanoTime() - beginNs, LONGEST_NS));
            throughput.count(length);
            mostKept = Math.max(mostKept, packets.kept());
            if (!fits) {
                full();
            } else if (inOrder < count) {
                receive();
            } else {
                loop.end();
            }
        }

        private void full() {
            loop.fail("no room for more early packets, and packet " + packets.expected() + " is missing: see --keep");
        }

        private void onPacket(DirectBuffer buffer, int offset, int length) {
            inOrder++;
            if (TextPacket.sequence(buffer, offset) != inOrder) {
                loop.fail("packet " + TextPacket.sequence(buffer, offset) + " was handed out in place of " + inOrder);
            }
        }

        String results() {
            Throughput.Measured measured = throughput.measure();
            return new ResultLine(name())
                    .add("packets", throughput.messages())
                    .add("in_order", inOrder)
                    .add("missing", highest - inOrder)
                    .add("most_kept", mostKept)
                    .add("p50_ns", histogram.getValueAtPercentile(50))
                    .add("p99_ns", histogram.getValueAtPercentile(99))
                    .add("p999_ns", histogram.getValueAtPercentile(99.9))
                    .add("max_ns", histogram.getMaxValue())
                    .addPer("alloc_bytes_per_packet", measured.cost().allocatedBytes(), measured.messages())
                    .toString();
        }
    }
}
