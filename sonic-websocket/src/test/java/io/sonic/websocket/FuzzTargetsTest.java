package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the fuzzer starts from, and thousands of inputs close to it, the same in each run. {@code fuzz/run.sh} goes on
 * from there.
 */
class FuzzTargetsTest {
    private static final int ROUNDS = 40;

    @ParameterizedTest
    @ValueSource(strings = {"FrameDecoderFuzzer", "HandshakeFuzzer", "DeflateFuzzer", "ClosePayloadFuzzer"})
    void findNothingCloseToTheVectors(String name) throws IOException {
        Consumer<byte[]> target = FuzzSeeds.TARGETS.get(name);
        List<byte[]> seeds = FuzzSeeds.read(name);
        assertThat(seeds).hasSizeGreaterThan(10);
        Random random = new Random(42);
        for (byte[] seed : seeds) {
            run(target, seed);
            for (int i = 0; i < ROUNDS; i++) {
                run(target, mutate(seed, seeds.get(random.nextInt(seeds.size())), random));
            }
        }
    }

    private static void run(Consumer<byte[]> target, byte[] input) {
        assertThatCode(() -> target.accept(input)).as(HexFormat.of().formatHex(input)).doesNotThrowAnyException();
    }

    private static byte[] mutate(byte[] seed, byte[] other, Random random) {
        byte[] changed = seed.clone();
        switch (random.nextInt(4)) {
            case 0 -> changed = Arrays.copyOf(seed, random.nextInt(seed.length + 1));
            case 1 -> {
                changed = Arrays.copyOf(seed, seed.length + other.length);
                System.arraycopy(other, 0, changed, seed.length, other.length);
            }
            default -> {
                for (int i = random.nextInt(3); i >= 0 && changed.length > 0; i--) {
                    int index = random.nextInt(changed.length);
                    changed[index] = random.nextBoolean() ? (byte) random.nextInt()
                        : (byte) (changed[index] ^ 1 << random.nextInt(8));
                }
            }
        }
        return changed;
    }
}
