package io.sonic;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/**
 * The addresses by which this host reaches itself.
 */
enum Loopback {
    IPV4("127.0.0.1"),
    IPV6("::1");

    final InetAddress address;

    Loopback(String literal) {
        try {
            address = InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    InetSocketAddress port(int port) {
        return new InetSocketAddress(address, port);
    }

    InetSocketAddress anyPort() {
        return port(0);
    }

    /**
     * Skips the test where this host has no such address.
     */
    void assumePresent() {
        boolean present;
        try (ServerSocket probe = new ServerSocket(0, 1, address)) {
            present = probe.isBound();
        } catch (IOException e) {
            present = false;
        }
        assumeTrue(present, "this host has no " + address.getHostAddress());
    }
}
