package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.multicast.MulticastPeer;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A line that loses packets at random, sends some twice, and some later than those behind them. */
final class FaultyLine {

    private static final int MAX_OVERTAKING = 3;
    private static final int MAX_PACKET = 65_536;
    private static final long SEND_TIMEOUT_NS = 1_000_000_000;
    private static final double PERCENT = 100;

    private final MulticastPeer peer;
    private final Endpoint group;
    private final double loss;
    private final double reorder;
    private final double duplicate;
    private final SplittableRandom random;
    private final UnsafeBuffer held = Memory.allocate(MAX_PACKET);
    private int heldLength;
    /** Packets that are still to overtake the one that is held; 0 when none is. */
    private int overtaking;
    private long sent;
    private long lost;
    private long reordered;
    private long duplicated;

    /**
     * Creates a line.
     *
     * @param faults percent of the packets that are lost, that others overtake, and that are sent twice.
     */
    FaultyLine(MulticastPeer peer, Endpoint group, double[] faults, long seed) {
        this.peer = peer;
        this.group = group;
        loss = faults[0] / PERCENT;
        reorder = faults[1] / PERCENT;
        duplicate = faults[2] / PERCENT;
        random = new SplittableRandom(seed);
    }

    /**
     * Sends a packet, unless it is to be lost.
     *
     * @return whether it is not lost.
     */
    boolean send(DirectBuffer buffer, int offset, int length) throws CommandFailure {
        boolean isLost = random.nextDouble() < loss;
        boolean isReordered = random.nextDouble() < reorder;
        boolean isDuplicated = random.nextDouble() < duplicate;
        if (isLost) {
            lost++;
        } else if (isReordered && overtaking == 0) {
            reordered++;
            held.putBytes(0, buffer, offset, length);
            heldLength = length;
            overtaking = 1 + random.nextInt(MAX_OVERTAKING);
            return true;
        } else {
            sendSurely(buffer, offset, length);
            if (isDuplicated) {
                duplicated++;
                sendSurely(buffer, offset, length);
            }
        }
        if (overtaking > 0 && --overtaking == 0) {
            sendSurely(held, 0, heldLength);
        }
        return !isLost;
    }

    /** Sends the packet that is kept, if one is. */
    void flush() throws CommandFailure {
        if (overtaking > 0) {
            overtaking = 0;
            sendSurely(held, 0, heldLength);
        }
    }

    /** Sends a packet that must not be lost. While the system has no room it tries again. */
    void sendSurely(DirectBuffer buffer, int offset, int length) throws CommandFailure {
        int result = peer.trySend(buffer, offset, length, group);
        if (result == IoStatus.WOULD_BLOCK.code()) {
            long giveUpNs = System.nanoTime() + SEND_TIMEOUT_NS;
            while (result == IoStatus.WOULD_BLOCK.code() && System.nanoTime() - giveUpNs < 0) {
                Thread.yield();
                result = peer.trySend(buffer, offset, length, group);
            }
        }
        if (result < 0) {
            throw new CommandFailure(group + ": "
                    + (result == IoStatus.FAILED.code() ? peer.failure().getMessage() : "cannot send for a second"));
        }
        sent++;
    }

    /** The results, behind the number of the line. */
    String results(int number) {
        return new ResultLine("line " + number)
                .add("packets", sent).add("lost", lost).add("reordered", reordered).add("duplicated", duplicated)
                .toString();
    }
}
