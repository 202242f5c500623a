package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.multicast.MulticastPeer;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;

/** A multicast line of the demo's exchange that loses packets at random: the same ones for the same seed. */
final class LossyLine {

    private final MulticastPeer peer;
    private final Endpoint group;
    private final double loss;
    private final SplittableRandom random;

    /**
     * Creates a line.
     *
     * @param loss share of the packets that are not sent, 0 to 1.
     */
    LossyLine(MulticastPeer peer, Endpoint group, double loss, long seed) {
        this.peer = peer;
        this.group = group;
        this.loss = loss;
        random = new SplittableRandom(seed);
    }

    /** Sends a packet, or loses it; what the system cannot take at once is lost too. */
    void send(DirectBuffer buffer, int offset, int length) throws CommandFailure {
        if (random.nextDouble() >= loss) {
            sendSurely(buffer, offset, length);
        }
    }

    /** Sends a packet that must not be lost. */
    void sendSurely(DirectBuffer buffer, int offset, int length) throws CommandFailure {
        int result = peer.trySend(buffer, offset, length, group);
        if (result == IoStatus.FAILED.code()) {
            throw new CommandFailure(group + ": " + peer.failure().getMessage());
        }
    }
}
