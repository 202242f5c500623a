package io.sonic.benchmarks.peers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * The JDK's own multicast receiver: a {@code DatagramChannel} and a {@code Selector} that waits in the kernel. The
 * first 8 bytes of a datagram are its sequence number, big endian. Ends after N datagrams, or after one second of
 * silence once the first has come.
 */
public final class JdkMulticastPeer {
    private static final int SILENCE_MS = 1000;
    private static final int MAX_DATAGRAM = 65_536;

    private long packets;
    private long bytes;
    private long first;
    private long last;

    private JdkMulticastPeer() {
    }

    /**
     * Runs one measurement and prints its last line.
     *
     * @param arguments group, port, interface, receive buffer in bytes (0 for the system's), and the count
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 5) {
            System.err.println("usage: GROUP PORT INTERFACE RECEIVE_BUFFER COUNT");
            System.exit(2);
        }
        InetAddress group = InetAddress.ofLiteral(arguments[0]);
        NetworkInterface on = NetworkInterface.getByName(arguments[2]);
        if (on == null) {
            System.err.println("there is no interface '" + arguments[2] + "'");
            System.exit(1);
        }
        try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
                Selector selector = Selector.open()) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            int receiveBuffer = Integer.parseInt(arguments[3]);
            if (receiveBuffer > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer / 2);
            }
            channel.bind(new InetSocketAddress(group, Integer.parseInt(arguments[1])));
            channel.join(group, on);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            new JdkMulticastPeer().receive(channel, selector, Long.parseLong(arguments[4]));
        }
    }

    private void receive(DatagramChannel channel, Selector selector, long count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM);
        long cpuStart = 0;
        // A third of the datagrams warm it up.
        long measuredFrom = count / 3;
        while (packets < count && selector.select(packets == 0 ? 0 : SILENCE_MS) > 0) {
            selector.selectedKeys().clear();
            buffer.clear();
            while (packets < count && channel.receive(buffer) != null) {
                arrived(buffer);
                if (packets == measuredFrom) {
                    cpuStart = cpuNs();
                }
                buffer.clear();
            }
        }
        long measured = Math.max(1, packets - measuredFrom);
        System.out.println("jdk-multicast: packets=" + packets + " bytes=" + bytes + " lost="
                + Math.max(0, last - first + 1 - packets) + " cpu_ns_per_packet=" + (cpuNs() - cpuStart) / measured);
    }

    private void arrived(ByteBuffer buffer) {
        long sequence = buffer.getLong(0);
        first = packets == 0 ? sequence : Math.min(first, sequence);
        last = packets == 0 ? sequence : Math.max(last, sequence);
        packets++;
        bytes += buffer.position();
    }

    private static long cpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
