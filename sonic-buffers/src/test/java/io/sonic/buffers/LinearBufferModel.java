package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sonic.FifoBuffer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Drives a linear buffer with random steps beside a queue of bytes and a list of saved pieces.
 * {@code -Dsonic.test.seed=N} repeats or varies a run.
 */
final class LinearBufferModel {
    private static final int MAX_SLOTS = 20;

    private final long seed = Long.getLong("sonic.test.seed", 20_250_917L);
    private final Random random = new Random(seed);
    private final LinearBuffer fifo;
    private final byte[] actual;
    private final List<Saved> slots = new ArrayList<>();
    private byte[] queue = {};
    private int saved;
    private long discarded = -1;

    private record Saved(long slot, byte[] bytes) {
    }

    LinearBufferModel(LinearBuffer fifo) {
        this.fifo = fifo;
        this.actual = new byte[fifo.capacity()];
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            try {
                step();
                compare();
            } catch (Throwable t) {
                throw new AssertionError("step " + i + " of seed " + seed + ", capacity " + fifo.capacity(), t);
            }
        }
    }

    private void step() {
        int free = fifo.capacity() - saved - queue.length;
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> write(Math.min(free, random.nextInt(300)));
            case 5 -> expect(FifoBuffer.INSUFFICIENT_CAPACITY, fifo.claim(free + 1), "claim");
            case 6, 7, 8 -> read(random.nextInt(1 + Math.min(queue.length, 200)));
            case 9 -> take(random.nextInt(1 + Math.min(queue.length, 200)));
            case 10, 11 -> save(random.nextInt(1 + Math.min(queue.length, 100)));
            case 12, 13 -> discard();
            case 14 -> {
                int length = random.nextInt(1 + Math.min(queue.length, 20));
                fifo.uncommit(length);
                queue = Arrays.copyOf(queue, queue.length - length);
            }
            default -> rare(free);
        }
    }

    private void rare(int free) {
        switch (random.nextInt(1000)) {
            case 0 -> {
                fifo.reset();
                queue = new byte[0];
                forgetSlots();
            }
            case 1 -> {
                fifo.discardAll();
                forgetSlots();
            }
            case 2 -> write(free);
            case 3 -> read(queue.length);
            case 4 -> {
                int tooMuch = queue.length + 1 + random.nextInt(3);
                assertThatIllegalArgumentException().isThrownBy(() -> fifo.save(tooMuch));
                assertThatIllegalArgumentException().isThrownBy(() -> fifo.uncommit(tooMuch));
                assertThatIllegalArgumentException().isThrownBy(() -> fifo.consume(tooMuch));
                assertThatIllegalArgumentException().isThrownBy(() -> fifo.discard(discarded));
            }
            default -> write(Math.min(free, 1));
        }
    }

    private void write(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        expect(length, fifo.write(new UnsafeBuffer(bytes), 0, length), "write");
        ByteArrayOutputStream both = new ByteArrayOutputStream(queue.length + length);
        both.writeBytes(queue);
        both.writeBytes(bytes);
        queue = both.toByteArray();
    }

    private void read(int length) {
        byte[] bytes = new byte[length];
        expect(length, fifo.read(new UnsafeBuffer(bytes), 0, length), "read");
        expect(-1, Arrays.mismatch(bytes, Arrays.copyOf(queue, length)), "first byte that differs in read");
        queue = Arrays.copyOfRange(queue, length, queue.length);
    }

    private void take(int length) {
        fifo.consume(length);
        queue = Arrays.copyOfRange(queue, length, queue.length);
    }

    private void save(int length) {
        if (slots.size() < MAX_SLOTS) {
            slots.add(new Saved(fifo.save(length), Arrays.copyOf(queue, length)));
            saved += length;
            queue = Arrays.copyOfRange(queue, length, queue.length);
        }
    }

    private void discard() {
        if (!slots.isEmpty()) {
            Saved gone = slots.remove(random.nextInt(slots.size()));
            fifo.discard(gone.slot);
            saved -= gone.bytes.length;
            discarded = gone.slot;
        }
    }

    private void forgetSlots() {
        slots.clear();
        saved = 0;
    }

    private void compare() {
        expect(queue.length, fifo.readableLength(), "readableLength");
        expect(saved, fifo.savedLength(), "savedLength");
        compare(queue, fifo.readOffset(), "first readable byte that differs");
        for (Saved slot : slots) {
            expect(slot.bytes.length, fifo.savedLength(slot.slot), "savedLength");
            compare(slot.bytes, fifo.savedOffset(slot.slot), "first saved byte that differs");
        }
    }

    private void compare(byte[] expected, int offset, String what) {
        fifo.buffer().getBytes(offset, actual, 0, expected.length);
        int mismatch = Arrays.mismatch(expected, 0, expected.length, actual, 0, expected.length);
        expect(-1, mismatch, what);
    }

    private static void expect(int expected, int actual, String what) {
        if (expected != actual) {
            throw new AssertionError(what + ": expected " + expected + " but was " + actual);
        }
    }
}
