package io.sonic.multicast;

/**
 * The contract over IPv4 on lo, which needs nothing of the host.
 */
class Ipv4LoopbackTest extends MulticastPeerContract {
    Ipv4LoopbackTest() {
        super(Link.LOOPBACK_IPV4);
    }
}
