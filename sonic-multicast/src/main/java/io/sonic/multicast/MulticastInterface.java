package io.sonic.multicast;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A network interface of this host: the name that people use and the index that the kernel uses. See
 * {@code netdevice(7)}.
 *
 * <p>An interface that is deleted and created again has the same name and another index; an object keeps the index that
 * it was found with. Interfaces without an address are found as well.
 */
public final class MulticastInterface {
    private final String name;
    private final int index;

    private MulticastInterface(String name, int index) {
        this.name = name;
        this.index = index;
    }

    /**
     * Finds an interface by what a user wrote: its name, its index, or an address of it; tried in this order.
     *
     * @param text for instance {@code eth0}, {@code 2}, {@code 10.1.2.3} or {@code fd00::1}. A host name is not
     *             resolved.
     * @return the interface.
     * @throws IOException when there is none; the sentence lists those that there are.
     */
    public static MulticastInterface of(String text) throws IOException {
        Objects.requireNonNull(text, "text");
        Map<Integer, String> names = Interfaces.namesByIndex();
        for (Map.Entry<Integer, String> entry : names.entrySet()) {
            if (entry.getValue().equals(text)) {
                return new MulticastInterface(text, entry.getKey());
            }
        }
        try {
            return ofIndex(Integer.parseInt(text), names);
        } catch (NumberFormatException noIndex) {
            return ofAddress(literal(text), text, names);
        }
    }

    /**
     * Finds an interface by its index.
     *
     * @param index as {@code ip link} shows it, from 1.
     * @return the interface.
     * @throws IOException when there is none; the sentence lists those that there are.
     */
    public static MulticastInterface of(int index) throws IOException {
        return ofIndex(index, Interfaces.namesByIndex());
    }

    /**
     * Finds the interface that has an address.
     *
     * @param address of this host.
     * @return the interface.
     * @throws IOException when there is none; the sentence lists those that there are.
     */
    public static MulticastInterface of(InetAddress address) throws IOException {
        return ofAddress(address, address.getHostAddress(), Interfaces.namesByIndex());
    }

    /**
     * Takes over an interface that the JDK found.
     *
     * @param networkInterface which.
     * @return the interface.
     * @throws IOException when it is gone; the sentence lists those that there are.
     */
    public static MulticastInterface of(NetworkInterface networkInterface) throws IOException {
        return of(networkInterface.getIndex());
    }

    /**
     * Lists the interfaces of this host.
     *
     * @return all, in the order of their indices.
     * @throws IOException when the system refuses.
     */
    public static List<MulticastInterface> all() throws IOException {
        List<MulticastInterface> all = new ArrayList<>();
        Interfaces.namesByIndex().forEach((index, name) -> all.add(new MulticastInterface(name, index)));
        return all;
    }

    /**
     * The name.
     *
     * @return for instance {@code eth0}.
     */
    public String name() {
        return name;
    }

    /**
     * The number by which the kernel knows the interface.
     *
     * @return from 1.
     */
    public int index() {
        return index;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MulticastInterface that && index == that.index && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return index;
    }

    /**
     * Formats the interface as {@code eth0 (index 2)}.
     */
    @Override
    public String toString() {
        return name + " (index " + index + ")";
    }

    private static MulticastInterface ofIndex(int index, Map<Integer, String> names) throws IOException {
        String name = names.get(index);
        if (name == null) {
            throw notFound("with index " + index, names);
        }
        return new MulticastInterface(name, index);
    }

    private static MulticastInterface ofAddress(InetAddress address, String text, Map<Integer, String> names)
            throws IOException {
        NetworkInterface found = address == null ? null : NetworkInterface.getByInetAddress(address);
        String name = found == null ? null : names.get(found.getIndex());
        if (name == null) {
            throw notFound(address == null ? "'" + text + "'" : "with address " + text, names);
        }
        return new MulticastInterface(name, found.getIndex());
    }

    private static InetAddress literal(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }

    private static SocketException notFound(String what, Map<Integer, String> names) {
        String candidates = names.entrySet().stream()
                .map(entry -> describe(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("; "));
        return new SocketException("no network interface " + what + "; there are: " + candidates);
    }

    private static String describe(int index, String name) {
        StringBuilder text = new StringBuilder(name).append(" (index ").append(index);
        try {
            NetworkInterface known = NetworkInterface.getByIndex(index);
            if (known != null) {
                known.inetAddresses().forEach(address -> text.append(", ").append(withoutScope(address)));
            }
        } catch (SocketException addressesUnknown) {
            return text.append(')').toString();
        }
        return text.append(')').toString();
    }

    private static String withoutScope(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
