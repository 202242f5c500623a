package io.sonic;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Another JVM with the same classes, which was started differently.
 *
 * @param status what it exited with.
 * @param output its standard output and its standard error output together.
 */
record ChildJvm(int status, String output) {
    static final String ADD_EXPORTS = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
    static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private static final long DEADLINE_S = 40;

    /**
     * Runs the main method of a class to its end.
     *
     * @param options of the JVM.
     */
    static ChildJvm run(Class<?> main, String... options) throws IOException, InterruptedException {
        return run(List.of(), Map.of(), main, options);
    }

    /**
     * Runs the main method of a class to its end.
     *
     * @param prefix      of the command: a program that starts others.
     * @param environment variables to add.
     * @param options     of the JVM.
     */
    static ChildJvm run(List<String> prefix, Map<String, String> environment, Class<?> main, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(DEADLINE_S, TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end; so far it said: " + output);
            }
            return new ChildJvm(process.exitValue(), output);
        } finally {
            process.destroyForcibly();
        }
    }
}
