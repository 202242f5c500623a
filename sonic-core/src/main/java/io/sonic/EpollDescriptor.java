package io.sonic;

import java.lang.foreign.MemorySegment;

/**
 * A descriptor of the epoll backend.
 */
abstract class EpollDescriptor implements BackendDescriptor {
    static final int EINTR = -Errno.EINTR.number;

    final EpollBackend backend;
    final MemorySegment errno;
    final int fd;
    /**
     * Of the registration, see {@link EpollBackend}.
     */
    long token;

    EpollDescriptor(EpollBackend backend, int fd) {
        this.backend = backend;
        this.errno = backend.errno;
        this.fd = fd;
    }

    @Override
    public final int register(DescriptorChannel channel) {
        return backend.register(this, channel);
    }

    @Override
    public final void close() {
        backend.deregister(this);
        // close(2): the descriptor is gone whatever the result, so there is nothing to repeat.
        LinuxSockets.close(errno, fd);
    }
}
