package io.sonic.feed;

/**
 * A packet so far ahead that it is kept aside until another one confirms it.
 */
final class Jump {
    private final Sequencer sequencer;
    private final PacketWindow window;
    private final int capacity;
    private LineStatistics line;
    private int lineNumber;
    private long sequence;
    private int count; // 0: it was announced
    private int slot;
    private int length;
    private long stampNs;

    Jump(Sequencer sequencer, PacketWindow window, int capacity) {
        this.sequencer = sequencer;
        this.window = window;
        this.capacity = capacity;
    }

    int take(LineStatistics from, int number, long newSequence, int newCount, int newSlot, int newLength,
            long nowNs, long newStampNs) {
        if (line != null && newSequence != sequence && Math.abs(newSequence - sequence) < capacity) {
            return follow(from, number, newSequence, newCount, newSlot, newLength, nowNs, newStampNs);
        }
        from.refused++;
        int spare = line == null || count == 0 ? window.claim() : slot;
        if (spare == PacketWindow.NONE || newCount > capacity) {
            return newSlot;
        }
        line = from;
        lineNumber = number;
        sequence = newSequence;
        count = newCount;
        slot = newSlot;
        length = newLength;
        stampNs = newStampNs;
        return spare;
    }

    void announced(LineStatistics from, long next, long nowNs) {
        if (line != null && next - sequence >= 0 && next - sequence < capacity) {
            follow(from, 0, next, 0, 0, 0, nowNs, 0);
            return;
        }
        from.refused++;
        forget();
        line = from;
        sequence = next;
    }

    void forget() {
        if (line != null && count > 0) {
            window.release(slot);
        }
        line = null;
        count = 0;
    }

    /**
     * Gives up all before the two packets that confirm each other, and goes on with them.
     */
    private int follow(LineStatistics from, int number, long newSequence, int newCount, int newSlot,
            int newLength, long nowNs, long newStampNs) {
        LineStatistics before = line;
        int beforeCount = count;
        int beforeSlot = slot;
        long beforeSequence = sequence;
        line = null;
        count = 0;
        long begun = sequencer.generation();
        sequencer.jumpTo(newSequence - beforeSequence < 0 ? newSequence : beforeSequence, nowNs);
        if (begun != sequencer.generation()) {
            if (beforeCount > 0) {
                window.release(beforeSlot);
            }
            return newSlot;
        }
        if (beforeCount > 0) {
            before.refused--;
            window.release(sequencer.place(before, lineNumber, beforeSequence, beforeCount, beforeSlot, length, nowNs,
                    stampNs));
        }
        if (newCount > 0) {
            return sequencer.accept(from, number, newSequence, newSlot, newLength, nowNs, newStampNs);
        }
        sequencer.announce(from, newSequence, nowNs);
        return newSlot;
    }
}
