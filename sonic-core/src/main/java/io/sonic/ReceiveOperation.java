package io.sonic;

import java.util.Objects;
import org.agrona.MutableDirectBuffer;

/**
 * The receive that is in flight on a datagram socket.
 */
final class ReceiveOperation extends Operation {
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final DatagramSocketBase channel;
    private final Endpoint source = new Endpoint();
    private MutableDirectBuffer buffer;
    private int offset;
    private int length;
    private ReceiveHandler handler;

    ReceiveOperation(DatagramSocketBase channel) {
        super(channel, "receive");
        this.channel = channel;
    }

    void start(MutableDirectBuffer into, int at, int room, ReceiveHandler newHandler) {
        buffer = into;
        offset = at;
        length = room;
        handler = Objects.requireNonNull(newHandler, "handler");
        begin(channel.readable);
    }

    void retarget(MutableDirectBuffer into, int at, int room) {
        if (!isInFlight()) {
            throw new IllegalStateException("no receive is in flight");
        }
        buffer = into;
        offset = at;
        length = room;
    }

    @Override
    void attempt() {
        int result = channel.socket.receive(buffer, offset, length, source);
        if (result >= 0) {
            reactor.counters.bytesRead += Math.min(result, length);
            complete(result > length ? IoStatus.TRUNCATED : IoStatus.OK, Math.min(result, length));
        } else if (result == EAGAIN) {
            reactor.counters.wouldBlocks++;
            channel.readable = false;
        } else {
            channel.failed("recvfrom", -result);
            complete(IoStatus.FAILED, 0);
        }
    }

    @Override
    void abort(IoStatus status) {
        if (isInFlight()) {
            complete(status, 0);
        }
    }

    int tryReceive(MutableDirectBuffer into, int at, int room, Endpoint from) {
        int result = channel.socket.receive(into, at, room, from);
        if (result >= 0) {
            reactor.counters.bytesRead += Math.min(result, room);
            return result > room ? IoStatus.TRUNCATED.code() : result;
        }
        if (result == EAGAIN) {
            reactor.counters.wouldBlocks++;
            channel.readable = false;
            return IoStatus.WOULD_BLOCK.code();
        }
        channel.failed("recvfrom", -result);
        return IoStatus.FAILED.code();
    }

    private void complete(IoStatus status, int received) {
        ReceiveHandler ended = handler;
        handler = null;
        buffer = null;
        if (status != IoStatus.OK && status != IoStatus.TRUNCATED) {
            source.clear();
        }
        end();
        try {
            ended.onReceive(status, received, source);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
