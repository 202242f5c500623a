package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Regular files by the calls of streams.
 */
final class FileStreamTest extends ReactorTest {
    @TempDir
    private Path directory;
    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private Path path;

    @BeforeEach
    void choosePath() {
        path = directory.resolve("file");
    }

    @AfterEach
    void leavesNoFileOpen() throws IOException {
        reactor.close();
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(links.filter(this::isOpenFile)).isEmpty();
        }
    }

    @Test
    void readsOnFromWhereItStands() throws IOException {
        Files.writeString(path, "abcdefgh");
        FileStream file = FileStream.open(reactor, path);
        file.asyncRead(buffer, 0, 3, recorder.read);
        file.asyncRead(buffer, 3, 64 - 3, recorder.read);
        file.asyncRead(buffer, 8, 8, recorder.read);
        file.asyncRead(buffer, 8, 8, recorder.read);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.OK, 3), new Recorder.Read(IoStatus.OK, 5),
                new Recorder.Read(IoStatus.END_OF_STREAM, 0), new Recorder.Read(IoStatus.END_OF_STREAM, 0));
        assertThat(Buffers.text(buffer, 0, 8)).isEqualTo("abcdefgh");
        assertThat(file).hasToString("FileStream " + path);
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void seesWhatIsAppendedAfterTheEnd() throws IOException {
        Files.writeString(path, "abc");
        FileStream file = FileStream.open(reactor, path);
        file.asyncReadAll(buffer, 0, 8, recorder.read);
        Files.writeString(path, "def", StandardOpenOption.APPEND);
        file.asyncReadAll(buffer, 3, 3, recorder.read);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.END_OF_STREAM, 3), new Recorder.Read(IoStatus.OK, 3));
        assertThat(Buffers.text(buffer, 0, 6)).isEqualTo("abcdef");
    }

    @ParameterizedTest
    @ValueSource(ints = {31, 32, 33, 1000, 20_000})
    void readsInOrderAtAnyDepth(int reads) throws IOException {
        byte[] content = new byte[reads];
        for (int i = 0; i < reads; i++) {
            content[i] = Buffers.pattern(i);
        }
        Files.write(path, content);
        FileStream file = FileStream.open(reactor, path);
        int[] state = new int[3];
        ReadHandler[] again = new ReadHandler[1];
        again[0] = (status, length) -> {
            state[1]++;
            state[2] = Math.max(state[2], state[1]);
            if (status == IoStatus.OK) {
                assertThat(buffer.getByte(0)).isEqualTo(Buffers.pattern(state[0]));
                state[0]++;
                file.asyncRead(buffer, 0, 1, again[0]);
            } else {
                recorder.read.onRead(status, length);
            }
            state[1]--;
        };

        file.asyncRead(buffer, 0, 1, again[0]);
        reactor.runPending();

        assertThat(state[0]).isEqualTo(reads);
        assertThat(state[2]).isLessThanOrEqualTo(Reactor.MAX_INLINE_COMPLETIONS + 1);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 0));
    }

    @Test
    void writesInOrderAtAnyDepth() throws IOException {
        int writes = 5_000;
        FileStream file = FileStream.open(reactor, path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        int[] done = new int[1];
        WriteHandler[] again = new WriteHandler[1];
        again[0] = (status, length) -> {
            assertThat(status).isEqualTo(IoStatus.OK);
            if (++done[0] < writes) {
                buffer.putByte(0, Buffers.pattern(done[0]));
                file.asyncWriteAll(buffer, 0, 1, again[0]);
            }
        };
        buffer.putByte(0, Buffers.pattern(0));
        file.asyncWriteAll(buffer, 0, 1, again[0]);
        reactor.runPending();

        byte[] content = Files.readAllBytes(path);
        assertThat(content).hasSize(writes);
        for (int i = 0; i < writes; i++) {
            assertThat(content[i]).isEqualTo(Buffers.pattern(i));
        }
    }

    @Test
    void letsOthersRunWhileItReadsAFileByteByByte() throws IOException {
        Files.write(path, new byte[100_000]);
        FileStream file = FileStream.open(reactor, path);
        ReadHandler[] again = new ReadHandler[1];
        again[0] = (status, length) -> {
            if (status == IoStatus.OK) {
                file.asyncRead(buffer, 0, 1, again[0]);
            }
        };
        file.asyncRead(buffer, 0, 1, again[0]);

        reactor.post(recorder.post("post"));
        reactor.poll();

        assertThat(recorder.events).containsExactly(new Recorder.Called("post"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void movesMuchInOneOperation(boolean bareAddress) throws IOException {
        int length = 1_000_000;
        UnsafeBuffer whole = Buffers.allocate(length);
        // A buffer over a bare address has no ByteBuffer that java.nio could use.
        UnsafeBuffer used = bareAddress ? new UnsafeBuffer(whole.addressOffset(), length) : whole;
        Buffers.fill(used, 0, length, 0);
        FileStream file = FileStream.open(reactor, path,
                StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        file.asyncWriteAll(used, 0, length, recorder.write);
        awaitEvents(1);
        file.position(0);
        whole.setMemory(0, length, (byte) 0);
        file.asyncReadAll(used, 0, length, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.OK, length), new Recorder.Read(IoStatus.OK, length));
        assertThat(Buffers.mismatch(whole, 0, length, 0)).isEqualTo(-1);
        assertThat(Files.size(path)).isEqualTo(length);
        assertThat(whole.capacity()).isEqualTo(length);
    }

    @Test
    void movesSeveralRegions() throws IOException {
        FileStream file = FileStream.open(reactor, path,
                StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        file.asyncWriteAll(new IoVector(4).add(Buffers.of("ab"), 0, 2).add(buffer, 0, 0)
                .add(Buffers.of("cdef"), 1, 3).add(Buffers.of("g"), 0, 1), recorder.write);
        awaitEvents(1);
        file.position(0);
        file.asyncReadAll(new IoVector(3).add(buffer, 0, 4).add(buffer, 10, 0).add(buffer, 20, 8), recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.OK, 6), new Recorder.Read(IoStatus.END_OF_STREAM, 6));
        assertThat(Buffers.text(buffer, 0, 4) + Buffers.text(buffer, 20, 2)).isEqualTo("abdefg");
    }

    @Test
    void triesToReadAndWrite() throws IOException {
        FileStream file = FileStream.open(reactor, path,
                StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);

        assertThat(file.tryWrite(Buffers.of("abc"), 0, 3)).isEqualTo(3);
        file.position(0);
        assertThat(file.tryRead(buffer, 0, 8)).isEqualTo(3);
        assertThat(file.tryRead(buffer, 0, 8)).isEqualTo(IoStatus.END_OF_STREAM.code());
        assertThat(file.tryRead(buffer, 0, 0)).isZero();
    }

    @Test
    void hasAPosition() throws IOException {
        Files.writeString(path, "abcdefgh");
        FileStream file = FileStream.open(reactor, path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        assertThat(file.position()).isZero();
        file.position(5);
        file.asyncRead(buffer, 0, 2, recorder.read);
        assertThat(Buffers.text(buffer, 0, 2)).isEqualTo("fg");
        assertThat(file.position()).isEqualTo(7);

        file.position(100);
        file.asyncRead(buffer, 0, 2, recorder.read);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.END_OF_STREAM, 0));
        file.asyncWriteAll(Buffers.of("z"), 0, 1, recorder.write);
        assertThat(Files.size(path)).isEqualTo(101);

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> file.position(-1))
                .withMessage("lseek " + path + ": Invalid argument (EINVAL)");
        assertThat(file.position()).isEqualTo(101);
    }

    @Test
    void keepsItsPositionWhileAnOperationWaitsForItsTurn() throws IOException {
        Files.write(path, new byte[100]);
        FileStream file = FileStream.open(reactor, path);
        ReadHandler[] again = new ReadHandler[1];
        again[0] = (status, length) -> {
            if (status == IoStatus.OK) {
                file.asyncRead(buffer, 0, 1, again[0]);
            }
        };
        file.asyncRead(buffer, 0, 1, again[0]);

        assertThatIllegalStateException().isThrownBy(() -> file.position(0))
                .withMessage("a read is in flight already");
        file.close();
        assertThatIllegalStateException().isThrownBy(file::position)
                .withMessage("the channel is closed: " + path);
    }

    @Test
    void appends() throws IOException {
        Files.writeString(path, "abc");
        FileStream file = FileStream.open(reactor, path, StandardOpenOption.APPEND);
        file.asyncWriteAll(Buffers.of("def"), 0, 3, recorder.write);
        Files.writeString(path, "-", StandardOpenOption.APPEND);
        file.asyncWriteAll(Buffers.of("ghi"), 0, 3, recorder.write);

        assertThat(Files.readString(path)).isEqualTo("abcdef-ghi");
    }

    @Test
    void createsWithThePermissionsThatTheMaskLeaves() throws IOException {
        FileStream.open(reactor, path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        Path other = Files.createFile(directory.resolve("other"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)));
    }

    @Test
    void createsOnlyWhatIsNew() throws IOException {
        FileStream.open(reactor, path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW).close();

        refuses("File exists (EEXIST)", IOException.class,
                StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    @Test
    void truncates() throws IOException {
        Files.writeString(path, "abcdef");
        FileStream file = FileStream.open(reactor, path, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        file.asyncWriteAll(Buffers.of("x"), 0, 1, recorder.write);

        assertThat(Files.readString(path)).isEqualTo("x");
    }

    /**
     * Linux would create, and even truncate, a file that is opened for reading; {@link StandardOpenOption} says that
     * it is not.
     */
    @Test
    void changesNothingWhenItOnlyReads() throws IOException {
        Files.writeString(path, "abc");
        FileStream.open(reactor, path, StandardOpenOption.READ, StandardOpenOption.TRUNCATE_EXISTING).close();
        FileStream.open(reactor, path, StandardOpenOption.READ, StandardOpenOption.CREATE_NEW).close();
        assertThat(Files.readString(path)).isEqualTo("abc");

        Files.delete(path);
        refuses("No such file or directory (ENOENT)", FileNotFoundException.class,
                StandardOpenOption.READ, StandardOpenOption.CREATE);
        assertThat(path).doesNotExist();
    }

    @Test
    void refusesAFileThatIsNotThere() {
        refuses("No such file or directory (ENOENT)", FileNotFoundException.class);
        refuses("No such file or directory (ENOENT)", FileNotFoundException.class, StandardOpenOption.WRITE);
        path = directory.resolve("absent").resolve("file");
        refuses("No such file or directory (ENOENT)", FileNotFoundException.class,
                StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    }

    @Test
    void refusesADirectory() {
        path = directory;
        refuses("Is a directory (EISDIR)", IOException.class);
        refuses("Is a directory (EISDIR)", IOException.class, StandardOpenOption.WRITE);
    }

    @Test
    void refusesAPathThroughAFile() throws IOException {
        Files.createFile(path);
        path = path.resolve("below");
        refuses("Not a directory (ENOTDIR)", IOException.class);
    }

    @Test
    void refusesWhatMayNotBeWritten() {
        // Not even root may write it.
        path = Path.of("/proc/sys/kernel/ostype");
        assumeTrue(Files.exists(path));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> FileStream.open(reactor, path, StandardOpenOption.WRITE))
                .withMessageMatching("open " + path + ": .* \\((EACCES|EPERM|EROFS)\\)");
    }

    @ParameterizedTest
    @EnumSource(value = StandardOpenOption.class, names = {"DELETE_ON_CLOSE", "SPARSE", "SYNC", "DSYNC"})
    void refusesAnOptionThatIsNotForStreams(StandardOpenOption option) throws IOException {
        Files.createFile(path);

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> FileStream.open(reactor, path, option)).withMessage("not for a stream: " + option);
    }

    @Test
    void refusesAnOptionThatItDoesNotKnow() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> FileStream.open(reactor, path, LinkOption.NOFOLLOW_LINKS))
                .withMessage("unknown option: NOFOLLOW_LINKS");
    }

    @Test
    void failsToDoWhatItWasNotOpenedFor() throws IOException {
        Files.writeString(path, "abc");
        FileStream reading = FileStream.open(reactor, path);
        FileStream writing = FileStream.open(reactor, path, StandardOpenOption.WRITE);
        reading.asyncWrite(buffer, 0, 1, recorder.write);
        writing.asyncRead(buffer, 0, 1, recorder.read);

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.FAILED, 0), new Recorder.Read(IoStatus.FAILED, 0));
        assertThat(reading.failure()).hasMessage("write " + path + ": Bad file descriptor (EBADF)");
        assertThat(writing.failure()).hasMessage("read " + path + ": Bad file descriptor (EBADF)");
        assertThat(Files.readString(path)).isEqualTo("abc");
    }

    @Test
    void hasNoDirectionToShutDown() throws IOException {
        Files.createFile(path);
        FileStream file = FileStream.open(reactor, path);

        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(file::shutdownOutput)
                .withMessage("a file cannot be shut down in one direction: " + path);
    }

    @Test
    void saysWhatTheNioBackendCannotCombine() throws IOException {
        assumeTrue(reactor.backend().equals("nio"));
        Files.createFile(path);

        assertThatExceptionOfType(IOException.class).isThrownBy(() ->
                FileStream.open(reactor, path, StandardOpenOption.READ, StandardOpenOption.APPEND))
                .withMessage("open " + path + ": the nio backend: READ + APPEND not allowed");
        assertThatExceptionOfType(IOException.class).isThrownBy(() ->
                FileStream.open(reactor, path, StandardOpenOption.APPEND, StandardOpenOption.TRUNCATE_EXISTING))
                .withMessage("open " + path + ": the nio backend: APPEND + TRUNCATE_EXISTING not allowed");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> FileStream.open(reactor, Path.of("/dev/null")))
                .withMessage("the nio backend reads and writes regular files only: /dev/null");
        assertThat(reactor.supports(Capability.SPECIAL_FILES)).isFalse();
    }

    private void refuses(String reason, Class<? extends IOException> type, OpenOption... options) {
        assertThatExceptionOfType(type).isThrownBy(() -> FileStream.open(reactor, path, options))
                .withMessage("open " + path + ": " + reason);
    }

    private boolean isOpenFile(Path link) {
        try {
            return Files.readSymbolicLink(link).startsWith(directory);
        } catch (IOException e) {
            return false; // the descriptor that lists the directory is gone by now
        }
    }
}
