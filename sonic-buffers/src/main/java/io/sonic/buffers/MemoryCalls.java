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
    int MFD_HUGETLB = 0x4;
    int MFD_NOEXEC_SEAL = 0x8;

    int MADV_POPULATE_WRITE = 23;
    int MADV_COLLAPSE = 25;

    int RLIMIT_MEMLOCK = 8;

    int getpagesize();

    int memfdCreate(String name, int flags);

    int ftruncate(int fd, long length);

    int close(int fd);

    long mmap(long address, long length, int protection, int flags, int fd, long offset);

    int munmap(long address, long length);

    int madvise(long address, long length, int advice);

    int mlock(long address, long length);

    /**
     * Asks for the soft limit of a resource.
     *
     * @param resource number of the resource.
     * @return the limit; a negative number, as the kernel's "infinity" is, when there is none.
     */
    long getrlimit(int resource);
}
