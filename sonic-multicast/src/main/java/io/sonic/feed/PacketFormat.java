package io.sonic.feed;

import org.agrona.DirectBuffer;

/**
 * How the packets of a protocol are numbered, and where their messages are. Called for each packet: it must not
 * allocate, nor keep anything.
 *
 * <p>A packet is a header of fixed length and, behind it, one block per message: a prefix of fixed length, then the
 * message. Where a packet has one number the block is all that follows the header, and the prefix is empty.
 */
public interface PacketFormat {
    /**
     * Reads the header of a packet, and checks that its messages fit into it.
     *
     * @param buffer that the packet is in.
     * @param offset of the packet.
     * @param length of the packet in bytes.
     * @param header receives what it says; used only when the packet is not malformed.
     * @return what the packet is.
     */
    PacketKind read(DirectBuffer buffer, int offset, int length, PacketHeader header);

    /**
     * The length of the header.
     *
     * @return bytes before the first block.
     */
    int headerLength();

    /**
     * The length of what precedes a message in its block.
     *
     * @return 0 where the block is the message.
     */
    int prefixLength();

    /**
     * The length of a block, of a packet that {@link #read} called {@link PacketKind#DATA}.
     *
     * @param buffer that the packet is in.
     * @param offset of the block.
     * @param limit  where the packet ends.
     * @return bytes, prefix included.
     */
    int blockLength(DirectBuffer buffer, int offset, int limit);

    /**
     * How many bits of a number are transmitted.
     *
     * @return 32 or 64; with 32 the numbers go on behind the largest one, see {@link Arbiter}.
     */
    default int sequenceBits() {
        return Long.SIZE;
    }

    /**
     * The number that a new session begins with.
     *
     * @return the number, or a negative one where that is not known.
     */
    default long firstSequence() {
        return -1;
    }
}
