package io.sonic;

/**
 * An option of a socket, with the type of its value.
 *
 * <p>Given when a channel is opened (in {@link SocketOptions}), an option is applied where it has to be: before the
 * socket is bound or connected. Later it is set on the channel itself. See {@code socket(7)}, {@code ip(7)},
 * {@code tcp(7)}.
 *
 * @param <T> {@link Boolean} or {@link Integer}.
 */
public final class SocketOption<T> {
    /**
     * Sends small writes at once ({@code TCP_NODELAY}). On by default for streams of this library.
     */
    public static final SocketOption<Boolean> NO_DELAY = of("TCP_NODELAY", Boolean.class, Linux.IPPROTO_TCP, 1);
    /**
     * Lets a socket bind to an address that closed connections still use ({@code SO_REUSEADDR}). On by default for
     * listeners.
     */
    public static final SocketOption<Boolean> REUSE_ADDRESS = of("SO_REUSEADDR", Boolean.class, Linux.SOL_SOCKET, 2);
    /**
     * Lets several sockets of one user bind to the same address and port ({@code SO_REUSEPORT}).
     */
    public static final SocketOption<Boolean> REUSE_PORT = of("SO_REUSEPORT", Boolean.class, Linux.SOL_SOCKET, 15);
    /**
     * Size of the send buffer in bytes ({@code SO_SNDBUF}). Linux doubles what is asked for and reports the doubled
     * number.
     */
    public static final SocketOption<Integer> SEND_BUFFER = of("SO_SNDBUF", Integer.class, Linux.SOL_SOCKET, 7);
    /**
     * Size of the receive buffer in bytes ({@code SO_RCVBUF}). Linux doubles what is asked for, caps it at
     * {@code net.core.rmem_max}, and reports the doubled number.
     */
    public static final SocketOption<Integer> RECEIVE_BUFFER = of("SO_RCVBUF", Integer.class, Linux.SOL_SOCKET, 8);
    /**
     * Probes an idle connection ({@code SO_KEEPALIVE}).
     */
    public static final SocketOption<Boolean> KEEP_ALIVE = of("SO_KEEPALIVE", Boolean.class, Linux.SOL_SOCKET, 9);
    /**
     * Keeps a socket of IPv6 from carrying IPv4 as well ({@code IPV6_V6ONLY}).
     */
    public static final SocketOption<Boolean> IPV6_ONLY = of("IPV6_V6ONLY", Boolean.class, Linux.IPPROTO_IPV6, 26);

    private final String name;
    private final Class<T> type;
    private final int level;
    private final int number;

    private SocketOption(String name, Class<T> type, int level, int number) {
        this.name = name;
        this.type = type;
        this.level = level;
        this.number = number;
    }

    private static <T> SocketOption<T> of(String name, Class<T> type, int level, int number) {
        return new SocketOption<>(name, type, level, number);
    }

    /**
     * The name that the manual pages use.
     *
     * @return for instance {@code TCP_NODELAY}.
     */
    public String name() {
        return name;
    }

    /**
     * The type of the value.
     *
     * @return {@code Boolean.class} or {@code Integer.class}.
     */
    public Class<T> type() {
        return type;
    }

    @Override
    public String toString() {
        return name;
    }

    int level() {
        return level;
    }

    int number() {
        return number;
    }

    int encode(T value) {
        return value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value;
    }

    T decode(int value) {
        return type == Boolean.class ? type.cast(value != 0) : type.cast(value);
    }

    /**
     * Levels of {@code setsockopt(2)}, of Linux.
     */
    private static final class Linux {
        static final int SOL_SOCKET = 1;
        static final int IPPROTO_TCP = 6;
        static final int IPPROTO_IPV6 = 41;
    }
}
