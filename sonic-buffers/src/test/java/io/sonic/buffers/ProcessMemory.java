package io.sonic.buffers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the kernel says that this process has mapped and open.
 */
final class ProcessMemory {
    private ProcessMemory() {
    }

    /**
     * Counts mappings of memory that has no file.
     *
     * @param name name of the memory.
     * @return mappings in this process.
     */
    static long mappings(String name) {
        return lines("/proc/self/maps").stream().filter(line -> line.contains("/memfd:" + name + " ")).count();
    }

    static boolean isMapped(long address) {
        return lines("/proc/self/maps").stream().anyMatch(line -> {
            String[] range = line.substring(0, line.indexOf(' ')).split("-");
            return Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                    && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
        });
    }

    /**
     * Counts descriptors of memory that has no file.
     *
     * @return descriptors that are open in this process.
     */
    static long descriptors() {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(ProcessMemory::isMemory).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Adds up a value of the mappings of memory that has no file.
     *
     * @param name  name of the memory.
     * @param field name of the value, {@code Rss} for instance.
     * @return bytes.
     */
    static long total(String name, String field) {
        boolean wanted = false;
        long bytes = 0;
        for (String line : lines("/proc/self/smaps")) {
            if (Character.isUpperCase(line.charAt(0))) {
                if (wanted && line.startsWith(field + ':')) {
                    bytes += 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            } else {
                wanted = line.contains("/memfd:" + name + " ");
            }
        }
        return bytes;
    }

    private static boolean isMemory(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().startsWith("/memfd:");
        } catch (IOException e) {
            return false; // the descriptor that lists the directory is gone by now
        }
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
