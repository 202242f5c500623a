package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.tls.TlsEngine.Step;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes ciphertext of plaintext as far as there is room for it. Does no I/O.
 *
 * <p>A record is made of what is contiguous. Only regions that are shorter than a record are collected first: a header
 * and its payload then go out as one record and not as two.
 */
final class Encrypter implements AutoCloseable {
    private static final int WOULD_BLOCK = IoStatus.WOULD_BLOCK.code();
    private static final int FAILED = IoStatus.FAILED.code();
    /**
     * What an engine may send of its own before it takes plaintext.
     */
    private static final int MAX_IDLE_STEPS = 8;

    private final TlsConnection connection;
    private final TlsEngine engine;
    private final CiphertextOut out;
    private UnsafeBuffer collected;

    Encrypter(TlsConnection connection, TlsEngine engine, CiphertextOut out) {
        this.connection = connection;
        this.engine = engine;
        this.out = out;
    }

    /**
     * Encrypts until there is no room for another record.
     *
     * @return bytes that were taken; or the code of {@code WOULD_BLOCK} or {@code FAILED} when none were.
     */
    int write(Regions regions) {
        int before = regions.done();
        int idle = 0;
        while (regions.left() > 0 && !connection.isOutputBroken() && !connection.isWorking() && out.hasRoom()) {
            try {
                Step step = encrypt(regions);
                out.commit(engine.produced());
                regions.advance(engine.consumed());
                if (step == Step.NEEDS_TASKS) {
                    connection.startTasks();
                } else if (step == Step.ENDED) {
                    connection.outputEnded();
                } else if (engine.consumed() > 0) {
                    idle = 0;
                } else if (++idle == MAX_IDLE_STEPS) {
                    throw connection.stuck();
                }
            } catch (TlsException e) {
                connection.engineFailed(e);
            }
        }
        int taken = regions.done() - before;
        return taken > 0 ? taken : connection.isOutputBroken() ? FAILED : WOULD_BLOCK;
    }

    @Override
    public void close() {
        BufferUtil.free(collected);
    }

    private Step encrypt(Regions regions) throws TlsException {
        if (regions.atHand() >= Math.min(regions.left(), TlsEngine.MAX_PLAINTEXT_LENGTH)) {
            return engine.encrypt(regions.address(), regions.atHand(), out.address(), out.room());
        }
        if (collected == null) {
            collected = new UnsafeBuffer(ByteBuffer.allocateDirect(TlsEngine.MAX_PLAINTEXT_LENGTH));
        }
        int length = regions.gather(collected, collected.capacity());
        return engine.encrypt(collected.addressOffset(), length, out.address(), out.room());
    }
}
