package io.sonic.feed;

/**
 * What one line brought. Packets are datagrams; numbers are those of the messages in them.
 *
 * <p><b>Threading</b>: the thread of the arbiter.
 */
public final class LineStatistics {
    final LineHistory history;
    final Skew skew = new Skew();
    long packets;
    long bytes;
    long wins;
    long late;
    long duplicates;
    long malformed;
    long foreign;
    long refused;
    long distinct;
    long kernelDrops;
    long lastPacketNs;
    boolean silent;

    LineStatistics(int capacity, long nowNs) {
        history = new LineHistory(capacity);
        lastPacketNs = nowNs;
    }

    /**
     * Packets that arrived, of every kind.
     *
     * @return packets.
     */
    public long packets() {
        return packets;
    }

    /**
     * Bytes of these packets.
     *
     * @return bytes.
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Packets with a number that no line had brought before.
     *
     * @return packets.
     */
    public long wins() {
        return wins;
    }

    /**
     * Packets of which everything had been brought, or declared lost, before: those that another line won.
     *
     * @return packets.
     */
    public long late() {
        return late;
    }

    /**
     * Numbers that this same line had brought before.
     *
     * @return numbers.
     */
    public long duplicates() {
        return duplicates;
    }

    /**
     * Packets that contradict the format, or did not fit into a slot.
     *
     * @return packets.
     */
    public long malformed() {
        return malformed;
    }

    /**
     * Packets of another session than the current one, or of a source that is kept out.
     *
     * @return packets.
     */
    public long foreign() {
        return foreign;
    }

    /**
     * Packets with numbers so far from what is expected that nothing confirmed them.
     *
     * @return packets.
     */
    public long refused() {
        return refused;
    }

    /**
     * Datagrams that the kernel dropped because the receiver was too slow; as of the last time that it was asked.
     *
     * @return datagrams.
     */
    public long kernelDrops() {
        return kernelDrops;
    }

    /**
     * Tells whether nothing came for the time of silence.
     *
     * @return whether it is silent now.
     */
    public boolean isSilent() {
        return silent;
    }

    /**
     * How far this line's copies were behind the first ones.
     *
     * @return the same object each time.
     */
    public Skew skew() {
        return skew;
    }
}
