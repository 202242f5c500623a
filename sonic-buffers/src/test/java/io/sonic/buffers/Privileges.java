package io.sonic.buffers;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sonic.ffi.NativeCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * Takes privileges away, so that limits hold also where tests run as root.
 */
final class Privileges {
    private static final int CAPABILITY_VERSION_3 = 0x20080522;
    private static final MethodHandle CAPSET =
            NativeCalls.bind("capset", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETRLIMIT =
            NativeCalls.bind("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle SETRLIMIT =
            NativeCalls.bind("setrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));

    private Privileges() {
    }

    /**
     * Runs a call on a thread of its own that has no capability, while the process may lock only so many bytes.
     *
     * @param lockableBytes soft limit.
     * @param call          what to run.
     * @return what it threw.
     */
    static Throwable withoutAny(long lockableBytes, ThrowingCallable call) throws Exception {
        Throwable[] thrown = new Throwable[1];
        Thread thread = new Thread(() -> thrown[0] = catchThrowable(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment limits = arena.allocate(JAVA_LONG, 2);
                invoke(GETRLIMIT, MemoryCalls.RLIMIT_MEMLOCK, limits);
                long before = limits.get(JAVA_LONG, 0);
                limits.set(JAVA_LONG, 0, lockableBytes);
                invoke(SETRLIMIT, MemoryCalls.RLIMIT_MEMLOCK, limits);
                try {
                    dropCapabilities(arena);
                    call.call();
                } finally {
                    limits.set(JAVA_LONG, 0, before);
                    invoke(SETRLIMIT, MemoryCalls.RLIMIT_MEMLOCK, limits);
                }
            }
        }));
        thread.start();
        thread.join();
        return thrown[0];
    }

    private static void dropCapabilities(Arena arena) throws Throwable {
        MemorySegment header = arena.allocate(JAVA_INT, 2); // version, thread (0: this one)
        header.set(JAVA_INT, 0, CAPABILITY_VERSION_3);
        MemorySegment none = arena.allocate(JAVA_INT, 6);
        int result = (int) CAPSET.invokeExact(NativeCalls.newErrno(), header.address(), none.address());
        if (result != 0) {
            throw new AssertionError("capset failed");
        }
    }

    private static void invoke(MethodHandle call, int resource, MemorySegment limits) throws Throwable {
        int result = (int) call.invokeExact(NativeCalls.newErrno(), resource, limits.address());
        if (result != 0) {
            throw new AssertionError("the limit cannot be read or set");
        }
    }
}
