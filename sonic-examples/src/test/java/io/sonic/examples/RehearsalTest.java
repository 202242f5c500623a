package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(120)
class RehearsalTest {

    @ParameterizedTest
    @ValueSource(strings = {"EPOLL", "NIO"})
    void leavesNothingBehind(String backend) throws IOException {
        BackendOption option = CommandLine.populateCommand(new BackendOption(), "--backend", backend);
        try (ReactorLoop loop = ReactorLoop.openInner(IdleMode.BLOCK, option)) {
            // What the JVM itself opens, it opens now.
            Rehearsal.run(loop);
            long before = descriptors();
            Rehearsal.run(loop);

            assertThat(descriptors()).isEqualTo(before);
            assertThat(loop.reactor().pending()).as("operations of the loop itself").isZero();
            assertThat(loop.reactor().backend()).isEqualToIgnoringCase(backend);
        }
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
