package io.sonic.multicast;

import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A way from a sending interface to a receiving one, and two addresses that senders on it can have.
 */
record Link(StandardProtocolFamily family, String sending, String receiving, InetAddress first, InetAddress second) {
    static final Link LOOPBACK_IPV4 = new Link(StandardProtocolFamily.INET, "lo", "lo", "127.0.0.1", "127.0.0.5");
    static final Link LOOPBACK_IPV6 = new Link(StandardProtocolFamily.INET6, "lo", "lo", "::1", "fd00::5");
    static final Link LINE_A_IPV4 = new Link(StandardProtocolFamily.INET, "txA", "rxA", "10.77.1.1", "10.77.1.11");
    static final Link LINE_A_IPV6 = new Link(StandardProtocolFamily.INET6, "txA", "rxA", "fd77:1::1", "fd77:1::11");
    static final Link LINE_B_IPV4 = new Link(StandardProtocolFamily.INET, "txB", "rxB", "10.77.2.1", "10.77.2.11");
    static final Link LINE_B_IPV6 = new Link(StandardProtocolFamily.INET6, "txB", "rxB", "fd77:2::1", "fd77:2::11");

    // Other processes of this host may run the same tests.
    private static final int PROCESS = (int) ProcessHandle.current().pid() & 0xFFFF;

    Link(StandardProtocolFamily family, String sending, String receiving, String first, String second) {
        this(family, sending, receiving, InetAddress.ofLiteral(first), InetAddress.ofLiteral(second));
    }

    boolean isIpv6() {
        return family == StandardProtocolFamily.INET6;
    }

    MulticastInterface sender() throws IOException {
        return MulticastInterface.of(sending);
    }

    MulticastInterface receiver() throws IOException {
        return MulticastInterface.of(receiving);
    }

    /**
     * A group of this process.
     *
     * @param number 1 to 9999.
     */
    InetAddress group(int number) {
        return InetAddress.ofLiteral(isIpv6()
                ? "ff15::" + Integer.toHexString(PROCESS) + ":" + number
                : "239." + (100 + number / 250) + "." + (PROCESS >> 8) + "." + (PROCESS + number % 250 & 0xFF));
    }

    /**
     * The links that this host has; {@code namespace.sh} makes a host that has them all.
     */
    static List<Link> all() throws IOException {
        List<Link> links = new ArrayList<>();
        links.add(LOOPBACK_IPV4);
        if (loopbackCarriesIpv6Groups()) {
            links.add(LOOPBACK_IPV6);
        }
        if (hasLines()) {
            links.addAll(lines());
        }
        return links;
    }

    static List<Link> lines() {
        return List.of(LINE_A_IPV4, LINE_A_IPV6);
    }

    static boolean hasLines() throws IOException {
        List<String> names = MulticastInterface.all().stream().map(MulticastInterface::name).toList();
        return names.containsAll(List.of("txA", "rxA", "txB", "rxB"));
    }

    @Override
    public String toString() {
        return (isIpv6() ? "IPv6" : "IPv4") + " from " + sending + " to " + receiving;
    }

    /**
     * Tells whether a datagram of IPv6 that is sent to a group through lo is received there.
     */
    private static boolean loopbackCarriesIpv6Groups() throws IOException {
        Path routes = Path.of("/proc/net/ipv6_route");
        return Files.exists(routes) && Files.readAllLines(routes).stream()
                .map(line -> line.trim().split("\\s+"))
                .anyMatch(fields -> fields[0].equals("ff000000000000000000000000000000") && fields[1].equals("08")
                        && fields[9].equals("lo") && Long.parseLong(fields[8], 16) >> 31 == 1);
    }
}
