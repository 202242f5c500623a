package io.sonic;

import java.util.Objects;

/**
 * The receipt of a batch that is in flight on a datagram socket.
 */
final class BatchReceiveOperation extends Operation {
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final DatagramSocketBase channel;
    private DatagramBatch batch;
    private BatchHandler handler;

    BatchReceiveOperation(DatagramSocketBase channel) {
        super(channel, "receive");
        this.channel = channel;
    }

    void start(DatagramBatch into, BatchHandler newHandler) {
        handler = Objects.requireNonNull(newHandler, "handler");
        batch = Objects.requireNonNull(into, "batch");
        begin(channel.readable);
    }

    @Override
    void attempt() {
        int result = channel.socket.receive(batch);
        if (result > 0) {
            // Fewer than asked for: the next one was not there yet, and will be an edge.
            if (result < batch.capacity()) {
                channel.readable = false;
            }
            reactor.counters.bytesRead += batch.totalLength(0, result);
            complete(IoStatus.OK, result);
        } else if (result == EAGAIN) {
            reactor.counters.wouldBlocks++;
            channel.readable = false;
        } else {
            channel.failed("recvmmsg", -result);
            complete(IoStatus.FAILED, 0);
        }
    }

    @Override
    void abort(IoStatus status) {
        if (isInFlight()) {
            complete(status, 0);
        }
    }

    private void complete(IoStatus status, int received) {
        BatchHandler ended = handler;
        handler = null;
        batch = null;
        end();
        try {
            ended.onBatch(status, received);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
