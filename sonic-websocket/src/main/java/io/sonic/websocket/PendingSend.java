package io.sonic.websocket;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.WriteHandler;
import java.util.Objects;

/**
 * A frame of the user that waits to be written: who is told, and from which position of the queue on it is done.
 */
final class PendingSend {
    private static final long NEVER = Long.MAX_VALUE;

    private final String name;
    private WriteHandler handler;
    private int length;
    private long endPosition;
    private IoStatus end;

    PendingSend(String name) {
        this.name = name;
    }

    void checkIdle(WriteHandler next) {
        Objects.requireNonNull(next, "handler");
        if (handler != null) {
            throw new IllegalStateException(name + " is in flight already");
        }
    }

    void start(WriteHandler next, int payloadLength, long position) {
        handler = next;
        length = payloadLength;
        endPosition = position;
        end = null;
    }

    void refuse(WriteHandler next, IoStatus status) {
        start(next, 0, NEVER);
        end = status;
    }

    /**
     * Ends the send for a reason that is not its own, at the next {@link #settle}.
     */
    void end(IoStatus status) {
        end = status;
    }

    /**
     * Calls the handler when the send is done or has ended.
     */
    void settle(Reactor reactor, long flushed) {
        if (handler == null) {
            return;
        }
        if (endPosition <= flushed) {
            complete(reactor, IoStatus.OK, length);
        } else if (end != null) {
            long missing = Math.min(endPosition - flushed, length);
            complete(reactor, end, (int) (length - missing));
        }
    }

    private void complete(Reactor reactor, IoStatus status, int written) {
        WriteHandler ended = handler;
        handler = null;
        end = null;
        reactor.completed();
        try {
            ended.onWrite(status, written);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
