package io.sonic.tls;

import io.sonic.IoStatus;
import java.util.Objects;

/**
 * The shutdown that is in flight: says that nothing follows, and waits until the peer has said so too.
 */
final class Shutdown extends TlsOperation {
    private static final int MAX_STEPS = 16;
    private static final int WOULD_BLOCK = IoStatus.WOULD_BLOCK.code();

    private final Decrypter decrypter;
    private final CiphertextOut out;
    private ShutdownHandler handler;

    Shutdown(TlsConnection connection, Decrypter decrypter, CiphertextOut out) {
        super(connection, "shutdown");
        this.decrypter = decrypter;
        this.out = out;
    }

    void start(ShutdownHandler newHandler) {
        checkIdle();
        handler = Objects.requireNonNull(newHandler, "handler");
        begin();
    }

    @Override
    void attempt() {
        if (!connection.hasTransport()) {
            return;
        }
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            boolean said = connection.sayEnd();
            IoStatus flushed = out.flush();
            if (connection.isInputBroken()) {
                connection.inputFailed();
                complete(IoStatus.FAILED);
                return;
            }
            if (flushed == IoStatus.FAILED) {
                connection.transportRefused();
                complete(IoStatus.FAILED);
                return;
            }
            if (decrypter.hasEnded()) {
                if (said && flushed == IoStatus.OK) {
                    complete(IoStatus.OK);
                    return;
                }
                if (flushed == IoStatus.WOULD_BLOCK || connection.isWorking()) {
                    connection.stayAwake();
                    return;
                }
            } else if (connection.isRead()) {
                // What comes belongs to the read, which resumes this one.
                return;
            } else if (decrypter.discard() == WOULD_BLOCK && connection.awaitInput()) {
                return;
            }
        }
        wake();
    }

    @Override
    void callHandler(IoStatus status) {
        ShutdownHandler called = handler;
        handler = null;
        called.onShutdown(status);
    }
}
