package io.sonic.multicast;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/**
 * The options as the JDK has them, for the nio backend.
 */
final class JdkPeerOptions implements PeerOptions {
    // socket(7): Linux grants twice what is asked for, and the JDK tells half of what is granted.
    private static final int GRANTED = System.getProperty("os.name").startsWith("Linux") ? 2 : 1;

    private final DatagramChannel channel;

    JdkPeerOptions(DatagramChannel channel) {
        this.channel = channel;
    }

    @Override
    public void all(boolean on) throws IOException {
        if (on) {
            throw refused(MulticastCapability.ALL_GROUPS);
        }
    }

    @Override
    public boolean all() {
        return false;
    }

    @Override
    public void loop(boolean on) throws IOException {
        set(StandardSocketOptions.IP_MULTICAST_LOOP, on);
    }

    @Override
    public boolean loop() throws IOException {
        return channel.getOption(StandardSocketOptions.IP_MULTICAST_LOOP);
    }

    @Override
    public void hops(int hops) throws IOException {
        set(StandardSocketOptions.IP_MULTICAST_TTL, hops);
    }

    @Override
    public int hops() throws IOException {
        return channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL);
    }

    @Override
    public void outbound(MulticastInterface through) throws IOException {
        NetworkInterface known = NetworkInterface.getByIndex(through.index());
        if (known == null) {
            throw new SocketException("send through " + through + ": the JDK knows no such interface");
        }
        set(StandardSocketOptions.IP_MULTICAST_IF, known);
    }

    @Override
    public void inbound(MulticastInterface from) throws IOException {
        throw refused(MulticastCapability.INBOUND_INTERFACE);
    }

    @Override
    public void receiveBuffer(int bytes) throws IOException {
        set(StandardSocketOptions.SO_RCVBUF, Math.max(1, bytes / GRANTED));
    }

    @Override
    public int receiveBuffer() throws IOException {
        return channel.getOption(StandardSocketOptions.SO_RCVBUF) * GRANTED;
    }

    @Override
    public void timestamps(Timestamps timestamps) throws IOException {
        if (timestamps != Timestamps.NONE) {
            throw refused(MulticastCapability.TIMESTAMPS);
        }
    }

    @Override
    public void destinations() throws IOException {
        throw refused(MulticastCapability.DESTINATIONS);
    }

    @Override
    public void dropCounts() throws IOException {
        throw refused(MulticastCapability.DROP_COUNTS);
    }

    @Override
    public long drops() throws IOException {
        throw refused(MulticastCapability.DROP_COUNTS);
    }

    @Override
    public void segmentLength(int length) throws IOException {
        if (length != 0) {
            throw refused(MulticastCapability.SEGMENTS);
        }
    }

    @Override
    public int segmentLength() {
        return 0;
    }

    private <T> void set(SocketOption<T> option, T value) throws IOException {
        try {
            channel.setOption(option, value);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new SocketException(option.name() + " = " + value + ": " + e.getMessage(), e);
        }
    }

    private static SocketException refused(MulticastCapability missing) {
        return new SocketException("the nio backend does not have " + missing + ": ask MulticastPeer.supports");
    }
}
