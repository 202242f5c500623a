package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.OptionSpec;

class CommandOptionsTest {

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream();
    }

    @Test
    void areThoseOfTheContract() {
        assertThat(commands()).contains("demo", "ws-latency", "ws-rate", "ws-echo-server", "ws-replay",
                "tcp-echo-server", "tcp-latency", "tls-echo-server", "tls-latency",
                "udp-echo-server", "udp-latency", "unix-echo-server", "unix-latency", "multicast-send",
                "multicast-receive", "multicast-dump", "feed-publish", "feed-receive", "pcap-replay", "timer");
    }

    @Test
    void haveACounterpartForEachExampleOfSonicForGo() {
        assertThat(commands()).contains("post", "file", "tcp-server", "tcp-client", "echo-client", "udp-connect",
                "udp-send", "udp-receive", "many-connections", "flood-server", "many-reactors", "tls-client", "sink",
                "latency-server", "echo-back", "ws-client", "ws-ping", "packet-send", "bip-receive",
                "sequence-receive", "frame-server", "frame-client", "replay-packets");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void printHelpOnRequest(String command) {
        Result result = RunningCommand.run(command, "--help");

        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("Usage: sonic-examples " + command + " ").contains("--help");
        assertThat(result.err()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void refuseAnUnknownOptionWithTheUsage(String command) {
        List<String> args = new ArrayList<>(List.of(command));
        // What is missing would be said first.
        for (OptionSpec option : Main.commandLine().getSubcommands().get(command).getCommandSpec().options()) {
            if (option.required()) {
                args.add(option.longestName() + '=' + value(option.longestName()));
            }
        }
        args.add("--no-such-option");

        assertWrong(RunningCommand.run(args.toArray(String[]::new)), command, "--no-such-option");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {
        "ws-latency, --url",
        "ws-rate, --url",
        "ws-echo-server, --port",
        "ws-replay --port 0, --file",
        "ws-replay --file x, --port",
        "tcp-echo-server, --port",
        "tcp-latency --port 1, --host",
        "tcp-latency --host x, --port",
        "multicast-send --port 1 --interface lo, --group",
        "multicast-receive --group 239.1.1.1 --interface lo, --port",
        "multicast-receive --group 239.1.1.1 --port 1, --interface",
        "ws-latency --url ws://x --count 0, --count",
        "ws-latency --url ws://x --size 0, --size",
        "ws-latency --url ws://x --count many, --count",
        "ws-latency --url http://x, --url",
        "ws-rate --url ws://, --url",
        "ws-rate --url ws://x:99999, --url",
        "ws-rate --url ws://x --count -1, --count",
        "ws-rate --url ws://x --idle sometimes, --idle",
        "ws-echo-server --port 65536, --port",
        "ws-echo-server --port -1, --port",
        "ws-replay --port 0 --file x --speed -1, --speed",
        "ws-replay --port 0 --file x --speed NaN, --speed",
        "tcp-latency --host x --port 0, --port",
        "tcp-latency --host x --port 1 --size 1048577, --size",
        "multicast-send --group 10.0.0.1 --port 1 --interface lo, --group",
        "multicast-send --group all --port 1 --interface lo, --group",
        "multicast-send --group 239.1.1.1 --port 0 --interface lo, --port",
        "multicast-send --group 239.1.1.1 --port 1 --interface lo --size 7, --size",
        "multicast-send --group 239.1.1.1 --port 1 --interface lo --rate -1, --rate",
        "multicast-receive --group 239.1.1.1 --port 1 --interface lo --count 0, --count",
        "timer --period 0, --period",
        "tcp-server --port 65536, --port",
        "tcp-client --host x --port 0, --port",
        "echo-client --port 1, --host",
        "echo-back --host x, --port",
        "tls-client --host x --port 1 --key x, --cert",
        "udp-connect --host x --port 65536, --port",
        "udp-send --host x --port 1 --count 0, --count",
        "udp-receive --port 0 --count 0, --count",
        "flood-server --port 0 --size 0, --size",
        "many-connections --host x --port 1 --connections 0, --connections",
        "many-connections --host x --port 1 --seconds 0, --seconds",
        "sink --port 0 --buffer 0, --buffer",
        "many-reactors --port 0 --reactors 0, --reactors",
        "latency-server --port 0 --count 0, --count",
        "latency-server --port 0 --size 0, --size",
        "ws-client, --url",
        "ws-ping --url ws://x --period 0, --period",
        "ws-ping --url ws://x --count 0, --count",
        "frame-server --port 0 --rate -1, --rate",
        "frame-client --host x --port 1 --count 0, --count",
        "packet-send --group 239.1.1.1 --port 1 --interface lo --rate 0, --rate",
        "packet-send --group 239.1.1.1 --port 1 --interface lo --max-size 11, --max-size",
        "packet-send --group 239.1.1.1 --port 1 --interface lo --gap -1, --gap",
        "packet-send --group 239.1.1.1 --port 1 --interface lo --copies 0, --copies",
        "bip-receive --group 239.1.1.1 --port 1 --interface lo --buffer 100, --buffer",
        "sequence-receive --group 239.1.1.1 --port 1 --interface lo --store heap, --store",
        "sequence-receive --group 239.1.1.1 --port 1 --interface lo --keep 0, --keep",
        "replay-packets --count 0, --count",
        "replay-packets --lose -1, --lose",
        "post --count 0, --count",
        "file, --path",
        "timer --pin first, --pin",
        "tls-echo-server --port 0 --key x, --cert",
        "tls-echo-server --port 0 --cert x, --key",
        "tls-echo-server --port 65536 --cert x --key x, --port",
        "tls-latency --host x --port 1 --cert x, --key",
        "tls-latency --host x --port 1 --name  , --name",
        "tls-latency --host x --port 0, --port",
        "udp-echo-server --port -1, --port",
        "udp-latency --host x --port 1 --size 65508, --size",
        "udp-latency --host x --port 1 --count 0, --count",
        "unix-echo-server, --path",
        "unix-latency, --path",
        "unix-latency --path x --size 0, --size",
    })
    void refuseWhatIsMissingOrOutOfRangeWithTheUsage(String commandLine, String option) {
        String[] args = commandLine.split(" ");

        assertWrong(RunningCommand.run(args), args[0], option);
    }

    @Test
    void listTheCommandsWhenNoneIsGiven() {
        Result result = RunningCommand.run();

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("Usage: sonic-examples ").contains("ws-latency").contains("demo");
    }

    @Test
    void refuseAnUnknownCommand() {
        Result result = RunningCommand.run("ws-latenzy");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("ws-latenzy");
    }

    private static String value(String option) {
        return switch (option) {
            case "--group" -> "239.1.1.1";
            case "--line" -> "239.1.1.1:1@lo";
            case "--port" -> "1";
            case "--protocol" -> "itch";
            case "--venue" -> "kraken";
            default -> "x";
        };
    }

    private static void assertWrong(Result result, String command, String option) {
        assertThat(result.status()).as(result.err()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains(option).contains("Usage: sonic-examples " + command + " ");
        assertThat(result.err().lines().findFirst().orElse("")).as("says first what is wrong").contains(option);
    }
}
