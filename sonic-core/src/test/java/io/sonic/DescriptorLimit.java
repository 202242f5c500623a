package io.sonic;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many descriptors this process may have. See {@code prlimit(1)}.
 */
final class DescriptorLimit {
    private DescriptorLimit() {
    }

    /**
     * Raises the limit where it has to be, and skips the test where that is forbidden.
     */
    static void assumeAtLeast(int needed) throws IOException, InterruptedException {
        if (current() < needed) {
            String limits = "--nofile=" + needed + ":" + Math.max(needed, hard());
            Process prlimit = new ProcessBuilder(
                    "prlimit", "--pid", Long.toString(ProcessHandle.current().pid()), limits)
                    .redirectErrorStream(true).start();
            prlimit.getInputStream().readAllBytes();
            prlimit.waitFor();
        }
        assumeTrue(current() >= needed, "this process may not have " + needed + " descriptors");
    }

    private static long current() throws IOException {
        return limit(3);
    }

    private static long hard() throws IOException {
        return limit(4);
    }

    private static long limit(int column) throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(row -> row.startsWith("Max open files")).findFirst().orElseThrow();
        String value = line.split(" +")[column];
        return value.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(value);
    }
}
