package io.sonic.feed.mold;

import org.agrona.DirectBuffer;

/**
 * Sends packets, on every line.
 */
@FunctionalInterface
public interface PacketSink {
    /**
     * Sends a packet.
     *
     * @param buffer of the packet; valid until the method returns.
     * @param offset of the packet.
     * @param length of the packet in bytes.
     */
    void send(DirectBuffer buffer, int offset, int length);
}
