package io.sonic.multicast;

import io.sonic.UdpSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The calls as Linux has them: the same for both families. A refusal is told in a sentence that says what to do.
 */
final class LinuxMembershipCalls implements MembershipCalls {
    private final UdpSocket socket;
    private final int level;
    private final UnsafeBuffer request =
            new UnsafeBuffer(ByteBuffer.allocateDirect(LinuxMulticast.GROUP_SOURCE_REQUEST_LENGTH));

    LinuxMembershipCalls(UdpSocket socket) {
        this.socket = socket;
        level = socket.isIpv6() ? LinuxMulticast.IPPROTO_IPV6 : LinuxMulticast.IPPROTO_IP;
    }

    @Override
    public void joinGroup(InetAddress group, MulticastInterface on) throws IOException {
        callWithGroup(LinuxMulticast.MCAST_JOIN_GROUP, group, on, "join " + describe(group, on), groupLimit());
    }

    @Override
    public void leaveGroup(InetAddress group, MulticastInterface on) throws IOException {
        callWithGroup(LinuxMulticast.MCAST_LEAVE_GROUP, group, on, "leave " + describe(group, on), groupLimit());
    }

    @Override
    public void joinSource(InetAddress group, MulticastInterface on, InetAddress source, boolean first)
            throws IOException {
        try {
            callWithSource(LinuxMulticast.MCAST_JOIN_SOURCE_GROUP, group, on, source, "join source ",
                    first ? groupLimit() : sourceLimit());
        } catch (IOException e) {
            if (first) {
                // The kernel joins the group before it adds the source, and may have done only that.
                leaveGroupIfJoined(group, on);
            }
            throw e;
        }
    }

    @Override
    public void leaveGroupIfJoined(InetAddress group, MulticastInterface on) {
        try {
            leaveGroup(group, on);
        } catch (IOException notJoined) {
            return;
        }
    }

    @Override
    public void leaveSource(InetAddress group, MulticastInterface on, InetAddress source) throws IOException {
        callWithSource(LinuxMulticast.MCAST_LEAVE_SOURCE_GROUP, group, on, source, "leave source ", sourceLimit());
    }

    @Override
    public void blockSource(InetAddress group, MulticastInterface on, InetAddress source) throws IOException {
        callWithSource(LinuxMulticast.MCAST_BLOCK_SOURCE, group, on, source, "block source ", sourceLimit());
    }

    @Override
    public void unblockSource(InetAddress group, MulticastInterface on, InetAddress source) throws IOException {
        callWithSource(LinuxMulticast.MCAST_UNBLOCK_SOURCE, group, on, source, "unblock source ", sourceLimit());
    }

    @Override
    public void replaceFilter(
            InetAddress group, MulticastInterface on, FilterMode mode, Collection<InetAddress> sources)
            throws IOException {
        int length = LinuxMulticast.filterLength(sources.size());
        UnsafeBuffer filter = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        LinuxMulticast.putFilter(filter, on.index(), group, mode, sources);
        try {
            socket.rawOption(level, LinuxMulticast.MCAST_MSFILTER, filter, 0, length);
        } catch (IOException e) {
            throw explain("filter " + sources.size() + " sources of " + describe(group, on), on, sourceLimit(), e);
        }
    }

    private void callWithGroup(int option, InetAddress group, MulticastInterface on, String what, String limit)
            throws IOException {
        LinuxMulticast.putGroupRequest(request, on.index(), group);
        try {
            socket.rawOption(level, option, request, 0, LinuxMulticast.GROUP_REQUEST_LENGTH);
        } catch (IOException e) {
            throw explain(what, on, limit, e);
        }
    }

    private void callWithSource(
            int option, InetAddress group, MulticastInterface on, InetAddress source, String call, String limit)
            throws IOException {
        LinuxMulticast.putGroupSourceRequest(request, on.index(), group, source);
        try {
            socket.rawOption(level, option, request, 0, LinuxMulticast.GROUP_SOURCE_REQUEST_LENGTH);
        } catch (IOException e) {
            throw explain(call + source.getHostAddress() + " of " + describe(group, on), on, limit, e);
        }
    }

    private IOException explain(String what, MulticastInterface on, String limit, IOException cause) {
        SocketException refusal = switch (socket.errno()) {
            case LinuxMulticast.ENOBUFS -> new SocketException(
                    what + ": the limit is reached, " + limit + " is " + valueOf(limit) + " (ENOBUFS)");
            case LinuxMulticast.ENOMEM -> new SocketException(
                    what + ": the memory for options of one socket is used up, net.core.optmem_max is "
                            + valueOf("net.core.optmem_max") + " bytes (ENOMEM)");
            case LinuxMulticast.ENODEV -> new SocketException(what + ": " + interfaceProblem(on) + " (ENODEV)");
            case LinuxMulticast.EINVAL -> new SocketException(what + ": " + interfaceProblem(on) + " (EINVAL)");
            case LinuxMulticast.ENOPROTOOPT -> new SocketException(
                    what + ": this network stack can not; a SourceFilter can (ENOPROTOOPT)");
            case LinuxMulticast.EADDRINUSE -> new BindException(what + ": joined already (EADDRINUSE)");
            case LinuxMulticast.EADDRNOTAVAIL -> new BindException(what + ": not joined (EADDRNOTAVAIL)");
            default -> new SocketException(what + ": " + cause.getMessage());
        };
        refusal.initCause(cause);
        return refusal;
    }

    private String interfaceProblem(MulticastInterface on) {
        try {
            MulticastInterface.of(on.index());
            return "the interface takes no members of " + (socket.isIpv6() ? "IPv6" : "IPv4");
        } catch (IOException gone) {
            return gone.getMessage();
        }
    }

    private String groupLimit() {
        return socket.isIpv6() ? "net.core.optmem_max" : "net.ipv4.igmp_max_memberships";
    }

    private String sourceLimit() {
        return socket.isIpv6() ? "net.ipv6.mld_max_msf" : "net.ipv4.igmp_max_msf";
    }

    private static String describe(InetAddress group, MulticastInterface on) {
        return MembershipCalls.describe(group, on);
    }

    private static String valueOf(String sysctl) {
        try {
            // By lines: such a file gives all of itself to the first read and nothing to a second one.
            return Files.readAllLines(Path.of("/proc/sys", sysctl.split("\\."))).getFirst();
        } catch (IOException e) {
            // A network namespace does not show all of them.
            return "not readable here";
        }
    }
}
