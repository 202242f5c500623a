package io.sonic.benchmarks;

import io.sonic.buffers.LinearBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a message of 64 bytes costs in a linear buffer of 64 KiB, the moves that it causes now and then among it, while
 * so many bytes stay queued.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class LinearBufferBenchmark {
    private static final int CAPACITY = 64 * 1024;
    private static final int MESSAGE_LENGTH = 64;

    /** The bytes that stay queued. */
    @Param({"0", "4096", "24576"})
    public int queued;

    private final UnsafeBuffer plain = new UnsafeBuffer(new byte[CAPACITY]);
    private LinearBuffer fifo;
    private int position;

    @Setup
    public void open() {
        fifo = LinearBuffer.allocate(CAPACITY);
        fifo.commit(queued);
    }

    @TearDown
    public void close() {
        fifo.close();
    }

    /** The floor: one write and one read in memory that nobody keeps book of. */
    @Benchmark
    public long floorMemory() {
        position = (position + MESSAGE_LENGTH) & (CAPACITY - 1);
        plain.putLong(position, position);
        return plain.getLong((position - queued) & (CAPACITY - 1));
    }

    @Benchmark
    public long message() {
        int offset = fifo.claim(MESSAGE_LENGTH);
        fifo.buffer().putLong(offset, offset);
        fifo.commit(MESSAGE_LENGTH);
        long value = fifo.buffer().getLong(fifo.readOffset());
        fifo.consume(MESSAGE_LENGTH);
        return value;
    }

    /** The same, but each message is put aside and dropped later. */
    @Benchmark
    public long savedMessage() {
        int offset = fifo.claim(MESSAGE_LENGTH);
        fifo.buffer().putLong(offset, offset);
        fifo.commit(MESSAGE_LENGTH);
        long slot = fifo.save(MESSAGE_LENGTH);
        long value = fifo.buffer().getLong(fifo.savedOffset(slot));
        fifo.discard(slot);
        return value;
    }
}
