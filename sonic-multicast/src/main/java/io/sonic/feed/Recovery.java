package io.sonic.feed;

/**
 * Is asked for messages that no line brought: a client of a re-request server, a reader of a snapshot, or what else an
 * exchange offers.
 *
 * <p>It answers through the arbiter: {@link Arbiter#onRecoveredPacket} with packets, {@link Arbiter#restoredUpTo} after
 * a snapshot, {@link Arbiter#unavailable} when it knows that there will be none. Without an answer in time the messages
 * are lost.
 */
@FunctionalInterface
public interface Recovery {
    /**
     * Asks for messages; called once for each range. Must not wait.
     *
     * @param arbiter that misses them.
     * @param first   number of the first one.
     * @param last    number of the last one.
     */
    void recover(Arbiter arbiter, long first, long last);
}
