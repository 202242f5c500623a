package io.sonic.examples;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two lines of virtual Ethernet devices in a network namespace of the test's own, and commands that run in it as
 * processes. Where namespaces are forbidden both lines are the loopback interface, and this says so.
 */
final class FeedNetwork implements AutoCloseable {

    private static final String LAYOUT = "../sonic-multicast/src/test/resources/namespace.sh";
    private static final long PATIENCE_NS = 60_000_000_000L;

    private final Path directory;
    private final Process holder;
    private final boolean namespace;
    private final List<Process> processes = new ArrayList<>();
    private int files;

    private FeedNetwork(Path directory, Process holder, boolean namespace) {
        this.directory = directory;
        this.holder = holder;
        this.namespace = namespace;
    }

    static FeedNetwork open(Path directory) throws Exception {
        File output = directory.resolve("namespace.txt").toFile();
        try {
            Process holder = new ProcessBuilder("unshare", "--user", "--map-root-user", "--net", "sh", LAYOUT, "cat")
                    .redirectErrorStream(true).redirectOutput(output).start();
            long deadline = System.nanoTime() + PATIENCE_NS;
            while (holder.isAlive() && System.nanoTime() < deadline) {
                if (Files.readString(output.toPath()).contains("namespace ready")) {
                    return new FeedNetwork(directory, holder, true);
                }
                holder.waitFor(10, TimeUnit.MILLISECONDS);
            }
            holder.destroyForcibly();
        } catch (IOException e) {
            Files.writeString(output.toPath(), e.getMessage());
        }
        System.out.println("no network namespaces here, so the feed goes over lo: "
                + Files.readString(output.toPath()).strip());
        return new FeedNetwork(directory, null, false);
    }

    /** An interface of a line: 0 or 1. */
    String sending(int line) {
        return namespace ? line == 0 ? "txA" : "txB" : "lo";
    }

    String receiving(int line) {
        return namespace ? line == 0 ? "rxA" : "rxB" : "lo";
    }

    /** An address that the sender has on a line. */
    String source(int line) {
        return namespace ? "10.77." + (line + 1) + ".1" : "127.0.0.1";
    }

    boolean isNamespace() {
        return namespace;
    }

    /** A port that nothing uses here. */
    static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0))) {
            return socket.getLocalPort();
        }
    }

    /** Starts a command as a process. */
    Running start(String... args) throws IOException {
        List<String> command = new ArrayList<>(java(args));
        Path out = directory.resolve("out" + files);
        Path err = directory.resolve("err" + files++);
        Process process = new ProcessBuilder(inside(command))
                .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        processes.add(process);
        return new Running(process, out, err);
    }

    /** Runs a program in the network. */
    void run(String... command) throws Exception {
        Process process = new ProcessBuilder(inside(List.of(command))).inheritIO().start();
        processes.add(process);
        if (!process.waitFor(PATIENCE_NS, TimeUnit.NANOSECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    @Override
    public void close() {
        for (Process process : processes) {
            process.destroyForcibly().onExit().join();
        }
        if (holder != null) {
            holder.destroyForcibly().onExit().join();
        }
    }

    private List<String> inside(List<String> command) {
        if (!namespace) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of("nsenter", "--preserve-credentials", "--user", "--net", "--target",
                Long.toString(holder.pid())));
        all.addAll(command);
        return all;
    }

    private static List<String> java(String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--add-exports") || argument.startsWith("--enable-native-access")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx300m", "-cp", System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** A command that runs. */
    record Running(Process process, Path outFile, Path errFile) {

        String out() throws IOException {
            return Files.readString(outFile);
        }

        String err() throws IOException {
            return Files.readString(errFile);
        }

        /** Waits until it has printed so many lines of this beginning. */
        void awaitLines(String beginning, int count) throws Exception {
            long deadline = System.nanoTime() + PATIENCE_NS;
            while (out().lines().filter(line -> line.startsWith(beginning)).count() < count) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("no line '" + beginning + "': " + out() + err());
                }
                process.waitFor(10, TimeUnit.MILLISECONDS);
            }
        }

        /** Waits for its end, and takes the numbers of a line of its results. */
        Results await() throws Exception {
            if (!process.waitFor(PATIENCE_NS, TimeUnit.NANOSECONDS)) {
                throw new IOException("does not end: " + out() + err());
            }
            return new Results(process.exitValue(), out(), err());
        }
    }

    /** What a command left behind. */
    record Results(int status, String out, String err) {

        String lastLine() {
            return out.lines().reduce((first, second) -> second).orElse("");
        }

        /** A number of the last line that begins so. */
        long number(String beginning, String name) {
            String line = out.lines().filter(text -> text.startsWith(beginning)).reduce((first, second) -> second)
                    .orElseThrow(() -> new AssertionError("no line '" + beginning + "': " + out + err));
            for (String part : line.split(" ")) {
                if (part.startsWith(name + "=")) {
                    return Long.parseLong(part.substring(name.length() + 1));
                }
            }
            throw new AssertionError("no " + name + " in " + line);
        }
    }
}
