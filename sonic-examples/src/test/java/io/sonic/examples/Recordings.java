package io.sonic.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Recordings of real exchanges, which are no part of the project: in {@code ../shared/data/exchange} beside it, or
 * where the system property {@code sonic.recordings} says. Tests that need them are skipped where there are none.
 */
final class Recordings {

    private static final String PROPERTY = "sonic.recordings";

    private Recordings() {
    }

    static List<Path> all() throws IOException {
        Path folder = Path.of(System.getProperty(PROPERTY, "../../shared/data/exchange"));
        assumeTrue(Files.isDirectory(folder), () -> "no recordings in " + folder + ": -D" + PROPERTY
                + "=FOLDER names another place");
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> recordings =
                    files.filter(file -> file.toString().matches(".*\\.ws\\.[0-9.]*gz")).sorted().toList();
            assumeTrue(!recordings.isEmpty(), () -> "no recordings in " + folder);
            return recordings;
        }
    }
}
