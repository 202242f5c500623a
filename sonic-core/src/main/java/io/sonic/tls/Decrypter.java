package io.sonic.tls;

import io.sonic.IoStatus;
import io.sonic.tls.TlsEngine.Step;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes plaintext of the ciphertext that is there. Does no I/O.
 *
 * <p>A record is decrypted to where the reader wants it. One that is longer than the reader's room is decrypted to a
 * buffer here, and handed out from there before anything else.
 */
final class Decrypter implements AutoCloseable {
    /**
     * There may be more, but others should have their turn. No code of an {@link IoStatus}.
     */
    static final int AGAIN = Integer.MIN_VALUE;
    private static final int WOULD_BLOCK = IoStatus.WOULD_BLOCK.code();
    private static final int END_OF_STREAM = IoStatus.END_OF_STREAM.code();
    private static final int FAILED = IoStatus.FAILED.code();
    /**
     * Records without plaintext that are taken at once: key updates, tickets.
     */
    private static final int MAX_STEPS = 32;

    private final TlsConnection connection;
    private final TlsEngine engine;
    private final CiphertextIn in;
    private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    /**
     * Made when it is first needed: a reader with room for whole records never does.
     */
    private UnsafeBuffer held;
    private int heldOffset;
    private int heldLength;
    private boolean ended;

    Decrypter(TlsConnection connection, TlsEngine engine, CiphertextIn in) {
        this.connection = connection;
        this.engine = engine;
        this.in = in;
    }

    /**
     * Whether the peer has said that nothing follows. What is held may be left.
     */
    boolean hasEnded() {
        return ended;
    }

    boolean isHolding() {
        return heldLength > 0;
    }

    /**
     * Gives plaintext, of one record at most.
     *
     * @param address where to.
     * @param room    bytes of room, at least 1.
     * @return the number of bytes, or the code of {@code WOULD_BLOCK}, {@code END_OF_STREAM} or {@code FAILED}, or
     *         {@link #AGAIN}.
     */
    int read(long address, int room) {
        if (heldLength > 0) {
            return takeHeld(address, room);
        }
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            int result = step(address, room);
            if (result != 0) {
                return result;
            }
            if (heldLength > 0) {
                return takeHeld(address, room);
            }
        }
        return AGAIN;
    }

    /**
     * Takes in one record at most.
     *
     * @return bytes of plaintext at the address, 0 for a record without, or for one that is held; or the code of
     *         {@code WOULD_BLOCK}, {@code END_OF_STREAM} or {@code FAILED}.
     */
    int step(long address, int room) {
        if (ended) {
            return END_OF_STREAM;
        }
        if (connection.isInputBroken()) {
            return FAILED;
        }
        if (connection.isWorking() || !connection.sendEngineOutput()) {
            return WOULD_BLOCK;
        }
        Step step;
        int produced;
        try {
            step = engine.decrypt(in.address(), in.length(), address, room);
            produced = engine.produced();
            if (step == Step.NEEDS_ROOM) {
                step = hold();
                produced = 0;
            }
        } catch (TlsException e) {
            connection.engineFailed(e);
            return FAILED;
        }
        in.consume(engine.consumed());
        if (engine.hasOutput()) {
            connection.sendEngineOutput();
        }
        if (produced > 0) {
            return produced;
        }
        return switch (step) {
            case ENDED -> end();
            case NEEDS_INPUT -> in.end() == null ? WOULD_BLOCK : connection.inputEnded(in.end());
            case NEEDS_TASKS -> {
                connection.startTasks();
                yield WOULD_BLOCK;
            }
            case PROGRESS, NEEDS_OUTPUT, NEEDS_ROOM, READY -> 0;
        };
    }

    /**
     * Drops a record's plaintext, or what is held.
     */
    int discard() {
        heldLength = 0;
        int result = step(0, 0);
        heldLength = 0;
        return result;
    }

    @Override
    public void close() {
        heldLength = 0;
        BufferUtil.free(held);
    }

    private Step hold() throws TlsException {
        if (held == null) {
            held = new UnsafeBuffer(ByteBuffer.allocateDirect(TlsEngine.MAX_RECORD_LENGTH));
        }
        Step step = engine.decrypt(in.address(), in.length(), held.addressOffset(), held.capacity());
        heldOffset = 0;
        heldLength = engine.produced();
        return step;
    }

    private int takeHeld(long address, int room) {
        int taken = Math.min(room, heldLength);
        memory.wrap(address, taken);
        memory.putBytes(0, held, heldOffset, taken);
        heldOffset += taken;
        heldLength -= taken;
        return taken;
    }

    private int end() {
        ended = true;
        connection.wakeOperations();
        return END_OF_STREAM;
    }
}
