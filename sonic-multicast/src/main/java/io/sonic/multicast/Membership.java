package io.sonic.multicast;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a peer receives of one group on one interface: everything but some sources, or only some sources.
 *
 * <p>It remembers what the kernel was told, and refuses what the kernel would take in silence and mean otherwise: a
 * source that is joined after all of them were would shut the others out. With IPv6 Linux filters by group alone, so
 * that sources can be chosen only where the peer joined the group on one interface. See RFC 3376, RFC 3810 and
 * {@code ip(7)}.
 *
 * <p><b>Errors</b>: when a call throws, the membership is as it was before, unless {@link #refresh()} says otherwise.
 *
 * <p><b>Lifetime</b>: until {@link #leave()}, until its last source is left, or until the peer is closed.
 *
 * <p><b>Threading</b>: the thread of the peer's reactor.
 */
public final class Membership {
    private final MulticastPeer peer;
    private final Memberships all;
    private final MembershipCalls calls;
    private final InetAddress group;
    private final List<InetAddress> sources = new ArrayList<>();
    private MulticastInterface on;
    private FilterMode mode;
    private boolean joined = true;
    private boolean left;

    /**
     * Remembers that a group was joined for all sources.
     */
    Membership(MulticastPeer peer, Memberships all, MembershipCalls calls, InetAddress group, MulticastInterface on) {
        this.peer = peer;
        this.all = all;
        this.calls = calls;
        this.group = group;
        this.on = on;
        mode = FilterMode.EXCLUDE;
    }

    /**
     * Remembers that a group was joined for one source.
     */
    Membership(
            MulticastPeer peer, Memberships all, MembershipCalls calls, InetAddress group, MulticastInterface on,
            InetAddress source) {
        this(peer, all, calls, group, on);
        mode = FilterMode.INCLUDE;
        sources.add(source);
    }

    /**
     * The peer that is the member.
     *
     * @return never null.
     */
    public MulticastPeer peer() {
        return peer;
    }

    /**
     * The group.
     *
     * @return never null.
     */
    public InetAddress group() {
        return group;
    }

    /**
     * The interface that the group was joined on.
     *
     * @return never null.
     */
    public MulticastInterface on() {
        return on;
    }

    /**
     * How {@link #sources()} is read.
     *
     * @return {@link FilterMode#EXCLUDE} after a join for all sources.
     */
    public FilterMode mode() {
        return mode;
    }

    /**
     * The sources that are let in, or kept out, see {@link #mode()}.
     *
     * @return a copy.
     */
    public List<InetAddress> sources() {
        return List.copyOf(sources);
    }

    /**
     * Tells whether datagrams of the group are received.
     *
     * @return false after it was left, or the peer closed, or a refresh failed.
     */
    public boolean isJoined() {
        return joined && peer.isOpen();
    }

    /**
     * Leaves the group on this interface; this object is of no use afterwards. What the socket has queued is still
     * received.
     *
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when it was left before, or the peer is closed.
     */
    public void leave() throws IOException {
        checkNotLeft();
        if (joined) {
            calls.leaveGroup(group, on);
        }
        forget();
    }

    /**
     * Lets one more source in.
     *
     * @param source a unicast address of the group's family.
     * @throws IOException              when the system refuses; at the limit the sentence names the setting and its
     *                                  value.
     * @throws IllegalArgumentException when the address can not be a source.
     * @throws IllegalStateException    when all sources are joined, or this one is.
     */
    public void joinSource(InetAddress source) throws IOException {
        checkJoined();
        all.checkSource(source);
        if (mode == FilterMode.EXCLUDE) {
            throw new IllegalStateException(this + ": joining the source " + source.getHostAddress()
                    + " would shut out the others; leave the group first, or replace the filter");
        }
        if (sources.contains(source)) {
            throw new IllegalStateException(this + ": the source " + source.getHostAddress() + " is joined already");
        }
        all.checkOneFilter(group, on, true);
        calls.joinSource(group, on, source, false);
        sources.add(source);
    }

    /**
     * Takes a source back that was let in. With the last one the group is left.
     *
     * @param source one of {@link #sources()}.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the source was not joined.
     */
    public void leaveSource(InetAddress source) throws IOException {
        checkJoined();
        if (mode != FilterMode.INCLUDE || !sources.contains(source)) {
            throw new IllegalStateException(this + ": the source " + source.getHostAddress() + " is not joined");
        }
        calls.leaveSource(group, on, source);
        sources.remove(source);
        if (sources.isEmpty()) {
            forget();
        }
    }

    /**
     * Keeps a source out; at once on this host, later in switches and routers too.
     *
     * @param source a unicast address of the group's family.
     * @throws IOException              when the system refuses; at the limit the sentence names the setting and its
     *                                  value.
     * @throws IllegalArgumentException when the address can not be a source.
     * @throws IllegalStateException    when only some sources are joined, or this one is blocked already.
     */
    public void block(InetAddress source) throws IOException {
        checkJoined();
        all.checkSource(source);
        if (mode == FilterMode.INCLUDE) {
            throw new IllegalStateException(this + ": only joined sources are received; leave the source "
                    + source.getHostAddress() + " instead of blocking it");
        }
        if (sources.contains(source)) {
            throw new IllegalStateException(this + ": the source " + source.getHostAddress() + " is blocked already");
        }
        all.checkOneFilter(group, on, true);
        calls.blockSource(group, on, source);
        sources.add(source);
    }

    /**
     * Lets a source in again that was kept out.
     *
     * @param source one of {@link #sources()}.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the source is not blocked.
     */
    public void unblock(InetAddress source) throws IOException {
        checkJoined();
        if (mode != FilterMode.EXCLUDE || !sources.contains(source)) {
            throw new IllegalStateException(this + ": the source " + source.getHostAddress() + " is not blocked");
        }
        calls.unblockSource(group, on, source);
        sources.remove(source);
    }

    /**
     * Replaces mode and sources in one step, without a moment in which the group is left.
     *
     * @param newMode    how the sources are read.
     * @param newSources unicast addresses of the group's family; a repeated one counts once.
     * @throws IOException              when the system refuses; at the limit the sentence names the setting and its
     *                                  value.
     * @throws IllegalArgumentException when an address can not be a source, or no source is to be included.
     * @throws IllegalStateException    when it is not joined.
     */
    public void filter(FilterMode newMode, Collection<InetAddress> newSources) throws IOException {
        checkJoined();
        Set<InetAddress> distinct = new LinkedHashSet<>(newSources);
        distinct.forEach(all::checkSource);
        if (newMode == FilterMode.INCLUDE && distinct.isEmpty()) {
            throw new IllegalArgumentException(this + ": to include no source is to leave the group");
        }
        all.checkOneFilter(group, on, !distinct.isEmpty());
        calls.replaceFilter(group, on, newMode, distinct);
        mode = newMode;
        sources.clear();
        sources.addAll(distinct);
    }

    /**
     * Joins again, with the same mode and sources, on the interface that has the name now. For an interface that was
     * deleted and created again: the kernel says nothing then, and the group stays silent. An interface that went down
     * and came up needs no refresh. Datagrams that arrive in between are lost.
     *
     * @throws IOException           when there is no such interface (the membership is as before then), or the system
     *                               refuses ({@link #isJoined()} is false then, and a later refresh may help).
     * @throws IllegalStateException when it was left, or the group was joined again by another membership.
     */
    public void refresh() throws IOException {
        checkNotLeft();
        MulticastInterface now = MulticastInterface.of(on.name());
        Membership other = all.find(group, now);
        if (other != null && other != this) {
            throw new IllegalStateException(other + ": joined already by another membership");
        }
        if (joined) {
            joined = false;
            // Where the interface is gone, the kernel may have forgotten the membership with it.
            calls.leaveGroupIfJoined(group, on);
        }
        on = now;
        rejoin();
    }

    /**
     * Formats group, interface and filter.
     */
    @Override
    public String toString() {
        String text = MembershipCalls.describe(group, on);
        if (mode == FilterMode.INCLUDE) {
            return text + " from " + list();
        }
        return text + " from all sources" + (sources.isEmpty() ? "" : " except " + list());
    }

    private String list() {
        return String.join(", ", sources.stream().map(InetAddress::getHostAddress).toList());
    }

    private void rejoin() throws IOException {
        if (mode == FilterMode.EXCLUDE) {
            calls.joinGroup(group, on);
        } else {
            calls.joinSource(group, on, sources.getFirst(), true);
        }
        if (mode == FilterMode.EXCLUDE ? !sources.isEmpty() : sources.size() > 1) {
            try {
                calls.replaceFilter(group, on, mode, sources);
            } catch (IOException e) {
                calls.leaveGroupIfJoined(group, on);
                throw e;
            }
        }
        joined = true;
    }

    private void forget() {
        joined = false;
        left = true;
        all.forget(this);
    }

    private void checkNotLeft() {
        peer.checkOpen();
        if (left) {
            throw new IllegalStateException(MembershipCalls.describe(group, on) + " was left");
        }
    }

    private void checkJoined() {
        checkNotLeft();
        if (!joined) {
            throw new IllegalStateException(MembershipCalls.describe(group, on) + " is not joined: refresh it");
        }
    }
}
