package io.sonic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An address in the form that the kernel reads and writes: an IP address and a port ({@code sockaddr_in},
 * {@code sockaddr_in6}), or the path of a unix domain socket ({@code sockaddr_un}).
 *
 * <p>Mutable, so that a datagram's source is known without an object per datagram; {@link #copyOf} keeps one. See
 * {@code ip(7)}, {@code ipv6(7)} and {@code unix(7)}.
 *
 * <p><b>Threading</b>: one thread at a time.
 */
public final class Endpoint {
    /**
     * The longest path of a unix domain socket, in bytes.
     */
    public static final int MAX_PATH_LENGTH = 107;

    static final int STORAGE_LENGTH = 128;
    private static final int IPV4_LENGTH = 16;
    private static final int IPV6_LENGTH = 28;
    private static final int FAMILY_OFFSET = 0;
    private static final int PORT_OFFSET = 2;
    private static final int IPV4_ADDRESS_OFFSET = 4;
    private static final int IPV6_FLOW_OFFSET = 4;
    private static final int IPV6_ADDRESS_OFFSET = 8;
    private static final int IPV6_SCOPE_OFFSET = 24;
    private static final int PATH_OFFSET = 2;

    private final MemorySegment storage;
    private final UnsafeBuffer fields;
    private int length;

    /**
     * Creates an endpoint that names nothing yet.
     */
    public Endpoint() {
        this(Arena.ofAuto().allocate(STORAGE_LENGTH, Long.BYTES));
    }

    Endpoint(MemorySegment storage) {
        this.storage = storage;
        this.fields = new UnsafeBuffer(storage.address(), STORAGE_LENGTH);
    }

    /**
     * Creates an endpoint for an address.
     *
     * @param address a resolved address.
     * @return a new endpoint.
     * @throws IllegalArgumentException when the address is unresolved.
     */
    public static Endpoint of(InetSocketAddress address) {
        return new Endpoint().set(address);
    }

    /**
     * Creates a copy that is independent of its source.
     *
     * @param source endpoint to copy.
     * @return a new endpoint.
     */
    public static Endpoint copyOf(Endpoint source) {
        return new Endpoint().set(source);
    }

    /**
     * Makes this endpoint name an address.
     *
     * @param address a resolved address.
     * @return this.
     * @throws IllegalArgumentException when the address is unresolved.
     */
    public Endpoint set(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("unresolved address: " + address);
        }
        return set(address.getAddress(), address.getPort());
    }

    /**
     * Makes this endpoint name an address and a port.
     *
     * @param address IPv4 or IPv6; a scope is kept.
     * @param port    0 to 65535.
     * @return this.
     * @throws IllegalArgumentException when the port is out of range.
     */
    public Endpoint set(InetAddress address, int port) {
        if (port < 0 || port > 0xFFFF) {
            throw new IllegalArgumentException("the port must be 0 to 65535: " + port);
        }
        byte[] bytes = address.getAddress();
        if (address instanceof Inet6Address ipv6) {
            length = IPV6_LENGTH;
            putFamilyAndPort(AddressFamily.IPV6.number, port);
            fields.putInt(IPV6_FLOW_OFFSET, 0);
            fields.putBytes(IPV6_ADDRESS_OFFSET, bytes);
            fields.putInt(IPV6_SCOPE_OFFSET, ipv6.getScopeId());
        } else {
            length = IPV4_LENGTH;
            putFamilyAndPort(AddressFamily.IPV4.number, port);
            fields.putBytes(IPV4_ADDRESS_OFFSET, bytes);
            fields.putLong(IPV4_ADDRESS_OFFSET + Integer.BYTES, 0);
        }
        return this;
    }

    /**
     * Makes this endpoint name the path of a unix domain socket.
     *
     * @param address path of at most {@value #MAX_PATH_LENGTH} bytes; an empty one is an unnamed socket.
     * @return this.
     * @throws IllegalArgumentException when the path is too long.
     */
    public Endpoint set(UnixDomainSocketAddress address) {
        byte[] path = address.getPath().toString().getBytes(StandardCharsets.UTF_8);
        if (path.length > MAX_PATH_LENGTH) {
            throw new IllegalArgumentException("the path of a unix domain socket has at most " + MAX_PATH_LENGTH
                    + " bytes, this one has " + path.length + ": " + address);
        }
        fields.putShort(FAMILY_OFFSET, (short) AddressFamily.UNIX.number);
        fields.putBytes(PATH_OFFSET, path);
        fields.putByte(PATH_OFFSET + path.length, (byte) 0);
        length = path.length == 0 ? PATH_OFFSET : PATH_OFFSET + path.length + 1;
        return this;
    }

    /**
     * Makes this endpoint name what another one names.
     *
     * @param source endpoint to copy.
     * @return this.
     */
    public Endpoint set(Endpoint source) {
        length = source.length;
        fields.putBytes(0, source.fields, 0, source.length);
        return this;
    }

    /**
     * Makes this endpoint name nothing.
     */
    public void clear() {
        length = 0;
    }

    /**
     * Tells whether it names an address.
     *
     * @return false for a new endpoint.
     */
    public boolean isSet() {
        return length != 0;
    }

    /**
     * Tells whether the address is of IPv6 (which includes an IPv4 address in IPv6 form, {@code ::ffff:a.b.c.d}).
     *
     * @return whether the family is {@code AF_INET6}.
     */
    public boolean isIpv6() {
        return length != 0 && familyNumber() == AddressFamily.IPV6.number;
    }

    /**
     * Tells whether it is the path of a unix domain socket.
     *
     * @return whether the family is {@code AF_UNIX}.
     */
    public boolean isUnix() {
        return length != 0 && familyNumber() == AddressFamily.UNIX.number;
    }

    /**
     * The port.
     *
     * @return 0 to 65535.
     */
    public int port() {
        return length == 0 || isUnix() ? 0 : fields.getShort(PORT_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    /**
     * The address of IPv4 as a number, the first byte in the highest bits; also of an IPv4 address in IPv6 form.
     *
     * @return the address, for instance 0x7F000001 for 127.0.0.1; 0 when this endpoint names nothing, or a path.
     */
    public int ipv4() {
        if (length == 0 || isUnix()) {
            return 0;
        }
        return fields.getInt(isIpv6() ? IPV6_ADDRESS_OFFSET + 12 : IPV4_ADDRESS_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /**
     * The first 64 bits of an address of IPv6.
     *
     * @return the first byte is in the highest bits; 0 for IPv4.
     */
    public long ipv6High() {
        return isIpv6() ? fields.getLong(IPV6_ADDRESS_OFFSET, ByteOrder.BIG_ENDIAN) : 0;
    }

    /**
     * The last 64 bits of an address of IPv6.
     *
     * @return the last byte is in the lowest bits; 0 for IPv4.
     */
    public long ipv6Low() {
        return isIpv6() ? fields.getLong(IPV6_ADDRESS_OFFSET + Long.BYTES, ByteOrder.BIG_ENDIAN) : 0;
    }

    /**
     * The index of the interface that a link-local address of IPv6 belongs to.
     *
     * @return the scope, or 0 when there is none.
     */
    public int scopeId() {
        return isIpv6() ? fields.getInt(IPV6_SCOPE_OFFSET) : 0;
    }

    /**
     * Converts to the JDK's form. Allocates.
     *
     * @return a new address, or null when this endpoint names nothing, or a path.
     */
    public InetSocketAddress toInetSocketAddress() {
        if (length == 0 || isUnix()) {
            return null;
        }
        try {
            if (!isIpv6()) {
                byte[] bytes = new byte[4];
                fields.getBytes(IPV4_ADDRESS_OFFSET, bytes);
                return new InetSocketAddress(InetAddress.getByAddress(bytes), port());
            }
            byte[] bytes = new byte[16];
            fields.getBytes(IPV6_ADDRESS_OFFSET, bytes);
            InetAddress address = scopeId() == 0
                    ? InetAddress.getByAddress(bytes)
                    : Inet6Address.getByAddress(null, bytes, scopeId());
            return new InetSocketAddress(address, port());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are addresses", e);
        }
    }

    /**
     * Converts to the JDK's form. Allocates.
     *
     * @return a new address, with an empty path for an unnamed socket; or null when this endpoint is not of the unix
     *         domain.
     */
    public UnixDomainSocketAddress toUnixDomainSocketAddress() {
        return isUnix() ? UnixDomainSocketAddress.of(path()) : null;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Endpoint that) || length != that.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (fields.getByte(i) != that.fields.getByte(i) && !isFlowByte(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = length;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + (isFlowByte(i) ? 0 : fields.getByte(i));
        }
        return hash;
    }

    /**
     * Formats the address as {@code 127.0.0.1:80}, {@code [::1]:80}, or the path.
     */
    @Override
    public String toString() {
        if (isUnix()) {
            return length == PATH_OFFSET ? "unnamed unix socket" : path();
        }
        InetSocketAddress address = toInetSocketAddress();
        return address == null ? "no address" : format(address);
    }

    /**
     * Formats an address as messages have it: {@code 127.0.0.1:80}, {@code [::1]:80}, {@code example.com:80}. Asks no
     * name server.
     *
     * @param address resolved or not.
     * @return its text.
     */
    public static String format(InetSocketAddress address) {
        if (address.isUnresolved()) {
            return address.getHostString() + ":" + address.getPort();
        }
        if (address.getAddress() instanceof Inet4Address ipv4) {
            return ipv4.getHostAddress() + ":" + address.getPort();
        }
        return "[" + address.getAddress().getHostAddress() + "]:" + address.getPort();
    }

    AddressFamily family() {
        return isUnix() ? AddressFamily.UNIX : isIpv6() ? AddressFamily.IPV6 : AddressFamily.IPV4;
    }

    long address() {
        return storage.address();
    }

    int length() {
        return length;
    }

    /**
     * Takes over what the kernel wrote into the storage.
     */
    void length(int written) {
        length = Math.min(written, STORAGE_LENGTH);
    }

    private int familyNumber() {
        return fields.getShort(FAMILY_OFFSET);
    }

    /**
     * The flow label says nothing about where an address is.
     */
    private boolean isFlowByte(int index) {
        return index >= IPV6_FLOW_OFFSET && index < IPV6_ADDRESS_OFFSET && isIpv6();
    }

    /**
     * The path, with @ for the leading zero byte of an abstract name, as the manual pages write it.
     */
    private String path() {
        int end = PATH_OFFSET;
        boolean isAbstract = length > PATH_OFFSET && fields.getByte(PATH_OFFSET) == 0;
        while (end < length && (isAbstract || fields.getByte(end) != 0)) {
            end++;
        }
        byte[] bytes = new byte[end - PATH_OFFSET];
        fields.getBytes(PATH_OFFSET, bytes);
        if (isAbstract) {
            bytes[0] = '@';
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void putFamilyAndPort(int family, int port) {
        fields.putShort(FAMILY_OFFSET, (short) family);
        fields.putShort(PORT_OFFSET, (short) port, ByteOrder.BIG_ENDIAN);
    }
}
