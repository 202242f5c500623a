package io.sonic.benchmarks;

import io.sonic.feed.Arbiter;
import io.sonic.feed.NumberedFormat;
import io.sonic.feed.mold.MoldFormat;
import io.sonic.feed.mold.MoldPacket;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What arbitration costs in memory, for each packet that arrives: its header is written, it is given to the arbiter,
 * and a word of each message is read. With two lines there are two packets for each one that is handed on.
 *
 * <pre>java -jar sonic-benchmarks/target/sonic-benchmarks.jar ArbiterBenchmark -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {
    "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"})
public class ArbiterBenchmark {
    private static final int LENGTH = 200;
    private static final int PERIOD = 100;
    private static final long SESSION = MoldPacket.sessionHigh("BENCHMARK");
    private static final long SESSION_LOW = MoldPacket.sessionLow("BENCHMARK");

    private Arbiter numbered;
    private Arbiter mold;
    private final int[] slots = new int[2];
    private final int[] moldSlots = new int[2];
    private long sequence;
    private long sum;
    private int phase;

    @Setup
    public void open() {
        numbered = arbiter(new Arbiter.Context(NumberedFormat.sequenced()), slots);
        mold = arbiter(new Arbiter.Context(new MoldFormat()), moldSlots);
        sequence = 1;
    }

    private Arbiter arbiter(Arbiter.Context context, int[] firstSlots) {
        Arbiter arbiter = new Arbiter(context.startAt(1), this::onMessage, thrown -> {
            throw new AssertionError(thrown);
        });
        for (int line = 0; line < 2; line++) {
            arbiter.addLine(0);
            firstSlots[line] = arbiter.claim();
        }
        return arbiter;
    }

    /** Both lines bring each packet, in order. */
    @Benchmark
    @OperationsPerInvocation(2)
    public long twoLinesInOrder() {
        long number = sequence++;
        give(0, number);
        give(1, number);
        return sum;
    }

    /** One packet of a hundred comes before the one that it follows, on one line; nothing is ever missing for long. */
    @Benchmark
    @OperationsPerInvocation(2)
    public long twoLinesOnePercentEarly() {
        long number = sequence++;
        int early = phase;
        phase = early + 1 == PERIOD ? 0 : early + 1;
        long first = early == 0 ? number + 1 : early == 1 ? number - 1 : number;
        give(0, first);
        give(1, first);
        return sum;
    }

    /** One packet of a hundred is missing on the first line, and comes ten packets later on the second. */
    @Benchmark
    @OperationsPerInvocation(2)
    public long secondLineFillsGapsOfTheFirst() {
        long number = sequence++;
        if (number % PERIOD != 0) {
            give(0, number);
        }
        if (number > 10) {
            give(1, number - 10);
        }
        return sum;
    }

    /** Packets of MoldUDP64 with four messages each, on both lines. */
    @Benchmark
    @OperationsPerInvocation(2)
    public long twoLinesOfMoldInOrder() {
        long number = sequence;
        sequence += 4;
        giveMold(0, number);
        giveMold(1, number);
        return sum;
    }

    private void give(int line, long number) {
        int slot = slots[line];
        numbered.buffer().putLong(numbered.offset(slot), number, ByteOrder.BIG_ENDIAN);
        slots[line] = numbered.onPacket(line, slot, LENGTH, number, number);
    }

    private void giveMold(int line, long number) {
        int slot = moldSlots[line];
        int at = mold.offset(slot);
        MoldPacket.putHeader(mold.buffer(), at, SESSION, SESSION_LOW, number, 4);
        at += MoldPacket.HEADER_LENGTH;
        for (int i = 0; i < 4; i++) {
            mold.buffer().putShort(at, (short) 36, ByteOrder.BIG_ENDIAN);
            at += 38;
        }
        moldSlots[line] = mold.onPacket(line, slot, MoldPacket.HEADER_LENGTH + 4 * 38, number, number);
    }

    private void onMessage(long number, DirectBuffer buffer, int offset, int length) {
        sum += buffer.getInt(offset) + length;
    }
}
