package io.sonic;

import io.sonic.ffi.NativeCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Readiness from {@code epoll(7)}, edge-triggered: a descriptor is registered once, for both directions, and never
 * touched again. An {@code eventfd(2)} wakes a waiting thread.
 */
final class EpollBackend implements Backend {
    private static final int INTEREST =
            LinuxEpoll.EPOLLIN | LinuxEpoll.EPOLLPRI | LinuxEpoll.EPOLLOUT | LinuxEpoll.EPOLLRDHUP | LinuxEpoll.EPOLLET;
    private static final int READABLE =
            LinuxEpoll.EPOLLIN | LinuxEpoll.EPOLLRDHUP | LinuxEpoll.EPOLLHUP | LinuxEpoll.EPOLLERR;
    private static final int WRITABLE = LinuxEpoll.EPOLLOUT | LinuxEpoll.EPOLLHUP | LinuxEpoll.EPOLLERR;
    /**
     * Also bytes out of band: the kernel ends a read in front of them, however much is behind.
     */
    private static final int ENDED =
            LinuxEpoll.EPOLLPRI | LinuxEpoll.EPOLLRDHUP | LinuxEpoll.EPOLLHUP | LinuxEpoll.EPOLLERR;
    private static final int SCRATCH_LENGTH = SocketOption.MAX_LENGTH + Long.BYTES;
    private static final long WAKE_TOKEN = -1;
    private static final long NS_PER_MS = 1_000_000;
    private static final long NS_PER_S = 1_000_000_000;

    final MemorySegment errno = NativeCalls.newErrno();
    /**
     * Room for the lengths and values that a system call takes by pointer.
     */
    final UnsafeBuffer scratch;
    final long scratchAddress;

    private final int epoll;
    private final int wakeFd;
    private final int maxEvents;
    private final EpollEventLayout layout = EpollEventLayout.ofThisMachine();
    private final MemorySegment memory;
    private final long eventsAddress;
    private final long timespecAddress;
    private final UnsafeBuffer events;
    private final UnsafeBuffer timespec;
    private final MemorySegment wakeErrno = NativeCalls.newErrno();
    private final long oneAddress;
    private boolean waitsInNanoseconds = LinuxEpoll.hasEpollPwait2();

    /**
     * Indexed by descriptor. A token holds the descriptor and the generation of its registration, so that an event
     * which was fetched before a descriptor was closed is not taken for one of the socket that got the same number.
     */
    private DescriptorChannel[] channels = new DescriptorChannel[64];
    private long[] tokens = new long[64];
    private int generation;

    private final Object wakeLock = new Object();
    private boolean closed;

    EpollBackend(int maxEvents) throws IOException {
        this.maxEvents = maxEvents;
        int eventsLength = maxEvents * layout.stride();
        int timespecOffset = (eventsLength + Long.BYTES - 1) & -Long.BYTES;
        memory = Arena.ofAuto().allocate(timespecOffset + 6 * Long.BYTES, Long.BYTES);
        eventsAddress = memory.address();
        events = new UnsafeBuffer(eventsAddress, eventsLength);
        timespecAddress = eventsAddress + timespecOffset;
        timespec = new UnsafeBuffer(timespecAddress, 2 * Long.BYTES);
        scratchAddress = timespecAddress + 2 * Long.BYTES;
        scratch = new UnsafeBuffer(scratchAddress, SCRATCH_LENGTH);
        oneAddress = scratchAddress + SCRATCH_LENGTH;
        new UnsafeBuffer(oneAddress, Long.BYTES).putLong(0, 1);

        epoll = LinuxEpoll.epollCreate1(errno, LinuxEpoll.EPOLL_CLOEXEC);
        if (epoll < 0) {
            throw Errno.exception("epoll_create1", "for a reactor", -epoll);
        }
        wakeFd = LinuxEpoll.eventfd(errno, 0, LinuxEpoll.EFD_CLOEXEC | LinuxEpoll.EFD_NONBLOCK);
        int result = wakeFd < 0 ? wakeFd : control(wakeFd, LinuxEpoll.EPOLLIN | LinuxEpoll.EPOLLET, WAKE_TOKEN);
        if (result < 0) {
            LinuxSockets.close(errno, epoll);
            if (wakeFd >= 0) {
                LinuxSockets.close(errno, wakeFd);
            }
            throw Errno.exception(wakeFd < 0 ? "eventfd" : "epoll_ctl", "for a reactor", -result);
        }
    }

    @Override
    public String name() {
        return "epoll";
    }

    @Override
    public boolean supports(Capability capability) {
        return switch (capability) {
            case UNIX_STREAMS, UNIX_DATAGRAMS, SPECIAL_FILES, RAW_OPTIONS -> true;
            case NANOSECOND_WAITS -> waitsInNanoseconds;
        };
    }

    @Override
    public BackendSocket open(AddressFamily family, boolean stream) throws IOException {
        int type = stream ? LinuxSockets.SOCK_STREAM : LinuxSockets.SOCK_DGRAM;
        int fd = LinuxSockets.socket(errno, family.number,
                type | LinuxSockets.SOCK_NONBLOCK | LinuxSockets.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw Errno.exception("socket", (stream ? "for a stream, " : "for datagrams, ") + family, -fd);
        }
        return new EpollSocket(this, fd);
    }

    @Override
    public BackendFile openFile(String path, int flags) throws IOException {
        int fd;
        do {
            fd = LinuxFiles.open(errno, path,
                    flags | LinuxFlags.O_NONBLOCK | LinuxFlags.O_CLOEXEC | LinuxFlags.O_NOCTTY, 0666);
        } while (fd == EpollDescriptor.EINTR);
        if (fd < 0) {
            throw Errno.fileException("open", path, -fd);
        }
        return new EpollFile(this, fd);
    }

    @Override
    public void await(long timeoutNs) {
        int count = timeoutNs == 0 ? LinuxEpoll.epollWaitNow(errno, epoll, eventsAddress, maxEvents)
                : waitInKernel(timeoutNs);
        // A negative count is EINTR: the caller waits again if there is still time.
        for (int i = 0, offset = 0; i < count; i++, offset += layout.stride()) {
            report(events.getInt(offset), events.getLong(offset + layout.dataOffset()));
        }
    }

    @Override
    public void wake() {
        synchronized (wakeLock) {
            if (!closed) {
                // EAGAIN means that the counter is full, and then the reactor is awake anyway.
                int result;
                do {
                    result = LinuxEpoll.write(wakeErrno, wakeFd, oneAddress, Long.BYTES);
                } while (result == EpollDescriptor.EINTR);
            }
        }
    }

    @Override
    public void close() {
        synchronized (wakeLock) {
            if (!closed) {
                closed = true;
                LinuxSockets.close(errno, wakeFd);
                LinuxSockets.close(errno, epoll);
            }
        }
    }

    int register(EpollDescriptor descriptor, DescriptorChannel channel) {
        int fd = descriptor.fd;
        if (fd >= channels.length) {
            int length = Math.max(fd + 1, channels.length * 2);
            channels = Arrays.copyOf(channels, length);
            tokens = Arrays.copyOf(tokens, length);
        }
        long token = (long) (++generation & Integer.MAX_VALUE) << 32 | fd;
        int result = control(fd, INTEREST, token);
        if (result == 0) {
            channels[fd] = channel;
            tokens[fd] = token;
            descriptor.token = token;
        }
        return result;
    }

    void deregister(EpollDescriptor descriptor) {
        int fd = descriptor.fd;
        if (fd < tokens.length && tokens[fd] == descriptor.token) {
            tokens[fd] = 0;
            channels[fd] = null;
        }
    }

    private void report(int mask, long token) {
        if (token == WAKE_TOKEN) {
            // Each write to the eventfd is an edge of its own: the counter need not be read back.
            return;
        }
        int fd = (int) token;
        if (tokens[fd] == token) {
            channels[fd].onReadiness(((mask & READABLE) != 0 ? DescriptorChannel.READABLE : 0)
                    | ((mask & WRITABLE) != 0 ? DescriptorChannel.WRITABLE : 0)
                    | ((mask & ENDED) != 0 ? DescriptorChannel.ENDED : 0));
        }
    }

    private int waitInKernel(long timeoutNs) {
        if (timeoutNs < 0) {
            return LinuxEpoll.epollWait(errno, epoll, eventsAddress, maxEvents, -1);
        }
        if (waitsInNanoseconds) {
            timespec.putLong(0, timeoutNs / NS_PER_S);
            timespec.putLong(Long.BYTES, timeoutNs % NS_PER_S);
            int count = LinuxEpoll.epollPwait2(errno, epoll, eventsAddress, maxEvents, timespecAddress);
            if (count != -Errno.ENOSYS.number) {
                return count;
            }
            waitsInNanoseconds = false;
        }
        long timeoutMs = Math.min((timeoutNs + NS_PER_MS - 1) / NS_PER_MS, Integer.MAX_VALUE);
        return LinuxEpoll.epollWait(errno, epoll, eventsAddress, maxEvents, (int) timeoutMs);
    }

    private int control(int fd, int mask, long token) {
        events.putInt(0, mask);
        events.putLong(layout.dataOffset(), token);
        return LinuxEpoll.epollCtl(errno, epoll, LinuxEpoll.EPOLL_CTL_ADD, fd, eventsAddress);
    }
}
