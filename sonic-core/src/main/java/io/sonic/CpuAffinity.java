package io.sonic;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.sonic.ffi.NativeCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.Collectors;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The processors that the current thread may run on. See {@code sched_setaffinity(2)}. Linux only.
 */
public final class CpuAffinity {
    /**
     * Processors that the kernel's mask has room for here.
     */
    private static final int MAX_CPUS = 8192;
    private static final int MASK_LENGTH = MAX_CPUS / 8;

    private static final FunctionDescriptor MASK =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SCHED_SETAFFINITY = NativeCalls.bind("sched_setaffinity", MASK);
    private static final MethodHandle SCHED_GETAFFINITY = NativeCalls.bind("sched_getaffinity", MASK);

    private CpuAffinity() {
    }

    /**
     * Pins the current thread.
     *
     * @param cpus numbers of processors, counted from 0; at least one.
     * @throws IOException              when the system refuses, or takes other processors than these: there is none of
     *                                  that number, or the process may not use it.
     * @throws IllegalArgumentException when there is no number, or one out of range.
     */
    public static void pinCurrentThread(int... cpus) throws IOException {
        if (cpus.length == 0) {
            throw new IllegalArgumentException("no processor to pin the thread to");
        }
        BitSet wanted = new BitSet();
        for (int cpu : cpus) {
            if (cpu < 0 || cpu >= MAX_CPUS) {
                throw new IllegalArgumentException("no processor has the number " + cpu);
            }
            wanted.set(cpu);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_LENGTH, Long.BYTES);
            byte[] bits = wanted.toByteArray();
            new UnsafeBuffer(mask.asByteBuffer()).putBytes(0, bits);
            call(SCHED_SETAFFINITY, "sched_setaffinity", mask, name(cpus));
        }
        BitSet taken = currentThread();
        if (!taken.equals(wanted)) {
            throw new IOException("sched_setaffinity " + name(cpus) + ": the system took " + taken);
        }
    }

    /**
     * Asks which processors the current thread may run on.
     *
     * @return a set of numbers, counted from 0.
     * @throws IOException when the system refuses.
     */
    public static BitSet currentThread() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_LENGTH, Long.BYTES);
            call(SCHED_GETAFFINITY, "sched_getaffinity", mask, "of this thread");
            return BitSet.valueOf(mask.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private static void call(MethodHandle handle, String call, MemorySegment mask, String subject) throws IOException {
        MemorySegment errno = NativeCalls.newErrno();
        int result;
        try {
            result = (int) handle.invokeExact(errno, 0, mask.address(), (long) MASK_LENGTH);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
        if (result < 0) {
            throw Errno.exception(call, subject, NativeCalls.errno(errno));
        }
    }

    private static String name(int[] cpus) {
        return Arrays.stream(cpus).mapToObj(Integer::toString).collect(Collectors.joining(",", "to CPU ", ""));
    }
}
