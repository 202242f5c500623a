package io.sonic.buffers;

import static io.sonic.buffers.MemoryCalls.MADV_COLLAPSE;
import static io.sonic.buffers.MemoryCalls.MADV_POPULATE_WRITE;
import static io.sonic.buffers.MemoryCalls.MAP_ANONYMOUS;
import static io.sonic.buffers.MemoryCalls.MAP_FIXED;
import static io.sonic.buffers.MemoryCalls.MAP_NORESERVE;
import static io.sonic.buffers.MemoryCalls.MAP_PRIVATE;
import static io.sonic.buffers.MemoryCalls.MAP_SHARED;
import static io.sonic.buffers.MemoryCalls.MFD_CLOEXEC;
import static io.sonic.buffers.MemoryCalls.MFD_NOEXEC_SEAL;
import static io.sonic.buffers.MemoryCalls.PROT_NONE;
import static io.sonic.buffers.MemoryCalls.PROT_READ;
import static io.sonic.buffers.MemoryCalls.PROT_WRITE;
import static io.sonic.buffers.MemoryCalls.RLIMIT_MEMLOCK;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;

/**
 * Memory without a file, mapped twice in a row: the byte at {@code i} is also the byte at {@code i + length}. It is
 * unmapped by {@link #close()} or, when neither the mapping nor a view of it can be reached any more, by a cleaner.
 */
final class Mapping {
    private final Arena arena = Arena.ofShared();
    private final MemoryCalls calls;
    private final long length;
    private final MemorySegment segment;
    private final Cleaner.Cleanable unmap;

    private Mapping(MemoryCalls calls, long address, long length) {
        this.calls = calls;
        this.length = length;
        segment = LinuxMemory.segment(address, 2 * length, arena);
        // Every view refers to the scope, so a view keeps the memory mapped even when the mapping itself is dropped.
        unmap = BufferCleaner.register(segment.scope(), () -> unmap(calls, address, 2 * length));
    }

    /**
     * Maps memory twice. When one of the calls fails, what the others made is released.
     *
     * @param calls    system calls.
     * @param name     name of the memory in {@code /proc/PID/maps}.
     * @param length   bytes of memory, a multiple of {@code pageSize}.
     * @param pageSize size of the pages, to which the address is aligned.
     * @param flags    of {@code memfd_create}, besides those that keep the memory private.
     * @return the mapping.
     * @throws IOException when a call fails; names the call, the errno and the length.
     */
    static Mapping map(MemoryCalls calls, String name, long length, int pageSize, int flags) throws IOException {
        int fd = (int) check(memfdCreate(calls, name, flags | MFD_CLOEXEC), "memfd_create", length);
        long address;
        try {
            check(calls.ftruncate(fd, length), "ftruncate", length);
            address = mapTwice(calls, fd, length, pageSize);
        } catch (Throwable t) {
            calls.close(fd);
            throw t;
        }
        // The mappings keep the memory alive. Linux releases a descriptor even when close reports an error.
        calls.close(fd);
        return new Mapping(calls, address, length);
    }

    MemorySegment segment() {
        return segment;
    }

    /**
     * Puts large pages under both mappings.
     *
     * @throws IOException when the kernel cannot.
     */
    void collapse() throws IOException {
        check(calls.madvise(segment.address(), length, MADV_COLLAPSE), "madvise(MADV_COLLAPSE)", length);
        check(calls.madvise(segment.address() + length, length, MADV_COLLAPSE), "madvise(MADV_COLLAPSE)", length);
    }

    /**
     * Makes every page resident and writable in both mappings, so that no access faults later.
     *
     * @param pageSize size of the pages.
     * @throws IOException when there is not enough memory.
     */
    void prefault(int pageSize) throws IOException {
        int result = calls.madvise(segment.address(), 2 * length, MADV_POPULATE_WRITE);
        if (result == -Errno.EINVAL) {
            touch(pageSize); // Linux before 5.14
        } else {
            check(result, "madvise(MADV_POPULATE_WRITE)", 2 * length);
        }
    }

    /**
     * Makes every page resident in both mappings and keeps it from being swapped out.
     *
     * @throws IOException when the limit of the process does not allow it, or there is not enough memory.
     */
    void lock() throws IOException {
        int result = calls.mlock(segment.address(), 2 * length);
        if (result < 0) {
            long limit = calls.getrlimit(RLIMIT_MEMLOCK);
            throw new IOException(message("mlock", 2 * length, -result) + "; both mappings count, RLIMIT_MEMLOCK is "
                    + (limit < 0 ? "unlimited" : limit + " bytes"));
        }
    }

    void close() {
        arena.close();
        unmap.clean();
    }

    private void touch(int pageSize) {
        for (long offset = 0; offset < 2 * length; offset += pageSize) {
            segment.set(ValueLayout.JAVA_BYTE, offset, (byte) 0);
        }
    }

    private static int memfdCreate(MemoryCalls calls, String name, int flags) {
        int fd = calls.memfdCreate(name, flags | MFD_NOEXEC_SEAL);
        // Kernels before 6.3 do not know the seal.
        return fd == -Errno.EINVAL ? calls.memfdCreate(name, flags) : fd;
    }

    private static long mapTwice(MemoryCalls calls, int fd, long length, int pageSize) throws IOException {
        long address = reserve(calls, 2 * length, pageSize);
        try {
            mapOver(calls, address, length, fd);
            mapOver(calls, address + length, length, fd);
        } catch (Throwable t) {
            calls.munmap(address, 2 * length);
            throw t;
        }
        return address;
    }

    /**
     * Reserves addresses. The kernel aligns only to the usual page size, so for larger pages more is reserved than
     * needed and what lies outside is given back.
     */
    private static long reserve(MemoryCalls calls, long length, int pageSize) throws IOException {
        long slack = pageSize - calls.getpagesize();
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        long start = check(calls.mmap(0, length + slack, PROT_NONE, flags, -1, 0), "mmap", length + slack);
        long address = (start + pageSize - 1) & -pageSize;
        try {
            giveBack(calls, start, address - start);
            giveBack(calls, address + length, start + slack - address);
        } catch (Throwable t) {
            calls.munmap(start, length + slack);
            throw t;
        }
        return address;
    }

    private static void giveBack(MemoryCalls calls, long address, long length) throws IOException {
        if (length > 0) {
            check(calls.munmap(address, length), "munmap", length);
        }
    }

    private static void mapOver(MemoryCalls calls, long address, long length, int fd) throws IOException {
        check(calls.mmap(address, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0), "mmap", length);
    }

    private static void unmap(MemoryCalls calls, long address, long length) {
        int result = calls.munmap(address, length);
        if (result < 0) {
            throw new IllegalStateException(message("munmap", length, -result));
        }
    }

    private static long check(long result, String call, long length) throws IOException {
        if (result < 0) {
            throw new IOException(message(call, length, (int) -result));
        }
        return result;
    }

    private static String message(String call, long length, int errno) {
        return call + " of " + length + " bytes failed: " + Errno.describe(errno);
    }

}
