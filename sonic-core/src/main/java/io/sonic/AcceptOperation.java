package io.sonic;

import java.io.IOException;

/**
 * The accept that is in flight on a listener.
 */
final class AcceptOperation extends Operation {
    private static final int EAGAIN = -Errno.EAGAIN.number;

    private final TcpListener listener;
    private AcceptHandler handler;

    AcceptOperation(TcpListener listener) {
        super(listener.reactor);
        this.listener = listener;
    }

    void start(AcceptHandler newHandler) {
        checkIdle("an accept");
        if (newHandler == null) {
            throw new NullPointerException("handler");
        }
        handler = newHandler;
        begin(listener.readable);
    }

    @Override
    void attempt() {
        for (int calls = 0; calls < ReadOperation.MAX_CALLS; calls++) {
            BackendSocket socket = listener.socket.accept(listener.peer);
            int result = listener.socket.acceptResult();
            if (socket != null) {
                accepted(socket);
                return;
            }
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
        TcpStream stream;
        try {
            stream = TcpStream.accepted(
                    reactor, listener.streamOptions(), socket, listener.peer.toInetSocketAddress());
        } catch (IOException e) {
            listener.failed(e, 0);
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

    private void complete(IoStatus status, TcpStream stream) {
        AcceptHandler ended = handler;
        handler = null;
        end();
        try {
            ended.onAccept(status, stream);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
