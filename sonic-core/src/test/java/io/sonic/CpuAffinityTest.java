package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pinning of the current thread; each test pins one of its own.
 */
@Tag("epoll")
@Timeout(60)
final class CpuAffinityTest {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    @FunctionalInterface
    private interface Body {
        void run() throws IOException;
    }

    @AfterEach
    void endThread() {
        thread.close();
    }

    @Test
    void pinsToEachProcessorThatThereIs() throws Exception {
        BitSet usable = CpuAffinity.currentThread();
        assertThat(usable.cardinality()).isPositive();
        onOwnThread(() -> {
            for (int cpu = usable.nextSetBit(0); cpu >= 0; cpu = usable.nextSetBit(cpu + 1)) {
                CpuAffinity.pinCurrentThread(cpu);
                assertThat(CpuAffinity.currentThread()).isEqualTo(set(cpu));
                assertThat(allowedByTheKernel()).isEqualTo(Integer.toString(cpu));
            }
            CpuAffinity.pinCurrentThread(usable.stream().toArray());
            assertThat(CpuAffinity.currentThread()).isEqualTo(usable);
        });
    }

    @Test
    void pinsNoOtherThread() throws Exception {
        BitSet before = CpuAffinity.currentThread();
        onOwnThread(() -> CpuAffinity.pinCurrentThread(before.nextSetBit(0)));

        assertThat(CpuAffinity.currentThread()).isEqualTo(before);
    }

    @Test
    void refusesAProcessorThatIsNotThere() throws Exception {
        int absent = Runtime.getRuntime().availableProcessors() + 4000;
        int present = CpuAffinity.currentThread().nextSetBit(0);
        onOwnThread(() -> {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> CpuAffinity.pinCurrentThread(absent))
                    .withMessage("sched_setaffinity to CPU " + absent + ": Invalid argument (EINVAL)");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> CpuAffinity.pinCurrentThread(present, absent))
                    .withMessage("sched_setaffinity to CPU " + present + "," + absent
                            + ": the system took {" + present + "}");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 8192, Integer.MIN_VALUE})
    void refusesWhatIsNoNumberOfAProcessor(int cpu) {
        assertThatIllegalArgumentException().isThrownBy(() -> CpuAffinity.pinCurrentThread(cpu))
                .withMessage("no processor has the number " + cpu);
    }

    @Test
    void refusesNoProcessorAtAll() {
        assertThatIllegalArgumentException().isThrownBy(CpuAffinity::pinCurrentThread)
                .withMessage("no processor to pin the thread to");
    }

    private void onOwnThread(Body body) throws Exception {
        try {
            thread.submit(() -> {
                body.run();
                return null;
            }).get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private static BitSet set(int cpu) {
        BitSet set = new BitSet();
        set.set(cpu);
        return set;
    }

    private static String allowedByTheKernel() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElseThrow()
                .substring("Cpus_allowed_list:".length()).trim();
    }
}
