package io.sonic.tls;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The {@code openssl} command. Without it, the tests that need it are skipped and say so.
 */
final class OpenSsl {
    private static final boolean PRESENT = isPresent();

    private OpenSsl() {
    }

    static void assumePresent() {
        assumeTrue(PRESENT, "the openssl command is not installed");
    }

    /**
     * Runs a command to its end, in a directory.
     */
    static void run(Path directory, String... arguments) {
        assumePresent();
        try {
            Process process = new ProcessBuilder(command(arguments)).directory(directory.toFile())
                    .redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError("openssl " + String.join(" ", arguments) + ": " + said);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add("openssl");
        command.addAll(List.of(arguments));
        return command;
    }

    private static boolean isPresent() {
        try {
            Process process = new ProcessBuilder("openssl", "version").redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
