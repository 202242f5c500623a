package io.sonic;

import java.util.Objects;
import org.agrona.MutableDirectBuffer;

/**
 * The read that is in flight on a stream.
 */
final class ReadOperation extends Operation {
    /**
     * System calls of one attempt at most, so that reading much from a fast peer does not keep others waiting.
     */
    static final int MAX_CALLS = 16;
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final DescriptorChannel channel;
    private MutableDirectBuffer buffer;
    /**
     * In place of a buffer, for several regions.
     */
    private IoVector vector;
    private int offset;
    private int length;
    private int done;
    private boolean all;
    private ReadHandler handler;

    ReadOperation(DescriptorChannel channel) {
        super(channel, "read");
        this.channel = channel;
    }

    void start(MutableDirectBuffer into, int at, int wanted, boolean wantsAll, ReadHandler newHandler) {
        checkIdle("a read");
        Objects.requireNonNull(newHandler, "handler");
        buffer = into;
        vector = null;
        offset = at;
        length = wanted;
        begin(wantsAll, newHandler);
    }

    void start(IoVector regions, boolean wantsAll, ReadHandler newHandler) {
        checkIdle("a read");
        Objects.requireNonNull(newHandler, "handler");
        regions.rewind();
        buffer = null;
        vector = regions;
        length = regions.length();
        begin(wantsAll, newHandler);
    }

    private void begin(boolean wantsAll, ReadHandler newHandler) {
        done = 0;
        all = wantsAll;
        handler = newHandler;
        begin(channel.readable || length == 0);
    }

    @Override
    void attempt() {
        for (int calls = 0; calls < MAX_CALLS; calls++) {
            int wanted = length - done;
            int result = wanted == 0 ? 0 : transfer(wanted);
            if (result > 0) {
                done += result;
                reactor.counters.bytesRead += result;
                if (result < wanted) {
                    channel.readShort();
                }
                if (!all || result == wanted) {
                    complete(IoStatus.OK);
                    return;
                }
                if (!channel.readable) {
                    return;
                }
            } else if (result == 0) {
                complete(wanted == 0 ? IoStatus.OK : IoStatus.END_OF_STREAM);
                return;
            } else if (result == EAGAIN) {
                reactor.counters.wouldBlocks++;
                channel.readable = false;
                channel.ended = false;
                return;
            } else {
                channel.failed("read", -result);
                complete(IoStatus.FAILED);
                return;
            }
        }
        becomeReady();
    }

    private int transfer(int wanted) {
        if (vector == null) {
            return channel.descriptor.read(buffer, offset + done, wanted);
        }
        int result = channel.descriptor.read(vector);
        if (result > 0) {
            vector.advance(result);
        }
        return result;
    }

    @Override
    void abort(IoStatus status) {
        if (isInFlight()) {
            if (status == IoStatus.TIMED_OUT) {
                channel.failed("read", Errno.ETIMEDOUT.number);
            }
            complete(status);
        }
    }

    int tryRead(MutableDirectBuffer into, int at, int wanted) {
        checkIdle("a read");
        if (wanted == 0) {
            return 0;
        }
        int result = channel.descriptor.read(into, at, wanted);
        if (result > 0) {
            if (result < wanted) {
                channel.readShort();
            }
            reactor.counters.bytesRead += result;
            return result;
        }
        if (result == 0) {
            return IoStatus.END_OF_STREAM.code();
        }
        if (result == EAGAIN) {
            reactor.counters.wouldBlocks++;
            channel.readable = false;
            channel.ended = false;
            return IoStatus.WOULD_BLOCK.code();
        }
        channel.failed("read", -result);
        return IoStatus.FAILED.code();
    }

    private void complete(IoStatus status) {
        ReadHandler ended = handler;
        int transferred = done;
        handler = null;
        buffer = null;
        vector = null;
        end();
        try {
            ended.onRead(status, transferred);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
