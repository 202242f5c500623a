package io.sonic.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The examples' commands. */
@Command(name = "sonic-examples", description = "Runnable programs, one sub-command each.",
        mixinStandardHelpOptions = true)
public final class Main {

    private Main() {
    }

    /**
     * Runs one command and ends with its status: 0 when it did its job, 1 when it failed, 2 for wrong options.
     *
     * @param args the command and its options.
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
