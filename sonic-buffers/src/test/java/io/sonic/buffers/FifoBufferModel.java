package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sonic.FifoBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * Drives a FIFO buffer with random steps beside the simplest queue of bytes there is, and compares all that can be
 * seen after each step. {@code -Dsonic.test.seed=N} repeats or varies a run.
 */
final class FifoBufferModel {
    private final long seed = Long.getLong("sonic.test.seed", 20_250_917L);
    private final Random random = new Random(seed);
    private final FifoBuffer fifo;
    private final byte[] queue;
    private final byte[] read;
    private final byte[] source;
    private int queued;

    FifoBufferModel(FifoBuffer fifo, int capacity) {
        this.fifo = fifo;
        this.queue = new byte[capacity];
        this.read = new byte[capacity];
        this.source = new byte[2 * capacity];
        random.nextBytes(source);
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            try {
                step();
                compare();
            } catch (Throwable t) {
                throw new AssertionError("step " + i + " of seed " + seed + ", capacity " + queue.length, t);
            }
        }
    }

    private void step() {
        int free = queue.length - queued;
        switch (random.nextInt(100)) {
            case 0 -> {
                fifo.reset();
                queued = 0;
            }
            case 1 -> assertThatIllegalArgumentException().isThrownBy(() -> fifo.commit(free + tooMuch()));
            case 2 -> assertThatIllegalArgumentException().isThrownBy(() -> fifo.consume(queued + tooMuch()));
            case 3 -> expect(FifoBuffer.INSUFFICIENT_CAPACITY, fifo.claim(free + tooMuch()), "claim");
            default -> {
                if (random.nextBoolean()) {
                    write(length(free));
                } else {
                    read(length(queued));
                }
            }
        }
    }

    private int tooMuch() {
        return 1 + random.nextInt(9);
    }

    private int length(int most) {
        return switch (random.nextInt(8)) {
            case 0 -> most;
            case 1 -> Math.max(0, most - 1);
            case 2 -> Math.min(1, most);
            case 3 -> random.nextInt(most + 1);
            default -> Math.min(random.nextInt(1500), most);
        };
    }

    private void write(int claimed) {
        int offset = fifo.claim(claimed);
        expect(fifo.writeOffset(), offset, "claim");
        if (fifo.writableLength() < claimed) {
            throw new AssertionError("claimed " + claimed + ", writable " + fifo.writableLength());
        }
        int committed = random.nextInt(4) == 0 ? random.nextInt(claimed + 1) : claimed;
        System.arraycopy(source, random.nextInt(source.length - committed), queue, queued, committed);
        fifo.buffer().putBytes(offset, queue, queued, committed);
        fifo.commit(committed);
        queued += committed;
    }

    private void read(int length) {
        fifo.consume(length);
        System.arraycopy(queue, length, queue, 0, queued - length);
        queued -= length;
    }

    private void compare() {
        expect(queued, fifo.readableLength(), "readableLength");
        if (fifo.writableLength() > queue.length - queued) {
            throw new AssertionError("too much is writable: " + fifo.writableLength());
        }
        fifo.buffer().getBytes(fifo.readOffset(), read, 0, queued);
        expect(-1, Arrays.mismatch(read, 0, queued, queue, 0, queued), "first byte that differs");
    }

    private static void expect(int expected, int actual, String what) {
        if (expected != actual) {
            throw new AssertionError(what + ": expected " + expected + " but was " + actual);
        }
    }
}
