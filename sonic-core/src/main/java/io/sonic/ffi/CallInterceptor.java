package io.sonic.ffi;

import java.lang.invoke.MethodHandle;

/**
 * Stands between Sonic and the functions that it binds, so that tests can make any call fail, be interrupted or be
 * short. Named by the system property {@value #PROPERTY} before the first function is bound; without it there is none,
 * and handles are used as the linker made them.
 *
 * <p><b>Threading</b>: what it returns is called by every thread that calls the function.
 */
public interface CallInterceptor {
    /**
     * The system property that names a class with a public constructor without parameters.
     */
    String PROPERTY = "io.sonic.ffi.interceptor";

    /**
     * Is asked once for each function that is bound.
     *
     * @param name     name of the function.
     * @param function takes the errno segment first, then the parameters; see
     *                 {@link NativeCalls#errno(java.lang.foreign.MemorySegment, int)}.
     * @return what is called in its place, of the same type; the function itself to leave it alone.
     */
    MethodHandle intercept(String name, MethodHandle function);
}
