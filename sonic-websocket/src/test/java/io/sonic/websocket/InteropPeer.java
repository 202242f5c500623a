package io.sonic.websocket;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of another implementation, installed by {@code interop/install.sh}. Tests are skipped where it is not
 * there.
 */
final class InteropPeer implements AutoCloseable {
    private static final Path SCRIPTS = Path.of("interop").toAbsolutePath();
    private static final Path HOME = Path.of("target", "interop").toAbsolutePath();

    private final Process process;
    private final BufferedReader out;
    private final Path errors;

    private InteropPeer(String implementation, String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        boolean python = implementation.equals("python");
        Path program = python ? HOME.resolve("python/bin/python") : HOME.resolve("node/node_modules/ws");
        assumeTrue(Files.exists(program), () -> implementation + " is not installed: interop/install.sh does that");
        command.add(python ? program.toString() : "node");
        command.add(SCRIPTS.resolve(script + (python ? ".py" : ".js")).toString());
        command.addAll(List.of(arguments));
        errors = Files.createTempFile("sonic-interop", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("NODE_PATH", HOME.resolve("node/node_modules").toString());
        process = builder.start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static InteropPeer server(String implementation, boolean deflate) throws IOException {
        return new InteropPeer(implementation, "echo_server", mode(deflate));
    }

    static InteropPeer client(String implementation, String url, boolean deflate) throws IOException {
        return new InteropPeer(implementation, "echo_client", url, mode(deflate));
    }

    private static String mode(boolean deflate) {
        return deflate ? "deflate" : "plain";
    }

    /**
     * What it prints first; null when it ends without a word.
     */
    String firstLine() throws IOException {
        return out.readLine();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        out.close();
        Files.deleteIfExists(errors);
    }
}
