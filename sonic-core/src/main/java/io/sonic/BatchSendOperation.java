package io.sonic;

import java.util.Objects;

/**
 * The sending of a batch that is in flight on a datagram socket.
 */
final class BatchSendOperation extends Operation {
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final DatagramSocketBase channel;
    private DatagramBatch batch;
    private int sent;
    private BatchHandler handler;

    BatchSendOperation(DatagramSocketBase channel) {
        super(channel, "send");
        this.channel = channel;
    }

    void start(DatagramBatch from, BatchHandler newHandler) {
        handler = Objects.requireNonNull(newHandler, "handler");
        batch = Objects.requireNonNull(from, "batch");
        sent = 0;
        begin(channel.writable || from.count() == 0);
    }

    @Override
    void attempt() {
        for (int calls = 0; calls < TransferOperation.MAX_CALLS; calls++) {
            if (sent == batch.count()) {
                complete(IoStatus.OK);
                return;
            }
            int result = channel.socket.send(batch, sent);
            if (result > 0) {
                reactor.counters.bytesWritten += batch.totalLength(sent, result);
                sent += result;
            } else if (result == EAGAIN) {
                reactor.counters.wouldBlocks++;
                channel.writable = false;
                if (batch.endpoint(sent).isUnix()) {
                    // The peer's queue is full; the kernel tells that only to those who are connected to it.
                    attemptLater();
                }
                return;
            } else {
                channel.failed("sendmmsg", -result);
                complete(IoStatus.FAILED);
                return;
            }
        }
        becomeReady();
    }

    @Override
    void abort(IoStatus status) {
        if (isInFlight()) {
            complete(status);
        }
    }

    private void complete(IoStatus status) {
        BatchHandler ended = handler;
        int count = sent;
        handler = null;
        batch = null;
        end();
        try {
            ended.onBatch(status, count);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
