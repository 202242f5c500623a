package io.sonic;

import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * What the read and the write of a stream have in common: the region or regions, and how far the operation is.
 *
 * @param <B> the buffers that it takes.
 * @param <H> the handlers that it calls.
 */
abstract class TransferOperation<B extends DirectBuffer, H> extends Operation {
    /**
     * System calls of one attempt at most, so that moving much with a fast peer does not keep others waiting.
     */
    static final int MAX_CALLS = 16;
    static final int EAGAIN = -Errno.EAGAIN.number;

    final DescriptorChannel channel;
    int length;
    int done;
    boolean all;
    private B buffer;
    /**
     * In place of a buffer, for several regions.
     */
    private IoVector vector;
    private int offset;
    private H handler;

    TransferOperation(DescriptorChannel channel, String name) {
        super(channel, name);
        this.channel = channel;
    }

    final void start(B region, int at, int wanted, boolean wantsAll, H newHandler) {
        checkIdle();
        Objects.requireNonNull(newHandler, "handler");
        buffer = region;
        vector = null;
        offset = at;
        length = wanted;
        begin(wantsAll, newHandler);
    }

    final void start(IoVector regions, boolean wantsAll, H newHandler) {
        checkIdle();
        Objects.requireNonNull(newHandler, "handler");
        regions.rewind();
        buffer = null;
        vector = regions;
        length = regions.length();
        begin(wantsAll, newHandler);
    }

    @Override
    final void abort(IoStatus status) {
        if (isInFlight()) {
            if (status == IoStatus.TIMED_OUT) {
                channel.failed(name, Errno.ETIMEDOUT.number);
            }
            complete(status);
        }
    }

    /**
     * Makes one system call for what is left.
     *
     * @return bytes moved, or a negated errno.
     */
    final int transfer(int wanted) {
        if (vector == null) {
            return transfer(buffer, offset + done, wanted);
        }
        int result = transfer(vector);
        if (result > 0) {
            vector.advance(result);
        }
        return result;
    }

    final void complete(IoStatus status) {
        H ended = handler;
        int transferred = done;
        handler = null;
        buffer = null;
        vector = null;
        end();
        try {
            call(ended, status, transferred);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    final void fail(int result) {
        channel.failed(name, -result);
        channel.reset |= result == -Errno.ECONNRESET.number;
    }

    abstract boolean isReady();

    abstract int transfer(B region, int at, int wanted);

    abstract int transfer(IoVector regions);

    abstract void call(H ended, IoStatus status, int transferred);

    private void begin(boolean wantsAll, H newHandler) {
        done = 0;
        all = wantsAll;
        handler = newHandler;
        begin(isReady() || length == 0);
    }
}
