package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.IoVector;
import io.sonic.ReadHandler;
import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * The read that is in flight.
 */
final class TlsRead extends TlsOperation {
    /**
     * Records of one attempt at most, so that a fast peer does not keep others waiting.
     */
    private static final int MAX_STEPS = 16;
    private static final int WOULD_BLOCK = IoStatus.WOULD_BLOCK.code();
    private static final int FAILED = IoStatus.FAILED.code();

    private final Decrypter decrypter;
    private final Regions regions = new Regions();
    private boolean all;
    private ReadHandler handler;

    TlsRead(TlsConnection connection, Decrypter decrypter) {
        super(connection, "read");
        this.decrypter = decrypter;
    }

    void start(DirectBuffer buffer, int offset, int length, boolean wantsAll, ReadHandler newHandler) {
        checkIdle();
        handler = Objects.requireNonNull(newHandler, "handler");
        all = wantsAll;
        regions.start(buffer, offset, length);
        begin();
    }

    void start(IoVector vector, boolean wantsAll, ReadHandler newHandler) {
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
    void callHandler(IoStatus status) {
        ReadHandler called = handler;
        handler = null;
        regions.clear();
        called.onRead(status, regions.done());
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
