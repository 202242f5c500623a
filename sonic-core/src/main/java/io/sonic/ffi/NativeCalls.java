package io.sonic.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Binds functions of the C library for Sonic's own modules; users have no need of it.
 *
 * <p>Symbols are resolved with {@code dlsym(NULL, name)}, in the order of the dynamic linker, so that a library that
 * was put in front with {@code LD_PRELOAD} (a kernel-bypass stack, for instance) is honoured. The linker's own default
 * lookup goes to the C library directly and would bypass it.
 *
 * <p>Every handle captures {@code errno}: its first parameter is a segment of {@link #newErrno()}, read after a failure
 * with {@link #errno(MemorySegment)}.
 *
 * <p>The handle of a call on a hot path is kept in a static field that is <em>not</em> final, so that the JVM calls it
 * and does not inline it. The linker's code makes an object for the errno segment, which goes away when all of that
 * code is inlined. Deep inside of handlers that were inlined into each other the limit of inlining is reached in the
 * middle of it, and then every call leaves 40 bytes of garbage, for as long as the JVM runs.
 */
public final class NativeCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE_LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET =
            CAPTURE_LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
    private static final Linker.Option CRITICAL = Linker.Option.critical(false);
    private static final MethodHandle DLSYM = bindDlsym();
    /**
     * Null outside of tests.
     */
    private static final CallInterceptor INTERCEPTOR = loadInterceptor();

    private NativeCalls() {
    }

    /**
     * Binds a function that may block or run long.
     *
     * @param name     name of the function.
     * @param function its parameters and result; pointers are passed as {@code JAVA_LONG}.
     * @return a handle that takes the errno segment first, then the parameters.
     * @throws UnsatisfiedLinkError when the C library has no such function.
     */
    @SuppressWarnings("restricted")
    public static MethodHandle bind(String name, FunctionDescriptor function) {
        return intercepted(name, LINKER.downcallHandle(symbol(name), function, CAPTURE_ERRNO));
    }

    /**
     * Binds a function of C with a variable number of arguments that may block or run long.
     *
     * @param name          name of the function.
     * @param function      its parameters, with those of this call, and its result; pointers are passed as
     *                      {@code JAVA_LONG}.
     * @param firstVariadic index of the first argument that the function's declaration does not name.
     * @return a handle that takes the errno segment first, then the parameters.
     * @throws UnsatisfiedLinkError when the C library has no such function.
     */
    @SuppressWarnings("restricted")
    public static MethodHandle bind(String name, FunctionDescriptor function, int firstVariadic) {
        return intercepted(name, LINKER.downcallHandle(
                symbol(name), function, CAPTURE_ERRNO, Linker.Option.firstVariadicArg(firstVariadic)));
    }

    /**
     * Binds a function that never blocks, without the transition between Java and native state. While such a call runs
     * the JVM cannot reach a safepoint: never use it for a call that may wait.
     *
     * @param name     name of the function.
     * @param function its parameters and result; pointers are passed as {@code JAVA_LONG}.
     * @return a handle that takes the errno segment first, then the parameters.
     * @throws UnsatisfiedLinkError when the C library has no such function.
     */
    @SuppressWarnings("restricted")
    public static MethodHandle bindCritical(String name, FunctionDescriptor function) {
        return intercepted(name, LINKER.downcallHandle(symbol(name), function, CAPTURE_ERRNO, CRITICAL));
    }

    /**
     * Tells whether the C library, or a library loaded in front of it, has a function.
     *
     * @param name name of the function.
     * @return whether it can be bound.
     */
    public static boolean has(String name) {
        return addressOf(name) != 0;
    }

    /**
     * Allocates the segment that receives {@code errno}. One thread at a time may use it.
     *
     * @return a segment that is freed when it is no longer reachable.
     */
    public static MemorySegment newErrno() {
        return Arena.ofAuto().allocate(CAPTURE_LAYOUT);
    }

    /**
     * Reads the {@code errno} that the last failed call left.
     *
     * @param state the segment that was passed to the call.
     * @return the value of errno.
     */
    public static int errno(MemorySegment state) {
        return state.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }

    /**
     * Stores an {@code errno}, as a call that fails does; for a {@link CallInterceptor}.
     *
     * @param state  the segment that was passed to the call.
     * @param number the value of errno.
     */
    public static void errno(MemorySegment state, int number) {
        state.set(ValueLayout.JAVA_INT, ERRNO_OFFSET, number);
    }

    /**
     * Turns what a native handle threw, which is never expected, into an error.
     *
     * @param unexpected what {@link MethodHandle#invokeExact} threw.
     * @return never; the return type lets callers write {@code throw}.
     */
    public static AssertionError unexpected(Throwable unexpected) {
        if (unexpected instanceof Error error) {
            throw error;
        }
        if (unexpected instanceof RuntimeException exception) {
            throw exception;
        }
        throw new AssertionError(unexpected);
    }

    private static MethodHandle intercepted(String name, MethodHandle function) {
        return INTERCEPTOR == null ? function : INTERCEPTOR.intercept(name, function);
    }

    private static CallInterceptor loadInterceptor() {
        String name = System.getProperty(CallInterceptor.PROPERTY);
        if (name == null) {
            return null;
        }
        try {
            return (CallInterceptor) Class.forName(name).getConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalStateException(
                    "the system property " + CallInterceptor.PROPERTY + " names no interceptor: " + name, e);
        }
    }

    private static MemorySegment symbol(String name) {
        long address = addressOf(name);
        if (address == 0) {
            throw new UnsatisfiedLinkError("the C library has no function " + name);
        }
        return MemorySegment.ofAddress(address);
    }

    private static long addressOf(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) DLSYM.invokeExact(0L, arena.allocateFrom(name).address());
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bindDlsym() {
        MemorySegment dlsym = LINKER.defaultLookup().find("dlsym")
                .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function dlsym"));
        return LINKER.downcallHandle(dlsym, FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }
}
