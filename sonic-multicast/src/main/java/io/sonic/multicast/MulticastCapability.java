package io.sonic.multicast;

import io.sonic.Reactor;

/**
 * What a peer can do on the epoll backend alone; see {@link MulticastPeer#supports(Reactor, MulticastCapability)}.
 */
public enum MulticastCapability {
    /**
     * {@link MulticastPeer.Context#timestamps(Timestamps)}.
     */
    TIMESTAMPS,
    /**
     * {@link MulticastPeer.Context#destinations(boolean)}.
     */
    DESTINATIONS,
    /**
     * {@link MulticastPeer#drops()} and {@link MulticastPeer.Context#dropCounts(boolean)}.
     */
    DROP_COUNTS,
    /**
     * {@link MulticastPeer#segmentLength(int)}.
     */
    SEGMENTS,
    /**
     * {@link MulticastPeer.Context#receivesAllGroups(boolean)}; without it a peer receives what it joined.
     */
    ALL_GROUPS,
    /**
     * {@link MulticastPeer.Context#inbound(MulticastInterface)}.
     */
    INBOUND_INTERFACE,
    /**
     * {@link Membership#filter} in one step; without it the group is left and joined again.
     */
    ATOMIC_FILTERS,
    /**
     * A receive buffer beyond the system's limit where the process may.
     */
    FORCED_RECEIVE_BUFFER,
    /**
     * Several datagrams with one system call; without it a {@link io.sonic.DatagramBatch} takes several.
     */
    BATCHED_CALLS
}
