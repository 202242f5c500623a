package io.sonic.examples;

import io.sonic.BackendType;
import io.sonic.Capability;
import io.sonic.Reactor;
import java.io.IOException;
import java.util.Set;
import picocli.CommandLine.Option;

/** What the reactors of a command are built on. */
final class BackendOption {

    private static final Set<String> EPOLL_PROCESSORS = Set.of("amd64", "x86_64", "aarch64", "arm64");

    @Option(names = "--backend", paramLabel = "B", order = 91,
            description = "What the reactor is built on: epoll (Linux), nio (anywhere), or auto (default): epoll where"
                    + " it is to be had.")
    private BackendType backend;

    /**
     * Opens a reactor; without the option the system property {@value BackendType#PROPERTY} chooses the backend.
     *
     * @throws CommandFailure when the backend that was asked for is not for this machine.
     */
    Reactor open(Reactor.Context context) throws IOException {
        if (backend == BackendType.EPOLL) {
            checkEpoll(System.getProperty("os.name"), System.getProperty("os.arch"));
        }
        return Reactor.open(backend == null ? context : context.backend(backend));
    }

    private static void checkEpoll(String system, String processor) throws CommandFailure {
        if (!system.equals("Linux") || !EPOLL_PROCESSORS.contains(processor)) {
            throw new CommandFailure("the epoll backend needs Linux on x86-64 or aarch64, and this is " + system
                    + " on " + processor + ": use --backend nio");
        }
    }

    /** Says of what a backend refused that another one would not have. */
    static IOException explain(Reactor reactor, IOException failure) {
        String message = failure.getMessage();
        boolean unknownOption = message != null && message.contains("(ENOPROTOOPT)");
        return unknownOption && !reactor.supports(Capability.RAW_OPTIONS)
                ? new CommandFailure("the " + reactor.backend() + " backend does not have this option, use --backend"
                        + " epoll: " + message)
                : failure;
    }

    /** Refuses a command that the backend cannot run. */
    static void require(Reactor reactor, Capability capability, String what) throws CommandFailure {
        if (!reactor.supports(capability)) {
            throw new CommandFailure("the " + reactor.backend() + " backend does not have " + what
                    + ": use --backend epoll");
        }
    }
}
