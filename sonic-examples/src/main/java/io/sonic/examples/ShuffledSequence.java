package io.sonic.examples;

import java.util.SplittableRandom;

/**
 * The numbers from 1 on, in an order in which gaps open and are filled later: some in order, then some after a gap,
 * then those of the gap. Each comes once. The same seed gives the same order.
 */
final class ShuffledSequence {

    private final SplittableRandom random;
    private final int maxGap;
    private long next = 1;
    private long end;
    private long gapFirst;
    private long gapEnd;
    private long resumeAt;
    private Part part = Part.GAP;

    /** What the numbers are that come now. */
    private enum Part {
        IN_ORDER, AFTER_GAP, GAP
    }

    /**
     * Creates a sequence.
     *
     * @param maxGap the longest gap; 0 for none.
     */
    ShuffledSequence(int maxGap, long seed) {
        this.maxGap = maxGap;
        random = new SplittableRandom(seed);
        resumeAt = 1;
        end = next;
    }

    long next() {
        if (maxGap == 0) {
            return next++;
        }
        if (next == end) {
            nextPart();
        }
        return next++;
    }

    private void nextPart() {
        switch (part) {
            case GAP -> {
                part = Part.IN_ORDER;
                next = resumeAt;
                end = next + length();
            }
            case IN_ORDER -> {
                part = Part.AFTER_GAP;
                gapFirst = next;
                gapEnd = gapFirst + length();
                next = gapEnd;
                end = next + length();
                resumeAt = end;
            }
            case AFTER_GAP -> {
                part = Part.GAP;
                next = gapFirst;
                end = gapEnd;
            }
        }
    }

    private int length() {
        return 1 + random.nextInt(maxGap);
    }
}
