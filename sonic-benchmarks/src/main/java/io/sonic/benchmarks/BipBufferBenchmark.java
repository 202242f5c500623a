package io.sonic.benchmarks;

import io.sonic.buffers.BipBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
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
 * What claim, commit and consume of one packet cost in a bip buffer of 64 KiB with 100 packets queued. Beside it
 * Agrona's ring buffer, which does more: it hands packets from one thread to another.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class BipBufferBenchmark {
    private static final int CAPACITY = 64 * 1024;
    private static final int QUEUED = 100;

    /** The length of a packet in bytes. */
    @Param({"16", "200"})
    public int length;

    private final UnsafeBuffer plain = new UnsafeBuffer(BufferUtil.allocateDirectAligned(CAPACITY, 64));
    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(
            BufferUtil.allocateDirectAligned(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH, 64)));
    private BipBuffer packets;
    private BipBuffer.Cursor cursor;
    private int position;
    private long sum;
    private final MessageHandler handler = (type, buffer, index, bytes) -> sum += bytes + buffer.getLong(index);

    @Setup
    public void open() {
        packets = BipBuffer.allocate(CAPACITY);
        for (int i = 0; i < QUEUED; i++) {
            packets.claim(length);
            packets.commit(length);
            ring.commit(ring.tryClaim(1, length));
        }
        cursor = packets.cursor();
    }

    @TearDown
    public void close() {
        packets.close();
    }

    /** The floor: a length and a word written and read in memory that nobody keeps book of. */
    @Benchmark
    public long floorMemory() {
        position = (position + length + 8) & (CAPACITY / 2 - 1);
        plain.putInt(position, length);
        plain.putLong(position + 8, position);
        int oldest = position + CAPACITY / 4 & (CAPACITY / 2 - 1);
        return plain.getInt(oldest) + plain.getLong(oldest + 8);
    }

    @Benchmark
    public long claimCommitConsume() {
        int offset = packets.claim(length);
        packets.buffer().putLong(offset, offset);
        packets.commit(length);
        long value = packets.packetLength() + packets.buffer().getLong(packets.packetOffset());
        packets.consume();
        return value;
    }

    /** One packet of a walk over all that is queued. */
    @Benchmark
    public long replayNext() {
        if (!cursor.next()) {
            cursor.rewind();
            cursor.next();
        }
        return packets.buffer().getLong(cursor.offset());
    }

    @Benchmark
    public long agronaOneToOneRingBuffer() {
        int offset = ring.tryClaim(1, length);
        ring.buffer().putLong(offset, offset);
        ring.commit(offset);
        while (ring.read(handler, 1) == 0) {
            // It met the padding before the wrap.
        }
        return sum;
    }
}
