package io.sonic;

import org.agrona.MutableDirectBuffer;

/**
 * The read that is in flight on a stream.
 */
final class ReadOperation extends TransferOperation<MutableDirectBuffer, ReadHandler> {
    ReadOperation(DescriptorChannel channel) {
        super(channel, "read");
    }

    @Override
    void attempt() {
        for (int calls = 0; calls < MAX_CALLS; calls++) {
            int wanted = length - done;
            int result = wanted == 0 ? 0 : resetOr(transfer(wanted));
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

    int tryRead(MutableDirectBuffer into, int at, int wanted) {
        checkIdle();
        if (wanted == 0) {
            return 0;
        }
        int result = resetOr(channel.descriptor.read(into, at, wanted));
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
            wouldBlock();
            return IoStatus.WOULD_BLOCK.code();
        }
        fail(result);
        return IoStatus.FAILED.code();
    }

    /**
     * The kernel tells of a reset once, to who comes first; who reads afterwards finds what looks like an end.
     */
    private int resetOr(int result) {
        return result == 0 && channel.reset ? -Errno.ECONNRESET.number : result;
    }

    private void wouldBlock() {
        reactor.counters.wouldBlocks++;
        channel.readable = false;
        channel.ended = false;
    }

    @Override
    boolean isReady() {
        return channel.readable;
    }

    @Override
    int transfer(MutableDirectBuffer into, int at, int wanted) {
        return channel.descriptor.read(into, at, wanted);
    }

    @Override
    int transfer(IoVector regions) {
        return channel.descriptor.read(regions);
    }

    @Override
    void call(ReadHandler ended, IoStatus status, int transferred) {
        ended.onRead(status, transferred);
    }
}
