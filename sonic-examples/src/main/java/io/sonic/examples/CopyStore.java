package io.sonic.examples;

import java.util.TreeMap;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Keeps each early packet as an array of its own: simple, with a copy and garbage for each. */
final class CopyStore implements PacketStore {

    private final MutableDirectBuffer buffer = Memory.allocate(MAX_PACKET);
    private final TreeMap<Long, byte[]> early = new TreeMap<>();
    private final int capacity;
    private final Handler handler;
    private long expected = 1;

    CopyStore(int capacity, Handler handler) {
        this.capacity = capacity;
        this.handler = handler;
    }

    @Override
    public MutableDirectBuffer buffer() {
        return buffer;
    }

    @Override
    public int claim() {
        return 0;
    }

    @Override
    public boolean received(long sequence, int length) {
        if (sequence > expected && !early.containsKey(sequence)) {
            if (early.size() == capacity) {
                return false;
            }
            byte[] copy = new byte[length];
            buffer.getBytes(0, copy);
            early.put(sequence, copy);
        } else if (sequence == expected) {
            expected++;
            handler.onPacket(buffer, 0, length);
            handOutKept();
        }
        return true;
    }

    private void handOutKept() {
        while (!early.isEmpty() && early.firstKey() == expected) {
            byte[] packet = early.pollFirstEntry().getValue();
            expected++;
            handler.onPacket(new UnsafeBuffer(packet), 0, packet.length);
        }
    }

    @Override
    public long expected() {
        return expected;
    }

    @Override
    public int kept() {
        return early.size();
    }

    @Override
    public void close() {
        early.clear();
    }
}
