package io.sonic.buffers;

import java.util.ArrayList;
import java.util.List;

/**
 * Real memory whose n-th system call fails.
 */
final class FailingMemory implements MemoryCalls {
    final List<String> calls = new ArrayList<>();
    final List<Long> addresses = new ArrayList<>();

    private final MemoryCalls memory = new LinuxMemory();
    private final int failing;
    private final int errno;

    FailingMemory(int failing, int errno) {
        this.failing = failing;
        this.errno = errno;
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
        long result = memory.mmap(address, length, protection, flags, fd, offset);
        addresses.add(result);
        return result;
    }

    @Override
    public int munmap(long address, long length) {
        calls.add("munmap");
        return memory.munmap(address, length);
    }

    private boolean fails(String call) {
        calls.add(call);
        return calls.size() - 1 == failing;
    }
}
