package io.sonic.feed.mold;

import io.sonic.feed.PacketFormat;
import io.sonic.feed.PacketHeader;
import io.sonic.feed.PacketKind;
import org.agrona.DirectBuffer;

/**
 * The packets of MoldUDP64. One whose count or lengths do not fit its own length is malformed.
 */
public final class MoldFormat implements PacketFormat {
    /**
     * Creates the format.
     */
    public MoldFormat() {
    }

    @Override
    public PacketKind read(DirectBuffer buffer, int offset, int length, PacketHeader header) {
        if (length < MoldPacket.HEADER_LENGTH) {
            return PacketKind.MALFORMED;
        }
        int count = MoldPacket.count(buffer, offset);
        boolean ends = count == MoldPacket.END_OF_SESSION;
        int messages = ends ? 0 : count;
        long sequence = MoldPacket.sequence(buffer, offset);
        if (sequence < 0 || !fits(buffer, offset, length, messages)) {
            return PacketKind.MALFORMED;
        }
        header.set(MoldPacket.sessionHigh(buffer, offset), MoldPacket.sessionLow(buffer, offset), sequence, messages);
        return ends ? PacketKind.END_OF_SESSION : messages == 0 ? PacketKind.HEARTBEAT : PacketKind.DATA;
    }

    @Override
    public int headerLength() {
        return MoldPacket.HEADER_LENGTH;
    }

    @Override
    public int prefixLength() {
        return MoldPacket.PREFIX_LENGTH;
    }

    @Override
    public int blockLength(DirectBuffer buffer, int offset, int limit) {
        return MoldPacket.PREFIX_LENGTH + MoldPacket.messageLength(buffer, offset);
    }

    @Override
    public long firstSequence() {
        return 1;
    }

    private static boolean fits(DirectBuffer buffer, int offset, int length, int messages) {
        int at = MoldPacket.HEADER_LENGTH;
        for (int i = 0; i < messages; i++) {
            if (at > length - MoldPacket.PREFIX_LENGTH) {
                return false;
            }
            at += MoldPacket.PREFIX_LENGTH + MoldPacket.messageLength(buffer, offset + at);
        }
        return at == length;
    }
}
