package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How a backend is chosen, and what it says that it can do.
 */
@Timeout(60)
final class BackendTypeTest {
    @ParameterizedTest
    @CsvSource({"Linux, amd64, false, EPOLL", "Linux, aarch64, false, EPOLL", "Linux, amd64, true, NIO",
        "Linux, riscv64, false, NIO", "Linux, x86, false, NIO", "Mac OS X, aarch64, false, NIO",
        "Windows 11, amd64, false, NIO"})
    void isChosenByTheMachine(String system, String architecture, boolean denied, BackendType expected) {
        assertThat(BackendType.of(system, architecture, denied)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO"})
    void isWhatWasAskedFor(BackendType type) {
        assertThat(type.choose()).isEqualTo(type);
    }

    @Test
    @Tag("epoll")
    void isEpollHere() throws IOException {
        try (Reactor reactor = Reactor.open(new Reactor.Context().backend(BackendType.AUTO))) {
            assertThat(reactor.backend()).isEqualTo("epoll");
            assertThat(Capability.values()).allMatch(reactor::supports);
        }
    }

    @Test
    void isNioWhereItIsAskedFor() throws IOException {
        try (Reactor reactor = Reactor.open(new Reactor.Context().backend(BackendType.NIO))) {
            assertThat(reactor.backend()).isEqualTo("nio");
            assertThat(supportedBy(reactor)).containsExactly(Capability.UNIX_STREAMS);
        }
    }

    @ParameterizedTest
    @CsvSource({"auto, AUTO", "epoll, EPOLL", "nio, NIO"})
    void isNamedByASystemProperty(String name, BackendType expected) {
        withProperty(name, () -> assertThat(BackendType.ofProperty()).isEqualTo(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "EPOLL", "kqueue", "epoll "})
    void refusesAnotherName(String name) {
        withProperty(name, () -> assertThatIllegalArgumentException().isThrownBy(Reactor.Context::new)
                .withMessage("the system property io.sonic.backend must be auto, epoll or nio: " + name));
    }

    @Test
    void refusesAnArchitectureThatEpollDoesNotKnow() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> EpollEventLayout.of("riscv64"))
                .withMessage("the epoll backend knows x86-64 and aarch64, not riscv64");
    }

    @Test
    void isNioWhereNativeAccessIsDenied() throws IOException, InterruptedException {
        ChildJvm child = ChildJvm.run(WhereNativeAccessIsDenied.class,
                ChildJvm.ADD_EXPORTS, "--illegal-native-access=deny", "-ea");

        assertThat(child.output().lines()).containsExactly("nio [UNIX_STREAMS]", "echo OK 5", "file OK 3", "timer",
                "epoll: Sonic calls the system through java.lang.foreign: start the JVM with "
                        + "--enable-native-access=ALL-UNNAMED",
                "affinity: Sonic calls the system through java.lang.foreign: start the JVM with "
                        + "--enable-native-access=ALL-UNNAMED");
        assertThat(child.status()).isZero();
    }

    private static List<Capability> supportedBy(Reactor reactor) {
        List<Capability> capabilities = new ArrayList<>();
        for (Capability capability : Capability.values()) {
            if (reactor.supports(capability)) {
                capabilities.add(capability);
            }
        }
        return capabilities;
    }

    private static void withProperty(String value, Runnable body) {
        String before = System.getProperty(BackendType.PROPERTY);
        System.setProperty(BackendType.PROPERTY, value);
        try {
            body.run();
        } finally {
            if (before == null) {
                System.clearProperty(BackendType.PROPERTY);
            } else {
                System.setProperty(BackendType.PROPERTY, before);
            }
        }
    }

    /**
     * Does a little of everything, and says how it went.
     */
    static final class WhereNativeAccessIsDenied {
        private WhereNativeAccessIsDenied() {
        }

        public static void main(String[] arguments) throws IOException {
            try (Reactor reactor = Reactor.open()) {
                System.out.println(reactor.backend() + " " + supportedBy(reactor));
                echo(reactor);
                readFile(reactor);
                new Timer(reactor).scheduleOnce(1_000_000, timer -> System.out.println("timer"));
                reactor.runPending();
            }
            try {
                Reactor.open(new Reactor.Context().backend(BackendType.EPOLL)).close();
            } catch (IllegalStateException e) {
                System.out.println("epoll: " + e.getMessage());
            }
            try {
                CpuAffinity.pinCurrentThread(0);
            } catch (IllegalStateException e) {
                System.out.println("affinity: " + e.getMessage());
            }
        }

        private static void echo(Reactor reactor) throws IOException {
            TcpPair pair = TcpPair.connect(reactor);
            UnsafeBuffer buffer = Buffers.allocate(8);
            pair.server().asyncReadAll(buffer, 0, 5, (status, length) ->
                    pair.server().asyncWriteAll(buffer, 0, length, (written, l) -> { }));
            pair.client().asyncReadAll(Buffers.allocate(8), 0, 5, (status, length) ->
                    System.out.println("echo " + status + " " + length));
            pair.client().asyncWriteAll(Buffers.of("hello"), 0, 5, (status, length) -> { });
            reactor.runPending();
        }

        private static void readFile(Reactor reactor) throws IOException {
            Path path = Files.createTempFile("sonic", ".txt");
            try {
                Files.writeString(path, "abc");
                FileStream.open(reactor, path, StandardOpenOption.READ).asyncReadAll(Buffers.allocate(8), 0, 3,
                        (status, length) -> System.out.println("file " + status + " " + length));
            } finally {
                Files.delete(path);
            }
        }
    }
}
