package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * FIFOs, devices and terminals by the calls of streams.
 */
@Tag("epoll")
final class SpecialFilesTest extends ReactorTest {
    private static final int PIPE_CAPACITY = 65_536;

    @TempDir
    private Path directory;
    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private Path fifo;

    @BeforeEach
    void makeFifo() throws IOException, InterruptedException {
        fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    }

    @AfterEach
    void leavesNoFileOpen() throws IOException {
        reactor.close();
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(links.filter(this::isOpenFile)).isEmpty();
        }
    }

    @Test
    void waitsForTheFirstWriterOfAFifo() throws IOException {
        FileStream reader = FileStream.open(reactor, fifo);
        reader.asyncRead(buffer, 0, 8, recorder.read);
        turn(10);
        assertThat(recorder.events).isEmpty();
        assertThat(reactor.pending()).isEqualTo(1);

        FileStream writer = FileStream.open(reactor, fifo, StandardOpenOption.WRITE);
        turn(10);
        assertThat(recorder.events).isEmpty();
        writer.asyncWriteAll(Buffers.of("abc"), 0, 3, recorder.write);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.OK, 3), new Recorder.Read(IoStatus.OK, 3));
        assertThat(Buffers.text(buffer, 0, 3)).isEqualTo("abc");
    }

    @Test
    void endsWhenTheLastWriterOfAFifoIsGone() throws IOException {
        FileStream reader = FileStream.open(reactor, fifo);
        FileStream first = FileStream.open(reactor, fifo, StandardOpenOption.WRITE);
        FileStream second = FileStream.open(reactor, fifo, StandardOpenOption.WRITE);
        reader.asyncRead(buffer, 0, 8, recorder.read);
        first.close();
        turn(10);
        assertThat(recorder.events).isEmpty();
        second.asyncWriteAll(Buffers.of("abc"), 0, 3, (status, length) -> { });
        second.close();
        awaitEvents(1);
        reader.asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.OK, 3), new Recorder.Read(IoStatus.END_OF_STREAM, 0));

        // And goes on with the next writer.
        FileStream third = FileStream.open(reactor, fifo, StandardOpenOption.WRITE);
        reader.asyncRead(buffer, 0, 8, recorder.read);
        turn(10);
        third.asyncWriteAll(Buffers.of("de"), 0, 2, (status, length) -> { });
        awaitEvents(3);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.OK, 2));
    }

    @Test
    void endsAWaitingReadWhenTheWriterGoesWithoutAWord() throws IOException {
        FileStream reader = FileStream.open(reactor, fifo);
        FileStream writer = FileStream.open(reactor, fifo, StandardOpenOption.WRITE);
        reader.asyncReadAll(buffer, 0, 8, recorder.read);
        turn(3);
        writer.close();
        awaitEvents(1);
        turn(10);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 0));
    }

    @Test
    void readsWhatAWriterLeftWhoIsGoneAlready() throws IOException {
        FileStream reader = FileStream.open(reactor, fifo);
        try (FileChannel writer = FileChannel.open(fifo, StandardOpenOption.WRITE)) {
            assertThat(writer.write(ByteBuffer.wrap(new byte[] {'a', 'b', 'c'}))).isEqualTo(3);
        }
        reader.asyncReadAll(buffer, 0, 8, recorder.read);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 3));
    }

    @Test
    void movesMoreThanAFifoHolds() throws IOException {
        int total = 20 * PIPE_CAPACITY + 1;
        UnsafeBuffer out = Buffers.allocate(total);
        UnsafeBuffer in = Buffers.allocate(total);
        Buffers.fill(out, 0, total, 0);
        FileStream reader = FileStream.open(reactor, fifo);
        FileStream writer = FileStream.open(reactor, fifo, StandardOpenOption.WRITE);
        writer.asyncWriteAll(out, 0, total, recorder.write);
        turn(10);
        assertThat(recorder.events).isEmpty();
        reader.asyncReadAll(in, 0, total, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Written(IoStatus.OK, total), new Recorder.Read(IoStatus.OK, total));
        assertThat(Buffers.mismatch(in, 0, total, 0)).isEqualTo(-1);
    }

    @Test
    void failsToWriteWhenTheReaderOfAFifoIsGone() throws IOException {
        FileStream reader = FileStream.open(reactor, fifo);
        FileStream writer = FileStream.open(reactor, fifo, StandardOpenOption.WRITE);
        UnsafeBuffer large = Buffers.allocate(2 * PIPE_CAPACITY);
        writer.asyncWriteAll(large, 0, large.capacity(), recorder.write);
        turn(3);
        reader.close();
        awaitEvents(1);
        turn(10);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.FAILED, PIPE_CAPACITY));
        assertThat(writer.failure()).hasMessage("write " + fifo + ": Broken pipe (EPIPE)");
    }

    @Test
    void refusesToWriteToAFifoThatNobodyReads() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> FileStream.open(reactor, fifo, StandardOpenOption.WRITE))
                .withMessage("open " + fifo + ": No such device or address (ENXIO)");
    }

    @Test
    void readsAndWritesAFifoByOneDescriptor() throws IOException {
        FileStream both = FileStream.open(reactor, fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        both.asyncRead(buffer, 0, 8, recorder.read);
        both.asyncWrite(Buffers.of("abc"), 0, 3, recorder.write);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.OK, 3), new Recorder.Read(IoStatus.OK, 3));
    }

    @Test
    void endsWhatWaitsOnAFifo() throws IOException {
        FileStream reader = FileStream.open(reactor, fifo);
        reader.asyncRead(buffer, 0, 8, recorder.read);
        reader.cancel();
        reader.readTimeoutNs(1_000_000);
        reader.asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(2);
        reader.asyncRead(buffer, 0, 8, recorder.read);
        reader.close();

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CANCELLED, 0),
                new Recorder.Read(IoStatus.TIMED_OUT, 0), new Recorder.Read(IoStatus.CLOSED, 0));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void hasNoPositionInAFifo() throws IOException {
        FileStream reader = FileStream.open(reactor, fifo);

        assertThatExceptionOfType(IOException.class).isThrownBy(reader::position)
                .withMessage("lseek " + fifo + ": Illegal seek (ESPIPE)");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> reader.position(1))
                .withMessage("lseek " + fifo + ": Illegal seek (ESPIPE)");
    }

    @Test
    void readsAHotFifoDirectly() throws IOException {
        FileStream reader = FileStream.open(reactor, fifo);
        FileStream writer = FileStream.open(reactor, fifo, StandardOpenOption.WRITE);
        reader.hot(true);
        for (int i = 1; i <= 50; i++) {
            reader.asyncRead(buffer, 0, 8, recorder.read);
            turn(2);
            writer.asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
            awaitEvents(i);
        }

        assertThat(recorder.events).hasSize(50).containsOnly(new Recorder.Read(IoStatus.OK, 3));
    }

    @Test
    void knowsTheNullDevice() throws IOException {
        FileStream device = FileStream.open(reactor, Path.of("/dev/null"),
                StandardOpenOption.READ, StandardOpenOption.WRITE);
        UnsafeBuffer large = Buffers.allocate(1_000_000);
        device.asyncWriteAll(large, 0, large.capacity(), recorder.write);
        device.asyncRead(buffer, 0, 8, recorder.read);
        device.asyncReadAll(buffer, 0, 8, recorder.read);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, large.capacity()),
                new Recorder.Read(IoStatus.END_OF_STREAM, 0), new Recorder.Read(IoStatus.END_OF_STREAM, 0));
    }

    @Test
    void readsZeroesAtAnyDepth() throws IOException {
        FileStream device = FileStream.open(reactor, Path.of("/dev/zero"));
        buffer.setMemory(0, 64, (byte) 1);
        int[] reads = new int[1];
        ReadHandler[] again = new ReadHandler[1];
        again[0] = (status, length) -> {
            assertThat(status).isEqualTo(IoStatus.OK);
            if (++reads[0] < 10_000) {
                device.asyncReadAll(buffer, 0, 64, again[0]);
            }
        };
        device.asyncReadAll(buffer, 0, 64, again[0]);
        reactor.post(recorder.post("post"));
        reactor.poll();
        assertThat(recorder.events).containsExactly(new Recorder.Called("post"));
        reactor.runPending();

        assertThat(reads[0]).isEqualTo(10_000);
        assertThat(buffer.getLong(0) | buffer.getLong(56)).isZero();
    }

    @Test
    void reportsThatADeviceIsFull() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        FileStream device = FileStream.open(reactor, Path.of("/dev/full"), StandardOpenOption.WRITE);
        device.asyncWriteAll(buffer, 0, 8, recorder.write);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.FAILED, 0));
        assertThat(device.failure()).hasMessage("write /dev/full: No space left on device (ENOSPC)");
    }

    @Test
    void takesLinesFromATerminal() throws IOException {
        try (Terminal terminal = Terminal.open(reactor)) {
            FileStream slave = terminal.slave();
            slave.asyncRead(buffer, 0, 64, recorder.read);
            terminal.type("no end yet");
            turn(10);
            assertThat(recorder.events).isEmpty();

            // Two lines at once: the system hands out one at a time, and reports them together.
            terminal.type("\nsecond\n");
            awaitEvents(1);
            assertThat(Buffers.text(buffer, 0, 11)).isEqualTo("no end yet\n");
            slave.asyncRead(buffer, 0, 64, recorder.read);
            awaitEvents(2);
            assertThat(Buffers.text(buffer, 0, 7)).isEqualTo("second\n");
            slave.asyncRead(buffer, 0, 64, recorder.read);
            turn(10);

            assertThat(recorder.events).containsExactly(
                    new Recorder.Read(IoStatus.OK, 11), new Recorder.Read(IoStatus.OK, 7));
        }
    }

    @Test
    void writesToATerminal() throws IOException {
        try (Terminal terminal = Terminal.open(reactor)) {
            terminal.slave().asyncWriteAll(Buffers.of("hello"), 0, 5, recorder.write);
            terminal.master().asyncReadAll(buffer, 0, 5, recorder.read);
            awaitEvents(2);

            assertThat(recorder.events).containsExactlyInAnyOrder(
                    new Recorder.Written(IoStatus.OK, 5), new Recorder.Read(IoStatus.OK, 5));
            assertThat(Buffers.text(buffer, 0, 5)).isEqualTo("hello");
        }
    }

    @Test
    void endsWhenATerminalHangsUp() throws IOException {
        try (Terminal terminal = Terminal.open(reactor)) {
            terminal.slave().asyncRead(buffer, 0, 64, recorder.read);
            turn(3);
            terminal.master().close();
            awaitEvents(1);
            turn(10);

            assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 0));
        }
    }

    @Test
    void failsWhenTheProgramInATerminalIsGone() throws IOException {
        try (Terminal terminal = Terminal.open(reactor)) {
            terminal.master().asyncRead(buffer, 0, 64, recorder.read);
            turn(3);
            terminal.slave().close();
            awaitEvents(1);
            turn(10);

            assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.FAILED, 0));
            assertThat(terminal.master().failure()).hasMessage("read /dev/ptmx: Input/output error (EIO)");
        }
    }

    private boolean isOpenFile(Path link) {
        try {
            Path target = Files.readSymbolicLink(link);
            return target.startsWith(directory) || target.startsWith("/dev/pts") || target.startsWith("/dev/ptmx");
        } catch (IOException e) {
            return false; // the descriptor that lists the directory is gone by now
        }
    }
}
