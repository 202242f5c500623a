package io.sonic.benchmarks;

import io.sonic.buffers.MirroredBuffer;
import java.io.IOException;
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
 * What it costs to consume from a mirrored buffer, whatever is queued behind, and what a stream of 512 messages in
 * 128 KiB costs beside a buffer that moves the rest to the front each time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {
    "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"})
public class MirroredBufferBenchmark {
    private static final int MESSAGE_LENGTH = 64;

    /** The bytes that stay queued: consuming must not depend on them. */
    @Param({"0", "65536", "1000000"})
    public int queued;

    private MirroredBuffer fifo;
    private int head;
    private int tail;

    @Setup
    public void open() throws IOException {
        fifo = MirroredBuffer.allocate(1 << 20, new MirroredBuffer.Context().prefault(true));
        fifo.commit(queued + MESSAGE_LENGTH);
        tail = queued + MESSAGE_LENGTH;
    }

    @TearDown
    public void close() {
        fifo.close();
    }

    /** The floor: two counters, and one comparison for the wrap. */
    @Benchmark
    public int floorTwoCounters() {
        head += MESSAGE_LENGTH;
        if (head >= 1 << 20) {
            head -= 1 << 20;
            tail -= 1 << 20;
        }
        tail += MESSAGE_LENGTH;
        return head;
    }

    /** Consumes one message and commits another, so that as much stays queued. */
    @Benchmark
    public int consumeAndCommit() {
        fifo.consume(MESSAGE_LENGTH);
        fifo.commit(MESSAGE_LENGTH);
        return fifo.readOffset();
    }

    /** All steps of a message of 8 bytes: claim, write, commit, read, consume. */
    @Benchmark
    public long message() {
        int offset = fifo.claim(Long.BYTES);
        fifo.buffer().putLong(offset, offset);
        fifo.commit(Long.BYTES);
        long value = fifo.buffer().getLong(fifo.readOffset());
        fifo.consume(Long.BYTES);
        return value;
    }

    /** The stream of 512 messages: one receive of 128 KiB, then message after message. */
    @State(Scope.Thread)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @Warmup(iterations = 3, time = 1)
    @Measurement(iterations = 5, time = 1)
    @Fork(value = 1, jvmArgsAppend = {
        "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"})
    public static class Burst {
        private static final int LENGTH = 128 * 1024;
        private static final int MESSAGES = 512;

        private final UnsafeBuffer received = new UnsafeBuffer(new byte[LENGTH]);
        private final UnsafeBuffer linear = new UnsafeBuffer(new byte[LENGTH]);
        private MirroredBuffer fifo;

        @Setup
        public void open() throws IOException {
            fifo = MirroredBuffer.allocate(LENGTH, new MirroredBuffer.Context().prefault(true));
            fifo.commit(LENGTH / 3);
            fifo.consume(LENGTH / 3);
        }

        @TearDown
        public void close() {
            fifo.close();
        }

        /** The floor: the copy that stands for the receive, and one look at each message. */
        @Benchmark
        public long floorCopyOnly() {
            linear.putBytes(0, received, 0, LENGTH);
            long sum = 0;
            for (int i = 0; i < MESSAGES; i++) {
                sum += linear.getLong(i * (LENGTH / MESSAGES));
            }
            return sum;
        }

        @Benchmark
        public long mirrored() {
            fifo.buffer().putBytes(fifo.claim(LENGTH), received, 0, LENGTH);
            fifo.commit(LENGTH);
            long sum = 0;
            for (int i = 0; i < MESSAGES; i++) {
                sum += fifo.buffer().getLong(fifo.readOffset());
                fifo.consume(LENGTH / MESSAGES);
            }
            return sum;
        }

        /** A buffer whose readable bytes always start at 0: each consume moves the rest. */
        @Benchmark
        public long memmove() {
            linear.putBytes(0, received, 0, LENGTH);
            int readable = LENGTH;
            long sum = 0;
            for (int i = 0; i < MESSAGES; i++) {
                sum += linear.getLong(0);
                readable -= LENGTH / MESSAGES;
                linear.putBytes(0, linear, LENGTH / MESSAGES, readable);
            }
            return sum;
        }
    }
}
