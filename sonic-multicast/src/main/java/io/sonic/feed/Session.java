package io.sonic.feed;

/**
 * The session that packets belong to, and the one before it, whose stragglers must not bring it back.
 */
final class Session {
    private boolean set;
    private long high;
    private long low;
    private boolean hasBefore;
    private long highBefore;
    private long lowBefore;

    boolean isSet() {
        return set;
    }

    boolean is(PacketHeader header) {
        return set && header.sessionHigh() == high && header.sessionLow() == low;
    }

    boolean wasBefore(PacketHeader header) {
        return hasBefore && header.sessionHigh() == highBefore && header.sessionLow() == lowBefore;
    }

    void set(PacketHeader header) {
        hasBefore = set;
        highBefore = high;
        lowBefore = low;
        set = true;
        high = header.sessionHigh();
        low = header.sessionLow();
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }
}
