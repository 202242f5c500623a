package io.sonic.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.sonic.Reactor;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.ffi.NativeCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
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
 * What a turn of the loop costs without work, with a post, and with a timer, while 10,000 other timers are scheduled.
 * The floor is {@code epoll_wait} alone, called the same way.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {
    "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED"})
public class ReactorBenchmark {
    private static final int OTHER_TIMERS = 10_000;
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final int MAX_EVENTS = 256;
    private static final MethodHandle EPOLL_CREATE1 =
            NativeCalls.bind("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle EPOLL_WAIT = NativeCalls.bindCritical("epoll_wait",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = NativeCalls.bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final MemorySegment errno = NativeCalls.newErrno();
    private final MemorySegment events = Arena.ofAuto().allocate(16L * MAX_EVENTS, 8);
    private int epoll;
    private Reactor idle;
    private Reactor reactor;
    private Timer timer;
    private long calls;
    private final Runnable task = () -> calls++;
    private final TimerHandler handler = due -> calls++;

    @Setup
    public void open() throws Throwable {
        epoll = (int) EPOLL_CREATE1.invokeExact(errno, 0);
        idle = Reactor.open();
        reactor = Reactor.open();
        for (int i = 0; i < OTHER_TIMERS; i++) {
            new Timer(reactor).scheduleOnce(HOUR_NS + i, handler);
        }
        timer = new Timer(reactor);
    }

    @TearDown
    public void close() throws Throwable {
        idle.close();
        reactor.close();
        int closed = (int) CLOSE.invokeExact(errno, epoll);
        if (closed != 0) {
            throw new IOException("close failed");
        }
    }

    @Benchmark
    public int floorEpollWait() throws Throwable {
        return (int) EPOLL_WAIT.invokeExact(errno, epoll, events.address(), MAX_EVENTS, 0);
    }

    @Benchmark
    public int pollIdle() {
        return idle.poll();
    }

    @Benchmark
    public int postAndPoll() {
        idle.post(task);
        return idle.poll();
    }

    @Benchmark
    public boolean scheduleAndCancelATimer() {
        timer.scheduleOnce(HOUR_NS, handler);
        return timer.cancel();
    }

    @Benchmark
    public int scheduleATimerThatFires() {
        timer.scheduleOnce(1, handler);
        return reactor.poll();
    }
}
