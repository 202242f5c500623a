package io.sonic.multicast;

import io.sonic.Capability;
import io.sonic.DatagramBatch;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.SocketOption;
import io.sonic.SocketOptions;
import io.sonic.UdpSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Objects;

/**
 * Sends datagrams to multicast groups and receives those of the groups that it joined, over IPv4 or IPv6. See
 * {@code ip(7)}, {@code ipv6(7)} and RFC 3678.
 *
 * {@snippet :
 * MulticastInterface lo = MulticastInterface.of("lo");
 * MulticastPeer peer = MulticastPeer.open(reactor, new MulticastPeer.Context().port(30001));
 * peer.join(InetAddress.ofLiteral("239.1.1.1"), lo);
 * peer.asyncReceive(buffer, 0, buffer.capacity(), (status, length, source) -> { });
 * }
 *
 * <p>An empty datagram is a datagram: it is received with {@link IoStatus#OK} and length 0.
 *
 * <p><b>Completion</b>: what can be done at once is done before the call returns, up to
 * {@value Reactor#MAX_INLINE_COMPLETIONS} completions deep. A receive and a send may be in flight at the same time.
 *
 * <p><b>Ownership</b>: a buffer belongs to the operation from the call until its handler is called; it is off the heap.
 * The destination of a send may be used again when the handler was called.
 *
 * <p><b>Allocation</b>: receiving and sending allocate nothing, whoever sends. Options and memberships do.
 *
 * <p><b>Lifetime</b>: closing the peer leaves its groups.
 */
public final class MulticastPeer extends PeerChannel {
    private final PeerOptions options;
    private final Memberships memberships;
    private MulticastInterface inbound;
    private MulticastInterface outbound;
    private Timestamps timestamps = Timestamps.NONE;

    private MulticastPeer(UdpSocket socket, InetAddress boundTo) {
        super(socket);
        DatagramChannel ofTheJdk = socket.datagramChannel();
        options = ofTheJdk == null ? new LinuxPeerOptions(socket) : new JdkPeerOptions(ofTheJdk);
        memberships = new Memberships(this, boundTo);
    }

    /**
     * Opens a peer, sets its options, and binds it.
     *
     * @param reactor completes its operations.
     * @param context how; may be changed and used again afterwards.
     * @return a new peer, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when what the context says does not fit together.
     */
    public static MulticastPeer open(Reactor reactor, Context context) throws IOException {
        InetSocketAddress local = context.local();
        SocketOptions first = new SocketOptions()
                .set(SocketOption.REUSE_ADDRESS, context.reuseAddress);
        if (context.reusePort) {
            first.set(SocketOption.REUSE_PORT, true);
        }
        // The JDK has no such option: there a peer of IPv6 is bound to the port for IPv4 too.
        if (context.isIpv6() && reactor.supports(Capability.RAW_OPTIONS)) {
            first.set(SocketOption.IPV6_ONLY, true);
        }
        MulticastPeer peer = new MulticastPeer(
                UdpSocket.open(reactor, context.isIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET,
                        first), context.bindTo);
        try {
            // Before it is bound: from then on datagrams are queued.
            peer.configure(context);
            peer.socket.bind(local);
            return peer;
        } catch (IOException | RuntimeException e) {
            peer.close();
            throw e;
        }
    }

    /**
     * Tells whether peers of a reactor can do what not every backend can.
     *
     * @param reactor    of the peers.
     * @param capability what.
     * @return on the epoll backend true.
     */
    public static boolean supports(Reactor reactor, MulticastCapability capability) {
        Objects.requireNonNull(capability, "capability");
        return reactor.supports(Capability.RAW_OPTIONS);
    }

    /**
     * Joins a group on an interface, for all sources.
     *
     * @param group an address of 224.0.0.0/4 or ff00::/8, of the peer's family.
     * @param on    the interface that its datagrams arrive on.
     * @return the membership, to leave the group or to block sources.
     * @throws IOException              when the system refuses; at a limit the sentence names the setting and its
     *                                  value.
     * @throws IllegalArgumentException when the address is no group, or of the other family.
     * @throws IllegalStateException    when the group is joined on this interface already, or can not arrive because of
     *                                  what the peer is bound to; with IPv6 also when it is joined on another interface
     *                                  with a source filter.
     */
    public Membership join(InetAddress group, MulticastInterface on) throws IOException {
        checkOpen();
        return memberships.join(group, on);
    }

    /**
     * Joins a group on an interface, for one source; or lets one more source in where others were joined so before.
     *
     * @param group  an address of 224.0.0.0/4 or ff00::/8, of the peer's family.
     * @param source whose datagrams are received.
     * @param on     the interface that its datagrams arrive on.
     * @return the membership, one for all sources of the group on the interface.
     * @throws IOException              when the system refuses; at a limit the sentence names the setting and its
     *                                  value.
     * @throws IllegalArgumentException when the address is no group, the source can not be one, or a family is the
     *                                  other one.
     * @throws IllegalStateException    when all sources or this one are joined already, or the group can not arrive
     *                                  because of what the peer is bound to; with IPv6 also when it is joined on
     *                                  another interface.
     */
    public Membership joinSource(InetAddress group, InetAddress source, MulticastInterface on) throws IOException {
        checkOpen();
        return memberships.joinSource(group, source, on);
    }

    /**
     * Leaves a group on an interface.
     *
     * @param group which.
     * @param on    where it was joined.
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the group is not joined there.
     */
    public void leave(InetAddress group, MulticastInterface on) throws IOException {
        checkOpen();
        memberships.leave(group, on);
    }

    /**
     * Finds a membership.
     *
     * @param group which.
     * @param on    where it was joined.
     * @return the membership, or null when the group is not joined there.
     */
    public Membership membership(InetAddress group, MulticastInterface on) {
        return memberships.find(group, on);
    }

    /**
     * Lists what is joined.
     *
     * @return a copy, in the order of joining.
     */
    public List<Membership> memberships() {
        return memberships.list();
    }

    /**
     * Tells whether this host gets copies of what the peer sends.
     *
     * @return what the kernel says.
     * @throws IOException when the system refuses.
     */
    public boolean loop() throws IOException {
        return options.loop();
    }

    /**
     * Sets whether this host gets copies of what the peer sends. It is an option of the sender, and without effect on
     * the interface {@code lo}, which receives everything that it sends.
     *
     * @param loop whether.
     * @throws IOException when the system refuses.
     */
    public void loop(boolean loop) throws IOException {
        options.loop(loop);
    }

    /**
     * The number of hops that datagrams to groups may make: the time to live of IPv4, the hop limit of IPv6.
     *
     * @return 0 to 255, what the kernel says.
     * @throws IOException when the system refuses.
     */
    public int hops() throws IOException {
        return options.hops();
    }

    /**
     * Sets the number of hops that datagrams to groups may make. 1 stays in the local network. 0 is meant to stay on
     * this host, but Linux sends such datagrams out, and other hosts accept them.
     *
     * @param hops 0 to 255.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when it is out of range.
     */
    public void hops(int hops) throws IOException {
        options.hops(Context.checkHops(hops));
    }

    /**
     * The interface that datagrams to groups go out through.
     *
     * @return what was set last, or null when the routes decide.
     */
    public MulticastInterface outbound() {
        return outbound;
    }

    /**
     * Sets the interface that datagrams to groups go out through.
     *
     * @param through an interface.
     * @throws IOException              when the system refuses, for instance because the interface is gone.
     * @throws IllegalArgumentException when it is not the one that the peer receives from only.
     */
    public void outbound(MulticastInterface through) throws IOException {
        if (inbound != null && inbound.index() != through.index()) {
            throw new IllegalArgumentException(
                    "the peer is kept to " + inbound + ", and can not send through " + through);
        }
        options.outbound(through);
        outbound = through;
    }

    /**
     * The only interface that datagrams are received from.
     *
     * @return what {@link Context#inbound} set, or null when all are.
     */
    public MulticastInterface inbound() {
        return inbound;
    }

    /**
     * Tells whether datagrams of groups are received that only other sockets of this host joined.
     *
     * @return what the kernel says.
     * @throws IOException when the system refuses.
     */
    public boolean receivesAllGroups() throws IOException {
        return options.all();
    }

    /**
     * Tells whether a received {@link DatagramBatch} says when its datagrams arrived, see {@link DatagramInfo}.
     *
     * @return what {@link Context#timestamps} asked for.
     */
    public boolean hasTimestamps() {
        return timestamps != Timestamps.NONE;
    }

    /**
     * The length of the datagrams that the kernel makes of what is sent.
     *
     * @return bytes; 0 when one send is one datagram.
     * @throws IOException when the system refuses.
     */
    public int segmentLength() throws IOException {
        return options.segmentLength();
    }

    /**
     * Lets the kernel cut what is sent into datagrams of one length ({@code UDP_SEGMENT}): one system call sends as
     * many as fit into 64 KiB, the last one may be shorter. What is no longer than that is sent as it is.
     *
     * @param length bytes of a datagram, which must fit into a packet of the interface; 0, as at first, cuts nothing.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when it is out of range.
     */
    public void segmentLength(int length) throws IOException {
        if (length < 0 || length > 65_507) {
            throw new IllegalArgumentException("segmentLength must be 0 to 65507: " + length);
        }
        options.segmentLength(length);
    }

    /**
     * The size of the receive buffer, as the kernel granted it.
     *
     * @return bytes of kernel memory, of which datagrams take more than their length.
     * @throws IOException when the system refuses.
     */
    public int receiveBufferBytes() throws IOException {
        return options.receiveBuffer();
    }

    /**
     * Estimates how many datagrams the receive buffer holds.
     *
     * @param length of each, in bytes.
     * @return how many.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when no datagram has this length.
     */
    public int receiveBufferDatagrams(int length) throws IOException {
        return options.receiveBuffer() / DatagramMemory.chargeFor(length);
    }

    /**
     * Counts the datagrams that the kernel dropped, nearly always because the receive buffer was full. Allocates
     * nothing.
     *
     * @return datagrams since the peer was opened, modulo 2<sup>32</sup>.
     * @throws IOException when the system refuses.
     */
    public long drops() throws IOException {
        return options.drops();
    }

    @Override
    public void close() {
        socket.close();
        memberships.clear();
    }

    private void configure(Context context) throws IOException {
        options.all(context.receivesAllGroups);
        options.loop(context.loop);
        options.hops(context.hops);
        if (context.inbound != null) {
            options.inbound(context.inbound);
            inbound = context.inbound;
        }
        if (context.outbound != null) {
            outbound(context.outbound);
        }
        if (context.receiveBufferBytes > 0) {
            options.receiveBuffer(context.receiveBufferBytes);
        }
        options.timestamps(context.timestamps);
        timestamps = context.timestamps;
        if (context.destinations) {
            options.destinations();
        }
        if (context.dropCounts) {
            options.dropCounts();
        }
    }

    /**
     * How a peer is opened.
     *
     * <p>What it is bound to decides what can arrive:
     * <table>
     * <caption>What a bound peer receives</caption>
     * <tr><th>bound to</th><th>receives</th></tr>
     * <tr><td>any address, the default</td><td>the groups that it joined, and unicast, at its port</td></tr>
     * <tr><td>a group</td><td>this group where it joined it, and nothing else</td></tr>
     * <tr><td>an address of this host</td><td>unicast only; for senders</td></tr>
     * </table>
     */
    public static final class Context {
        private static final int MAX_PORT = 65_535;
        private static final int MAX_HOPS = 255;

        private ProtocolFamily family = StandardProtocolFamily.INET;
        private InetAddress bindTo;
        private int port;
        private boolean reuseAddress = true;
        private boolean reusePort;
        private boolean receivesAllGroups;
        private boolean loop = true;
        private int hops = 1;
        private MulticastInterface outbound;
        private MulticastInterface inbound;
        private int receiveBufferBytes;
        private Timestamps timestamps = Timestamps.NONE;
        private boolean destinations;
        private boolean dropCounts;

        /**
         * Creates a context with the defaults.
         */
        public Context() {
        }

        /**
         * Sets the family of a peer that is bound to any address; otherwise the address decides. A peer of IPv6 carries
         * no IPv4.
         *
         * @param family {@link StandardProtocolFamily#INET}, the default, or {@link StandardProtocolFamily#INET6}.
         * @return this.
         * @throws IllegalArgumentException when it is another one.
         */
        public Context family(ProtocolFamily family) {
            if (family != StandardProtocolFamily.INET && family != StandardProtocolFamily.INET6) {
                throw new IllegalArgumentException("the family must be INET or INET6: " + family);
            }
            this.family = family;
            return this;
        }

        /**
         * Binds to any address: joined groups and unicast arrive. The default.
         *
         * @return this.
         */
        public Context bindToAny() {
            bindTo = null;
            return this;
        }

        /**
         * Binds to a group: nothing else arrives, also no unicast.
         *
         * @param group an address of 224.0.0.0/4 or ff00::/8; one of link-local scope with its interface, as in
         *              {@code ff02::1%eth0}.
         * @return this.
         * @throws IllegalArgumentException when it is no group.
         */
        public Context bindToGroup(InetAddress group) {
            if (!group.isMulticastAddress()) {
                throw new IllegalArgumentException("no multicast group: " + group.getHostAddress());
            }
            return bindTo(group);
        }

        /**
         * Binds to an address of this host: what is sent carries it as source, and no multicast arrives.
         *
         * @param address of this host; one of link-local scope with its interface, as in {@code fe80::1%eth0}.
         * @return this.
         * @throws IllegalArgumentException when it is a group or the wildcard.
         */
        public Context bindToAddress(InetAddress address) {
            if (address.isMulticastAddress() || address.isAnyLocalAddress()) {
                throw new IllegalArgumentException("no address of a host: " + address.getHostAddress());
            }
            return bindTo(address);
        }

        /**
         * Sets the port.
         *
         * @param port 1 to 65535, or 0, the default, to leave it to the system.
         * @return this.
         * @throws IllegalArgumentException when it is out of range.
         */
        public Context port(int port) {
            if (port < 0 || port > MAX_PORT) {
                throw new IllegalArgumentException("the port must be 0 to " + MAX_PORT + ": " + port);
            }
            this.port = port;
            return this;
        }

        /**
         * Sets whether other sockets of this host that say so too may have the same port ({@code SO_REUSEADDR}). Each
         * of them gets its own copy of what arrives for a group.
         *
         * @param reuseAddress true by default.
         * @return this.
         */
        public Context reuseAddress(boolean reuseAddress) {
            this.reuseAddress = reuseAddress;
            return this;
        }

        /**
         * Sets whether other sockets of the same user that say so too may have the same port ({@code SO_REUSEPORT}).
         * Each of them gets its own copy of what arrives for a group: the load is not shared.
         *
         * @param reusePort false by default.
         * @return this.
         */
        public Context reusePort(boolean reusePort) {
            this.reusePort = reusePort;
            return this;
        }

        /**
         * Sets whether datagrams of groups are received that only other sockets of this host joined
         * ({@code IP_MULTICAST_ALL}). The kernel's default is yes; here it is no, so that a peer receives what it
         * joined.
         *
         * @param receivesAllGroups false by default.
         * @return this.
         */
        public Context receivesAllGroups(boolean receivesAllGroups) {
            this.receivesAllGroups = receivesAllGroups;
            return this;
        }

        /**
         * Sets whether this host gets copies of what the peer sends, see {@link MulticastPeer#loop(boolean)}.
         *
         * @param loop true by default.
         * @return this.
         */
        public Context loop(boolean loop) {
            this.loop = loop;
            return this;
        }

        /**
         * Sets the number of hops that datagrams to groups may make, see {@link MulticastPeer#hops(int)}.
         *
         * @param hops 0 to 255; by default 1, the local network.
         * @return this.
         * @throws IllegalArgumentException when it is out of range.
         */
        public Context hops(int hops) {
            this.hops = checkHops(hops);
            return this;
        }

        /**
         * Sets the interface that datagrams to groups go out through.
         *
         * @param through by default the routes decide.
         * @return this.
         */
        public Context outbound(MulticastInterface through) {
            this.outbound = Objects.requireNonNull(through, "through");
            return this;
        }

        /**
         * Receives from one interface only, also unicast ({@code SO_BINDTOIFINDEX}). Then {@link #outbound} can be no
         * other one. With IPv6 it is what keeps two lines apart: a peer receives a group that it joined on one
         * interface also from the other interfaces where any socket of this host joined it.
         *
         * @param from by default all.
         * @return this.
         */
        public Context inbound(MulticastInterface from) {
            this.inbound = Objects.requireNonNull(from, "from");
            return this;
        }

        /**
         * Sets the size of the receive buffer in kernel memory; over {@code net.core.rmem_max} where the process may
         * ({@code CAP_NET_ADMIN}). {@link MulticastPeer#receiveBufferBytes()} tells what was granted.
         *
         * @param bytes at least 1; by default what {@code net.core.rmem_default} says.
         * @return this.
         * @throws IllegalArgumentException when it is less.
         */
        public Context receiveBufferBytes(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("receiveBufferBytes must be at least 1: " + bytes);
            }
            this.receiveBufferBytes = bytes;
            return this;
        }

        /**
         * Sets the size of the receive buffer so that it holds a number of datagrams: small ones take several times
         * their length. See {@link #receiveBufferBytes(int)}.
         *
         * @param count  of datagrams, at least 1.
         * @param length of each, in bytes.
         * @return this.
         * @throws IllegalArgumentException when one of them is out of range, or the size is over 2 GiB.
         */
        public Context receiveBufferDatagrams(int count, int length) {
            long bytes = (long) count * DatagramMemory.chargeFor(length);
            if (count < 1 || bytes > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "receiveBufferDatagrams must be 1 to " + Integer.MAX_VALUE / DatagramMemory.chargeFor(length)
                                + " of " + length + " bytes: " + count);
            }
            return receiveBufferBytes((int) bytes);
        }

        /**
         * Asks for the times at which datagrams arrive; a {@link DatagramInfo} tells them.
         *
         * @param timestamps none by default.
         * @return this.
         */
        public Context timestamps(Timestamps timestamps) {
            this.timestamps = Objects.requireNonNull(timestamps, "timestamps");
            return this;
        }

        /**
         * Asks for the group and the interface of each datagram; a {@link DatagramInfo} tells them.
         *
         * @param destinations whether; not by default.
         * @return this.
         */
        public Context destinations(boolean destinations) {
            this.destinations = destinations;
            return this;
        }

        /**
         * Asks, with each datagram, how many were dropped before it; a {@link DatagramInfo} tells it. Not needed for
         * {@link MulticastPeer#drops()}.
         *
         * @param dropCounts whether; not by default.
         * @return this.
         */
        public Context dropCounts(boolean dropCounts) {
            this.dropCounts = dropCounts;
            return this;
        }

        private static int checkHops(int hops) {
            if (hops < 0 || hops > MAX_HOPS) {
                throw new IllegalArgumentException("hops must be 0 to " + MAX_HOPS + ": " + hops);
            }
            return hops;
        }

        private Context bindTo(InetAddress address) {
            if (address instanceof Inet6Address ipv6 && needsScope(ipv6) && ipv6.getScopeId() == 0) {
                throw new IllegalArgumentException("the address " + address.getHostAddress()
                        + " exists on each interface: say which, as in " + address.getHostAddress() + "%eth0");
            }
            bindTo = address;
            return this;
        }

        private static boolean needsScope(Inet6Address address) {
            return address.isLinkLocalAddress() || address.isMCLinkLocal() || address.isMCNodeLocal();
        }

        private boolean isIpv6() {
            return bindTo == null ? family == StandardProtocolFamily.INET6 : bindTo instanceof Inet6Address;
        }

        private InetSocketAddress local() {
            if (bindTo != null) {
                return new InetSocketAddress(bindTo, port);
            }
            return new InetSocketAddress(InetAddress.ofLiteral(isIpv6() ? "::" : "0.0.0.0"), port);
        }
    }
}
