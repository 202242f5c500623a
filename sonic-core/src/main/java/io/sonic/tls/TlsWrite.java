package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.IoVector;
import io.sonic.WriteHandler;
import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * The write that is in flight.
 */
final class TlsWrite extends TlsOperation {
    /**
     * System calls of one attempt at most.
     */
    private static final int MAX_STEPS = 16;
    private static final int FAILED = IoStatus.FAILED.code();

    private final Encrypter encrypter;
    private final CiphertextOut out;
    private final Regions regions = new Regions();
    private boolean all;
    private WriteHandler handler;

    TlsWrite(TlsConnection connection, Encrypter encrypter, CiphertextOut out) {
        super(connection, "write");
        this.encrypter = encrypter;
        this.out = out;
    }

    void start(DirectBuffer buffer, int offset, int length, boolean wantsAll, WriteHandler newHandler) {
        checkIdle();
        handler = Objects.requireNonNull(newHandler, "handler");
        all = wantsAll;
        regions.start(buffer, offset, length);
        begin();
    }

    void start(IoVector vector, boolean wantsAll, WriteHandler newHandler) {
        checkIdle();
        handler = Objects.requireNonNull(newHandler, "handler");
        all = wantsAll;
        regions.start(vector);
        begin();
    }

    @Override
    void attempt() {
        if (!connection.hasTransport()) {
            return;
        }
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            if ((all || regions.done() == 0) && regions.left() > 0 && encrypter.write(regions) == FAILED) {
                connection.outputFailed();
                complete(IoStatus.FAILED);
                return;
            }
            IoStatus flushed = out.flush();
            if (flushed == IoStatus.FAILED) {
                connection.transportRefused();
                complete(IoStatus.FAILED);
                return;
            }
            if (flushed == IoStatus.WOULD_BLOCK) {
                return;
            }
            if (regions.left() == 0 || !all && regions.done() > 0) {
                complete(IoStatus.OK);
                return;
            }
            if (connection.isWorking()) {
                connection.stayAwake();
                return;
            }
        }
        wake();
    }

    @Override
    void callHandler(IoStatus status) {
        WriteHandler called = handler;
        handler = null;
        regions.clear();
        called.onWrite(status, regions.done());
    }

    /**
     * Writes as much as there is room for.
     *
     * @return bytes that were taken, or the code of {@code WOULD_BLOCK} or {@code FAILED}.
     */
    int tryWrite(DirectBuffer buffer, int offset, int length) {
        checkIdle();
        if (length == 0) {
            return 0;
        }
        IoStatus flushed = out.flush();
        if (flushed == IoStatus.OK) {
            regions.start(buffer, offset, length);
            int taken = encrypter.write(regions);
            regions.clear();
            if (taken < 0) {
                if (taken == FAILED) {
                    connection.outputFailed();
                }
                return taken;
            }
            flushed = out.flush();
            if (flushed != IoStatus.FAILED) {
                return taken;
            }
        }
        if (flushed == IoStatus.FAILED) {
            connection.transportRefused();
        }
        return flushed.code();
    }
}
