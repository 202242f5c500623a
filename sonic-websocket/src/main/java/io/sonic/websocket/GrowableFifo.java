package io.sonic.websocket;

import io.sonic.buffers.MirroredBuffer;
import java.io.IOException;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A mirrored buffer that can be replaced by a larger one. Contents keep their order; offsets change.
 */
final class GrowableFifo implements AutoCloseable {
    private MirroredBuffer fifo;
    private UnsafeBuffer buffer;

    GrowableFifo(int capacity) throws IOException {
        use(MirroredBuffer.allocate(capacity));
    }

    private void use(MirroredBuffer mirrored) {
        fifo = mirrored;
        buffer = (UnsafeBuffer) mirrored.buffer();
    }

    MirroredBuffer fifo() {
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
        MirroredBuffer larger = MirroredBuffer.allocate(BitUtil.findNextPositivePowerOfTwo(minCapacity));
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
