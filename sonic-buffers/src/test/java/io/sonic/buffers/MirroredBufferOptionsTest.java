package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.sonic.buffers.MirroredBuffer.Context;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MirroredBufferOptionsTest {
    private static final int PAGE = new LinuxMemory().getpagesize();

    @Test
    void isNotResidentUnlessAskedFor() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(64 * PAGE, new Context().name("lazy"))) {
            assertThat(fifo.capacity()).isEqualTo(64 * PAGE);
            assertThat(ProcessMemory.mappings("lazy")).isEqualTo(2);
            assertThat(ProcessMemory.total("lazy", "Rss")).isZero();
        }
        assertThat(ProcessMemory.mappings("lazy")).isZero();
    }

    @Test
    void prefaultsBothMappings() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(65 * PAGE, new Context().name("resident").prefault(true))) {
            assertThat(ProcessMemory.total("resident", "Rss")).isEqualTo(2L * fifo.capacity());
        }
    }

    @Test
    void prefaultsWithoutTheKernelsHelp() throws IOException {
        FailingMemory memory = new FailingMemory(6, Errno.EINVAL);
        Context context = new Context().name("touched").prefault(true);
        try (MirroredBuffer fifo = MirroredBuffer.allocate(memory, 65 * PAGE, context)) {
            assertThat(memory.calls).endsWith("close", "madvise " + MemoryCalls.MADV_POPULATE_WRITE);
            assertThat(ProcessMemory.total("touched", "Rss")).isEqualTo(2L * fifo.capacity());
        }
    }

    @Test
    void releasesEverythingWhenMemoryCannotBeMadeResident() {
        FailingMemory memory = new FailingMemory(6, Errno.ENOMEM);
        Context context = new Context().name("no-room").prefault(true);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> MirroredBuffer.allocate(memory, PAGE, context))
                .withMessageStartingWith("madvise(MADV_POPULATE_WRITE) of " + 2 * PAGE + " bytes failed: ENOMEM (12)");
        assertThat(ProcessMemory.mappings("no-room")).isZero();
        assertThat(ProcessMemory.descriptors()).isZero();
    }

    @Test
    void locksBothMappings() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(3 * PAGE, new Context().name("locked").lock(true))) {
            assertThat(ProcessMemory.total("locked", "Rss")).isEqualTo(2L * fifo.capacity());
            // The kernel divides what is locked by the number of mappings that share it.
            assertThat(ProcessMemory.total("locked", "Locked")).isEqualTo(fifo.capacity());
        }
    }

    @Test
    void namesTheLimitWhenMemoryMayNotBeLocked() throws Exception {
        long limit = 3L * PAGE;
        Context context = new Context().name("unlocked").lock(true);

        Throwable refusal = Privileges.withoutAny(limit, () -> MirroredBuffer.allocate(2 * PAGE, context));

        assertThat(refusal).isInstanceOf(IOException.class)
                .hasMessageStartingWith("mlock of " + 4 * PAGE + " bytes failed: ENOMEM (12)")
                .hasMessageEndingWith("both mappings count, RLIMIT_MEMLOCK is " + limit + " bytes");
        assertThat(ProcessMemory.mappings("unlocked")).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void saysWhichPagesWereGranted(HugePages hugePages) throws IOException {
        Context context = new Context().name("huge").hugePages(hugePages).prefault(true);
        try (MirroredBuffer fifo = MirroredBuffer.allocate(3_000_000, context)) {
            assertThat(fifo.hugePages()).isLessThanOrEqualTo(hugePages);
            assertThat(fifo.hugePagesRefusal().isEmpty()).isEqualTo(fifo.hugePages() == hugePages);
            int pageSize = switch (fifo.hugePages()) {
                case NONE -> PAGE;
                case TRANSPARENT -> HugePagePool.transparentSize();
                case EXPLICIT -> HugePagePool.explicitSize();
            };
            assertThat(fifo.capacity()).isGreaterThanOrEqualTo(3_000_000).matches(capacity -> capacity % pageSize == 0);
            long mapped = 2L * fifo.capacity();
            switch (fifo.hugePages()) {
                case NONE -> assertThat(ProcessMemory.total("huge", "Rss")).isEqualTo(mapped);
                case TRANSPARENT -> assertThat(ProcessMemory.total("huge", "ShmemPmdMapped")).isEqualTo(mapped);
                case EXPLICIT -> assertThat(ProcessMemory.total("huge", "Shared_Hugetlb")
                        + ProcessMemory.total("huge", "Private_Hugetlb")).isEqualTo(mapped);
            }
            mirrors(fifo);
        }
        assertThat(ProcessMemory.mappings("huge")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {MemoryCalls.MADV_POPULATE_WRITE, MemoryCalls.MADV_COLLAPSE})
    void takesUsualPagesWhenThereAreNoHugeOnes(int advice) throws IOException {
        FailingMemory memory = FailingMemory.refusing("madvise " + advice, Errno.ENOMEM);
        Context context = new Context().hugePages(HugePages.TRANSPARENT);
        try (MirroredBuffer fifo = MirroredBuffer.allocate(memory, PAGE, context)) {
            assertThat(fifo.hugePages()).isEqualTo(HugePages.NONE);
            assertThat(fifo.hugePagesRefusal()).startsWith("madvise").contains("ENOMEM (12)");
            mirrors(fifo);
        }
        assertThat(memory.mappedLength()).isZero();
    }

    @Test
    void saysThatThePoolOfHugePagesIsEmpty() throws IOException {
        Context context = new Context().hugePages(HugePages.EXPLICIT);
        FailingMemory memory = FailingMemory.refusing("mmap", Errno.ENOMEM);
        try (MirroredBuffer fifo = MirroredBuffer.allocate(memory, PAGE, context)) {
            assertThat(fifo.hugePages()).isLessThan(HugePages.EXPLICIT);
            assertThat(fifo.hugePagesRefusal()).contains("ENOMEM (12)").contains("vm.nr_hugepages");
            mirrors(fifo);
        }
        assertThat(memory.mappedLength()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void releasesEverythingWhicheverCallFails(int failing) {
        FailingMemory memory = new FailingMemory(failing, Errno.ENOMEM);
        Context context = new Context().name("fails").hugePages(HugePages.TRANSPARENT).prefault(true).lock(true);
        try (MirroredBuffer fifo = MirroredBuffer.allocate(memory, PAGE, context)) {
            mirrors(fifo);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("failed: ENOMEM (12)");
        }
        assertThat(memory.mappedLength()).isZero();
        assertThat(ProcessMemory.mappings("fails")).isZero();
        assertThat(ProcessMemory.descriptors()).isZero();
    }

    @Test
    void remembersOptions() {
        Context context = new Context();
        assertThat(context.name()).isEqualTo("sonic");
        assertThat(context.hugePages()).isEqualTo(HugePages.NONE);
        assertThat(context.prefault()).isFalse();
        assertThat(context.lock()).isFalse();

        context.name("orders").hugePages(HugePages.EXPLICIT).prefault(true).lock(true);
        assertThat(context.name()).isEqualTo("orders");
        assertThat(context.hugePages()).isEqualTo(HugePages.EXPLICIT);
        assertThat(context.prefault()).isTrue();
        assertThat(context.lock()).isTrue();
    }

    @Test
    void refusesBadOptions() {
        Context context = new Context();
        assertThatIllegalArgumentException().isThrownBy(() -> context.name(""))
                .withMessage("name must have 1 to 249 bytes and no control character: ''");
        assertThatIllegalArgumentException().isThrownBy(() -> context.name("é".repeat(125)));
        assertThatIllegalArgumentException().isThrownBy(() -> context.name("a\0b"));
        assertThatNullPointerException().isThrownBy(() -> context.hugePages(null));
        assertThat(context.name()).isEqualTo("sonic");
    }

    @Test
    void takesTheLongestName() throws IOException {
        String name = "n".repeat(249);
        try (MirroredBuffer fifo = MirroredBuffer.allocate(1, new Context().name(name))) {
            assertThat(fifo.capacity()).isEqualTo(PAGE);
            assertThat(ProcessMemory.mappings(name)).isEqualTo(2);
        }
    }

    private static void mirrors(MirroredBuffer fifo) {
        int capacity = fifo.capacity();
        fifo.buffer().putLong(capacity - 3, 0x0102030405060708L);
        assertThat(fifo.buffer().getByte(0)).isEqualTo(fifo.buffer().getByte(capacity));
        assertThat(fifo.buffer().getLong(capacity - 3)).isEqualTo(0x0102030405060708L);
        fifo.buffer().putLong(2 * capacity - 8, 42);
        assertThat(fifo.buffer().getLong(capacity - 8)).isEqualTo(42);
    }
}
