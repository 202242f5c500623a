package io.sonic;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles the C sources of the tests.
 */
final class Gcc {
    private Gcc() {
    }

    /**
     * Compiles a source; skips the test where there is no compiler.
     *
     * @param source  name of a resource.
     * @param options of the compiler.
     */
    static Path compile(Path directory, String source, String... options) throws IOException, InterruptedException {
        assumeTrue(Programs.has("gcc"), "gcc is not installed");
        Path file = directory.resolve(source);
        try (InputStream resource = Gcc.class.getResourceAsStream("/" + source)) {
            Files.copy(resource, file);
        }
        Path compiled = directory.resolve(source + ".out");
        List<String> command = new ArrayList<>(List.of("gcc", "-O1", "-Wall", "-Werror", "-o", compiled.toString()));
        command.addAll(List.of(options));
        command.add(file.toString());
        command.add("-ldl");
        run(command);
        return compiled;
    }

    /**
     * Runs a program to its end.
     *
     * @return what it printed.
     */
    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(command + ": " + printed);
        }
        return printed;
    }
}
