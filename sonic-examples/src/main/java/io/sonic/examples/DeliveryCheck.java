package io.sonic.examples;

/**
 * Proves that nothing was lost that a line delivered. It knows what the exchange really sent, what arrived on each
 * line, and what the application was handed; and nothing of how the lines are merged.
 */
final class DeliveryCheck {

    /** A packet is judged when one comes that is so far behind it: no copy of it is under way any more. */
    private static final int PATIENCE = 1 << 16;
    private static final int HANDED_ON = 1 << 7;
    private static final int ARRIVED = HANDED_ON - 1;

    private final SentPackets sentPackets;
    /** Of each packet that is not judged yet: a bit for each line that it arrived on, and whether it was handed on. */
    private final byte[] states = new byte[SentPackets.CAPACITY];
    private final long[] sent;
    private final long[] arrived;
    private long judged;
    private long lastHandedOn = -1;
    private long handedOn;
    private long notSent;
    private long notArrived;
    private long lost;

    DeliveryCheck(int lines, SentPackets sentPackets) {
        this.sentPackets = sentPackets;
        sent = new long[lines];
        arrived = new long[lines];
    }

    /** Takes note of a packet that a line delivered. */
    void arrived(int line, long sequence) {
        arrived[line]++;
        if (sequence < judged) {
            lost++;
            return;
        }
        judgeUpTo(sequence - PATIENCE);
        states[SentPackets.index(sequence)] |= (byte) (1 << line);
    }

    /** Takes note of a packet that the application was handed: each may be once, after those before it. */
    void handedOn(long sequence) {
        if (sequence <= lastHandedOn || sequence < judged) {
            lost++;
            return;
        }
        lastHandedOn = sequence;
        handedOn++;
        states[SentPackets.index(sequence)] |= (byte) HANDED_ON;
    }

    /**
     * Judges what is left when both lines have ended.
     *
     * @param end   the number behind the last packet.
     * @param drops packets for which this host's receive buffers had no room.
     */
    void finish(long end, long drops) {
        judgeUpTo(end);
        // Without a reason for it, no packet may go astray between the exchange and the client.
        lost += Math.max(0, notArrived - drops);
    }

    private void judgeUpTo(long end) {
        for (; judged < end; judged++) {
            int index = SentPackets.index(judged);
            judge(sentPackets.lines(judged), states[index] & ARRIVED, (states[index] & HANDED_ON) != 0);
            states[index] = 0;
        }
    }

    private void judge(int sentOn, int arrivedOn, boolean wasHandedOn) {
        for (int line = 0; line < sent.length; line++) {
            sent[line] += sentOn >> line & 1;
        }
        if (wasHandedOn != (arrivedOn != 0) || (arrivedOn & ~sentOn) != 0) {
            lost++;
        } else if (sentOn == 0) {
            notSent++;
        } else if (arrivedOn == 0) {
            notArrived++;
        }
    }

    /** Packets that a line's sender handed to the system; all of these are final after {@link #finish}. */
    long sent(int line) {
        return sent[line];
    }

    /** Packets that a line delivered. */
    long arrived(int line) {
        return arrived[line];
    }

    /** Packets that the application was handed. */
    long handedOn() {
        return handedOn;
    }

    /** Packets that no line sent. */
    long notSent() {
        return notSent;
    }

    /** Packets that were sent, but no copy of them arrived. */
    long notArrived() {
        return notArrived;
    }

    /** Packets that arrived and were not handed on once and in order, or disappeared without a drop being counted. */
    long lost() {
        return lost;
    }
}
