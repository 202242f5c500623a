package io.sonic;

import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * The send that is in flight on a datagram socket.
 */
final class SendOperation extends Operation {
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final DatagramSocketBase channel;
    private DirectBuffer buffer;
    private int offset;
    private int length;
    private Endpoint destination;
    private WriteHandler handler;

    SendOperation(DatagramSocketBase channel) {
        super(channel, "send");
        this.channel = channel;
    }

    void start(DirectBuffer from, int at, int bytes, Endpoint to, WriteHandler newHandler) {
        buffer = from;
        offset = at;
        length = bytes;
        destination = to;
        handler = Objects.requireNonNull(newHandler, "handler");
        begin(channel.writable);
    }

    @Override
    void attempt() {
        int result = channel.socket.send(buffer, offset, length, destination);
        if (result >= 0) {
            reactor.counters.bytesWritten += result;
            complete(IoStatus.OK, result);
        } else if (result == EAGAIN) {
            reactor.counters.wouldBlocks++;
            channel.writable = false;
            if (destination != null && destination.isUnix()) {
                // The peer's queue is full; the kernel tells that only to those who are connected to it.
                attemptLater();
            }
        } else {
            channel.failed(call(destination), -result);
            complete(IoStatus.FAILED, 0);
        }
    }

    @Override
    void abort(IoStatus status) {
        if (isInFlight()) {
            complete(status, 0);
        }
    }

    int trySend(DirectBuffer from, int at, int bytes, Endpoint to) {
        int result = channel.socket.send(from, at, bytes, to);
        if (result >= 0) {
            reactor.counters.bytesWritten += result;
            return result;
        }
        if (result == EAGAIN) {
            reactor.counters.wouldBlocks++;
            channel.writable = false;
            return IoStatus.WOULD_BLOCK.code();
        }
        channel.failed(call(to), -result);
        return IoStatus.FAILED.code();
    }

    private static String call(Endpoint to) {
        return to == null ? "send" : "sendto";
    }

    private void complete(IoStatus status, int sent) {
        WriteHandler ended = handler;
        handler = null;
        buffer = null;
        destination = null;
        end();
        try {
            ended.onWrite(status, sent);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
