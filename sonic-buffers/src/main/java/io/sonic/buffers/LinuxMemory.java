package io.sonic.buffers;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.sonic.ffi.NativeCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls of Linux. The constants in {@link MemoryCalls} are the same on x86-64 and aarch64.
 */
final class LinuxMemory implements MemoryCalls {
    private static final MethodHandle GETPAGESIZE =
            NativeCalls.bind("getpagesize", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle MEMFD_CREATE =
            NativeCalls.bind("memfd_create", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            NativeCalls.bind("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle CLOSE =
            NativeCalls.bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle MMAP = NativeCalls.bind("mmap", FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            NativeCalls.bind("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MADVISE =
            NativeCalls.bind("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MLOCK =
            NativeCalls.bind("mlock", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETRLIMIT =
            NativeCalls.bind("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));

    private final MemorySegment errno = NativeCalls.newErrno();

    @SuppressWarnings("restricted")
    static MemorySegment segment(long address, long length, Arena arena) {
        return MemorySegment.ofAddress(address).reinterpret(length, arena, null);
    }

    @Override
    public int getpagesize() {
        try {
            return (int) GETPAGESIZE.invokeExact(errno);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @Override
    public int memfdCreate(String name, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) MEMFD_CREATE.invokeExact(errno, arena.allocateFrom(name).address(), flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @Override
    public int ftruncate(int fd, long length) {
        try {
            return result((int) FTRUNCATE.invokeExact(errno, fd, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @Override
    public int close(int fd) {
        try {
            return result((int) CLOSE.invokeExact(errno, fd));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @Override
    public long mmap(long address, long length, int protection, int flags, int fd, long offset) {
        try {
            long result = (long) MMAP.invokeExact(errno, address, length, protection, flags, fd, offset);
            return result == -1 ? -NativeCalls.errno(errno) : result;
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @Override
    public int munmap(long address, long length) {
        try {
            return result((int) MUNMAP.invokeExact(errno, address, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @Override
    public int madvise(long address, long length, int advice) {
        try {
            return result((int) MADVISE.invokeExact(errno, address, length, advice));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @Override
    public int mlock(long address, long length) {
        try {
            return result((int) MLOCK.invokeExact(errno, address, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @Override
    public long getrlimit(int resource) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limits = arena.allocate(JAVA_LONG, 2); // soft, then hard
            int result = result((int) GETRLIMIT.invokeExact(errno, resource, limits.address()));
            return result < 0 ? result : limits.get(JAVA_LONG, 0);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    private int result(int result) {
        return result == -1 ? -NativeCalls.errno(errno) : result;
    }
}
