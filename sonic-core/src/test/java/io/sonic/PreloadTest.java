package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A library that is put in front of the C library sees the calls, as a kernel-bypass stack has to.
 */
@Tag("epoll")
@Timeout(60)
final class PreloadTest {
    private static final int READS = 123;

    @TempDir
    private Path directory;

    @Test
    void callsALibraryThatIsPutInFront() throws Exception {
        Path library = Gcc.compile(directory, "count_recv.c", "-shared", "-fPIC");

        ChildJvm child = ChildJvm.run(List.of(), Map.of("LD_PRELOAD", library.toString()), Reads.class,
                ChildJvm.ADD_EXPORTS, ChildJvm.NATIVE_ACCESS);

        assertThat(child.status()).as(child.output()).isZero();
        assertThat(child.output().lines()).contains("recv was called " + READS + " times");
    }

    /**
     * Reads from a connection so many times.
     */
    static final class Reads {
        private Reads() {
        }

        public static void main(String[] arguments) throws IOException {
            try (Reactor reactor = Reactor.open()) {
                TcpPair pair = TcpPair.connect(reactor);
                UnsafeBuffer buffer = Buffers.allocate(READS);
                pair.client().asyncWriteAll(buffer, 0, READS, (status, length) -> { });
                for (int i = 0; i < READS; i++) {
                    if (pair.server().tryRead(buffer, 0, 1) != 1) {
                        throw new AssertionError("read " + i);
                    }
                }
            }
        }
    }
}
