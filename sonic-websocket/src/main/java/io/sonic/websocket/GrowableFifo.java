package io.sonic.websocket;

import io.sonic.FifoBuffer;
import io.sonic.buffers.FifoBuffers;
import java.io.IOException;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A FIFO buffer, mirrored where the platform can do that, which can be replaced by a larger one. What is in it stays,
 * its offset changes.
 */
final class GrowableFifo implements AutoCloseable {
    /**
     * The largest capacity: 1 GiB.
     */
    static final int MAX_CAPACITY = 1 << 30;

    private FifoBuffer fifo;
    private UnsafeBuffer buffer;

    GrowableFifo(int capacity) throws IOException {
        use(FifoBuffers.allocate(capacity));
    }

    private void use(FifoBuffer allocated) {
        fifo = allocated;
        buffer = (UnsafeBuffer) allocated.buffer();
    }

    FifoBuffer fifo() {
        return fifo;
    }

    /**
     * The storage, as the type that the codec works on.
     */
    UnsafeBuffer buffer() {
        return buffer;
    }

    /**
     * Makes the capacity the next power of two. Nobody else may be using the storage.
     *
     * @throws IOException when the system refuses; then nothing has changed.
     */
    void growTo(int minCapacity) throws IOException {
        FifoBuffer larger = FifoBuffers.allocate(BitUtil.findNextPositivePowerOfTwo(minCapacity));
        int length = fifo.readableLength();
        larger.buffer().putBytes(larger.claim(length), fifo.buffer(), fifo.readOffset(), length);
        larger.commit(length);
        fifo.close();
        use(larger);
    }

    @Override
    public void close() {
        fifo.close();
    }
}
