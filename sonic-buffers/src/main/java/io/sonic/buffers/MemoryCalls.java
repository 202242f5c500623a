package io.sonic.buffers;

/**
 * The system calls that a mapping is made of, named as they are. Each returns its result, or the negated errno.
 */
interface MemoryCalls {
    int PROT_NONE = 0;
    int PROT_READ = 1;
    int PROT_WRITE = 2;

    int MAP_SHARED = 0x01;
    int MAP_PRIVATE = 0x02;
    int MAP_FIXED = 0x10;
    int MAP_ANONYMOUS = 0x20;
    int MAP_NORESERVE = 0x4000;

    int MFD_CLOEXEC = 0x1;
    int MFD_NOEXEC_SEAL = 0x8;

    int getpagesize();

    int memfdCreate(String name, int flags);

    int ftruncate(int fd, long length);

    int close(int fd);

    long mmap(long address, long length, int protection, int flags, int fd, long offset);

    int munmap(long address, long length);
}
