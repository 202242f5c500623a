package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.FifoBuffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MirroredBufferTest extends FifoBufferContract {
    private static final String NAME = "sonic";

    @Override
    FifoBuffer allocate(int capacity) throws IOException {
        return MirroredBuffer.allocate(capacity);
    }

    @Test
    void roundsCapacityUpToWholePages() throws IOException {
        assertThat(capacityOf(1)).isEqualTo(PAGE);
        assertThat(capacityOf(PAGE - 1)).isEqualTo(PAGE);
        assertThat(capacityOf(PAGE)).isEqualTo(PAGE);
        assertThat(capacityOf(PAGE + 1)).isEqualTo(2 * PAGE);
        assertThat(capacityOf(6 * PAGE + 1)).isEqualTo(7 * PAGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, MirroredBuffer.MAX_CAPACITY + 1, Integer.MAX_VALUE})
    void refusesCapacitiesOutOfRange(int capacity) {
        assertThatIllegalArgumentException().isThrownBy(() -> MirroredBuffer.allocate(capacity))
                .withMessage("capacity must be between 1 and 1073741824 bytes (1 GiB): " + capacity);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7})
    void showsEveryByteTwice(int pages) throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(pages * PAGE)) {
            MutableDirectBuffer buffer = fifo.buffer();
            assertThat(buffer.capacity()).isEqualTo(2 * fifo.capacity());
            for (int i = 0; i < fifo.capacity(); i += 8) {
                buffer.putLong(i, 31L * i);
                assertThat(buffer.getLong(fifo.capacity() + i)).isEqualTo(31L * i);
                buffer.putLong(fifo.capacity() + i, ~31L * i);
                assertThat(buffer.getLong(i)).isEqualTo(~31L * i);
            }
        }
    }

    @Test
    void holdsOneGibibyte() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(MirroredBuffer.MAX_CAPACITY)) {
            int capacity = MirroredBuffer.MAX_CAPACITY;
            assertThat(fifo.capacity()).isEqualTo(capacity);
            assertThat(fifo.buffer().capacity()).isEqualTo(Integer.MAX_VALUE);
            assertThat(fifo.claim(capacity)).isZero();
            fifo.commit(capacity - 1);
            fifo.consume(capacity - 1);

            int offset = fifo.claim(capacity);
            assertThat(offset).isEqualTo(capacity - 1);
            fifo.buffer().putByte(offset, (byte) 'a');
            fifo.buffer().putByte(offset + 1, (byte) 'b');
            fifo.buffer().putByte(offset + capacity - 1, (byte) 'z');
            fifo.commit(capacity);

            assertThat(fifo.writableLength()).isZero();
            assertThat(fifo.buffer().getStringWithoutLengthAscii(fifo.readOffset(), 2)).isEqualTo("ab");
            fifo.consume(capacity - 1);
            assertThat(fifo.readOffset()).isEqualTo(capacity - 2);
            assertThat(fifo.buffer().getByte(fifo.readOffset())).isEqualTo((byte) 'z');
        }
    }

    @Test
    void canBeWrittenWithoutAClaimWhereverItsRoomStarts() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(PAGE)) {
            for (int i = 0; i < 3 * PAGE; i++) {
                assertThat(fifo.writableLength()).isEqualTo(PAGE);
                fifo.commit(2);
                assertThat(fifo.writableLength()).isEqualTo(PAGE - 2);
                fifo.consume(1);
                assertThat(fifo.writableLength()).isEqualTo(PAGE - 1);
                fifo.consume(1);
            }
        }
    }

    @Test
    void startsAgainAtTheFrontWhenItIsConsumedUpToTheSeam() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(3 * PAGE)) {
            moveTo(fifo, PAGE);
            fifo.commit(3 * PAGE);
            fifo.consume(2 * PAGE);

            assertThat(fifo.readOffset()).isZero();
            assertThat(fifo.writeOffset()).isEqualTo(PAGE);
        }
    }

    @Test
    void letsTheKernelReadAcrossTheSeam() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(3 * PAGE)) {
            Pipe pipe = Pipe.open();
            try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink()) {
                moveTo(fifo, 3 * PAGE - 3);
                ByteBuffer message = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
                sink.write(message);

                int length = source.read(writable(fifo, 100));
                fifo.commit(length);

                assertThat(bytes(fifo)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
                assertThat(fifo.buffer().getByte(0)).isEqualTo((byte) 4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7})
    void letsTheKernelReadAFileIntoAllOfIt(int pages, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("bytes");
        byte[] content = new byte[pages * PAGE];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 7 + i / 256);
        }
        Files.write(file, content);
        try (MirroredBuffer fifo = MirroredBuffer.allocate(pages * PAGE);
             FileChannel channel = FileChannel.open(file)) {
            moveTo(fifo, pages * PAGE - 1);
            fifo.commit(channel.read(writable(fifo, content.length)));

            assertThat(bytes(fifo)).isEqualTo(content);
            assertThat(fifo.writableLength()).isZero();
        }
    }

    @Test
    void leavesNoDescriptorAndTwoMappingsWhileOpen() throws IOException {
        long mappings = ProcessMemory.mappings(NAME);
        long descriptors = ProcessMemory.descriptors();
        try (MirroredBuffer fifo = MirroredBuffer.allocate(3 * PAGE)) {
            assertThat(fifo.capacity()).isEqualTo(3 * PAGE);
            assertThat(ProcessMemory.mappings(NAME)).isEqualTo(mappings + 2);
            assertThat(ProcessMemory.descriptors()).isEqualTo(descriptors);
        }
        assertThat(ProcessMemory.mappings(NAME)).isEqualTo(mappings);
        assertThat(ProcessMemory.descriptors()).isEqualTo(descriptors);
    }

    @ParameterizedTest
    @CsvSource({
        "0, memfd_create, 3",
        "1, ftruncate, 3",
        "2, mmap, 6",
        "3, mmap, 3",
        "4, mmap, 3",
    })
    void releasesEverythingWhenACallFails(int failing, String call, int pages) {
        long mappings = ProcessMemory.mappings(NAME);
        long descriptors = ProcessMemory.descriptors();
        FailingMemory memory = new FailingMemory(failing, Errno.EMFILE);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> MirroredBuffer.allocate(memory, 3 * PAGE, new MirroredBuffer.Context()))
                .withMessageStartingWith(call + " of " + pages * PAGE + " bytes failed: EMFILE (24)");
        assertThat(memory.mappedLength()).isZero();
        assertThat(ProcessMemory.mappings(NAME)).isEqualTo(mappings);
        assertThat(ProcessMemory.descriptors()).isEqualTo(descriptors);
    }

    @Test
    void ignoresAnErrorOfCloseBecauseTheDescriptorIsGone() throws IOException {
        long descriptors = ProcessMemory.descriptors();
        FailingMemory memory = new FailingMemory(5, 4);
        MirroredBuffer fifo = MirroredBuffer.allocate(memory, PAGE, new MirroredBuffer.Context());
        fifo.close();

        assertThat(memory.calls)
                .containsExactly("memfd_create", "ftruncate", "mmap", "mmap", "mmap", "close", "munmap");
        assertThat(ProcessMemory.descriptors()).isEqualTo(descriptors);
    }

    @Test
    void worksOnKernelsWithoutTheSeal() throws IOException {
        FailingMemory memory = new FailingMemory(0, Errno.EINVAL);
        try (MirroredBuffer fifo = MirroredBuffer.allocate(memory, PAGE, new MirroredBuffer.Context())) {
            fifo.buffer().putLong(PAGE - 4, 42);
            assertThat(fifo.buffer().getInt(0)).isEqualTo((int) (42L >>> 32));
        }
        assertThat(memory.calls).startsWith("memfd_create", "memfd_create");
    }

    @Test
    void showsTheSameBytesInEachView() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(PAGE)) {
            fifo.buffer().putByte(PAGE - 1, (byte) 42);

            assertThat(fifo.byteBuffer().capacity()).isEqualTo(2 * PAGE);
            assertThat(fifo.byteBuffer().isDirect()).isTrue();
            assertThat(fifo.byteBuffer().get(2 * PAGE - 1)).isEqualTo((byte) 42);
            assertThat(fifo.segment().byteSize()).isEqualTo(2 * PAGE);
            assertThat(fifo.segment().get(ValueLayout.JAVA_BYTE, 2 * PAGE - 1)).isEqualTo((byte) 42);
        }
    }

    @Test
    void hasNoByteBufferOfTwoGibibytes() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(MirroredBuffer.MAX_CAPACITY)) {
            assertThatThrownBy(fifo::byteBuffer).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("two mappings of 1 GiB are too long for a byte buffer");
            fifo.segment().set(ValueLayout.JAVA_BYTE, (1L << 31) - 1, (byte) 42);
            assertThat(fifo.buffer().getByte((1 << 30) - 1)).isEqualTo((byte) 42);
        }
    }

    @Test
    void refusesViewsThatOutliveIt() throws IOException {
        MirroredBuffer fifo = MirroredBuffer.allocate(PAGE);
        ByteBuffer view = fifo.byteBuffer();
        ByteBuffer slice = view.slice(10, 10);
        MemorySegment segment = fifo.segment();
        fifo.close();

        assertThatThrownBy(() -> view.get(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> slice.put(0, (byte) 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(fifo::byteBuffer).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(fifo::segment).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(fifo::hugePages).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isUnmappedWhenItIsDropped() throws IOException {
        drop();

        awaitUnmapped();
    }

    @Test
    void staysMappedWhileAViewIsInUse() throws IOException {
        DirectBuffer view = new UnsafeBuffer(viewOfDropped(), 0, PAGE);
        drop();
        awaitUnmapped();

        assertThat(view.getLong(0)).isEqualTo(42);
        assertThat(ProcessMemory.mappings("viewed")).isEqualTo(2);
    }

    @Test
    void movesBetweenThreads() throws Exception {
        MirroredBuffer fifo = MirroredBuffer.allocate(PAGE);
        Thread thread = new Thread(() -> {
            fifo.buffer().putLong(fifo.claim(8), 42);
            fifo.commit(8);
        });
        thread.start();
        thread.join();
        assertThat(fifo.buffer().getLong(fifo.readOffset())).isEqualTo(42);

        Thread closing = new Thread(fifo::close);
        closing.start();
        closing.join();
        assertThatThrownBy(fifo::readableLength).isInstanceOf(IllegalStateException.class);
    }

    private static int capacityOf(int minCapacity) throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(minCapacity)) {
            return fifo.capacity();
        }
    }

    private static void drop() throws IOException {
        MirroredBuffer fifo = MirroredBuffer.allocate(PAGE, new MirroredBuffer.Context().name("dropped"));
        assertThat(fifo.readableLength()).isZero();
    }

    private static DirectBuffer viewOfDropped() throws IOException {
        MirroredBuffer fifo = MirroredBuffer.allocate(PAGE, new MirroredBuffer.Context().name("viewed"));
        fifo.buffer().putLong(PAGE, 42);
        return fifo.buffer();
    }

    private static void awaitUnmapped() {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (ProcessMemory.mappings("dropped") > 0) {
            assertThat(System.nanoTime()).as("still mapped").isLessThan(deadline);
            System.gc();
        }
    }

    private static void moveTo(FifoBuffer fifo, int offset) {
        fifo.commit(offset);
        fifo.consume(offset);
        assertThat(fifo.readOffset()).isEqualTo(offset);
    }

    private static ByteBuffer writable(FifoBuffer fifo, int length) {
        return ((MirroredBuffer) fifo).byteBuffer().slice(fifo.claim(length), length);
    }

    private static byte[] bytes(FifoBuffer fifo) {
        byte[] bytes = new byte[fifo.readableLength()];
        fifo.buffer().getBytes(fifo.readOffset(), bytes);
        return bytes;
    }
}
