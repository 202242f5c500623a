package io.sonic;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The programs of this machine.
 */
final class Programs {
    private Programs() {
    }

    /**
     * Tells whether a program can be started.
     */
    static boolean has(String name) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (Files.isExecutable(Path.of(directory, name))) {
                return true;
            }
        }
        return false;
    }
}
