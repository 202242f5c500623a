package io.sonic.multicast;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.Collection;
import org.agrona.MutableDirectBuffer;

/**
 * Numbers and structures of Linux's socket options for multicast; the same on x86-64 and aarch64. See {@code ip(7)},
 * {@code ipv6(7)} and {@code linux/in.h}.
 */
final class LinuxMulticast {
    static final int SOL_SOCKET = 1;
    static final int IPPROTO_IP = 0;
    static final int IPPROTO_IPV6 = 41;

    static final int SO_RCVBUF = 8;
    static final int SO_RCVBUFFORCE = 33;
    static final int SO_TIMESTAMPNS = 35;
    static final int SO_TIMESTAMPING = 37;
    static final int SO_RXQ_OVFL = 40;
    static final int SO_MEMINFO = 55;
    static final int SO_BINDTOIFINDEX = 62;

    static final int IP_PKTINFO = 8;
    static final int IPV6_RECVPKTINFO = 49;
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;

    /** Flags of SO_TIMESTAMPING: hardware and software, of what is received. */
    static final int TIMESTAMP_RECEIVED = 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6;

    static final int IP_MULTICAST_IF = 32;
    static final int IP_MULTICAST_TTL = 33;
    static final int IP_MULTICAST_LOOP = 34;
    static final int IP_MULTICAST_ALL = 49;
    static final int IPV6_MULTICAST_IF = 17;
    static final int IPV6_MULTICAST_HOPS = 18;
    static final int IPV6_MULTICAST_LOOP = 19;
    static final int IPV6_MULTICAST_ALL = 29;

    // For both families.
    static final int MCAST_JOIN_GROUP = 42;
    static final int MCAST_BLOCK_SOURCE = 43;
    static final int MCAST_UNBLOCK_SOURCE = 44;
    static final int MCAST_LEAVE_GROUP = 45;
    static final int MCAST_JOIN_SOURCE_GROUP = 46;
    static final int MCAST_LEAVE_SOURCE_GROUP = 47;
    static final int MCAST_MSFILTER = 48;
    static final int MCAST_EXCLUDE = 0;
    static final int MCAST_INCLUDE = 1;

    static final int EPERM = 1;
    static final int ENOMEM = 12;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int ENOPROTOOPT = 92;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENOBUFS = 105;

    /** Length of a {@code struct ip_mreqn}. */
    static final int MREQN_LENGTH = 12;
    private static final int MREQN_INDEX_OFFSET = 8;

    private static final int STORAGE_LENGTH = 128;
    private static final int REQUEST_INDEX_OFFSET = 0;
    private static final int REQUEST_GROUP_OFFSET = 8;
    private static final int REQUEST_SOURCE_OFFSET = REQUEST_GROUP_OFFSET + STORAGE_LENGTH;
    /** Length of a {@code struct group_req}. */
    static final int GROUP_REQUEST_LENGTH = REQUEST_GROUP_OFFSET + STORAGE_LENGTH;
    /** Length of a {@code struct group_source_req}. */
    static final int GROUP_SOURCE_REQUEST_LENGTH = REQUEST_SOURCE_OFFSET + STORAGE_LENGTH;

    private static final int FILTER_MODE_OFFSET = REQUEST_GROUP_OFFSET + STORAGE_LENGTH;
    private static final int FILTER_COUNT_OFFSET = FILTER_MODE_OFFSET + Integer.BYTES;
    private static final int FILTER_SOURCES_OFFSET = FILTER_COUNT_OFFSET + Integer.BYTES;

    private static final int SOCKADDR_FAMILY_OFFSET = 0;
    private static final int SOCKADDR_IN_ADDRESS_OFFSET = 4;
    private static final int SOCKADDR_IN6_ADDRESS_OFFSET = 8;
    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;

    private LinuxMulticast() {
    }

    /**
     * Writes a {@code struct ip_mreqn} that names an interface.
     */
    static void putInterface(MutableDirectBuffer buffer, int index) {
        buffer.setMemory(0, MREQN_LENGTH, (byte) 0);
        buffer.putInt(MREQN_INDEX_OFFSET, index, ByteOrder.nativeOrder());
    }

    /**
     * Writes a {@code struct group_req}.
     */
    static void putGroupRequest(MutableDirectBuffer buffer, int index, InetAddress group) {
        buffer.setMemory(0, GROUP_REQUEST_LENGTH, (byte) 0);
        buffer.putInt(REQUEST_INDEX_OFFSET, index, ByteOrder.nativeOrder());
        putAddress(buffer, REQUEST_GROUP_OFFSET, group);
    }

    /**
     * Writes a {@code struct group_source_req}.
     */
    static void putGroupSourceRequest(MutableDirectBuffer buffer, int index, InetAddress group, InetAddress source) {
        putGroupRequest(buffer, index, group);
        buffer.setMemory(REQUEST_SOURCE_OFFSET, STORAGE_LENGTH, (byte) 0);
        putAddress(buffer, REQUEST_SOURCE_OFFSET, source);
    }

    /**
     * Length of a {@code struct group_filter} with so many sources.
     */
    static int filterLength(int sources) {
        return FILTER_SOURCES_OFFSET + sources * STORAGE_LENGTH;
    }

    /**
     * Writes a {@code struct group_filter}.
     */
    static void putFilter(
            MutableDirectBuffer buffer, int index, InetAddress group,
            FilterMode mode, Collection<InetAddress> sources) {
        buffer.setMemory(0, filterLength(sources.size()), (byte) 0);
        buffer.putInt(REQUEST_INDEX_OFFSET, index, ByteOrder.nativeOrder());
        putAddress(buffer, REQUEST_GROUP_OFFSET, group);
        buffer.putInt(FILTER_MODE_OFFSET,
                mode == FilterMode.INCLUDE ? MCAST_INCLUDE : MCAST_EXCLUDE, ByteOrder.nativeOrder());
        buffer.putInt(FILTER_COUNT_OFFSET, sources.size(), ByteOrder.nativeOrder());
        int offset = FILTER_SOURCES_OFFSET;
        for (InetAddress source : sources) {
            putAddress(buffer, offset, source);
            offset += STORAGE_LENGTH;
        }
    }

    private static void putAddress(MutableDirectBuffer buffer, int offset, InetAddress address) {
        boolean ipv6 = address instanceof Inet6Address;
        buffer.putShort(offset + SOCKADDR_FAMILY_OFFSET, ipv6 ? AF_INET6 : AF_INET, ByteOrder.nativeOrder());
        buffer.putBytes(
                offset + (ipv6 ? SOCKADDR_IN6_ADDRESS_OFFSET : SOCKADDR_IN_ADDRESS_OFFSET), address.getAddress());
    }
}
