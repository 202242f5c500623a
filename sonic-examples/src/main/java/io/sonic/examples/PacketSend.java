package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.StandardProtocolFamily;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A feed to try receivers with: packets of many lengths, out of order and more than once. */
@Command(name = "packet-send", description = {
    "Sends numbered packets to a group: 8 bytes of number, from 1, 4 of length, big endian, and a text.",
    "With --gap some come later than those behind them; with --copies each is sent more than once."})
final class PacketSend extends ReactorCommand {

    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long SEED = 20_260_101;

    @Mixin
    private GroupOptions to;

    @Option(names = "--count", paramLabel = "N", defaultValue = "100000", order = 4,
            description = "Packets to send, ${DEFAULT-VALUE} by default.")
    private long count;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "10000", order = 5,
            description = "Packets in a second, ${DEFAULT-VALUE} by default.")
    private long rate;

    @Option(names = "--max-size", paramLabel = "S", defaultValue = "256", order = 6,
            description = "Bytes of the longest packet, ${DEFAULT-VALUE} by default.")
    private int maxSize;

    @Option(names = "--gap", paramLabel = "N", defaultValue = "0", order = 7,
            description = "Packets of the longest gap that opens and is filled later; 0 (default) sends in order.")
    private int maxGap;

    @Option(names = "--copies", paramLabel = "N", defaultValue = "1", order = 8,
            description = "How often each packet is sent, ${DEFAULT-VALUE} by default.")
    private int copies;

    @Override
    void checkOptions() {
        require("--port", to.port, 1, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
        require("--rate", rate, 1, NS_PER_SECOND);
        require("--max-size", maxSize, TextPacket.HEADER_LENGTH, BipReceive.MAX_PACKET);
        require("--gap", maxGap, 0, 10_000);
        require("--copies", copies, 1, 100);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        MulticastPeer peer = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context()
                .family(to.group instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)
                .outbound(to.networkInterface()));
        Sender sender = new Sender(loop, peer);
        sender.send();
        loop.run();
        print(new ResultLine(name()).add("packets", sender.sent).add("bytes", sender.bytes).toString());
    }

    /** Sends a packet when it is due, and at once when it is late. */
    private final class Sender {

        private final ReactorLoop loop;
        private final MulticastPeer peer;
        private final Timer timer;
        private final Endpoint group = new Endpoint().set(to.group, to.port);
        private final ShuffledSequence sequence = new ShuffledSequence(maxGap, SEED);
        private final SplittableRandom random = new SplittableRandom(SEED + 1);
        private final UnsafeBuffer packet = Memory.allocate(maxSize);
        private final WriteHandler onSent = this::onSent;
        private final TimerHandler onDue = due -> send();
        private final long startNs;
        private int length;
        private int copiesSent;
        private long sent;
        private long bytes;

        Sender(ReactorLoop loop, MulticastPeer peer) {
            this.loop = loop;
            this.peer = peer;
            timer = new Timer(loop.reactor());
            startNs = loop.reactor().nanoTime();
        }

        void send() {
            int textLength = random.nextInt(maxSize - TextPacket.HEADER_LENGTH + 1);
            length = TextPacket.encode(packet, 0, sequence.next(), textLength);
            copiesSent = 0;
            sendCopy();
        }

        private void sendCopy() {
            peer.asyncSend(packet, 0, length, group, onSent);
        }

        private void onSent(IoStatus status, int sentLength) {
            if (status != IoStatus.OK) {
                loop.fail(status == IoStatus.FAILED ? peer.failure().getMessage() : peer + ": " + status);
                return;
            }
            bytes += sentLength;
            if (++copiesSent < copies) {
                sendCopy();
            } else if (++sent == count) {
                loop.end();
            } else {
                timer.scheduleAt(startNs + sent / rate * NS_PER_SECOND + sent % rate * NS_PER_SECOND / rate, onDue);
            }
        }
    }
}
