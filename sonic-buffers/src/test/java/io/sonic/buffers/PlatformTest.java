package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.FifoBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PlatformTest {
    @Test
    void takesAMirroredBufferWhereThereIsOne() throws IOException {
        assertThat(MirroredBuffer.isSupported()).isTrue();
        assertThat(MirroredBuffer.unsupportedReason()).isEmpty();
        try (FifoBuffer fifo = FifoBuffers.allocate(10)) {
            assertThat(fifo).isInstanceOf(MirroredBuffer.class);
        }
    }

    @Test
    void takesALinearBufferWhenNativeAccessIsDenied() throws Exception {
        try (ChildProcess child = ChildProcess.start(WithoutNativeAccess.class, "--illegal-native-access=deny")) {
            assertThat(child.readLine()).isEqualTo("supported: false");
            assertThat(child.readLine())
                    .startsWith("reason: a mirrored buffer needs native access (--enable-native-access=ALL-UNNAMED): ");
            assertThat(child.readLine()).startsWith("refused: a mirrored buffer needs native access");
            assertThat(child.readLine()).isEqualTo("instead: LinearBuffer of 10 bytes holds abc");
            assertThat(child.readLine()).isNull();
        }
    }

    @Test
    void leavesNothingBehindWhenItIsKilled() throws Exception {
        List<Path> before = sharedMemory();
        try (ChildProcess child = ChildProcess.start(
                HoldsBuffer.class, "--enable-native-access=ALL-UNNAMED")) {
            assertThat(child.readLine()).isEqualTo("held");
            assertThat(Files.readString(Path.of("/proc/" + child.id() + "/maps"))).contains("/memfd:held (deleted)");
            assertThat(sharedMemory()).isEqualTo(before);

            child.kill();
        }
        assertThat(sharedMemory()).isEqualTo(before);
    }

    private static List<Path> sharedMemory() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
            return files.filter(file -> file.toString().contains("held")).sorted().toList();
        }
    }

    static final class WithoutNativeAccess {
        private WithoutNativeAccess() {
        }

        public static void main(String[] arguments) throws IOException {
            System.out.println("supported: " + MirroredBuffer.isSupported());
            System.out.println("reason: " + MirroredBuffer.unsupportedReason());
            try {
                MirroredBuffer.allocate(10);
            } catch (UnsupportedOperationException e) {
                System.out.println("refused: " + e.getMessage());
            }
            try (FifoBuffer fifo = FifoBuffers.allocate(10)) {
                fifo.buffer().putStringWithoutLengthAscii(fifo.claim(3), "abc");
                fifo.commit(3);
                System.out.println("instead: " + fifo.getClass().getSimpleName() + " of " + fifo.capacity()
                        + " bytes holds " + fifo.buffer().getStringWithoutLengthAscii(fifo.readOffset(), 3));
            }
        }
    }

    static final class HoldsBuffer {
        private static MirroredBuffer fifo; // reachable as long as the process lives

        private HoldsBuffer() {
        }

        public static void main(String[] arguments) throws Exception {
            fifo = MirroredBuffer.allocate(1 << 20, new MirroredBuffer.Context().name("held"));
            fifo.buffer().putLong(0, 42);
            System.out.println("held");
            Thread.currentThread().join();
        }
    }
}
