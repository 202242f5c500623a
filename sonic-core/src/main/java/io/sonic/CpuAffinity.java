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

    private CpuAffinity() {
    }

    /**
     * Pins the current thread.
     *
     * @param cpus numbers of processors, counted from 0; at least one.
     * @throws IOException              when the system refuses, or takes other processors than these: there is none of
     *                                  that number, or the process may not use it.
     * @throws IllegalArgumentException when there is no number, or one out of range.
     * @throws IllegalStateException    when the JVM lacks a flag; the sentence names it.
     */
    public static void pinCurrentThread(int... cpus) throws IOException {
        if (cpus.length == 0) {
            throw new IllegalArgumentException("no processor to pin the thread to");
        }
        Requirements.checkNativeAccess();
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
            int result = Calls.schedSetaffinity(mask);
            if (result < 0) {
                throw Errno.fileException("sched_setaffinity", name(cpus), -result);
            }
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
     * @throws IOException           when the system refuses.
     * @throws IllegalStateException when the JVM lacks a flag; the sentence names it.
     */
    public static BitSet currentThread() throws IOException {
        Requirements.checkNativeAccess();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_LENGTH, Long.BYTES);
            int result = Calls.schedGetaffinity(mask);
            if (result < 0) {
                throw Errno.fileException("sched_getaffinity", "of this thread", -result);
            }
            return BitSet.valueOf(mask.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private static String name(int[] cpus) {
        return Arrays.stream(cpus).mapToObj(Integer::toString).collect(Collectors.joining(",", "to CPU ", ""));
    }

    /**
     * The system calls; bound when they are first needed.
     */
    private static final class Calls {
        private static final FunctionDescriptor MASK =
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
        private static final MethodHandle SCHED_SETAFFINITY = NativeCalls.bind("sched_setaffinity", MASK);
        private static final MethodHandle SCHED_GETAFFINITY = NativeCalls.bind("sched_getaffinity", MASK);

        static int schedSetaffinity(MemorySegment mask) {
            MemorySegment errno = NativeCalls.newErrno();
            try {
                return result(errno, (int) SCHED_SETAFFINITY.invokeExact(errno, 0, (long) MASK_LENGTH, mask.address()));
            } catch (Throwable t) {
                throw NativeCalls.unexpected(t);
            }
        }

        static int schedGetaffinity(MemorySegment mask) {
            MemorySegment errno = NativeCalls.newErrno();
            try {
                return result(errno, (int) SCHED_GETAFFINITY.invokeExact(errno, 0, (long) MASK_LENGTH, mask.address()));
            } catch (Throwable t) {
                throw NativeCalls.unexpected(t);
            }
        }

        private static int result(MemorySegment errno, int result) {
            return result < 0 ? -NativeCalls.errno(errno) : result;
        }
    }
}
