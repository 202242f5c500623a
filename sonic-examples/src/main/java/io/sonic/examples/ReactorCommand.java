package io.sonic.examples;

import io.sonic.AcceptHandler;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Stream;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands share: one reactor on the calling thread, the way it waits, and where results go. */
abstract class ReactorCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--idle", paramLabel = "MODE", defaultValue = "busy", order = 90,
            description = "While nothing is to do: busy polls (default), backoff polls less and less for a machine that"
                    + " others use too, block waits in the kernel.")
    private IdleMode idle;

    @Mixin
    private BackendOption backend;

    @Option(names = "--pin", paramLabel = "CPU", order = 92,
            description = "Keeps the reactor's thread on one processor, counted from 0. Linux only.")
    private Integer pin;

    @Option(names = {"-h", "--help"}, usageHelp = true, order = 99, description = "Prints this help.")
    private boolean help;

    @Override
    public final Integer call() throws IOException {
        checkOptions();
        Pin pinned = Pin.currentThreadTo(pin);
        try (pinned; ReactorLoop loop = ReactorLoop.open(idle, backend)) {
            runOn(loop);
        } finally {
            out().flush();
        }
        return 0;
    }

    private void runOn(ReactorLoop loop) throws IOException {
        try {
            run(loop);
        } catch (IOException e) {
            throw BackendOption.explain(loop.reactor(), e);
        }
    }

    /** Refuses values that the options' types allow and the command does not; see {@link #require}. */
    void checkOptions() {
    }

    /**
     * Does the job.
     *
     * @param loop to open channels on and to run; closed afterwards, with all its channels.
     * @throws IOException with one line that says what failed.
     */
    abstract void run(ReactorLoop loop) throws IOException;

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Starts another reactor, which waits in the same way; the caller's to close. */
    final ReactorThread startThread(String name, ReactorThread.Opening opening) throws CommandFailure {
        return ReactorThread.start(name, idle, backend, opening);
    }

    /** Tells whether the loop polls when nothing is to do, and does not wait in the kernel. */
    final boolean polls() {
        return idle != IdleMode.BLOCK;
    }

    final String name() {
        return spec.name();
    }

    /** Ends the command with its usage. */
    final ParameterException wrongOption(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /** Ends the command with its usage when a number is out of range. */
    final void require(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw wrongOption(most == Long.MAX_VALUE
                    ? option + " must be " + least + " or more: " + value
                    : option + " must be " + least + " to " + most + ": " + value);
        }
    }

    /** Prints a line that is to be seen at once. */
    final void print(String line) {
        out().println(line);
        out().flush();
    }

    /** Tells scripts where to connect, also when the port was left to the system. */
    final void printListening(InetSocketAddress address) {
        print("listening on " + Endpoint.of(address));
    }

    /** Hands on what a listener accepts; the listener itself goes on where it cannot accept. */
    static <S extends Stream> AcceptHandler<S> each(Consumer<? super S> onAccepted) {
        return (status, stream) -> {
            if (status == IoStatus.OK) {
                onAccepted.accept(stream);
            }
        };
    }

    /** Connects a websocket and goes on when it is connected; the command fails when that does not work. */
    final void handshake(ReactorLoop loop, WebSocketStream ws, String url, Runnable onConnected) {
        try {
            ws.asyncHandshake(url, status -> {
                if (status == IoStatus.OK) {
                    onConnected.run();
                } else {
                    loop.fail(ws.failure().getMessage());
                }
            });
        } catch (IllegalArgumentException e) {
            throw wrongOption("--url: " + e.getMessage());
        }
    }

    /** Says how a connection ended that should have gone on. */
    static String endOf(WebSocketStream ws, String url, IoStatus status) {
        if (ws.failure() != null) {
            return ws.failure().getMessage();
        }
        if (status == IoStatus.END_OF_STREAM) {
            String reason = ws.closeReason().isEmpty() ? "" : " (" + ws.closeReason() + ")";
            return url + ": the server closed with " + ws.closeCode() + reason;
        }
        return url + ": " + status;
    }
}
