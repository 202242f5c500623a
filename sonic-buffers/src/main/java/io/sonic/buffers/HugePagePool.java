package io.sonic.buffers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel says about its huge pages.
 */
final class HugePagePool {
    private static final Path TRANSPARENT_SIZE = Path.of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
    private static final Path MEMORY = Path.of("/proc/meminfo");

    private HugePagePool() {
    }

    /**
     * Reads the size of a transparent huge page.
     *
     * @return bytes.
     * @throws IOException when the kernel was built without them.
     */
    static int transparentSize() throws IOException {
        try {
            return Integer.parseInt(Files.readString(TRANSPARENT_SIZE).strip());
        } catch (IOException | NumberFormatException e) {
            throw new IOException("the kernel has no transparent huge pages: cannot read " + TRANSPARENT_SIZE, e);
        }
    }

    /**
     * Reads the size of the pages in the pool.
     *
     * @return bytes.
     * @throws IOException when the kernel was built without a pool.
     */
    static int explicitSize() throws IOException {
        return Math.toIntExact(1024 * meminfo("Hugepagesize"));
    }

    /**
     * Counts pages in the pool that nobody uses or has reserved.
     *
     * @return pages.
     * @throws IOException when the kernel was built without a pool.
     */
    static long explicitFree() throws IOException {
        return meminfo("HugePages_Free") - meminfo("HugePages_Rsvd");
    }

    private static long meminfo(String key) throws IOException {
        for (String line : Files.readAllLines(MEMORY)) {
            if (line.startsWith(key + ':')) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("the kernel has no pool of huge pages: no " + key + " in " + MEMORY);
    }
}
