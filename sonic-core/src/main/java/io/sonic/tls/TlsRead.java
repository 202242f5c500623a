package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.ReadHandler;

/**
 * The read that is in flight.
 */
final class TlsRead extends TlsTransfer<ReadHandler> {
    private static final int WOULD_BLOCK = IoStatus.WOULD_BLOCK.code();

    private final Decrypter decrypter;

    TlsRead(TlsConnection connection, Decrypter decrypter) {
        super(connection, "read");
        this.decrypter = decrypter;
    }

    @Override
    void attempt() {
        if (!connection.hasTransport()) {
            return;
        }
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            if (regions.left() == 0) {
                complete(IoStatus.OK);
                return;
            }
            int result = decrypter.read(regions.address(), regions.atHand());
            if (result > 0) {
                regions.advance(result);
                if (!all) {
                    takeWhatIsHeld();
                    complete(IoStatus.OK);
                    return;
                }
            } else if (result == WOULD_BLOCK) {
                if (connection.awaitInput()) {
                    return;
                }
            } else if (result == Decrypter.AGAIN) {
                break;
            } else {
                if (result == FAILED) {
                    connection.inputFailed();
                }
                complete(IoStatus.of(result));
                return;
            }
        }
        wake();
    }

    @Override
    void call(ReadHandler called, IoStatus status, int transferred) {
        called.onRead(status, transferred);
    }

    /**
     * A record that is longer than the first region goes on in the next ones.
     */
    private void takeWhatIsHeld() {
        while (regions.left() > 0 && decrypter.isHolding()) {
            regions.advance(decrypter.read(regions.address(), regions.atHand()));
        }
    }
}
