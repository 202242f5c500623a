package io.sonic;

import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * The write that is in flight on a stream.
 */
final class WriteOperation extends Operation {
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final DescriptorChannel channel;
    private DirectBuffer buffer;
    /**
     * In place of a buffer, for several regions.
     */
    private IoVector vector;
    private int offset;
    private int length;
    private int done;
    private boolean all;
    private WriteHandler handler;

    WriteOperation(DescriptorChannel channel) {
        super(channel, "write");
        this.channel = channel;
    }

    void start(DirectBuffer from, int at, int wanted, boolean wantsAll, WriteHandler newHandler) {
        checkIdle("a write");
        Objects.requireNonNull(newHandler, "handler");
        buffer = from;
        vector = null;
        offset = at;
        length = wanted;
        begin(wantsAll, newHandler);
    }

    void start(IoVector regions, boolean wantsAll, WriteHandler newHandler) {
        checkIdle("a write");
        Objects.requireNonNull(newHandler, "handler");
        regions.rewind();
        buffer = null;
        vector = regions;
        length = regions.length();
        begin(wantsAll, newHandler);
    }

    private void begin(boolean wantsAll, WriteHandler newHandler) {
        done = 0;
        all = wantsAll;
        handler = newHandler;
        begin(channel.writable || length == 0);
    }

    @Override
    void attempt() {
        for (int calls = 0; calls < ReadOperation.MAX_CALLS; calls++) {
            int wanted = length - done;
            int result = wanted == 0 ? 0 : transfer(wanted);
            if (result >= 0) {
                done += result;
                reactor.counters.bytesWritten += result;
                if (result < wanted) {
                    channel.wroteShort();
                }
                if (result == wanted || !all && result > 0) {
                    complete(IoStatus.OK);
                    return;
                }
                if (!channel.writable) {
                    return;
                }
            } else if (result == EAGAIN) {
                reactor.counters.wouldBlocks++;
                channel.writable = false;
                return;
            } else {
                channel.failed("write", -result);
                complete(IoStatus.FAILED);
                return;
            }
        }
        becomeReady();
    }

    private int transfer(int wanted) {
        if (vector == null) {
            return channel.descriptor.write(buffer, offset + done, wanted);
        }
        int result = channel.descriptor.write(vector);
        if (result > 0) {
            vector.advance(result);
        }
        return result;
    }

    @Override
    void abort(IoStatus status) {
        if (isInFlight()) {
            if (status == IoStatus.TIMED_OUT) {
                channel.failed("write", Errno.ETIMEDOUT.number);
            }
            complete(status);
        }
    }

    int tryWrite(DirectBuffer from, int at, int wanted) {
        checkIdle("a write");
        if (wanted == 0) {
            return 0;
        }
        int result = channel.descriptor.write(from, at, wanted);
        if (result >= 0) {
            if (result < wanted) {
                channel.wroteShort();
            }
            reactor.counters.bytesWritten += result;
            return result;
        }
        if (result == EAGAIN) {
            reactor.counters.wouldBlocks++;
            channel.writable = false;
            return IoStatus.WOULD_BLOCK.code();
        }
        channel.failed("write", -result);
        return IoStatus.FAILED.code();
    }

    private void complete(IoStatus status) {
        WriteHandler ended = handler;
        int transferred = done;
        handler = null;
        buffer = null;
        vector = null;
        end();
        try {
            ended.onWrite(status, transferred);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
