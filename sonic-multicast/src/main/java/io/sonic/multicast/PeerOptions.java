package io.sonic.multicast;

import java.io.IOException;

/**
 * The options of a peer's socket. What a backend does not have it refuses; {@link MulticastPeer#supports} tells before.
 */
interface PeerOptions {
    void all(boolean on) throws IOException;

    boolean all() throws IOException;

    void loop(boolean on) throws IOException;

    boolean loop() throws IOException;

    void hops(int hops) throws IOException;

    int hops() throws IOException;

    void outbound(MulticastInterface through) throws IOException;

    void inbound(MulticastInterface from) throws IOException;

    void receiveBuffer(int bytes) throws IOException;

    void timestamps(Timestamps timestamps) throws IOException;

    void destinations() throws IOException;

    void dropCounts() throws IOException;

    void segmentLength(int length) throws IOException;

    int segmentLength() throws IOException;

    int receiveBuffer() throws IOException;

    long drops() throws IOException;
}
