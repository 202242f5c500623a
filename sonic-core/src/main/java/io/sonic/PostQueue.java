package io.sonic;

import java.util.Arrays;

/**
 * What other threads ask the loop to run. Producers append under a lock that is held for a few instructions; the loop
 * takes all there is in one go, by exchanging two arrays, so that what it runs can post again. Leaves no garbage once
 * it has grown.
 */
final class PostQueue {
    private Runnable[] incoming = new Runnable[64];
    private Runnable[] outgoing = new Runnable[64];
    private volatile int incomingCount;
    private volatile int remaining;
    private int cursor;
    private int limit;
    private boolean closed;

    /**
     * Appends a task; from any thread.
     *
     * @return false when the queue is closed.
     */
    synchronized boolean add(Runnable task) {
        if (closed) {
            return false;
        }
        int count = incomingCount;
        if (count == incoming.length) {
            incoming = Arrays.copyOf(incoming, count * 2);
        }
        incoming[count] = task;
        incomingCount = count + 1;
        return true;
    }

    boolean isEmpty() {
        return incomingCount == 0 && cursor == limit;
    }

    /**
     * The tasks that were posted and have not begun; from any thread.
     */
    synchronized int size() {
        return incomingCount + remaining;
    }

    /**
     * Takes over what was posted, unless tasks taken before are left.
     */
    void take() {
        if (incomingCount == 0 || cursor != limit) {
            return;
        }
        synchronized (this) {
            Runnable[] taken = incoming;
            limit = incomingCount;
            remaining = limit;
            incoming = outgoing;
            outgoing = taken;
            incomingCount = 0;
        }
        cursor = 0;
    }

    /**
     * Takes the next of the tasks taken over.
     *
     * @return null when there is none.
     */
    Runnable next() {
        if (cursor == limit) {
            return null;
        }
        Runnable task = outgoing[cursor];
        outgoing[cursor++] = null;
        remaining = limit - cursor;
        return task;
    }

    synchronized void close() {
        closed = true;
    }
}
