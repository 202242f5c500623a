package io.sonic;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.sonic.ffi.NativeCalls;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls of sockets, one method each, named as they are. Each returns the result or the negated errno.
 */
final class LinuxSockets {
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int SHUT_WR = 1;
    static final int SOL_SOCKET = 1;
    static final int SO_ERROR = 4;

    private static final FunctionDescriptor INT_INT_INT_INT =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final FunctionDescriptor FD_ADDRESS_LENGTH =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final FunctionDescriptor FD_ADDRESS_LENGTH_POINTER =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    private static final MethodHandle SOCKET = NativeCalls.bind("socket", INT_INT_INT_INT);
    private static final MethodHandle BIND = NativeCalls.bind("bind", FD_ADDRESS_LENGTH);
    private static final MethodHandle CONNECT = NativeCalls.bind("connect", FD_ADDRESS_LENGTH);
    private static final MethodHandle LISTEN =
            NativeCalls.bind("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle ACCEPT4 = NativeCalls.bind("accept4",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    // Not final, see NativeCalls: these are called without end.
    private static MethodHandle recv = NativeCalls.bindCritical("recv", TRANSFER);
    private static MethodHandle send = NativeCalls.bindCritical("send", TRANSFER);
    private static MethodHandle recvfrom = NativeCalls.bindCritical("recvfrom",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static MethodHandle sendto = NativeCalls.bindCritical("sendto",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final FunctionDescriptor MESSAGE =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static MethodHandle recvmsg = NativeCalls.bindCritical("recvmsg", MESSAGE);
    private static MethodHandle sendmsg = NativeCalls.bindCritical("sendmsg", MESSAGE);
    private static MethodHandle recvmmsg = NativeCalls.bindCritical("recvmmsg",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static MethodHandle sendmmsg = NativeCalls.bindCritical("sendmmsg",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT = NativeCalls.bind("setsockopt",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle GETSOCKOPT = NativeCalls.bind("getsockopt",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle GETSOCKNAME = NativeCalls.bind("getsockname", FD_ADDRESS_LENGTH_POINTER);
    private static final MethodHandle GETPEERNAME = NativeCalls.bind("getpeername", FD_ADDRESS_LENGTH_POINTER);
    private static final MethodHandle SHUTDOWN =
            NativeCalls.bind("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = NativeCalls.bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private LinuxSockets() {
    }

    static int socket(MemorySegment errno, int domain, int type, int protocol) {
        try {
            return result(errno, (int) SOCKET.invokeExact(errno, domain, type, protocol));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int bind(MemorySegment errno, int fd, long address, int length) {
        try {
            return result(errno, (int) BIND.invokeExact(errno, fd, address, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int connect(MemorySegment errno, int fd, long address, int length) {
        try {
            return result(errno, (int) CONNECT.invokeExact(errno, fd, address, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int listen(MemorySegment errno, int fd, int backlog) {
        try {
            return result(errno, (int) LISTEN.invokeExact(errno, fd, backlog));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int accept4(MemorySegment errno, int fd, long address, long lengthPointer, int flags) {
        try {
            return result(errno, (int) ACCEPT4.invokeExact(errno, fd, address, lengthPointer, flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int recv(MemorySegment errno, int fd, long address, long length, int flags) {
        try {
            return result(errno, (long) recv.invokeExact(errno, fd, address, length, flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int send(MemorySegment errno, int fd, long address, long length, int flags) {
        try {
            return result(errno, (long) send.invokeExact(errno, fd, address, length, flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int recvfrom(
            MemorySegment errno, int fd, long address, long length, int flags, long source, long lengthPointer) {
        try {
            return result(errno,
                    (long) recvfrom.invokeExact(errno, fd, address, length, flags, source, lengthPointer));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int sendto(
            MemorySegment errno, int fd, long address, long length, int flags, long to, int toLength) {
        try {
            return result(errno, (long) sendto.invokeExact(errno, fd, address, length, flags, to, toLength));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int recvmsg(MemorySegment errno, int fd, long message, int flags) {
        try {
            return result(errno, (long) recvmsg.invokeExact(errno, fd, message, flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int sendmsg(MemorySegment errno, int fd, long message, int flags) {
        try {
            return result(errno, (long) sendmsg.invokeExact(errno, fd, message, flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    /**
     * Calls {@code recvmmsg} without its time-out, which is not for sockets that do not block.
     */
    static int recvmmsg(MemorySegment errno, int fd, long messages, int count, int flags) {
        try {
            return result(errno, (int) recvmmsg.invokeExact(errno, fd, messages, count, flags, 0L));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int sendmmsg(MemorySegment errno, int fd, long messages, int count, int flags) {
        try {
            return result(errno, (int) sendmmsg.invokeExact(errno, fd, messages, count, flags));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int setsockopt(MemorySegment errno, int fd, int level, int name, long value, int length) {
        try {
            return result(errno, (int) SETSOCKOPT.invokeExact(errno, fd, level, name, value, length));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int getsockopt(MemorySegment errno, int fd, int level, int name, long value, long lengthPointer) {
        try {
            return result(errno, (int) GETSOCKOPT.invokeExact(errno, fd, level, name, value, lengthPointer));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int getsockname(MemorySegment errno, int fd, long address, long lengthPointer) {
        try {
            return result(errno, (int) GETSOCKNAME.invokeExact(errno, fd, address, lengthPointer));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int getpeername(MemorySegment errno, int fd, long address, long lengthPointer) {
        try {
            return result(errno, (int) GETPEERNAME.invokeExact(errno, fd, address, lengthPointer));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int shutdown(MemorySegment errno, int fd, int how) {
        try {
            return result(errno, (int) SHUTDOWN.invokeExact(errno, fd, how));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static int close(MemorySegment errno, int fd) {
        try {
            return result(errno, (int) CLOSE.invokeExact(errno, fd));
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    private static int result(MemorySegment errno, long result) {
        return result < 0 ? -NativeCalls.errno(errno) : (int) result;
    }
}
