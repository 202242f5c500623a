package io.sonic;

import java.util.Arrays;

/**
 * The scheduled timers of a reactor, the earliest first; of two with the same deadline, the one that was scheduled
 * first. A heap with four children a node: shallow, and the children share a cache line. Leaves no garbage once it has
 * grown.
 */
final class TimerHeap {
    private static final int ARITY_SHIFT = 2;

    private Timer[] heap = new Timer[64];
    private int size;
    private long nextSequence;
    private long turnNs;
    private long firstSequenceAfterTurn;
    private boolean inTurn;

    int size() {
        return size;
    }

    /**
     * Starts a turn of the loop: what is scheduled from now on is not due in this turn, so that timers which schedule
     * themselves again cannot keep it from ending.
     */
    void beginTurn(long nowNs) {
        turnNs = nowNs;
        firstSequenceAfterTurn = nextSequence;
        inTurn = true;
    }

    void endTurn() {
        inTurn = false;
    }

    long firstDeadlineNs() {
        return heap[0].deadlineNs;
    }

    void add(Timer timer, long deadlineNs) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        // Not before the timers that are due in this turn, which it would hide: it is due in the next turn.
        timer.deadlineNs = inTurn && deadlineNs - turnNs < 0 ? turnNs : deadlineNs;
        timer.sequence = nextSequence++;
        siftUp(size++, timer);
    }

    /**
     * Takes out the earliest timer that was due when the turn began.
     *
     * @return null when there is none.
     */
    Timer removeDue() {
        if (size == 0 || heap[0].deadlineNs - turnNs > 0 || heap[0].sequence >= firstSequenceAfterTurn) {
            return null;
        }
        Timer timer = heap[0];
        remove(timer);
        return timer;
    }

    void remove(Timer timer) {
        int index = timer.heapIndex;
        timer.heapIndex = Timer.NOT_IN_HEAP;
        Timer last = heap[--size];
        heap[size] = null;
        if (last != timer) {
            siftDown(index, last);
            if (heap[index] == last) {
                siftUp(index, last);
            }
        }
    }

    /**
     * Takes every timer back.
     */
    void clear() {
        while (size > 0) {
            heap[0].cancel();
        }
    }

    private void siftUp(int start, Timer timer) {
        int index = start;
        while (index > 0) {
            int parent = index - 1 >> ARITY_SHIFT;
            if (!isEarlier(timer, heap[parent])) {
                break;
            }
            place(index, heap[parent]);
            index = parent;
        }
        place(index, timer);
    }

    private void siftDown(int start, Timer timer) {
        int index = start;
        while (true) {
            int first = (index << ARITY_SHIFT) + 1;
            if (first >= size) {
                break;
            }
            int earliest = first;
            int end = Math.min(first + (1 << ARITY_SHIFT), size);
            for (int child = first + 1; child < end; child++) {
                if (isEarlier(heap[child], heap[earliest])) {
                    earliest = child;
                }
            }
            if (!isEarlier(heap[earliest], timer)) {
                break;
            }
            place(index, heap[earliest]);
            index = earliest;
        }
        place(index, timer);
    }

    private void place(int index, Timer timer) {
        heap[index] = timer;
        timer.heapIndex = index;
    }

    private static boolean isEarlier(Timer left, Timer right) {
        // Differences, because nanoTime may wrap.
        long difference = left.deadlineNs - right.deadlineNs;
        return difference < 0 || difference == 0 && left.sequence < right.sequence;
    }
}
