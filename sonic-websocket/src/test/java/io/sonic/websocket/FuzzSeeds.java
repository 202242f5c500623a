package io.sonic.websocket;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The fuzz targets and where they start from: a file for each target, with an input a line. A line is hex; or text
 * after {@code "}, with {@code \r} and {@code \n}.
 */
final class FuzzSeeds {
    static final Map<String, Consumer<byte[]>> TARGETS = Map.of(
        "FrameDecoderFuzzer", FrameDecoderFuzzer::fuzzerTestOneInput,
        "HandshakeFuzzer", HandshakeFuzzer::fuzzerTestOneInput,
        "DeflateFuzzer", DeflateFuzzer::fuzzerTestOneInput,
        "ClosePayloadFuzzer", ClosePayloadFuzzer::fuzzerTestOneInput);

    private FuzzSeeds() {
    }

    /**
     * Writes the inputs of each target as files.
     *
     * @param args the folder, in which each target gets one of its own.
     */
    public static void main(String[] args) throws IOException {
        for (String target : TARGETS.keySet()) {
            Path folder = Files.createDirectories(Path.of(args[0], target));
            List<byte[]> seeds = read(target);
            for (int i = 0; i < seeds.size(); i++) {
                Files.write(folder.resolve("seed-" + i), seeds.get(i));
            }
        }
    }

    static List<byte[]> read(String target) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                FuzzSeeds.class.getResourceAsStream("fuzz/" + target + ".txt"), StandardCharsets.US_ASCII))) {
            return lines.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).map(FuzzSeeds::parse)
                .toList();
        }
    }

    private static byte[] parse(String line) {
        return line.startsWith("\"")
            ? line.substring(1).replace("\\r", "\r").replace("\\n", "\n").getBytes(StandardCharsets.US_ASCII)
            : Hex.bytes(line);
    }
}
