package io.sonic.examples;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Puts packets in order: hands out what comes in order, and keeps what comes early. */
interface PacketStore extends AutoCloseable {

    /** The longest packet. */
    int MAX_PACKET = BipReceive.MAX_PACKET;

    /** Is handed each packet once, in order; it is valid during the call. */
    @FunctionalInterface
    interface Handler {

        /** Called for the packet with the next sequence number. */
        void onPacket(DirectBuffer buffer, int offset, int length);
    }

    /** Where packets are received. */
    MutableDirectBuffer buffer();

    /**
     * Finds room for the next packet, of {@link #MAX_PACKET} bytes.
     *
     * @return offset in {@link #buffer()}, or a negative number when the store is full.
     */
    int claim();

    /**
     * Takes a packet that was received into the claimed room, and hands out what is in order now.
     *
     * @return false when it lies too far ahead to be kept.
     */
    boolean received(long sequence, int length);

    /** The number that is to be handed out next. */
    long expected();

    /** Packets that wait. */
    int kept();

    @Override
    void close();
}
