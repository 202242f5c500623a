package io.sonic;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A FIFO buffer that does no more than its interface asks for: one piece of memory off the heap, whose bytes are moved
 * to the front when there is no more room behind them.
 */
public final class ArrayFifo implements FifoBuffer {
    private final UnsafeBuffer memory;
    private int head;
    private int tail;
    private long committed;
    private boolean closed;

    public ArrayFifo(int capacity) {
        memory = Buffers.allocate(capacity);
    }

    /**
     * The bytes that went in altogether.
     */
    long committed() {
        return committed;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public MutableDirectBuffer buffer() {
        checkOpen();
        return memory;
    }

    @Override
    public int capacity() {
        checkOpen();
        return memory.capacity();
    }

    @Override
    public int claim(int length) {
        checkOpen();
        check(length >= 0, length);
        if (length > memory.capacity() - (tail - head)) {
            return INSUFFICIENT_CAPACITY;
        }
        if (length > memory.capacity() - tail) {
            memory.putBytes(0, memory, head, tail - head);
            tail -= head;
            head = 0;
        }
        return tail;
    }

    @Override
    public void commit(int length) {
        checkOpen();
        check(length >= 0 && length <= writableLength(), length);
        tail += length;
        committed += length;
    }

    @Override
    public void consume(int length) {
        checkOpen();
        check(length >= 0 && length <= readableLength(), length);
        head += length;
    }

    @Override
    public int readOffset() {
        checkOpen();
        return head;
    }

    @Override
    public int readableLength() {
        checkOpen();
        return tail - head;
    }

    @Override
    public int writeOffset() {
        checkOpen();
        return tail;
    }

    @Override
    public int writableLength() {
        checkOpen();
        return memory.capacity() - tail;
    }

    @Override
    public void reset() {
        checkOpen();
        head = 0;
        tail = 0;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the buffer is closed");
        }
    }

    private static void check(boolean holds, int length) {
        if (!holds) {
            throw new IllegalArgumentException("length out of range: " + length);
        }
    }
}
