package io.sonic;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sonic.ffi.NativeCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Both ends of a pseudo terminal: who types, and the program that runs in it. See {@code pts(4)}.
 */
record Terminal(FileStream master, FileStream slave) implements AutoCloseable {
    private static final long TIOCSPTLCK = 0x40045431;
    private static final long TIOCGPTN = 0x80045430L;
    private static final MethodHandle IOCTL = NativeCalls.bind(
            "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);

    static Terminal open(Reactor reactor) throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/ptmx")) && Files.isDirectory(Path.of("/dev/pts")), "no terminals here");
        FileStream master = FileStream.open(reactor, Path.of("/dev/ptmx"),
                StandardOpenOption.READ, StandardOpenOption.WRITE);
        int fd = ((EpollFile) master.descriptor).fd;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(JAVA_INT);
            ioctl(fd, TIOCSPTLCK, number);
            ioctl(fd, TIOCGPTN, number);
            FileStream slave = FileStream.open(reactor, Path.of("/dev/pts/" + number.get(JAVA_INT, 0)),
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new Terminal(master, slave);
        }
    }

    void type(String text) {
        UnsafeBuffer keys = Buffers.of(text);
        if (master.tryWrite(keys, 0, keys.capacity()) != keys.capacity()) {
            throw new AssertionError("the terminal does not take: " + text);
        }
    }

    @Override
    public void close() {
        slave.close();
        master.close();
    }

    private static void ioctl(int fd, long request, MemorySegment argument) throws IOException {
        MemorySegment errno = NativeCalls.newErrno();
        int result;
        try {
            result = (int) IOCTL.invokeExact(errno, fd, request, argument.address());
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
        if (result < 0) {
            throw Errno.fileException("ioctl", "/dev/ptmx", NativeCalls.errno(errno));
        }
    }
}
