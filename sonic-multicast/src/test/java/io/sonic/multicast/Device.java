package io.sonic.multicast;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pair of virtual Ethernet devices of the test's own, made and removed with {@code ip(8)}; for namespaces only.
 */
final class Device implements AutoCloseable {
    private static final String IPV4_PREFIX = "10.77.3.";
    private static final String IPV6_PREFIX = "fd77:3::";

    private static final String SENDING = "txC";
    private static final String RECEIVING = "rxC";

    private final boolean ipv6;

    Device(Link like) throws IOException {
        ipv6 = like.isIpv6();
        ip("link", "add", SENDING, "type", "veth", "peer", "name", RECEIVING);
        for (String name : new String[] {SENDING, RECEIVING}) {
            Path settings = Path.of("/proc/sys/net/ipv4/conf", name);
            Files.writeString(settings.resolve("accept_local"), "1");
            Files.writeString(settings.resolve("rp_filter"), "0");
        }
        up();
        address("1", SENDING);
        address("11", SENDING);
        address("2", RECEIVING);
    }

    MulticastInterface sender() throws IOException {
        return MulticastInterface.of(SENDING);
    }

    MulticastInterface receiver() throws IOException {
        return MulticastInterface.of(RECEIVING);
    }

    InetAddress first() {
        return InetAddress.ofLiteral(prefix() + "1");
    }

    InetAddress second() {
        return InetAddress.ofLiteral(prefix() + "11");
    }

    /**
     * Takes IPv6 from an end: it needs packets of 1,280 bytes at least.
     */
    void removeIpv6() throws IOException {
        ip("link", "set", RECEIVING, "mtu", "1000");
    }

    void down() throws IOException {
        ip("link", "set", RECEIVING, "down");
    }

    /**
     * Switches both ends on, and waits until the kernel lets datagrams through.
     */
    void up() throws IOException {
        ip("link", "set", SENDING, "up");
        ip("link", "set", RECEIVING, "up");
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!(isUp(SENDING) && isUp(RECEIVING))) {
            if (System.nanoTime() > deadline) {
                throw new IOException(SENDING + " and " + RECEIVING + " do not come up");
            }
        }
    }

    @Override
    public void close() throws IOException {
        ip("link", "delete", SENDING);
    }

    private void address(String host, String device) throws IOException {
        if (ipv6) {
            ip("-6", "addr", "add", prefix() + host + "/64", "dev", device, "nodad");
        } else {
            ip("addr", "add", prefix() + host + "/24", "dev", device);
        }
    }

    private String prefix() {
        return ipv6 ? IPV6_PREFIX : IPV4_PREFIX;
    }

    private static boolean isUp(String device) throws IOException {
        return ip("link", "show", "dev", device).contains("state UP");
    }

    private static String ip(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }
}
