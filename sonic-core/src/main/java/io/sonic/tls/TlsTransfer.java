package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.IoVector;
import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * What the read and the write have in common: the user's memory, and the handler.
 *
 * @param <H> the handlers that it calls.
 */
abstract class TlsTransfer<H> extends TlsOperation {
    /**
     * System calls of one attempt at most, so that a fast peer does not keep others waiting.
     */
    static final int MAX_STEPS = 16;
    static final int FAILED = IoStatus.FAILED.code();

    final Regions regions = new Regions();
    boolean all;
    private H handler;

    TlsTransfer(TlsConnection connection, String name) {
        super(connection, name);
    }

    final void start(DirectBuffer buffer, int offset, int length, boolean wantsAll, H newHandler) {
        accept(wantsAll, newHandler);
        regions.start(buffer, offset, length);
        begin();
    }

    final void start(IoVector vector, boolean wantsAll, H newHandler) {
        accept(wantsAll, newHandler);
        regions.start(vector);
        begin();
    }

    @Override
    final void callHandler(IoStatus status) {
        H called = handler;
        handler = null;
        regions.clear();
        call(called, status, regions.done());
    }

    abstract void call(H called, IoStatus status, int transferred);

    private void accept(boolean wantsAll, H newHandler) {
        checkIdle();
        handler = Objects.requireNonNull(newHandler, "handler");
        all = wantsAll;
    }
}
