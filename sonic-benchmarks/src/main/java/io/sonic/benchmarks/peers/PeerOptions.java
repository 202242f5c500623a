package io.sonic.benchmarks.peers;

import java.net.URI;
import java.util.List;

/**
 * The command line of a peer. Of a rate the first {@code warmup} messages of {@code count} are not measured; of a
 * latency they come on top.
 */
record PeerOptions(Mode mode, URI uri, int count, int size, int warmup) {
    enum Mode { LATENCY, RATE }

    private static final List<String> SCHEMES = List.of("ws", "tcp");
    private static final List<String> OPTIONS = List.of("--url", "--count", "--size", "--warmup");

    static final String USAGE = """
            usage: latency|rate --url U [OPTIONS]
              --url U      where to connect to; the server echoes for latency and floods for rate
              --count N    messages; default 100000. rate takes the warm-up out of them
              --size S     latency: bytes of a message; default 128
              --warmup W   messages before the measured ones; default a third of the count""";

    /**
     * Parses the arguments; {@code IllegalArgumentException} says in one sentence what is wrong with them.
     */
    static PeerOptions parse(String... arguments) {
        if (arguments.length % 2 == 0) {
            throw new IllegalArgumentException("expected a mode and pairs of option and value");
        }
        Mode mode = switch (arguments[0]) {
            case "latency" -> Mode.LATENCY;
            case "rate" -> Mode.RATE;
            default -> throw new IllegalArgumentException("unknown mode '" + arguments[0] + "'");
        };
        for (int i = 1; i < arguments.length; i += 2) {
            if (!OPTIONS.contains(arguments[i])) {
                throw new IllegalArgumentException("unknown option '" + arguments[i] + "'");
            }
        }
        URI uri = URI.create(value(arguments, "--url", ""));
        if (!SCHEMES.contains(String.valueOf(uri.getScheme())) || uri.getHost() == null || uri.getPort() < 0) {
            throw new IllegalArgumentException("--url takes ws://HOST:PORT/PATH, or tcp://HOST:PORT for plain TCP");
        }
        int count = number(arguments, "--count", 100_000, 1);
        int size = number(arguments, "--size", 128, 0);
        int warmup = number(arguments, "--warmup", count / 3, 0);
        if (mode == Mode.RATE && warmup >= count) {
            throw new IllegalArgumentException("--warmup must be less than --count");
        }
        return new PeerOptions(mode, uri, count, size, warmup);
    }

    /**
     * A message of {@code size} printable ASCII characters.
     */
    String message() {
        String sample = "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"u\":160,\"b\":[[\"64231.10\",\"0.512\"]]} ";
        return sample.repeat(size / sample.length() + 1).substring(0, size);
    }

    private static String value(String[] arguments, String option, String otherwise) {
        for (int i = 1; i < arguments.length; i += 2) {
            if (arguments[i].equals(option)) {
                return arguments[i + 1];
            }
        }
        return otherwise;
    }

    private static int number(String[] arguments, String option, int otherwise, int low) {
        String text = value(arguments, option, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(text);
            if (number >= low) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " takes a number, not '" + text + "'", e);
        }
        throw new IllegalArgumentException(option + " must be at least " + low);
    }
}
