package io.sonic.buffers;

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

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/**
 * Memory without a name in any file system, mapped twice in a row: the byte at {@code i} is also the byte at
 * {@code i + length}. It is unmapped by {@link #close()} or, when neither the mapping nor a view of it can be reached
 * any more, by a cleaner.
 */
final class Mapping {
    private static final Cleaner CLEANER = Cleaner.create(Mapping::cleanerThread);
    private static final String NAME = "sonic";

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final Cleaner.Cleanable unmap;

    private Mapping(MemoryCalls calls, long address, long length) {
        segment = LinuxMemory.segment(address, 2 * length, arena);
        // Every view refers to the scope, so a view keeps the memory mapped even when the mapping itself is dropped.
        unmap = CLEANER.register(segment.scope(), () -> unmap(calls, address, 2 * length));
    }

    /**
     * Maps memory twice. When one of the calls fails, what the others made is released.
     *
     * @param calls  system calls.
     * @param length bytes of memory, a multiple of the page size.
     * @return the mapping.
     * @throws IOException when a call fails; names the call, the errno and the length.
     */
    static Mapping map(MemoryCalls calls, long length) throws IOException {
        int fd = check(memfdCreate(calls, NAME), "memfd_create", length);
        long address;
        try {
            check(calls.ftruncate(fd, length), "ftruncate", length);
            address = mapTwice(calls, fd, length);
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

    void close() {
        arena.close();
        unmap.clean();
    }

    private static int memfdCreate(MemoryCalls calls, String name) {
        int fd = calls.memfdCreate(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
        // Kernels before 6.3 do not know the seal.
        return fd == -Errno.EINVAL ? calls.memfdCreate(name, MFD_CLOEXEC) : fd;
    }

    private static long mapTwice(MemoryCalls calls, int fd, long length) throws IOException {
        int reservation = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        long address = check(calls.mmap(0, 2 * length, PROT_NONE, reservation, -1, 0), "mmap", 2 * length);
        try {
            mapOver(calls, address, length, fd);
            mapOver(calls, address + length, length, fd);
        } catch (Throwable t) {
            calls.munmap(address, 2 * length);
            throw t;
        }
        return address;
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

    private static int check(int result, String call, long length) throws IOException {
        check((long) result, call, length);
        return result;
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

    private static Thread cleanerThread(Runnable runnable) {
        Thread thread = new Thread(runnable, "sonic-buffers-cleaner");
        thread.setDaemon(true);
        return thread;
    }
}
