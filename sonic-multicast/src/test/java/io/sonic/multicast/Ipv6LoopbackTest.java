package io.sonic.multicast;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/**
 * The contract over IPv6 on lo, which needs a route; {@code NamespaceTest} runs it where the route is.
 */
class Ipv6LoopbackTest extends MulticastPeerContract {
    Ipv6LoopbackTest() {
        super(Link.LOOPBACK_IPV6);
    }

    @BeforeAll
    static void needsRoute() throws IOException {
        assumeTrue(Link.loopbackCarriesIpv6Groups(), "lo of this host does not carry multicast of IPv6, which would"
                + " take 'ip -6 route add local ff00::/8 dev lo table local'; NamespaceTest runs this where it does");
    }
}
