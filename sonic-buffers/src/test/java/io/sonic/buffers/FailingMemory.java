package io.sonic.buffers;

import java.util.ArrayList;
import java.util.List;

/**
 * Real memory one of whose system calls fails.
 */
final class FailingMemory implements MemoryCalls {
    final List<String> calls = new ArrayList<>();

    private final MemoryCalls memory = new LinuxMemory();
    private final int failing;
    private final String failingName;
    private final int errno;
    private long mappedLength;

    /**
     * Memory whose n-th call fails.
     *
     * @param failing number of the call, from 0.
     * @param errno   how it fails.
     */
    FailingMemory(int failing, int errno) {
        this(failing, "", errno);
    }

    private FailingMemory(int failing, String failingName, int errno) {
        this.failing = failing;
        this.failingName = failingName;
        this.errno = errno;
    }

    /**
     * Memory that refuses the first call of a name.
     *
     * @param name  name of the call.
     * @param errno how it fails.
     * @return the memory.
     */
    static FailingMemory refusing(String name, int errno) {
        return new FailingMemory(-1, name, errno);
    }

    /**
     * The addresses that were taken and not given back.
     *
     * @return their length in bytes.
     */
    long mappedLength() {
        return mappedLength;
    }

    @Override
    public int getpagesize() {
        return memory.getpagesize();
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return fails("memfd_create") ? -errno : memory.memfdCreate(name, flags);
    }

    @Override
    public int ftruncate(int fd, long length) {
        return fails("ftruncate") ? -errno : memory.ftruncate(fd, length);
    }

    @Override
    public int close(int fd) {
        int result = memory.close(fd);
        return fails("close") ? -errno : result;
    }

    @Override
    public long mmap(long address, long length, int protection, int flags, int fd, long offset) {
        if (fails("mmap")) {
            return -errno;
        }
        if ((flags & MAP_FIXED) == 0) {
            mappedLength += length;
        }
        return memory.mmap(address, length, protection, flags, fd, offset);
    }

    @Override
    public int munmap(long address, long length) {
        calls.add("munmap"); // never fails: what is being cleaned up would be left behind
        mappedLength -= length;
        return memory.munmap(address, length);
    }

    @Override
    public int madvise(long address, long length, int advice) {
        return fails("madvise " + advice) ? -errno : memory.madvise(address, length, advice);
    }

    @Override
    public int mlock(long address, long length) {
        return fails("mlock") ? -errno : memory.mlock(address, length);
    }

    @Override
    public long getrlimit(int resource) {
        return memory.getrlimit(resource);
    }

    private boolean fails(String call) {
        boolean refused = call.equals(failingName) && !calls.contains(call);
        calls.add(call);
        return refused || calls.size() - 1 == failing;
    }
}
