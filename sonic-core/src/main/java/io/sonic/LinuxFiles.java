package io.sonic;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.sonic.ffi.NativeCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls of files, one method each, named as they are. Each returns the result or the negated errno. Reading
 * a regular file may wait for the disk, so none of them is bound as critical.
 */
final class LinuxFiles {
    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor VECTOR =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle OPEN =
            NativeCalls.bind("open", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT), 2);
    // Not final, see NativeCalls: these are called without end.
    private static MethodHandle read = NativeCalls.bind("read", TRANSFER);
    private static MethodHandle write = NativeCalls.bind("write", TRANSFER);
    private static MethodHandle readv = NativeCalls.bind("readv", VECTOR);
    private static MethodHandle writev = NativeCalls.bind("writev", VECTOR);
    private static final MethodHandle LSEEK =
            NativeCalls.bind("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));

    private LinuxFiles() {
    }

    static int open(MemorySegment errno, String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) result(errno, (int) OPEN.invokeExact(errno, arena.allocateFrom(path).address(), flags, mode));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int read(MemorySegment errno, int fd, long address, long length) {
        try {
            return (int) result(errno, (long) read.invokeExact(errno, fd, address, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int write(MemorySegment errno, int fd, long address, long length) {
        try {
            return (int) result(errno, (long) write.invokeExact(errno, fd, address, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int readv(MemorySegment errno, int fd, long vector, int count) {
        try {
            return (int) result(errno, (long) readv.invokeExact(errno, fd, vector, count));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int writev(MemorySegment errno, int fd, long vector, int count) {
        try {
            return (int) result(errno, (long) writev.invokeExact(errno, fd, vector, count));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static long lseek(MemorySegment errno, int fd, long offset, int whence) {
        try {
            return result(errno, (long) LSEEK.invokeExact(errno, fd, offset, whence));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    private static long result(MemorySegment errno, long result) {
        return result < 0 ? -NativeCalls.errno(errno) : result;
    }
}
