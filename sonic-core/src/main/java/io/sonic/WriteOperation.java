package io.sonic;

import org.agrona.DirectBuffer;

/**
 * The write that is in flight on a stream.
 */
final class WriteOperation extends TransferOperation<DirectBuffer, WriteHandler> {
    WriteOperation(DescriptorChannel channel) {
        super(channel, "write");
    }

    @Override
    void attempt() {
        for (int calls = 0; calls < MAX_CALLS; calls++) {
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
                wouldBlock();
                return;
            } else {
                fail(result);
                complete(IoStatus.FAILED);
                return;
            }
        }
        becomeReady();
    }

    int tryWrite(DirectBuffer from, int at, int wanted) {
        checkIdle();
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
            wouldBlock();
            return IoStatus.WOULD_BLOCK.code();
        }
        fail(result);
        return IoStatus.FAILED.code();
    }

    private void wouldBlock() {
        reactor.counters.wouldBlocks++;
        channel.writable = false;
    }

    @Override
    boolean isReady() {
        return channel.writable;
    }

    @Override
    int transfer(DirectBuffer from, int at, int wanted) {
        return channel.descriptor.write(from, at, wanted);
    }

    @Override
    int transfer(IoVector regions) {
        return channel.descriptor.write(regions);
    }

    @Override
    void call(WriteHandler ended, IoStatus status, int transferred) {
        ended.onWrite(status, transferred);
    }
}
