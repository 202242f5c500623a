package io.sonic.feed;

/**
 * What a {@link PacketFormat} read from the beginning of a packet; one object, used again for each packet.
 */
public final class PacketHeader {
    private long sessionHigh;
    private long sessionLow;
    private long sequence;
    private int count;

    /**
     * Creates a header of zeros.
     */
    public PacketHeader() {
    }

    /**
     * The name of the session, its first 8 bytes.
     *
     * @return 0 in formats without sessions.
     */
    public long sessionHigh() {
        return sessionHigh;
    }

    /**
     * The name of the session, what follows the first 8 bytes.
     *
     * @return 0 in formats without sessions.
     */
    public long sessionLow() {
        return sessionLow;
    }

    /**
     * The number of the first message, or the number that comes next, see {@link PacketKind}.
     *
     * @return of formats with 32 bits only these.
     */
    public long sequence() {
        return sequence;
    }

    /**
     * How many messages the packet carries.
     *
     * @return 0 for packets that are not {@link PacketKind#DATA}.
     */
    public int count() {
        return count;
    }

    /**
     * Sets everything; for implementations of {@link PacketFormat}.
     *
     * @param newSessionHigh first 8 bytes of the session's name, or 0.
     * @param newSessionLow  the rest of the session's name, or 0.
     * @param newSequence    number of the first message, or the number that comes next.
     * @param newCount       of the messages.
     */
    public void set(long newSessionHigh, long newSessionLow, long newSequence, int newCount) {
        sessionHigh = newSessionHigh;
        sessionLow = newSessionLow;
        sequence = newSequence;
        count = newCount;
    }
}
