package io.sonic.multicast;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;

/**
 * The calls that change what a socket is a member of, one method each.
 */
interface MembershipCalls {
    void joinGroup(InetAddress group, MulticastInterface on) throws IOException;

    void leaveGroup(InetAddress group, MulticastInterface on) throws IOException;

    /**
     * Leaves a group that may not be joined, or whose interface may be gone.
     */
    void leaveGroupIfJoined(InetAddress group, MulticastInterface on);

    /**
     * Joins a source.
     *
     * @param first whether the group is joined by this.
     */
    void joinSource(InetAddress group, MulticastInterface on, InetAddress source, boolean first) throws IOException;

    void leaveSource(InetAddress group, MulticastInterface on, InetAddress source) throws IOException;

    void blockSource(InetAddress group, MulticastInterface on, InetAddress source) throws IOException;

    void unblockSource(InetAddress group, MulticastInterface on, InetAddress source) throws IOException;

    void replaceFilter(InetAddress group, MulticastInterface on, FilterMode mode, Collection<InetAddress> sources)
            throws IOException;

    static String describe(InetAddress group, MulticastInterface on) {
        return group.getHostAddress() + " on " + on;
    }
}
