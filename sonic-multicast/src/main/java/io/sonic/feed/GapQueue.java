package io.sonic.feed;

/**
 * The gaps that are open, in the order of their numbers, which is the order in which they were seen. Each has a time at
 * which it is in for the next stage.
 */
final class GapQueue {
    private final long[] firsts;
    private final long[] lasts;
    private final long[] deadlines;
    private final Stage[] stages;
    private final int mask;
    private long head;
    private long tail;

    /**
     * What is waited for.
     */
    enum Stage {
        LINES,
        RECOVERY,
        SNAPSHOT,
        NOTHING
    }

    /**
     * Creates a queue for the gaps that a window can have.
     */
    GapQueue(int windowCapacity) {
        firsts = new long[windowCapacity];
        lasts = new long[windowCapacity];
        deadlines = new long[windowCapacity];
        stages = new Stage[windowCapacity];
        mask = windowCapacity - 1;
    }

    boolean isEmpty() {
        return head == tail;
    }

    /**
     * Index of the first gap; those up to {@link #tail()} follow.
     */
    long head() {
        return head;
    }

    long tail() {
        return tail;
    }

    void add(long first, long last, long deadlineNs, long expected) {
        popBefore(expected);
        int index = (int) tail++ & mask;
        firsts[index] = first;
        lasts[index] = last;
        deadlines[index] = deadlineNs;
        stages[index] = Stage.LINES;
    }

    void popBefore(long expected) {
        while (head != tail && lasts[(int) head & mask] - expected < 0) {
            head++;
        }
    }

    void clear() {
        head = tail;
    }

    long first(long gap) {
        return firsts[(int) gap & mask];
    }

    long last(long gap) {
        return lasts[(int) gap & mask];
    }

    long deadlineNs(long gap) {
        return deadlines[(int) gap & mask];
    }

    Stage stage(long gap) {
        return stages[(int) gap & mask];
    }

    void stage(long gap, Stage stage, long deadlineNs) {
        stages[(int) gap & mask] = stage;
        deadlines[(int) gap & mask] = deadlineNs;
    }
}
