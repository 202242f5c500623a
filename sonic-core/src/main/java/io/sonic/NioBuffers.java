package io.sonic;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Shows regions of buffers as the {@link ByteBuffer}s that {@code java.nio} asks for. The view of the last memory is
 * kept, so that using one buffer again and again allocates nothing.
 */
final class NioBuffers {
    private static final int COPY_LENGTH = 64 * 1024;

    /**
     * What a buffer wraps, not the buffer: that may wrap something else by now.
     */
    private ByteBuffer last;
    private ByteBuffer lastView;
    /**
     * For buffers over a bare address, which have no ByteBuffer: their bytes take a detour.
     */
    private ByteBuffer copy;

    /**
     * A view of a region; of its beginning only, and with room for it, when it takes the detour.
     */
    ByteBuffer toFill(DirectBuffer buffer, int offset, int length) {
        ByteBuffer view = view(buffer);
        if (view == null) {
            view = copy();
            return view.clear().limit(Math.min(length, COPY_LENGTH));
        }
        int start = offset + buffer.wrapAdjustment();
        return view.limit(start + length).position(start);
    }

    /**
     * Completes a fill: brings the bytes to where they belong, when they took the detour.
     */
    void filled(MutableDirectBuffer buffer, int offset, int length) {
        if (length > 0 && buffer.byteBuffer() == null) {
            buffer.putBytes(offset, copy, 0, length);
        }
    }

    ByteBuffer toDrain(DirectBuffer buffer, int offset, int length) {
        ByteBuffer view = toFill(buffer, offset, length);
        if (view == copy) {
            buffer.getBytes(offset, copy, 0, view.limit());
        }
        return view;
    }

    private ByteBuffer view(DirectBuffer buffer) {
        ByteBuffer memory = buffer.byteBuffer();
        if (memory == null) {
            return null;
        }
        if (memory != last) {
            last = memory;
            lastView = memory.duplicate();
        }
        return lastView.clear();
    }

    private ByteBuffer copy() {
        if (copy == null) {
            copy = ByteBuffer.allocateDirect(COPY_LENGTH);
        }
        return copy;
    }
}
