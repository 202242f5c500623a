package io.sonic.examples;

import io.sonic.buffers.Insertion;
import io.sonic.buffers.ReorderWindow;
import org.agrona.MutableDirectBuffer;

/** Keeps early packets in the slots they were received into: no copy, no garbage, no walk. */
final class WindowStore implements PacketStore {

    private final ReorderWindow window;
    private final Handler handler;
    private int slot;

    /**
     * Creates a store.
     *
     * @param capacity packets that it covers, rounded up to a power of two.
     */
    WindowStore(int capacity, Handler handler) {
        window = ReorderWindow.allocate(capacity, MAX_PACKET, 1, 1);
        slot = window.claim();
        this.handler = handler;
    }

    @Override
    public MutableDirectBuffer buffer() {
        return window.buffer();
    }

    @Override
    public int claim() {
        return window.offset(slot);
    }

    @Override
    public boolean received(long sequence, int length) {
        if (window.tryAdvance(sequence)) {
            handler.onPacket(window.buffer(), window.offset(slot), length);
        } else {
            Insertion insertion = window.insert(sequence, slot, length);
            if (insertion == Insertion.TOO_FAR_AHEAD) {
                return false;
            }
            if (insertion.isKept()) {
                slot = window.claim();
            }
        }
        while (window.hasNext()) {
            handler.onPacket(window.buffer(), window.nextOffset(), window.nextLength());
            window.consume();
        }
        return true;
    }

    @Override
    public long expected() {
        return window.expected();
    }

    @Override
    public int kept() {
        return window.packetCount();
    }

    @Override
    public void close() {
        window.close();
    }
}
