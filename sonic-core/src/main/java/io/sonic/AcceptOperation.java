package io.sonic;

import java.io.IOException;
import java.util.Objects;

/**
 * The accept that is in flight on a listener.
 */
final class AcceptOperation<S extends SocketStream> extends Operation {
    private static final int EAGAIN = -Errno.EAGAIN.number;

    /**
     * Between two attempts where nothing can be accepted at all, for want of descriptors for instance.
     */
    private static final long PAUSE_NS = 100_000_000;

    private final SocketListener<S> listener;
    private final Endpoint peer = new Endpoint();
    private AcceptHandler<? super S> handler;
    private boolean each;

    AcceptOperation(SocketListener<S> listener) {
        super(listener, "accept");
        this.listener = listener;
    }

    /**
     * Accepts one connection, or one after the other.
     */
    void start(boolean acceptsEach, AcceptHandler<? super S> newHandler) {
        checkIdle();
        handler = Objects.requireNonNull(newHandler, "handler");
        each = acceptsEach;
        // While the reactor closes there can be no new stream; the accept ends when the listener is closed in turn.
        begin(listener.readable && reactor.isOpen());
    }

    @Override
    void attempt() {
        for (int calls = 0; calls < TransferOperation.MAX_CALLS; calls++) {
            BackendSocket socket = listener.socket.accept(peer);
            if (socket != null) {
                if (accepted(socket)) {
                    // One handler at a time, as runOne() has it.
                    becomeReady();
                }
                return;
            }
            int result = listener.socket.acceptResult();
            if (result == EAGAIN) {
                listener.readable = false;
                return;
            }
            if (!isOfThePeer(result)) {
                listener.failed("accept4", -result);
                if (goesOnAfter(IoStatus.FAILED, null)) {
                    attemptAfter(PAUSE_NS);
                }
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

    private boolean accepted(BackendSocket socket) {
        S stream = listener.newStream();
        try {
            stream.accepted(socket, peer);
        } catch (IOException e) {
            listener.failed(e, Errno.numberOf(e));
            return goesOnAfter(IoStatus.FAILED, null);
        }
        return goesOnAfter(IoStatus.OK, stream);
    }

    /**
     * accept(2): errors of a connection that ended while it was queued; the next one may be well.
     */
    private static boolean isOfThePeer(int result) {
        return result == -Errno.ECONNABORTED.number || result == -Errno.EPROTO.number
                || result == -Errno.ENETDOWN.number || result == -Errno.EHOSTDOWN.number
                || result == -Errno.EHOSTUNREACH.number || result == -Errno.ENETUNREACH.number;
    }

    /**
     * Tells the handler of one connection.
     *
     * @return whether the next one is to be accepted.
     */
    private boolean goesOnAfter(IoStatus status, S stream) {
        if (!each) {
            complete(status, stream);
            return false;
        }
        int current = number;
        reactor.completed();
        call(handler, status, stream);
        // The handler may have cancelled, and even started again.
        return isInFlight() && number == current;
    }

    private void complete(IoStatus status, S stream) {
        AcceptHandler<? super S> ended = handler;
        handler = null;
        end();
        call(ended, status, stream);
    }

    private void call(AcceptHandler<? super S> called, IoStatus status, S stream) {
        try {
            called.onAccept(status, stream);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }
}
