package io.sonic.feed.mold;

import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Packs messages into packets of one session. It has no timer: call {@link #heartbeat()} about once a second while
 * there are no messages, and {@link #endOfSession()} some times at the end.
 *
 * <p><b>Allocation</b>: none after it was made.
 */
public final class MoldPublisher {
    private final long sessionHigh;
    private final long sessionLow;
    private final MoldStore store;
    private final PacketSink sink;
    private final UnsafeBuffer packet;
    private int length = MoldPacket.HEADER_LENGTH;
    private int count;
    private boolean ended;

    /**
     * Creates a publisher.
     *
     * @param session         its name, up to 10 characters of ASCII.
     * @param store           numbers and keeps the messages.
     * @param maxPacketLength bytes of the longest packet.
     * @param sink            sends the packets.
     * @throws IllegalArgumentException when the session can not be one, or the packets are too short or too long.
     */
    public MoldPublisher(String session, MoldStore store, int maxPacketLength, PacketSink sink) {
        if (maxPacketLength <= MoldPacket.HEADER_LENGTH + MoldPacket.PREFIX_LENGTH || maxPacketLength > 65_507) {
            throw new IllegalArgumentException("a packet has 23 to 65507 bytes: " + maxPacketLength);
        }
        sessionHigh = MoldPacket.sessionHigh(session);
        sessionLow = MoldPacket.sessionLow(session);
        this.store = Objects.requireNonNull(store, "store");
        this.sink = Objects.requireNonNull(sink, "sink");
        packet = new UnsafeBuffer(BufferUtil.allocateDirectAligned(maxPacketLength, 64));
    }

    /**
     * Adds a message to the packet, and sends the packet before when there is no room left in it.
     *
     * @param buffer        of the message.
     * @param offset        of the message.
     * @param messageLength of the message in bytes.
     * @return the number of the message.
     * @throws IllegalArgumentException when it does not fit into an empty packet.
     * @throws IllegalStateException    when the session has ended.
     */
    public long publish(DirectBuffer buffer, int offset, int messageLength) {
        if (ended) {
            throw new IllegalStateException("the session has ended");
        }
        int block = MoldPacket.PREFIX_LENGTH + messageLength;
        if (block > packet.capacity() - MoldPacket.HEADER_LENGTH) {
            throw new IllegalArgumentException(
                    "a message of " + messageLength + " bytes does not fit into a packet of " + packet.capacity());
        }
        if (length + block > packet.capacity() || count == MoldPacket.MAX_COUNT) {
            flush();
        }
        long sequence = store.append(buffer, offset, messageLength);
        packet.putShort(length, (short) messageLength, ByteOrder.BIG_ENDIAN);
        packet.putBytes(length + MoldPacket.PREFIX_LENGTH, buffer, offset, messageLength);
        length += block;
        count++;
        return sequence;
    }

    /**
     * Sends the packet, if there is a message in it.
     */
    public void flush() {
        if (count > 0) {
            send(store.next() - count, count);
        }
    }

    /**
     * Sends the packet, or, when it is empty, the number that comes next.
     */
    public void heartbeat() {
        if (count > 0) {
            flush();
        } else {
            send(store.next(), ended ? MoldPacket.END_OF_SESSION : 0);
        }
    }

    /**
     * Sends the packet, and that there will be none behind it.
     */
    public void endOfSession() {
        flush();
        ended = true;
        send(store.next(), MoldPacket.END_OF_SESSION);
    }

    private void send(long sequence, int ofMessages) {
        MoldPacket.putHeader(packet, 0, sessionHigh, sessionLow, sequence, ofMessages);
        int bytes = length;
        length = MoldPacket.HEADER_LENGTH;
        count = 0;
        sink.send(packet, 0, bytes);
    }
}
