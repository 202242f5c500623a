package io.sonic.examples;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The examples' commands. */
@Command(name = "sonic-examples", description = "Runnable programs, one sub-command each.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "COMMAND --help tells the options of one.",
            "A command ends with status 0 when it did its job, 1 when it failed, 2 for wrong options."},
        subcommands = {
            Demo.class,
            WsLatency.class, WsRate.class, WsEchoServer.class, WsReplay.class, AutobahnClient.class,
            TcpEchoServer.class, TcpLatency.class,
            TlsEchoServer.class, TlsLatency.class,
            UdpEchoServer.class, UdpLatency.class,
            UnixEchoServer.class, UnixLatency.class,
            Exchange.class,
            MulticastSend.class, MulticastReceive.class, MulticastDump.class,
            FeedPublish.class, FeedReceive.class, PcapReplay.class,
            TcpServer.class, TcpClient.class, EchoClient.class, EchoBack.class, TlsClient.class,
            UdpConnect.class, UdpSend.class, UdpReceive.class,
            FloodServer.class, ManyConnections.class, Sink.class, ManyReactors.class, LatencyServer.class,
            WsClient.class, WsPing.class,
            FrameServer.class, FrameClient.class,
            PacketSend.class, BipReceive.class, SequenceReceive.class, ReplayPackets.class,
            TimerExample.class, Post.class, FileExample.class
        })
public final class Main implements Runnable {

    private static final int SECONDS_TO_END = 10;

    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Prints this help.")
    private boolean help;

    private Main() {
    }

    /**
     * Runs one command and ends with its status: 0 when it did its job, 1 when it failed, 2 for wrong options.
     *
     * @param args the command and its options.
     */
    public static void main(String[] args) {
        Ending ending = new Ending();
        Runtime.getRuntime().addShutdownHook(new Thread(ending::onShutdown, "sonic-examples-ending"));
        try {
            ending.status = commandLine().execute(args);
        } finally {
            ending.reached.countDown();
        }
        System.exit(ending.status);
    }

    /** Creates the commands, with errors as one line. */
    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new Main());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.getSubcommands().values().forEach(Main::keepOrderOfOptions);
        commands.setExecutionExceptionHandler((thrown, command, parsed) -> {
            command.getErr().println(command.getCommandName() + ": " + sentence(thrown));
            return CommandLine.ExitCode.SOFTWARE;
        });
        return commands;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    private static void keepOrderOfOptions(CommandLine command) {
        command.getCommandSpec().usageMessage().sortOptions(false).sortSynopsis(false);
    }

    private static String sentence(Throwable thrown) {
        String message = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
        return message.lines().map(String::strip).reduce((first, next) -> first + " " + next).orElse("");
    }

    /** Lets a command that gets SIGTERM or SIGINT close what it has open, and end with the status it then has. */
    private static final class Ending {

        private final CountDownLatch reached = new CountDownLatch(1);
        private volatile int status;

        private void onShutdown() {
            if (reached.getCount() == 0) {
                return;
            }
            ReactorLoop.endAll();
            try {
                if (reached.await(SECONDS_TO_END, TimeUnit.SECONDS)) {
                    Runtime.getRuntime().halt(status);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
