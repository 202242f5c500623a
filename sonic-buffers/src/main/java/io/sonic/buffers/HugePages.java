package io.sonic.buffers;

/**
 * The kind of pages under a {@link MirroredBuffer}. Large pages need fewer entries of the processor's address
 * translation cache, which matters to buffers of many megabytes.
 */
public enum HugePages {
    /**
     * Pages of the usual size.
     */
    NONE,

    /**
     * Large pages that the kernel puts together from free memory (Linux 6.1 and later, {@code MADV_COLLAPSE}). All
     * memory of the buffer is resident from the start.
     */
    TRANSPARENT,

    /**
     * Pages out of the pool that the administrator has set aside ({@code vm.nr_hugepages}, {@code MFD_HUGETLB}).
     */
    EXPLICIT
}
