package io.sonic.multicast;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * What a peer is a member of, and what it can be a member of.
 */
final class Memberships {
    private final MulticastPeer peer;
    private final InetAddress boundTo;
    private final MembershipCalls calls;
    private final List<Membership> joined = new ArrayList<>();

    /**
     * Creates the memberships of a peer: none.
     *
     * @param boundTo what the peer is bound to, null for any address.
     */
    Memberships(MulticastPeer peer, InetAddress boundTo) {
        this.peer = peer;
        this.boundTo = boundTo;
        DatagramChannel ofTheJdk = peer.socket.datagramChannel();
        calls = ofTheJdk == null ? new LinuxMembershipCalls(peer.socket) : new JdkMembershipCalls(ofTheJdk);
    }

    Membership join(InetAddress group, MulticastInterface on) throws IOException {
        checkGroup(group, on);
        Membership present = find(group, on);
        if (present != null) {
            throw new IllegalStateException(present + ": joined already");
        }
        checkOneFilter(group, on, false);
        calls.joinGroup(group, on);
        return remember(new Membership(peer, this, calls, group, on));
    }

    Membership joinSource(InetAddress group, InetAddress source, MulticastInterface on) throws IOException {
        checkGroup(group, on);
        checkSource(source);
        Membership present = find(group, on);
        if (present != null) {
            present.joinSource(source);
            return present;
        }
        checkOneFilter(group, on, true);
        calls.joinSource(group, on, source, true);
        return remember(new Membership(peer, this, calls, group, on, source));
    }

    void leave(InetAddress group, MulticastInterface on) throws IOException {
        Membership present = find(group, on);
        if (present == null) {
            throw new IllegalStateException(
                    MembershipCalls.describe(group, on) + " is not joined; joined are: " + joined);
        }
        present.leave();
    }

    Membership find(InetAddress group, MulticastInterface on) {
        for (Membership membership : joined) {
            if (membership.on().index() == on.index() && membership.group().equals(group)) {
                return membership;
            }
        }
        return null;
    }

    List<Membership> list() {
        return List.copyOf(joined);
    }

    void forget(Membership membership) {
        joined.remove(membership);
    }

    void clear() {
        joined.clear();
    }

    void checkSource(InetAddress source) {
        checkFamily(source, "source");
        if (source.isMulticastAddress() || source.isAnyLocalAddress()) {
            throw new IllegalArgumentException("no source of datagrams: " + source.getHostAddress());
        }
    }

    /**
     * Refuses what Linux would take in silence: for IPv6 it does not look at the interface, but filters all datagrams
     * of a group by the membership that was joined last.
     *
     * @param filters whether sources are to be let in or kept out.
     */
    void checkOneFilter(InetAddress group, MulticastInterface on, boolean filters) {
        if (!peer.isIpv6()) {
            return;
        }
        for (Membership other : joined) {
            if (other.group().equals(group) && other.on().index() != on.index()
                    && (filters || !other.sources().isEmpty())) {
                throw new IllegalStateException("a socket of IPv6 has one filter per group, whatever the interface,"
                        + " and " + other + " is joined: open one peer per interface");
            }
        }
    }

    private Membership remember(Membership membership) {
        joined.add(membership);
        return membership;
    }

    private void checkGroup(InetAddress group, MulticastInterface on) {
        if (!group.isMulticastAddress()) {
            throw new IllegalArgumentException("no multicast group: " + group.getHostAddress()
                    + "; groups are 224.0.0.0 to 239.255.255.255 and ff00::/8");
        }
        checkFamily(group, "group");
        if (group instanceof Inet6Address ipv6 && ipv6.getScopeId() != 0 && ipv6.getScopeId() != on.index()) {
            throw new IllegalArgumentException("the group " + group.getHostAddress()
                    + " names another interface than " + on);
        }
        if (boundTo != null && !boundTo.equals(group)) {
            throw new IllegalStateException("the group " + group.getHostAddress()
                    + " can not arrive: the peer is bound to " + boundTo.getHostAddress());
        }
    }

    private void checkFamily(InetAddress address, String what) {
        if (address instanceof Inet6Address != peer.isIpv6()) {
            throw new IllegalArgumentException("the " + what + " " + address.getHostAddress() + " is not of "
                    + (peer.isIpv6() ? "IPv6" : "IPv4") + ", as the peer is");
        }
    }
}
