package io.sonic.benchmarks;

import io.sonic.buffers.ReorderWindow;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one packet costs in a reorder window: claim a slot, write a word, insert, and take what is in order.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED")
public class ReorderWindowBenchmark {
    private static final int CAPACITY = 4096;
    private static final int SLOT_LENGTH = 2048;
    private static final int PERIOD = 100;

    private final UnsafeBuffer plain = new UnsafeBuffer(BufferUtil.allocateDirectAligned(SLOT_LENGTH, 64));
    private ReorderWindow window;
    private ReorderWindow behindHole;
    private int slot;
    private long sequence;
    private long expected;
    private int phase;

    @Setup
    public void open() {
        window = ReorderWindow.allocate(CAPACITY, SLOT_LENGTH, 1, 0);
        slot = window.claim();
        behindHole = ReorderWindow.allocate(CAPACITY, SLOT_LENGTH, 1, 0);
    }

    @TearDown
    public void close() {
        window.close();
        behindHole.close();
    }

    /** The floor: a word written and read, and a sequence number compared. */
    @Benchmark
    public long floorInOrderOnly() {
        plain.putLong(0, sequence);
        if (sequence == expected) {
            expected++;
        }
        sequence++;
        return plain.getLong(0);
    }

    @Benchmark
    public long inOrder() {
        return receive(sequence++);
    }

    /** The same, but a packet that is expected passes the window by and is read where it is. */
    @Benchmark
    public long inOrderInPlace() {
        long number = sequence++;
        int offset = window.offset(slot);
        window.buffer().putLong(offset, number);
        if (!window.tryAdvance(number)) {
            throw new AssertionError("packet " + number + " is not expected");
        }
        return window.hasNext() ? 0 : window.buffer().getLong(offset);
    }

    /** One packet of a hundred comes before the one that it follows. */
    @Benchmark
    public long onePercentEarly() {
        long next = sequence++;
        int early = phase;
        phase = early + 1 == PERIOD ? 0 : early + 1;
        return receive(early == 0 ? next + 1 : early == 1 ? next - 1 : next);
    }

    /** A gap that is never filled: packets are kept behind it until the window is full, then it is given up. */
    @Benchmark
    public long behindPersistentGap() {
        int free = behindHole.claim();
        long next = behindHole.highest() + (behindHole.packetCount() == 0 ? 2 : 1);
        if (!behindHole.insert(next, free, Long.BYTES).isKept()) {
            behindHole.release(free);
            behindHole.skipTo(next);
        }
        return next;
    }

    private long receive(long number) {
        window.buffer().putLong(window.offset(slot), number);
        if (window.insert(number, slot, Long.BYTES).isKept()) {
            slot = window.claim();
        }
        long sum = 0;
        while (window.hasNext()) {
            sum += window.buffer().getLong(window.nextOffset()) + window.nextLength();
            window.consume();
        }
        return sum;
    }
}
