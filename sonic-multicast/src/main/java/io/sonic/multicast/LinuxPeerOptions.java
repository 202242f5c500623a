package io.sonic.multicast;

import io.sonic.UdpSocket;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The options as Linux has them, with one face for both families.
 */
final class LinuxPeerOptions implements PeerOptions {
    // struct of SO_MEMINFO: 32-bit counters, linux/sock_diag.h.
    private static final int MEMINFO_LENGTH = 64;
    private static final int MEMINFO_DROPS_OFFSET = 8 * Integer.BYTES;

    private final UdpSocket socket;
    private final boolean ipv6;
    private final int level;
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(MEMINFO_LENGTH));

    LinuxPeerOptions(UdpSocket socket) {
        this.socket = socket;
        ipv6 = socket.isIpv6();
        level = ipv6 ? LinuxMulticast.IPPROTO_IPV6 : LinuxMulticast.IPPROTO_IP;
    }

    @Override
    public void all(boolean on) throws IOException {
        write(level, ipv6 ? LinuxMulticast.IPV6_MULTICAST_ALL : LinuxMulticast.IP_MULTICAST_ALL, on ? 1 : 0);
    }

    @Override
    public boolean all() throws IOException {
        return read(level, ipv6 ? LinuxMulticast.IPV6_MULTICAST_ALL : LinuxMulticast.IP_MULTICAST_ALL) != 0;
    }

    @Override
    public void loop(boolean on) throws IOException {
        write(level, ipv6 ? LinuxMulticast.IPV6_MULTICAST_LOOP : LinuxMulticast.IP_MULTICAST_LOOP, on ? 1 : 0);
    }

    @Override
    public boolean loop() throws IOException {
        return read(level, ipv6 ? LinuxMulticast.IPV6_MULTICAST_LOOP : LinuxMulticast.IP_MULTICAST_LOOP) != 0;
    }

    @Override
    public void hops(int hops) throws IOException {
        write(level, ipv6 ? LinuxMulticast.IPV6_MULTICAST_HOPS : LinuxMulticast.IP_MULTICAST_TTL, hops);
    }

    @Override
    public int hops() throws IOException {
        return read(level, ipv6 ? LinuxMulticast.IPV6_MULTICAST_HOPS : LinuxMulticast.IP_MULTICAST_TTL);
    }

    @Override
    public void outbound(MulticastInterface through) throws IOException {
        try {
            if (ipv6) {
                write(level, LinuxMulticast.IPV6_MULTICAST_IF, through.index());
            } else {
                LinuxMulticast.putInterface(value, through.index());
                socket.rawOption(level, LinuxMulticast.IP_MULTICAST_IF, value, 0, LinuxMulticast.MREQN_LENGTH);
            }
        } catch (IOException e) {
            throw refused("send through " + through, e);
        }
    }

    @Override
    public void inbound(MulticastInterface from) throws IOException {
        try {
            write(LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_BINDTOIFINDEX, from.index());
        } catch (IOException e) {
            throw refused("receive from " + from, e);
        }
    }

    @Override
    public void receiveBuffer(int bytes) throws IOException {
        // socket(7): the kernel doubles what is asked for.
        int asked = bytes / 2 + (bytes & 1);
        try {
            write(LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_RCVBUFFORCE, asked);
        } catch (IOException e) {
            if (socket.errno() != LinuxMulticast.EPERM) {
                throw e;
            }
            write(LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_RCVBUF, asked);
        }
    }

    @Override
    public void timestamps(Timestamps timestamps) throws IOException {
        switch (timestamps) {
            case NONE -> { }
            case SOFTWARE -> write(LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_TIMESTAMPNS, 1);
            case HARDWARE -> {
                // Both: the kernel begins to stamp a little later, and makes up for it only where the first one asks.
                write(LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_TIMESTAMPNS, 1);
                write(LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_TIMESTAMPING, LinuxMulticast.TIMESTAMP_RECEIVED);
            }
        }
    }

    @Override
    public void destinations() throws IOException {
        write(level, ipv6 ? LinuxMulticast.IPV6_RECVPKTINFO : LinuxMulticast.IP_PKTINFO, 1);
    }

    @Override
    public void dropCounts() throws IOException {
        write(LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_RXQ_OVFL, 1);
    }

    @Override
    public void segmentLength(int length) throws IOException {
        write(LinuxMulticast.SOL_UDP, LinuxMulticast.UDP_SEGMENT, length);
    }

    @Override
    public int segmentLength() throws IOException {
        return read(LinuxMulticast.SOL_UDP, LinuxMulticast.UDP_SEGMENT);
    }

    @Override
    public int receiveBuffer() throws IOException {
        return read(LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_RCVBUF);
    }

    @Override
    public long drops() throws IOException {
        int length = socket.readRawOption(
                LinuxMulticast.SOL_SOCKET, LinuxMulticast.SO_MEMINFO, value, 0, MEMINFO_LENGTH);
        if (length < MEMINFO_DROPS_OFFSET + Integer.BYTES) {
            throw new SocketException("this kernel does not count the datagrams that a socket drops");
        }
        return Integer.toUnsignedLong(value.getInt(MEMINFO_DROPS_OFFSET, ByteOrder.nativeOrder()));
    }

    private void write(int optionLevel, int option, int number) throws IOException {
        value.putInt(0, number, ByteOrder.nativeOrder());
        socket.rawOption(optionLevel, option, value, 0, Integer.BYTES);
    }

    private int read(int optionLevel, int option) throws IOException {
        value.putInt(0, 0);
        socket.readRawOption(optionLevel, option, value, 0, Integer.BYTES);
        return value.getInt(0, ByteOrder.nativeOrder());
    }

    private static IOException refused(String what, IOException cause) {
        return new SocketException(what + ": " + cause.getMessage(), cause);
    }
}
