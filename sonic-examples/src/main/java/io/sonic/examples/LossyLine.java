package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.multicast.MulticastPeer;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A multicast line of the demo's exchange that loses packets at random, and sends some later than those behind them:
 * the same ones for the same seed.
 */
final class LossyLine {

    /** Packets that can overtake another one at most. */
    static final int MAX_OVERTAKING = 3;

    private static final double REORDERED_PER_LOST = 0.1;
    private static final long SEND_TIMEOUT_NS = 1_000_000_000;

    private final int number;
    private final MulticastPeer peer;
    private final Endpoint group;
    private final SentPackets sentPackets;
    private final double loss;
    private final SplittableRandom random;
    private final UnsafeBuffer held = Memory.allocate(QuotePacket.LENGTH);
    /** Packets that are still to overtake the one that is held; 0 when none is. */
    private int overtaking;

    /**
     * Creates a line.
     *
     * @param sentPackets receives what is really sent.
     * @param loss        share of the packets that are not sent, 0 to 1.
     */
    LossyLine(int number, MulticastPeer peer, Endpoint group, SentPackets sentPackets, double loss, long seed) {
        this.number = number;
        this.peer = peer;
        this.group = group;
        this.sentPackets = sentPackets;
        this.loss = loss;
        random = new SplittableRandom(seed);
    }

    /** Sends a packet, loses it, or keeps it until others have overtaken it. */
    void send(DirectBuffer buffer, int offset) throws CommandFailure {
        if (random.nextDouble() >= loss) {
            if (overtaking == 0 && random.nextDouble() < loss * REORDERED_PER_LOST) {
                held.putBytes(0, buffer, offset, QuotePacket.LENGTH);
                overtaking = 1 + random.nextInt(MAX_OVERTAKING);
                return;
            }
            sendSurely(buffer, offset);
            sentPackets.sent(number, QuotePacket.sequence(buffer, offset));
        }
        if (overtaking == 1) {
            flush();
        } else if (overtaking > 1) {
            overtaking--;
        }
    }

    /** Sends the packet that is kept, if one is. */
    void flush() throws CommandFailure {
        if (overtaking > 0) {
            overtaking = 0;
            sendSurely(held, 0);
            sentPackets.sent(number, QuotePacket.sequence(held, 0));
        }
    }

    /** Sends a packet that must not be lost. While the system has no room it tries again. */
    void sendSurely(DirectBuffer buffer, int offset) throws CommandFailure {
        int result = peer.trySend(buffer, offset, QuotePacket.LENGTH, group);
        if (result == IoStatus.WOULD_BLOCK.code()) {
            long giveUpNs = System.nanoTime() + SEND_TIMEOUT_NS;
            while (result == IoStatus.WOULD_BLOCK.code() && System.nanoTime() - giveUpNs < 0) {
                Thread.yield();
                result = peer.trySend(buffer, offset, QuotePacket.LENGTH, group);
            }
        }
        if (result < 0) {
            throw new CommandFailure(group + ": "
                    + (result == IoStatus.FAILED.code() ? peer.failure().getMessage() : "cannot send for a second"));
        }
    }
}
