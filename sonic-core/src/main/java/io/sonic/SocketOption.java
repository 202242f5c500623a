package io.sonic;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * An option of a socket, with the type of its value.
 *
 * <p>Given when a channel is opened (in {@link SocketOptions}), an option is applied where it has to be: before the
 * socket is bound or connected. Later it is set on the channel itself. See {@code socket(7)}, {@code ip(7)},
 * {@code ipv6(7)} and {@code tcp(7)}.
 *
 * @param <T> {@link Boolean}, {@link Integer} or {@link String}.
 */
public final class SocketOption<T> {
    /**
     * Sends small writes at once ({@code TCP_NODELAY}). On by default for streams of this library.
     */
    public static final SocketOption<Boolean> NO_DELAY = flag("TCP_NODELAY", Level.TCP, 1);
    /**
     * Acknowledges at once ({@code TCP_QUICKACK}). Not permanent: the system may leave that mode again.
     */
    public static final SocketOption<Boolean> QUICK_ACK = flag("TCP_QUICKACK", Level.TCP, 12);
    /**
     * Milliseconds that data may stay unacknowledged before the connection is given up ({@code TCP_USER_TIMEOUT}).
     */
    public static final SocketOption<Integer> USER_TIMEOUT = number("TCP_USER_TIMEOUT", Level.TCP, 18);
    /**
     * Probes an idle connection ({@code SO_KEEPALIVE}).
     */
    public static final SocketOption<Boolean> KEEP_ALIVE = flag("SO_KEEPALIVE", Level.SOCKET, 9);
    /**
     * Seconds of silence before the first probe ({@code TCP_KEEPIDLE}).
     */
    public static final SocketOption<Integer> KEEP_ALIVE_IDLE = number("TCP_KEEPIDLE", Level.TCP, 4);
    /**
     * Seconds between probes ({@code TCP_KEEPINTVL}).
     */
    public static final SocketOption<Integer> KEEP_ALIVE_INTERVAL = number("TCP_KEEPINTVL", Level.TCP, 5);
    /**
     * Probes without an answer before the connection is given up ({@code TCP_KEEPCNT}).
     */
    public static final SocketOption<Integer> KEEP_ALIVE_COUNT = number("TCP_KEEPCNT", Level.TCP, 6);
    /**
     * Seconds for which closing tries to deliver what was written ({@code SO_LINGER}). 0 resets the connection instead,
     * a negative number, as at first, leaves it to the system. With a positive number {@code close} keeps the reactor's
     * thread until the peer has acknowledged all of it, or the time is over.
     */
    public static final SocketOption<Integer> LINGER =
            new SocketOption<>("SO_LINGER", Integer.class, Level.SOCKET, 13, Form.LINGER);
    /**
     * Lets a socket bind to an address that closed connections still use ({@code SO_REUSEADDR}). On by default for
     * listeners.
     */
    public static final SocketOption<Boolean> REUSE_ADDRESS = flag("SO_REUSEADDR", Level.SOCKET, 2);
    /**
     * Lets several sockets of one user bind to the same address and port ({@code SO_REUSEPORT}).
     */
    public static final SocketOption<Boolean> REUSE_PORT = flag("SO_REUSEPORT", Level.SOCKET, 15);
    /**
     * Lets datagrams be sent to a broadcast address ({@code SO_BROADCAST}).
     */
    public static final SocketOption<Boolean> BROADCAST = flag("SO_BROADCAST", Level.SOCKET, 6);
    /**
     * Size of the send buffer in bytes ({@code SO_SNDBUF}). Linux doubles what is asked for and reports the doubled
     * number.
     */
    public static final SocketOption<Integer> SEND_BUFFER = number("SO_SNDBUF", Level.SOCKET, 7);
    /**
     * Size of the receive buffer in bytes ({@code SO_RCVBUF}). Linux doubles what is asked for, caps it at
     * {@code net.core.rmem_max}, and reports the doubled number.
     */
    public static final SocketOption<Integer> RECEIVE_BUFFER = number("SO_RCVBUF", Level.SOCKET, 8);
    /**
     * Size of the receive buffer in bytes without the system's cap ({@code SO_RCVBUFFORCE}); needs the capability
     * {@code CAP_NET_ADMIN}. Read {@link #RECEIVE_BUFFER} back.
     */
    public static final SocketOption<Integer> RECEIVE_BUFFER_FORCE = number("SO_RCVBUFFORCE", Level.SOCKET, 33);
    /**
     * Microseconds for which a read asks the network card itself ({@code SO_BUSY_POLL}).
     */
    public static final SocketOption<Integer> BUSY_POLL = number("SO_BUSY_POLL", Level.SOCKET, 46);
    /**
     * Prefers asking the network card to its interrupts ({@code SO_PREFER_BUSY_POLL}).
     */
    public static final SocketOption<Boolean> PREFER_BUSY_POLL = flag("SO_PREFER_BUSY_POLL", Level.SOCKET, 69);
    /**
     * Restricts the socket to one interface, by name ({@code SO_BINDTODEVICE}); an empty name lifts the restriction.
     */
    public static final SocketOption<String> BIND_TO_DEVICE =
            new SocketOption<>("SO_BINDTODEVICE", String.class, Level.SOCKET, 25, Form.TEXT);
    /**
     * Type of service of what is sent over IPv4 ({@code IP_TOS}).
     */
    public static final SocketOption<Integer> TYPE_OF_SERVICE = number("IP_TOS", Level.IP, 1);
    /**
     * Traffic class of what is sent over IPv6 ({@code IPV6_TCLASS}).
     */
    public static final SocketOption<Integer> TRAFFIC_CLASS = number("IPV6_TCLASS", Level.IPV6, 67);
    /**
     * Keeps a socket of IPv6 from carrying IPv4 as well ({@code IPV6_V6ONLY}).
     */
    public static final SocketOption<Boolean> IPV6_ONLY = flag("IPV6_V6ONLY", Level.IPV6, 26);

    /**
     * The most bytes that a value has.
     */
    static final int MAX_LENGTH = 16;

    private final String name;
    private final Class<T> type;
    private final Level level;
    private final int number;
    private final Form form;

    private SocketOption(String name, Class<T> type, Level level, int number, Form form) {
        this.name = name;
        this.type = type;
        this.level = level;
        this.number = number;
        this.form = form;
    }

    private static SocketOption<Boolean> flag(String name, Level level, int number) {
        return new SocketOption<>(name, Boolean.class, level, number, Form.INT);
    }

    private static SocketOption<Integer> number(String name, Level level, int number) {
        return new SocketOption<>(name, Integer.class, level, number, Form.INT);
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
     * @return {@code Boolean.class}, {@code Integer.class} or {@code String.class}.
     */
    public Class<T> type() {
        return type;
    }

    @Override
    public String toString() {
        return name;
    }

    int level() {
        return level.number;
    }

    int number() {
        return number;
    }

    /**
     * Whether the option is one of TCP, which other streams do not have.
     */
    boolean isOfTcp() {
        return level == Level.TCP;
    }

    /**
     * Refuses a value that has no form.
     *
     * @throws NullPointerException     when there is none.
     * @throws IllegalArgumentException when a text is too long.
     */
    T check(T value) {
        Objects.requireNonNull(value, name);
        if (form == Form.TEXT && ((String) value).getBytes(StandardCharsets.UTF_8).length >= MAX_LENGTH) {
            throw new IllegalArgumentException(name + " has at most 15 bytes: " + value);
        }
        return value;
    }

    /**
     * Writes a value as {@code setsockopt(2)} takes it.
     *
     * @return its length.
     */
    int encode(T value, MutableDirectBuffer target) {
        switch (form) {
            case INT -> target.putInt(0, value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value);
            case LINGER -> {
                target.putInt(0, (Integer) value < 0 ? 0 : 1);
                target.putInt(Integer.BYTES, Math.max(0, (Integer) value));
            }
            case TEXT -> {
                byte[] bytes = ((String) value).getBytes(StandardCharsets.UTF_8);
                target.setMemory(0, MAX_LENGTH, (byte) 0);
                target.putBytes(0, bytes);
                return bytes.length;
            }
        }
        return form.length;
    }

    T decode(DirectBuffer source, int length) {
        return switch (form) {
            case INT -> type == Boolean.class ? type.cast(source.getInt(0) != 0) : type.cast(source.getInt(0));
            case LINGER -> type.cast(source.getInt(0) == 0 ? -1 : source.getInt(Integer.BYTES));
            case TEXT -> {
                int end = 0;
                while (end < length && source.getByte(end) != 0) {
                    end++;
                }
                byte[] bytes = new byte[end];
                source.getBytes(0, bytes);
                yield type.cast(new String(bytes, StandardCharsets.UTF_8));
            }
        };
    }

    /**
     * The room that reading a value needs.
     */
    int maxLength() {
        return form.length;
    }

    /**
     * Levels of {@code setsockopt(2)}, with their numbers in Linux.
     */
    private enum Level {
        IP(0), SOCKET(1), TCP(6), IPV6(41);

        final int number;

        Level(int number) {
            this.number = number;
        }
    }

    /**
     * How a value is laid out.
     */
    private enum Form {
        INT(Integer.BYTES), LINGER(2 * Integer.BYTES), TEXT(MAX_LENGTH);

        final int length;

        Form(int length) {
            this.length = length;
        }
    }
}
