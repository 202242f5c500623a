package io.sonic;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.sonic.ffi.NativeCalls;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls of {@code epoll(7)} and {@code eventfd(2)}, one method each, named as they are. Each returns the
 * result or the negated errno.
 */
final class LinuxEpoll {
    static final int EPOLL_CLOEXEC = 0x80000;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLLIN = 0x1;
    static final int EPOLLPRI = 0x2;
    static final int EPOLLOUT = 0x4;
    static final int EPOLLERR = 0x8;
    static final int EPOLLHUP = 0x10;
    static final int EPOLLRDHUP = 0x2000;
    static final int EPOLLET = 1 << 31;
    static final int EFD_CLOEXEC = 0x80000;
    static final int EFD_NONBLOCK = 0x800;

    private static final FunctionDescriptor WAIT =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);

    private static final MethodHandle EPOLL_CREATE1 =
            NativeCalls.bind("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle EPOLL_CTL = NativeCalls.bind("epoll_ctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    // Not final, see NativeCalls: these are called without end.
    private static MethodHandle epollWait = NativeCalls.bind("epoll_wait", WAIT);
    private static MethodHandle epollWaitNow = NativeCalls.bindCritical("epoll_wait", WAIT);
    private static MethodHandle epollPwait2 = !NativeCalls.has("epoll_pwait2") ? null
            : NativeCalls.bind("epoll_pwait2",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle EVENTFD =
            NativeCalls.bind("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    // Not final, as those above.
    private static MethodHandle write = NativeCalls.bindCritical("write",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));

    private LinuxEpoll() {
    }

    static int epollCreate1(MemorySegment errno, int flags) {
        try {
            return result(errno, (int) EPOLL_CREATE1.invokeExact(errno, flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int epollCtl(MemorySegment errno, int epoll, int operation, int fd, long event) {
        try {
            return result(errno, (int) EPOLL_CTL.invokeExact(errno, epoll, operation, fd, event));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /**
     * Calls {@code epoll_wait} with a time-out of 0.
     */
    static int epollWaitNow(MemorySegment errno, int epoll, long events, int maxEvents) {
        try {
            return result(errno, (int) epollWaitNow.invokeExact(errno, epoll, events, maxEvents, 0));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int epollWait(MemorySegment errno, int epoll, long events, int maxEvents, int timeoutMs) {
        try {
            return result(errno, (int) epollWait.invokeExact(errno, epoll, events, maxEvents, timeoutMs));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /**
     * Tells whether the C library can wait for nanoseconds; the kernel may still answer {@code ENOSYS}.
     */
    static boolean hasEpollPwait2() {
        return epollPwait2 != null;
    }

    static int epollPwait2(MemorySegment errno, int epoll, long events, int maxEvents, long timespec) {
        try {
            return result(errno, (int) epollPwait2.invokeExact(errno, epoll, events, maxEvents, timespec, 0L));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int eventfd(MemorySegment errno, int initial, int flags) {
        try {
            return result(errno, (int) EVENTFD.invokeExact(errno, initial, flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int write(MemorySegment errno, int fd, long address, long length) {
        try {
            return result(errno, (long) write.invokeExact(errno, fd, address, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    private static int result(MemorySegment errno, long result) {
        return result < 0 ? -NativeCalls.errno(errno) : (int) result;
    }
}
