package io.sonic.multicast;

import io.sonic.BatchHandler;
import io.sonic.Channel;
import io.sonic.DatagramBatch;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReceiveHandler;
import io.sonic.SocketOption;
import io.sonic.SocketOptions;
import io.sonic.UdpSocket;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

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
public final class MulticastPeer implements Channel {
    private final UdpSocket socket;
    private final PeerOptions options;
    private final MembershipCalls calls;
    private final List<Membership> memberships = new ArrayList<>();
    private final InetAddress boundTo;
    private MulticastInterface inbound;
    private MulticastInterface outbound;
    private Timestamps timestamps = Timestamps.NONE;

    private MulticastPeer(UdpSocket socket, InetAddress boundTo) {
        this.socket = socket;
        this.boundTo = boundTo;
        options = new PeerOptions(socket);
        calls = new MembershipCalls(socket);
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
                .set(SocketOption.REUSE_ADDRESS, context.reuseAddress)
                .set(SocketOption.REUSE_PORT, context.reusePort);
        if (context.isIpv6()) {
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
        checkGroup(group, on);
        Membership present = membership(group, on);
        if (present != null) {
            throw new IllegalStateException(present + ": joined already");
        }
        checkOneFilter(group, on, false);
        calls.joinGroup(group, on);
        return remember(new Membership(this, calls, group, on));
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
        checkGroup(group, on);
        checkSource(source);
        Membership present = membership(group, on);
        if (present != null) {
            present.joinSource(source);
            return present;
        }
        checkOneFilter(group, on, true);
        calls.joinSource(group, on, source, true);
        return remember(new Membership(this, calls, group, on, source));
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
        Membership present = membership(group, on);
        if (present == null) {
            throw new IllegalStateException(
                    MembershipCalls.describe(group, on) + " is not joined; joined are: " + memberships);
        }
        present.leave();
    }

    /**
     * Finds a membership.
     *
     * @param group which.
     * @param on    where it was joined.
     * @return the membership, or null when the group is not joined there.
     */
    public Membership membership(InetAddress group, MulticastInterface on) {
        for (Membership membership : memberships) {
            if (membership.on().index() == on.index() && membership.group().equals(group)) {
                return membership;
            }
        }
        return null;
    }

    /**
     * Lists what is joined.
     *
     * @return a copy, in the order of joining.
     */
    public List<Membership> memberships() {
        return List.copyOf(memberships);
    }

    /**
     * Receives one datagram.
     *
     * <p>The handler gets {@link IoStatus#OK}, or {@link IoStatus#TRUNCATED} when the datagram did not fit; then the
     * buffer holds its beginning and the rest is lost.
     *
     * @param buffer  where to, off the heap.
     * @param offset  of the first byte in the buffer.
     * @param length  room in bytes.
     * @param handler called once.
     * @throws IllegalStateException when a receive is in flight, or the peer is closed.
     */
    public void asyncReceive(MutableDirectBuffer buffer, int offset, int length, ReceiveHandler handler) {
        socket.asyncReceive(buffer, offset, length, handler);
    }

    /**
     * Changes where the receive that is in flight will put its datagram; so that several peers can share one buffer.
     *
     * @param buffer where to, off the heap.
     * @param offset of the first byte in the buffer.
     * @param length room in bytes.
     * @throws IllegalStateException when no receive is in flight, or the peer is closed.
     */
    public void receiveBuffer(MutableDirectBuffer buffer, int offset, int length) {
        socket.receiveBuffer(buffer, offset, length);
    }

    /**
     * Receives one datagram, if one is there.
     *
     * @param buffer where to, off the heap.
     * @param offset of the first byte in the buffer.
     * @param length room in bytes.
     * @param source receives the sender.
     * @return the number of bytes, or the negative {@link IoStatus#code()} of {@link IoStatus#WOULD_BLOCK},
     *         {@link IoStatus#TRUNCATED} (then all of the room is filled) or {@link IoStatus#FAILED}.
     * @throws IllegalStateException when a receive is in flight, or the peer is closed.
     */
    public int tryReceive(MutableDirectBuffer buffer, int offset, int length, Endpoint source) {
        return socket.tryReceive(buffer, offset, length, source);
    }

    /**
     * Sends one datagram.
     *
     * <p>To a group it goes out through {@link #outbound()}. {@link IoStatus#FAILED} with {@code ENOBUFS} means that
     * the queue of the interface is full: the datagram is lost, and waiting would not have helped.
     *
     * @param buffer      where from, off the heap.
     * @param offset      of the first byte in the buffer.
     * @param length      bytes of the datagram.
     * @param destination group or host, of the peer's family.
     * @param handler     called once.
     * @throws IllegalArgumentException when the destination is of the other family.
     * @throws IllegalStateException    when a send is in flight, or the peer is closed.
     */
    public void asyncSend(DirectBuffer buffer, int offset, int length, Endpoint destination, WriteHandler handler) {
        checkDestination(destination);
        socket.asyncSend(buffer, offset, length, destination, handler);
    }

    /**
     * Sends one datagram, if the system takes it at once.
     *
     * @param buffer      where from, off the heap.
     * @param offset      of the first byte in the buffer.
     * @param length      bytes of the datagram.
     * @param destination group or host, of the peer's family.
     * @return the number of bytes, or the negative {@link IoStatus#code()} of {@link IoStatus#WOULD_BLOCK} or
     *         {@link IoStatus#FAILED}.
     * @throws IllegalArgumentException when the destination is of the other family.
     * @throws IllegalStateException    when a send is in flight, or the peer is closed.
     */
    public int trySend(DirectBuffer buffer, int offset, int length, Endpoint destination) {
        checkDestination(destination);
        return socket.trySend(buffer, offset, length, destination);
    }

    /**
     * Receives as many datagrams as are there, at least one, up to the capacity of the batch, with one system call.
     *
     * @param batch   where to.
     * @param handler called once, with {@link DatagramBatch#count()}.
     * @throws IllegalStateException when a receive is in flight, or the peer is closed.
     */
    public void asyncReceive(DatagramBatch batch, BatchHandler handler) {
        socket.asyncReceive(batch, handler);
    }

    /**
     * Sends the datagrams of a batch, with as few system calls as the system allows.
     *
     * @param batch   its first {@link DatagramBatch#count()} slots, each to its endpoint.
     * @param handler called once, with the number that was sent.
     * @throws IllegalArgumentException when an endpoint is not of the peer's family.
     * @throws IllegalStateException    when a send is in flight, or the peer is closed.
     */
    public void asyncSend(DatagramBatch batch, BatchHandler handler) {
        for (int i = 0; i < batch.count(); i++) {
            checkDestination(batch.endpoint(i));
        }
        socket.asyncSend(batch, handler);
    }

    /**
     * Ends a waiting receive with {@link IoStatus#CANCELLED}.
     */
    public void cancelReceive() {
        socket.cancelReceive();
    }

    /**
     * Ends a waiting send with {@link IoStatus#CANCELLED}.
     */
    public void cancelSend() {
        socket.cancelSend();
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

    /**
     * Sets an option.
     *
     * @param option which.
     * @param value  its value.
     * @param <T>    type of the value.
     * @throws IOException when the system refuses.
     */
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        socket.option(option, value);
    }

    /**
     * Asks the system for an option.
     *
     * @param option which.
     * @param <T>    type of the value.
     * @return what the system answers, which may differ from what was set.
     * @throws IOException when the system refuses.
     */
    public <T> T option(SocketOption<T> option) throws IOException {
        return socket.option(option);
    }

    /**
     * Sets an option by its numbers, as {@code setsockopt(2)} does.
     *
     * @param level  for instance 0 for {@code IPPROTO_IP}.
     * @param name   number of the option.
     * @param buffer holds the value, off the heap, in the layout of the system.
     * @param offset of the value in the buffer.
     * @param length of the value in bytes.
     * @throws IOException when the system refuses; {@link #errno()} is the reason's number then.
     */
    public void rawOption(int level, int name, DirectBuffer buffer, int offset, int length) throws IOException {
        socket.rawOption(level, name, buffer, offset, length);
    }

    /**
     * Asks for an option by its numbers, as {@code getsockopt(2)} does.
     *
     * @param level  for instance 0 for {@code IPPROTO_IP}.
     * @param name   number of the option.
     * @param buffer receives the value, off the heap.
     * @param offset of the value in the buffer.
     * @param length room in bytes.
     * @return the length of the value in bytes.
     * @throws IOException when the system refuses; {@link #errno()} is the reason's number then.
     */
    public int readRawOption(int level, int name, MutableDirectBuffer buffer, int offset, int length)
            throws IOException {
        return socket.readRawOption(level, name, buffer, offset, length);
    }

    /**
     * The family of the peer.
     *
     * @return whether it is of IPv6.
     */
    public boolean isIpv6() {
        return socket.isIpv6();
    }

    /**
     * The address that the peer is bound to. Allocates.
     *
     * @return address and port, or null when the peer is closed.
     */
    public InetSocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public Reactor reactor() {
        return socket.reactor();
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public int errno() {
        return socket.errno();
    }

    @Override
    public IOException failure() {
        return socket.failure();
    }

    @Override
    public void hot(boolean hot) {
        socket.hot(hot);
    }

    @Override
    public void cancel() {
        socket.cancel();
    }

    @Override
    public void close() {
        socket.close();
        memberships.clear();
    }

    @Override
    public String toString() {
        return "MulticastPeer of " + socket;
    }

    void checkOpen() {
        assert reactor().checkOwnThread();
        if (!isOpen()) {
            throw new IllegalStateException("the peer is closed: " + socket);
        }
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
        if (!isIpv6()) {
            return;
        }
        for (Membership other : memberships) {
            if (other.group().equals(group) && other.on().index() != on.index()
                    && (filters || !other.sources().isEmpty())) {
                throw new IllegalStateException("a socket of IPv6 has one filter per group, whatever the interface,"
                        + " and " + other + " is joined: open one peer per interface");
            }
        }
    }

    void forget(Membership membership) {
        memberships.remove(membership);
    }

    private Membership remember(Membership membership) {
        memberships.add(membership);
        return membership;
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
        if (address instanceof Inet6Address != isIpv6()) {
            throw new IllegalArgumentException("the " + what + " " + address.getHostAddress() + " is not of "
                    + (isIpv6() ? "IPv6" : "IPv4") + ", as the peer is");
        }
    }

    private void checkDestination(Endpoint destination) {
        if (!destination.isSet() || destination.isIpv6() != isIpv6()) {
            throw new IllegalArgumentException("the destination " + destination + " is not of "
                    + (isIpv6() ? "IPv6" : "IPv4") + ", as the peer is");
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
