package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.agrona.DirectBuffer;

/** The multicast half of the demo's client: its lines, and the one stream of packets that comes of them. */
final class MulticastFeed implements AutoCloseable {

    /** One line can be ahead of the other by all that a receive buffer holds, and by what did not fit into it. */
    private static final int WINDOW = 1 << 16;
    private static final int RECEIVE_BUFFER = 4 * 1024 * 1024;

    private final ReactorLoop loop;
    private final DemoStatistics statistics;
    private final FeedArbiter.Application application;
    private final Runnable onEnd;
    private final FeedArbiter arbiter;
    private final DeliveryCheck check;
    private final Line[] lines;

    /**
     * Joins the group of each line, on the thread of the loop; the ports are the system's choice.
     *
     * @param sentPackets what the exchange really sends.
     * @param application is handed the packets of both lines, each number once and in order.
     * @param onEnd       run when all lines have ended.
     */
    MulticastFeed(ReactorLoop loop, InetAddress[] groups, MulticastInterface from, SentPackets sentPackets,
            DemoStatistics statistics, FeedArbiter.Application application, Runnable onEnd) throws IOException {
        this.loop = loop;
        this.statistics = statistics;
        this.application = application;
        this.onEnd = onEnd;
        arbiter = new FeedArbiter(groups.length, LossyLine.MAX_OVERTAKING, WINDOW, QuotePacket.LENGTH, this::onUpdate);
        check = new DeliveryCheck(groups.length, sentPackets);
        lines = new Line[groups.length];
        for (int i = 0; i < lines.length; i++) {
            // A port of its own: another demo has the same groups.
            MulticastPeer peer = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context()
                    .bindToGroup(groups[i]).reuseAddress(false).receiveBufferBytes(RECEIVE_BUFFER));
            peer.join(groups[i], from);
            lines[i] = new Line(i, peer);
            lines[i].receive();
        }
    }

    /** Group and port of each line; from any thread. */
    InetSocketAddress[] addresses() {
        InetSocketAddress[] addresses = new InetSocketAddress[lines.length];
        for (int i = 0; i < lines.length; i++) {
            addresses[i] = lines[i].address;
        }
        return addresses;
    }

    /** Packets that arrived, on all lines together. */
    long packets() {
        return arbiter.packets();
    }

    /** What was delivered, final when all lines have ended. */
    DeliveryCheck check() {
        return check;
    }

    /** Packets for which the receive buffer of a line had no room, known when all lines have ended. */
    long drops(int line) {
        return lines[line].drops;
    }

    boolean hasEnded() {
        boolean ended = true;
        for (Line line : lines) {
            ended &= line.ended;
        }
        return ended;
    }

    private void onUpdate(DirectBuffer buffer, int offset, int length) {
        check.handedOn(QuotePacket.sequence(buffer, offset));
        application.onPacket(buffer, offset, length);
    }

    private void lineHasEnded(long end) {
        if (hasEnded()) {
            long drops = 0;
            for (Line line : lines) {
                line.readDrops();
                drops += line.drops;
            }
            check.finish(end, drops);
            onEnd.run();
        }
    }

    /** Gives back what the reactor does not know of, after it has been closed. */
    @Override
    public void close() {
        arbiter.close();
    }

    /** One of the lines: each packet is received into a slot of the arbiter. */
    private final class Line {

        private final int number;
        private final MulticastPeer peer;
        private final InetSocketAddress address;
        private final ReceiveHandler onReceive = this::onReceive;
        private int slot = arbiter.claim();
        private boolean ended;
        private long drops;

        Line(int number, MulticastPeer peer) {
            this.number = number;
            this.peer = peer;
            address = peer.localAddress();
        }

        void receive() {
            peer.asyncReceive(arbiter.buffer(), arbiter.offset(slot), arbiter.slotLength(), onReceive);
        }

        private void onReceive(IoStatus status, int length, Endpoint source) {
            if (status == IoStatus.OK && length == QuotePacket.LENGTH) {
                onPacket(arbiter.buffer(), arbiter.offset(slot));
            } else if (status != IoStatus.OK && status != IoStatus.TRUNCATED) {
                loop.fail(peer + ": " + (status == IoStatus.FAILED ? peer.failure().getMessage() : status));
                return;
            }
            receive();
        }

        private void onPacket(DirectBuffer buffer, int offset) {
            long sequence = QuotePacket.sequence(buffer, offset);
            if (QuotePacket.type(buffer, offset) != QuotePacket.END) {
                check.arrived(number, sequence);
                slot = arbiter.onPacket(number, sequence, slot, QuotePacket.LENGTH);
                statistics.lines(arbiter);
            } else if (!ended) {
                ended = true;
                arbiter.onEnd(number, sequence);
                statistics.lines(arbiter);
                lineHasEnded(sequence);
            }
        }

        private void readDrops() {
            try {
                drops = peer.drops();
            } catch (IOException e) {
                loop.fail(peer + ": " + e.getMessage());
            }
        }
    }
}
