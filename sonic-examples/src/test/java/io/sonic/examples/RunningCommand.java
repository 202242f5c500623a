package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** A command as its user runs it, with its own output, on a thread of this JVM. */
final class RunningCommand implements AutoCloseable {

    /** What a command left behind when it ended. */
    record Result(int status, String out, String err) {

        String lastLine() {
            return out.lines().reduce((first, second) -> second).orElse("");
        }
    }

    private static final long TIMEOUT_SECONDS = 60;
    private static final String LISTENING = "listening on ";

    private final CompletableFuture<String> firstLine = new CompletableFuture<>();
    private final StringWriter err = new StringWriter();
    private final Output out = new Output();
    private final Thread thread;
    private volatile Integer status;

    private RunningCommand(String... args) {
        thread = new Thread(() -> {
            status = execute(args, out, err);
            firstLine.complete("");
        }, "command " + args[0]);
        thread.setDaemon(true);
    }

    /** Runs a command to its end. */
    static Result run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = execute(args, out, err);
        return new Result(status, out.toString(), err.toString());
    }

    /** Starts a command and waits for nothing. */
    static RunningCommand start(String... args) {
        RunningCommand command = new RunningCommand(args);
        command.thread.start();
        return command;
    }

    private static int execute(String[] args, Writer out, Writer err) {
        CommandLine commands = Main.commandLine();
        commands.setOut(new PrintWriter(out));
        commands.setErr(new PrintWriter(err, true));
        return commands.execute(args);
    }

    /** Waits until it listens, and tells where, as {@code HOST:PORT}. */
    String address() throws Exception {
        String line = firstLine();
        assertThat(line).as("first line; %s", err).matches(LISTENING + ".*:[1-9][0-9]*");
        return line.substring(LISTENING.length());
    }

    /** Waits for its first line. */
    String firstLine() throws Exception {
        return firstLine.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    String port() throws Exception {
        String address = address();
        return address.substring(address.lastIndexOf(':') + 1);
    }

    /** Waits for its end. */
    Result await() {
        assertThat(Uninterruptibly.join(thread, TIMEOUT_SECONDS)).as("has ended").isTrue();
        return new Result(status, out.toString(), err.toString());
    }

    /** Ends it as a signal does. */
    Result stop() {
        ReactorLoop.endAllOf(thread);
        return await();
    }

    @Override
    public void close() {
        assertThat(stop()).extracting(Result::status, Result::err).containsExactly(0, "");
    }

    /** Keeps what is printed, and tells the first line as soon as it is complete. */
    private final class Output extends StringWriter {

        @Override
        public void flush() {
            String text = toString();
            int end = text.indexOf('\n');
            if (end >= 0) {
                firstLine.complete(text.substring(0, end).strip());
            }
        }
    }
}
