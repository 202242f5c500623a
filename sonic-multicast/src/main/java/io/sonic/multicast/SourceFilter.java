package io.sonic.multicast;

import io.sonic.Endpoint;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Collection;

/**
 * Lets datagrams through by their source, in this process: for network stacks that do not have the kernel's filter, as
 * Onload, which joins sources like groups and refuses to block one ({@code ENOPROTOOPT}). Where the kernel can, a
 * {@link Membership} is better: what it drops costs nothing here, and switches learn of it.
 *
 * <p><b>Allocation</b>: none after it was made.
 */
public final class SourceFilter {
    private final FilterMode mode;
    private final int[] ipv4;
    private final long[] ipv6; // high, low

    /**
     * Creates a filter.
     *
     * @param mode    whether only the sources are let through, or all others.
     * @param sources addresses of hosts, of either family.
     * @throws IllegalArgumentException when one of them is a group or the wildcard.
     */
    public SourceFilter(FilterMode mode, Collection<InetAddress> sources) {
        this.mode = mode;
        int count6 = 0;
        for (InetAddress source : sources) {
            if (source.isMulticastAddress() || source.isAnyLocalAddress()) {
                throw new IllegalArgumentException("no source of datagrams: " + source.getHostAddress());
            }
            count6 += source instanceof Inet6Address ? 1 : 0;
        }
        ipv4 = new int[sources.size() - count6];
        ipv6 = new long[2 * count6];
        int next4 = 0;
        int next6 = 0;
        for (InetAddress source : sources) {
            ByteBuffer address = ByteBuffer.wrap(source.getAddress());
            if (source instanceof Inet6Address) {
                ipv6[next6++] = address.getLong();
                ipv6[next6++] = address.getLong();
            } else {
                ipv4[next4++] = address.getInt();
            }
        }
    }

    /**
     * Tells whether a datagram is let through.
     *
     * @param source who sent it.
     * @return whether.
     */
    public boolean accepts(Endpoint source) {
        return lists(source) == (mode == FilterMode.INCLUDE);
    }

    private boolean lists(Endpoint source) {
        if (source.isIpv6()) {
            for (int i = 0; i < ipv6.length; i += 2) {
                if (ipv6[i] == source.ipv6High() && ipv6[i + 1] == source.ipv6Low()) {
                    return true;
                }
            }
            return false;
        }
        for (int address : ipv4) {
            if (address == source.ipv4()) {
                return true;
            }
        }
        return false;
    }
}
