package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.WriteHandler;
import org.agrona.DirectBuffer;

/**
 * The write that is in flight.
 */
final class TlsWrite extends TlsTransfer<WriteHandler> {
    private final Encrypter encrypter;
    private final CiphertextOut out;

    TlsWrite(TlsConnection connection, Encrypter encrypter, CiphertextOut out) {
        super(connection, "write");
        this.encrypter = encrypter;
        this.out = out;
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
    void call(WriteHandler called, IoStatus status, int transferred) {
        called.onWrite(status, transferred);
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
