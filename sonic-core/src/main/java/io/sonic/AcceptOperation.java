package io.sonic;

import java.io.IOException;
import java.util.Objects;

/**
 * The accept that is in flight on a listener.
 */
final class AcceptOperation<S extends SocketStream> extends Operation {
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final SocketListener<S> listener;
    private final Endpoint peer = new Endpoint();
    private AcceptHandler<? super S> handler;

    AcceptOperation(SocketListener<S> listener) {
        super(listener, "accept");
        this.listener = listener;
    }

    void start(AcceptHandler<? super S> newHandler) {
        checkIdle("an accept");
        handler = Objects.requireNonNull(newHandler, "handler");
        // While the reactor closes there can be no new stream; the accept ends when the listener is closed in turn.
        begin(listener.readable && reactor.isOpen());
    }

    @Override
    void attempt() {
        for (int calls = 0; calls < ReadOperation.MAX_CALLS; calls++) {
            BackendSocket socket = listener.socket.accept(peer);
            if (socket != null) {
                accepted(socket);
                return;
            }
            int result = listener.socket.acceptResult();
            if (result == EAGAIN) {
                listener.readable = false;
                return;
            }
            if (!isOfThePeer(result)) {
                listener.failed("accept4", -result);
                complete(IoStatus.FAILED, null);
                return;
            }
        }
        becomeReady();
    }

    @Override
    void abort(IoStatus status) {
        if (isInFlight()) {
            complete(status, null);
        }
    }

    private void accepted(BackendSocket socket) {
        S stream = listener.newStream();
        try {
            stream.accepted(socket, peer);
        } catch (IOException e) {
            listener.failed(e, Errno.numberOf(e));
            complete(IoStatus.FAILED, null);
            return;
        }
        complete(IoStatus.OK, stream);
    }

    /**
     * accept(2): errors of a connection that ended while it was queued; the next one may be well.
     */
    private static boolean isOfThePeer(int result) {
        return result == -Errno.ECONNABORTED.number || result == -Errno.EPROTO.number
                || result == -Errno.ENETDOWN.number || result == -Errno.EHOSTDOWN.number
                || result == -Errno.EHOSTUNREACH.number || result == -Errno.ENETUNREACH.number;
    }

    private void complete(IoStatus status, S stream) {
        AcceptHandler<? super S> ended = handler;
        handler = null;
        end();
        try {
            ended.onAccept(status, stream);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
