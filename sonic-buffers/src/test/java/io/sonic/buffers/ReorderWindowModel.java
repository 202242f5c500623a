package io.sonic.buffers;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * Drives a reorder window with random steps beside a sorted map. The map counts sequence numbers from 0, so that it
 * knows nothing of how the window's wrap. {@code -Dsonic.test.seed=N} repeats or varies a run.
 */
final class ReorderWindowModel {
    private static final int RECEIVERS = 3;

    private final long seed = Long.getLong("sonic.test.seed", 20_250_917L);
    private final Random random = new Random(seed);
    private final ReorderWindow window;
    private final int[] slots = new int[RECEIVERS];
    private final TreeMap<Long, Long> kept = new TreeMap<>(); // content by sequence number, both from 0
    private final int capacity;
    private long origin; // the window's sequence number for 0
    private long expected;
    private long highest = -1;

    ReorderWindowModel(ReorderWindow window) {
        this.window = window;
        this.capacity = window.capacity();
        this.origin = window.expected();
        for (int i = 0; i < RECEIVERS; i++) {
            slots[i] = window.claim();
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            try {
                step();
                compare();
            } catch (Throwable t) {
                throw new AssertionError("step " + i + " of seed " + seed + ", capacity " + capacity, t);
            }
        }
    }

    private void step() {
        switch (random.nextInt(1000)) {
            case 0 -> {
                origin = random.nextLong();
                window.reset(origin);
                expected = 0;
                highest = -1;
                kept.clear();
            }
            case 1, 2, 3, 4, 5 -> skipTo(expected + random.nextInt(capacity + capacity / 4));
            case 6, 7, 8, 9, 10 -> skipTo(kept.isEmpty() ? expected : kept.firstKey());
            default -> {
                if (random.nextInt(3) == 0) {
                    take();
                } else if (random.nextInt(4) == 0) {
                    advance(sequence());
                } else {
                    insert(sequence());
                }
            }
        }
    }

    private long sequence() {
        return switch (random.nextInt(10)) {
            case 0 -> expected - 1 - random.nextInt(5);
            case 1 -> expected + random.nextInt(capacity + 5);
            case 2 -> expected + capacity - 2 + random.nextInt(4);
            case 3 -> highest + 1;
            case 4, 5, 6 -> highest + random.nextInt(4) - 2;
            default -> expected;
        };
    }

    private void insert(long sequence) {
        int receiver = random.nextInt(RECEIVERS);
        long content = random.nextLong();
        window.buffer().putLong(window.offset(slots[receiver]), content);
        Insertion insertion = window.insert(origin + sequence, slots[receiver], 8 + (int) (content & 7));
        expect(outcome(sequence), insertion, "insertion of " + sequence);
        if (insertion == Insertion.GAP) {
            expect(origin + highest + 1, window.gapFirst(), "gapFirst");
            expect(origin + sequence - 1, window.gapLast(), "gapLast");
        }
        if (insertion.isKept()) {
            kept.put(sequence, content);
            highest = Math.max(highest, sequence);
            slots[receiver] = window.claim();
        }
    }

    private void advance(long sequence) {
        boolean passes = sequence == expected && !kept.containsKey(sequence);
        expect(passes, window.tryAdvance(origin + sequence), "tryAdvance of " + sequence);
        if (passes) {
            expected++;
            highest = Math.max(highest, sequence);
        }
    }

    private Insertion outcome(long sequence) {
        if (sequence < expected) {
            return Insertion.BEHIND;
        }
        if (sequence >= expected + capacity) {
            return Insertion.TOO_FAR_AHEAD;
        }
        if (kept.containsKey(sequence)) {
            return Insertion.DUPLICATE;
        }
        if (sequence > highest + 1) {
            return Insertion.GAP;
        }
        return sequence == expected ? Insertion.NEXT : Insertion.EARLY;
    }

    private void take() {
        expect(kept.containsKey(expected), window.hasNext(), "hasNext");
        if (window.hasNext()) {
            long content = kept.remove(expected);
            expect(content, window.buffer().getLong(window.nextOffset()), "content");
            expect(8 + (content & 7), (long) window.nextLength(), "length");
            window.consume();
            expected++;
        }
    }

    private void skipTo(long sequence) {
        window.skipTo(origin + sequence);
        kept.headMap(sequence).clear();
        expected = sequence;
        highest = Math.max(highest, sequence - 1);
    }

    private void compare() {
        expect(origin + expected, window.expected(), "expected");
        expect(origin + highest, window.highest(), "highest");
        expect(kept.size(), window.packetCount(), "packetCount");
        expect((int) (highest - expected + 1) - kept.size(), window.missingCount(), "missingCount");
        if (random.nextInt(16) == 0) {
            compareGaps();
        }
    }

    private void compareGaps() {
        List<Long> gaps = new ArrayList<>();
        long next = expected;
        for (long sequence : kept.keySet()) {
            if (sequence > next) {
                gaps.add(origin + next);
                gaps.add(origin + sequence - 1);
            }
            next = sequence + 1;
        }
        List<Long> told = new ArrayList<>();
        window.forEachGap((first, last) -> {
            told.add(first);
            told.add(last);
        });
        expect(gaps, told, "gaps");
        expect(gaps.isEmpty() ? origin + highest : gaps.getFirst() - 1, window.highestContiguous(), "contiguous");
        long from = expected + random.nextInt(capacity);
        Long present = kept.ceilingKey(from);
        expect(origin + (present == null ? highest + 1 : present), window.nextPresent(origin + from), "nextPresent");
        long missing = from;
        while (kept.containsKey(missing)) {
            missing++;
        }
        expect(origin + Math.min(missing, highest + 1), window.nextMissing(origin + from), "nextMissing");
    }

    private static void expect(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": expected " + expected + " but was " + actual);
        }
    }
}
