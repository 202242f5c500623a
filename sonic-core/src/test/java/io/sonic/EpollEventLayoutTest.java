package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class EpollEventLayoutTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"amd64, 12, 4", "x86_64, 12, 4", "aarch64, 16, 8", "arm64, 16, 8"})
    void isPackedOnX86Only(String architecture, int stride, int dataOffset) {
        assertThat(EpollEventLayout.of(architecture)).isEqualTo(new EpollEventLayout(stride, dataOffset));
        assertThat(EpollEventLayout.isKnown(architecture)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"riscv64", "x86", "arm", ""})
    void isNotGuessedForAnotherArchitecture(String architecture) {
        assertThat(EpollEventLayout.isKnown(architecture)).isFalse();
    }

    @Test
    @Tag("epoll")
    void isThatOfTheCompilerOfThisMachine() throws Exception {
        Path program = Gcc.compile(directory, "epoll_event.c");
        EpollEventLayout layout = EpollEventLayout.ofThisMachine();
        assertThat(Gcc.run(List.of(program.toString())).trim())
                .isEqualTo(layout.stride() + " 0 " + layout.dataOffset());
    }
}
