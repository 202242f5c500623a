package io.sonic.examples;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Finds the datagram in a captured packet: behind Ethernet, VLAN tags, Linux's own headers, or none, and IP. */
final class UdpFrame {

    /** What a packet is. */
    enum Kind {
        /** A datagram, whole. */
        UDP,
        /** A part of a datagram. */
        FRAGMENT,
        /** A datagram of which not everything was captured, or whose lengths lie. */
        CUT,
        /** Something else. */
        OTHER
    }

    private static final int LINK_ETHERNET = 1;
    private static final int LINK_RAW = 101;
    private static final int LINK_RAW_BSD = 12;
    private static final int LINK_COOKED = 113;
    private static final int LINK_IPV4 = 228;
    private static final int LINK_IPV6 = 229;
    private static final int LINK_COOKED_2 = 276;

    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86DD;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_VLAN_OUTER = 0x88A8;
    private static final int TYPE_VLAN_OLD = 0x9100;
    private static final int VLAN_LENGTH = 4;
    private static final int UDP = 17;
    private static final int UDP_LENGTH = 8;
    private static final int IPV4_LENGTH = 20;
    private static final int IPV6_LENGTH = 40;

    private byte[] bytes;
    private int end;
    private byte[] address;
    private int port;
    private int payloadOffset;
    private int payloadLength;

    /** Looks into a packet; what it found holds until the next one. */
    Kind read(byte[] packet, int offset, int length, int linkType) {
        bytes = packet;
        end = offset + length;
        return switch (linkType) {
            case LINK_ETHERNET -> ethernet(offset + 12);
            case LINK_COOKED -> ethernet(offset + 14);
            case LINK_COOKED_2 -> length < 20 ? Kind.OTHER : byType(u16(offset), offset + 20);
            case LINK_RAW, LINK_RAW_BSD, LINK_IPV4, LINK_IPV6 -> raw(offset);
            default -> Kind.OTHER;
        };
    }

    InetAddress destination() {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return port;
    }

    int payloadOffset() {
        return payloadOffset;
    }

    int payloadLength() {
        return payloadLength;
    }

    private Kind ethernet(int typeOffset) {
        int at = typeOffset;
        while (at + Short.BYTES <= end) {
            int type = u16(at);
            if (type != TYPE_VLAN && type != TYPE_VLAN_OUTER && type != TYPE_VLAN_OLD) {
                return byType(type, at + Short.BYTES);
            }
            at += VLAN_LENGTH;
        }
        return Kind.OTHER;
    }

    private Kind byType(int type, int offset) {
        return switch (type) {
            case TYPE_IPV4 -> ipv4(offset);
            case TYPE_IPV6 -> ipv6(offset);
            default -> Kind.OTHER;
        };
    }

    private Kind raw(int offset) {
        if (offset >= end) {
            return Kind.OTHER;
        }
        int version = bytes[offset] >> 4 & 0xF;
        return version == 4 ? ipv4(offset) : version == 6 ? ipv6(offset) : Kind.OTHER;
    }

    private Kind ipv4(int offset) {
        if (end - offset < IPV4_LENGTH) {
            return Kind.CUT;
        }
        if (bytes[offset + 9] != UDP) {
            return Kind.OTHER;
        }
        int headerLength = (bytes[offset] & 0xF) * 4;
        int total = u16(offset + 2);
        // More fragments, or not the first one.
        if ((u16(offset + 6) & 0x3FFF) != 0) {
            return Kind.FRAGMENT;
        }
        if (headerLength < IPV4_LENGTH || total < headerLength) {
            return Kind.CUT;
        }
        address = Arrays.copyOfRange(bytes, offset + 16, offset + 20);
        return udp(offset + headerLength, offset + total);
    }

    private Kind ipv6(int offset) {
        if (end - offset < IPV6_LENGTH) {
            return Kind.CUT;
        }
        int next = bytes[offset + 6] & 0xFF;
        int limit = offset + IPV6_LENGTH + u16(offset + 4);
        int at = offset + IPV6_LENGTH;
        // Hop-by-hop options, routing, destination options: the next header, and their length in units of 8.
        while (next == 0 || next == 43 || next == 60) {
            if (at + Long.BYTES > end) {
                return Kind.CUT;
            }
            next = bytes[at] & 0xFF;
            at += ((bytes[at + 1] & 0xFF) + 1) * Long.BYTES;
        }
        if (next == 44) {
            return Kind.FRAGMENT;
        }
        address = Arrays.copyOfRange(bytes, offset + 24, offset + 40);
        return next == UDP ? udp(at, limit) : Kind.OTHER;
    }

    private Kind udp(int offset, int limit) {
        if (offset + UDP_LENGTH > Math.min(limit, end)) {
            return Kind.CUT;
        }
        int length = u16(offset + 4);
        if (length < UDP_LENGTH || offset + length > limit || offset + length > end) {
            return Kind.CUT;
        }
        port = u16(offset + 2);
        payloadOffset = offset + UDP_LENGTH;
        payloadLength = length - UDP_LENGTH;
        return Kind.UDP;
    }

    private int u16(int offset) {
        return (bytes[offset] & 0xFF) << 8 | bytes[offset + 1] & 0xFF;
    }
}
