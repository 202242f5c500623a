package io.sonic.buffers;

import io.sonic.FifoBuffer;

final class LinearBufferTest extends FifoBufferContract {
    @Override
    FifoBuffer allocate(int capacity) {
        return LinearBuffer.allocate(capacity);
    }
}
