package io.sonic.examples;

import io.sonic.buffers.BipBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Keeps early packets where they were received, one behind the other: no copy and no garbage, but each gap that is
 * filled means a walk over what is kept, and a gap that stays keeps the room of all behind it.
 */
final class BipStore implements PacketStore {

    private final BipBuffer packets;
    private final BipBuffer.Cursor cursor;
    private final Handler handler;
    private int claimed;
    private long expected = 1;

    /**
     * Creates a store.
     *
     * @param capacity packets of the longest kind that it has room for.
     */
    BipStore(int capacity, Handler handler) {
        packets = BipBuffer.allocate((capacity + 1) * (BipBuffer.HEADER_LENGTH + MAX_PACKET));
        cursor = packets.cursor();
        this.handler = handler;
    }

    @Override
    public MutableDirectBuffer buffer() {
        return packets.buffer();
    }

    @Override
    public int claim() {
        claimed = packets.claim(MAX_PACKET);
        return claimed;
    }

    @Override
    public boolean received(long sequence, int length) {
        if (sequence > expected) {
            // Perhaps a copy of one that is kept: it is dropped when the walk comes to it.
            packets.commit(length);
        } else if (sequence == expected) {
            expected++;
            handler.onPacket(packets.buffer(), claimed, length);
            packets.abort();
            handOutKept();
        }
        return true;
    }

    private void handOutKept() {
        long before;
        do {
            before = expected;
            cursor.rewind();
            while (cursor.next()) {
                if (TextPacket.sequence(packets.buffer(), cursor.offset()) == expected) {
                    expected++;
                    handler.onPacket(packets.buffer(), cursor.offset(), cursor.length());
                }
            }
        } while (expected > before);
        while (!packets.isEmpty() && TextPacket.sequence(packets.buffer(), packets.packetOffset()) < expected) {
            packets.consume();
        }
    }

    @Override
    public long expected() {
        return expected;
    }

    @Override
    public int kept() {
        return packets.packetCount();
    }

    @Override
    public void close() {
        packets.close();
    }
}
