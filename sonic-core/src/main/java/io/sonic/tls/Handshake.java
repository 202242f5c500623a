package io.sonic.tls;

import io.sonic.IoStatus;
import java.util.Objects;

/**
 * The handshake that is in flight. One that was cancelled can go on where it stopped.
 */
final class Handshake extends TlsOperation {
    private static final int MAX_STEPS = 32;
    private static final int WOULD_BLOCK = IoStatus.WOULD_BLOCK.code();

    private final TlsEngine engine;
    private final Decrypter decrypter;
    private final CiphertextOut out;
    private HandshakeHandler handler;

    Handshake(TlsConnection connection, TlsEngine engine, Decrypter decrypter, CiphertextOut out) {
        super(connection, "handshake");
        this.engine = engine;
        this.decrypter = decrypter;
        this.out = out;
    }

    void start(HandshakeHandler newHandler) {
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
            if (connection.isInputBroken()) {
                connection.inputFailed();
                complete(IoStatus.FAILED);
                return;
            }
            if (connection.isOutputBroken()) {
                connection.outputFailed();
                complete(IoStatus.FAILED);
                return;
            }
            if (connection.isWorking()) {
                connection.stayAwake();
                return;
            }
            switch (engine.next()) {
                case NEEDS_TASKS -> connection.startTasks();
                case NEEDS_OUTPUT -> {
                    if (!connection.sendEngineOutput()) {
                        return;
                    }
                }
                case READY -> {
                    // What the transport has not taken yet goes out in the background: a peer that does not read does
                    // not keep the handshake waiting, for the tickets for instance that a server sends at its end.
                    if (out.flush() != IoStatus.FAILED) {
                        connection.handshakeDone();
                        complete(IoStatus.OK);
                        return;
                    }
                    connection.transportRefused();
                }
                case NEEDS_INPUT -> {
                    if (decrypter.step(0, 0) == WOULD_BLOCK && connection.awaitInput()) {
                        return;
                    }
                }
                case ENDED -> connection.inputEnded(IoStatus.END_OF_STREAM);
                case PROGRESS, NEEDS_ROOM -> throw new AssertionError("not a need of a handshake");
            }
        }
        wake();
    }

    @Override
    void callHandler(IoStatus status) {
        HandshakeHandler called = handler;
        handler = null;
        called.onHandshake(status);
    }
}
