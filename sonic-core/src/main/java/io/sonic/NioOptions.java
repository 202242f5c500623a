package io.sonic;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/**
 * The options that the JDK has too.
 */
final class NioOptions {
    private static final Map<SocketOption<?>, java.net.SocketOption<?>> OF_THE_JDK = Map.ofEntries(
            Map.entry(SocketOption.NO_DELAY, StandardSocketOptions.TCP_NODELAY),
            Map.entry(SocketOption.QUICK_ACK, ExtendedSocketOptions.TCP_QUICKACK),
            Map.entry(SocketOption.KEEP_ALIVE, StandardSocketOptions.SO_KEEPALIVE),
            Map.entry(SocketOption.KEEP_ALIVE_IDLE, ExtendedSocketOptions.TCP_KEEPIDLE),
            Map.entry(SocketOption.KEEP_ALIVE_INTERVAL, ExtendedSocketOptions.TCP_KEEPINTERVAL),
            Map.entry(SocketOption.KEEP_ALIVE_COUNT, ExtendedSocketOptions.TCP_KEEPCOUNT),
            Map.entry(SocketOption.LINGER, StandardSocketOptions.SO_LINGER),
            Map.entry(SocketOption.REUSE_ADDRESS, StandardSocketOptions.SO_REUSEADDR),
            Map.entry(SocketOption.REUSE_PORT, StandardSocketOptions.SO_REUSEPORT),
            Map.entry(SocketOption.BROADCAST, StandardSocketOptions.SO_BROADCAST),
            Map.entry(SocketOption.SEND_BUFFER, StandardSocketOptions.SO_SNDBUF),
            Map.entry(SocketOption.RECEIVE_BUFFER, StandardSocketOptions.SO_RCVBUF),
            Map.entry(SocketOption.TYPE_OF_SERVICE, StandardSocketOptions.IP_TOS));

    private NioOptions() {
    }

    static boolean knows(SocketOption<?> option) {
        return OF_THE_JDK.containsKey(option);
    }

    static boolean isSupported(NetworkChannel channel, SocketOption<?> option) {
        return channel.supportedOptions().contains(OF_THE_JDK.get(option));
    }

    /**
     * Sets an option; 0, or the negated errno.
     */
    static <T> int set(NetworkChannel channel, SocketOption<T> option, T value) {
        java.net.SocketOption<T> known = find(option);
        if (known == null) {
            return -Errno.ENOPROTOOPT.number;
        }
        try {
            channel.setOption(known, value);
            return 0;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return NioErrors.of(e);
        }
    }

    /**
     * Asks for an option.
     *
     * @throws UnsupportedOperationException when the JDK does not have it.
     */
    static <T> T get(NetworkChannel channel, SocketOption<T> option) throws IOException {
        java.net.SocketOption<T> known = find(option);
        if (known == null) {
            throw new UnsupportedOperationException(option.name());
        }
        return channel.getOption(known);
    }

    @SuppressWarnings("unchecked")
    private static <T> java.net.SocketOption<T> find(SocketOption<T> option) {
        java.net.SocketOption<?> found = OF_THE_JDK.get(option);
        assert found == null || found.type() == option.type();
        return (java.net.SocketOption<T>) found;
    }
}
