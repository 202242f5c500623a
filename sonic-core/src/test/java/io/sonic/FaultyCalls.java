package io.sonic;

import io.sonic.ffi.CallInterceptor;
import io.sonic.ffi.NativeCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes one native call fail, or be short, as the kernel may do it.
 *
 * <p>A call that is made to fail is not made, with the exceptions that the manual pages name: {@code close} gives the
 * descriptor back whatever it answers, and an interrupted {@code connect} goes on. A transfer that is short, or would
 * block, says that the kernel has no more at that moment: so what is left is reported by an edge of its own, as if it
 * had come a moment later.
 */
public final class FaultyCalls implements CallInterceptor {
    /**
     * In place of an errno: the call does a part of what it is asked to.
     */
    static final int SHORT = -1;

    private static final int EPOLL_CTL_MOD = 3;
    private static final int SOCK_TYPE_MASK = 0xF;
    private static final MethodHandle CALL = call();

    private static final Map<String, Integer> CALLS = new ConcurrentHashMap<>();
    private static final Map<Integer, Registration> REGISTRATIONS = new ConcurrentHashMap<>();
    private static final Map<Integer, Boolean> DATAGRAMS = new ConcurrentHashMap<>();
    private static final Map<Integer, Boolean> WAKERS = new ConcurrentHashMap<>();
    private static volatile boolean installed;
    private static volatile boolean listening;
    private static volatile Fault fault;
    private static volatile boolean reached;
    private static MethodHandle epollCtl;

    /**
     * The n-th call of a function, counted from 1, and what happens to it.
     *
     * @param how an errno, or {@link #SHORT}.
     */
    record Fault(String function, int nth, int how) {
        @Override
        public String toString() {
            return function + " no. " + nth + ": " + (how == SHORT ? "short" : Errno.describe(how));
        }
    }

    private record Registration(int epoll, int mask, long token) {
    }

    /**
     * Called by {@link NativeCalls}.
     */
    public FaultyCalls() {
        installed = true;
    }

    /**
     * Tells whether the process was started with this class in the system property.
     */
    static boolean isInstalled() {
        return NativeCalls.has("close") && installed;
    }

    /**
     * Counts calls from now on.
     *
     * @param next what is to go wrong; null for nothing.
     */
    static void arm(Fault next) {
        CALLS.clear();
        reached = false;
        fault = next;
        listening = true;
    }

    /**
     * Lets everything go well from now on.
     *
     * @return whether the call that was to go wrong was made.
     */
    static boolean disarm() {
        listening = false;
        fault = null;
        return reached;
    }

    /**
     * How often each function was called while armed.
     */
    static Map<String, Integer> calls() {
        return new TreeMap<>(CALLS);
    }

    @Override
    public MethodHandle intercept(String name, MethodHandle function) {
        if (name.equals("epoll_ctl")) {
            epollCtl = function;
        }
        MethodType type = function.type();
        MethodHandle spread = function.asSpreader(Object[].class, type.parameterCount())
                .asType(MethodType.methodType(Object.class, Object[].class));
        return MethodHandles.insertArguments(CALL, 0, name, spread)
                .asCollector(Object[].class, type.parameterCount()).asType(type);
    }

    /**
     * Stands in place of every function; the arguments begin with the segment of errno.
     */
    private static Object call(String name, MethodHandle function, Object[] arguments) throws Throwable {
        Fault now = fault;
        int nth = listening ? CALLS.merge(counted(name, arguments), 1, Integer::sum) : 0;
        if (now == null || nth != now.nth || !now.function.equals(counted(name, arguments))) {
            return made(name, function, arguments);
        }
        reached = true;
        if (now.how == SHORT) {
            return shortened(name, function, arguments);
        }
        if (name.equals("close") || name.equals("connect") && now.how == Errno.EINTR.number) {
            made(name, function, arguments);
        }
        if (now.how == Errno.EAGAIN.number) {
            reportAgain((int) arguments[1]);
        }
        NativeCalls.errno((MemorySegment) arguments[0], now.how);
        return returnsLong(name) ? (Object) (-1L) : (Object) (-1);
    }

    /**
     * The wake-up of a reactor is a function of its own, since the kernel cannot refuse it.
     */
    private static String counted(String name, Object[] arguments) {
        return name.equals("write") && WAKERS.containsKey((int) arguments[1]) ? "write to eventfd" : name;
    }

    private static boolean returnsLong(String name) {
        return switch (name) {
            case "recv", "send", "recvfrom", "sendto", "recvmsg", "sendmsg", "read", "write", "readv", "writev",
                    "lseek" -> true;
            default -> false;
        };
    }

    private static Object made(String name, MethodHandle function, Object[] arguments) throws Throwable {
        if (name.equals("close")) {
            int fd = (int) arguments[1];
            REGISTRATIONS.remove(fd);
            DATAGRAMS.remove(fd);
            WAKERS.remove(fd);
        }
        Object result = (Object) function.invokeExact(arguments);
        switch (name) {
            case "epoll_ctl" -> {
                MemorySegment event = at((long) arguments[4], 16);
                int dataOffset = EpollEventLayout.ofThisMachine().dataOffset();
                REGISTRATIONS.put((int) arguments[3], new Registration((int) arguments[1],
                        event.get(ValueLayout.JAVA_INT_UNALIGNED, 0),
                        event.get(ValueLayout.JAVA_LONG_UNALIGNED, dataOffset)));
            }
            case "socket" -> {
                if (((int) arguments[2] & SOCK_TYPE_MASK) == LinuxSockets.SOCK_DGRAM) {
                    DATAGRAMS.put((int) result, true);
                }
            }
            case "eventfd" -> WAKERS.put((int) result, true);
            default -> {
                return result;
            }
        }
        return result;
    }

    private static Object shortened(String name, MethodHandle function, Object[] arguments) throws Throwable {
        Object[] less = arguments.clone();
        Runnable restore = null;
        switch (name) {
            case "recv", "send", "read", "write" -> {
                if ((long) arguments[3] > 1 && !DATAGRAMS.containsKey((int) arguments[1])) {
                    less[3] = 1L;
                }
            }
            case "recvmmsg", "sendmmsg" -> {
                if ((int) arguments[3] > 1) {
                    less[3] = 1;
                }
            }
            case "readv", "writev" -> {
                Regions regions = new Regions((long) arguments[2], (int) arguments[3]);
                less[3] = regions.narrow();
                restore = regions::restore;
            }
            case "recvmsg", "sendmsg" -> {
                MemorySegment message = at((long) arguments[2], 56);
                long count = message.get(ValueLayout.JAVA_LONG, 24);
                Regions regions = new Regions(message.get(ValueLayout.JAVA_LONG, 16), (int) count);
                message.set(ValueLayout.JAVA_LONG, 24, regions.narrow());
                restore = () -> {
                    regions.restore();
                    message.set(ValueLayout.JAVA_LONG, 24, count);
                };
            }
            default -> {
                return made(name, function, arguments);
            }
        }
        try {
            return made(name, function, less);
        } finally {
            if (restore != null) {
                restore.run();
            }
            reportAgain((int) arguments[1]);
        }
    }

    /**
     * Has the kernel report by an edge what is ready on a descriptor now.
     */
    private static void reportAgain(int fd) throws Throwable {
        Registration registration = REGISTRATIONS.get(fd);
        if (registration == null) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(16, 8);
            event.set(ValueLayout.JAVA_INT_UNALIGNED, 0, registration.mask);
            event.set(ValueLayout.JAVA_LONG_UNALIGNED, EpollEventLayout.ofThisMachine().dataOffset(),
                    registration.token);
            int result = (int) epollCtl.invokeExact(
                    NativeCalls.newErrno(), registration.epoll, EPOLL_CTL_MOD, fd, event.address());
            if (result != 0 && DATAGRAMS.containsKey(fd)) {
                throw new AssertionError("epoll_ctl of a registered descriptor failed");
            }
        }
    }

    private static MethodHandle call() {
        try {
            return MethodHandles.lookup().findStatic(FaultyCalls.class, "call", MethodType.methodType(
                    Object.class, String.class, MethodHandle.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MemorySegment at(long address, long length) {
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    /**
     * An array of {@code struct iovec} of which one byte is left for a while.
     */
    private static final class Regions {
        private final MemorySegment entries;
        private final int count;
        private int first;
        private long length;

        Regions(long address, int count) {
            this.entries = at(address, 16L * count);
            this.count = count;
        }

        /**
         * Leaves the first byte.
         *
         * @return regions up to the one that has it.
         */
        int narrow() {
            while (first < count - 1 && entries.get(ValueLayout.JAVA_LONG, 16L * first + 8) == 0) {
                first++;
            }
            length = entries.get(ValueLayout.JAVA_LONG, 16L * first + 8);
            entries.set(ValueLayout.JAVA_LONG, 16L * first + 8, Math.min(1, length));
            return first + 1;
        }

        void restore() {
            entries.set(ValueLayout.JAVA_LONG, 16L * first + 8, length);
        }
    }
}
