package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.WriteHandler;

/**
 * Who is told what became of a write, in the order of the writes: a ring that grows, and keeps its size.
 */
final class SendQueue {
    private static final int FIRST_CAPACITY = 16;

    private WriteHandler[] handlers;
    private IoStatus[] outcomes;
    private int[] lengths;
    private long[] ends;
    private long head;
    private long tail;

    SendQueue() {
        this(new WriteHandler[FIRST_CAPACITY], new IoStatus[FIRST_CAPACITY], new int[FIRST_CAPACITY],
            new long[FIRST_CAPACITY]);
    }

    private SendQueue(WriteHandler[] handlers, IoStatus[] outcomes, int[] lengths, long[] ends) {
        this.handlers = handlers;
        this.outcomes = outcomes;
        this.lengths = lengths;
        this.ends = ends;
    }

    /**
     * Adds a write.
     *
     * @param length  of the message in bytes.
     * @param end     the position of the way out from which on the write is done.
     * @param outcome how it ends in any case, or null while it waits.
     */
    void add(WriteHandler handler, int length, long end, IoStatus outcome) {
        if (tail - head == handlers.length) {
            grow();
        }
        int index = (int) tail & handlers.length - 1;
        handlers[index] = handler;
        outcomes[index] = outcome;
        lengths[index] = length;
        ends[index] = end;
        tail++;
    }

    private void grow() {
        SendQueue old = new SendQueue(handlers, outcomes, lengths, ends);
        int capacity = 2 * handlers.length;
        handlers = new WriteHandler[capacity];
        outcomes = new IoStatus[capacity];
        lengths = new int[capacity];
        ends = new long[capacity];
        for (long i = head; i < tail; i++) {
            int from = (int) i & old.handlers.length - 1;
            int to = (int) i & capacity - 1;
            handlers[to] = old.handlers[from];
            outcomes[to] = old.outcomes[from];
            lengths[to] = old.lengths[from];
            ends[to] = old.ends[from];
        }
    }

    /**
     * Ends all writes that wait for a reason that is not theirs, at the next {@link #settle}.
     */
    void end(IoStatus outcome) {
        for (long i = head; i < tail; i++) {
            outcomes[(int) i & handlers.length - 1] = outcome;
        }
    }

    /**
     * Calls the handlers of the writes at the front that are done or have ended.
     *
     * @param flushed the position up to which the transport has taken the way out.
     */
    void settle(Reactor reactor, long flushed) {
        // What handlers add is left to the call that comes with it.
        long until = tail;
        while (head < until) {
            int index = (int) head & handlers.length - 1;
            int length = lengths[index];
            IoStatus outcome = IoStatus.OK;
            if (ends[index] > flushed) {
                outcome = outcomes[index];
                if (outcome == null) {
                    return;
                }
                length -= (int) Math.min(ends[index] - flushed, length);
            }
            WriteHandler handler = handlers[index];
            handlers[index] = null;
            head++;
            reactor.completed();
            try {
                handler.onWrite(outcome, length);
            } catch (Throwable t) {
                reactor.handlerFailed(t);
            }
        }
    }

    boolean isEmpty() {
        return head == tail;
    }
}
