package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.FifoBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * The code of {@code docs/buffers.md}, compiled and run, and a test that the page shows nothing else.
 */
final class GuideTest {
    private final UnsafeBuffer source = new UnsafeBuffer("hello, exchange!".getBytes());
    private final List<String> handled = new ArrayList<>();
    private final List<String> requested = new ArrayList<>();
    private final List<String> warned = new ArrayList<>();

    @Test
    void queuesBytes() throws IOException {
        try (FifoBuffer fifo = FifoBuffers.allocate(64 * 1024)) {
            int length = source.capacity();
            int offset = fifo.claim(length);
            if (offset != FifoBuffer.INSUFFICIENT_CAPACITY) {
                fifo.buffer().putBytes(offset, source, 0, length);
                fifo.commit(length);
            }

            handle(fifo.buffer(), fifo.readOffset(), fifo.readableLength());
            fifo.consume(fifo.readableLength());
        }
        assertThat(handled).containsExactly("hello, exchange!");
    }

    @Test
    void choosesPages() throws IOException {
        MirroredBuffer.Context context = new MirroredBuffer.Context()
                .name("orders")
                .prefault(true)
                .hugePages(HugePages.EXPLICIT);
        MirroredBuffer fifo = MirroredBuffer.allocate(4 << 20, context);
        if (fifo.hugePages() != HugePages.EXPLICIT) {
            warn("orders: " + fifo.hugePages() + " pages, because " + fifo.hugePagesRefusal());
        }

        assertThat(fifo.capacity()).isEqualTo(4 << 20);
        assertThat(warned).hasSize(fifo.hugePages() == HugePages.EXPLICIT ? 0 : 1);
        fifo.close();
    }

    @Test
    void queuesPackets() {
        try (BipBuffer packets = BipBuffer.allocate(1 << 20)) {
            int offset = packets.claim(1500);
            int length = receiveInto(packets.buffer(), offset, 1500);
            packets.commit(length);

            BipBuffer.Cursor cursor = packets.cursor();
            while (cursor.next()) {
                handle(packets.buffer(), cursor.offset(), cursor.length());
            }

            while (!packets.isEmpty()) {
                handle(packets.buffer(), packets.packetOffset(), packets.packetLength());
                packets.consume();
            }
        }
        assertThat(handled).containsExactly("hello, exchange!", "hello, exchange!");
    }

    @Test
    void savesBytesForLater() {
        LinearBuffer fifo = LinearBuffer.allocate(4 * 1024, 1 << 20);
        fifo.writeAscii("hello, exchange!");

        long greeting = fifo.save(5);
        fifo.consume(2);
        handle(fifo.buffer(), fifo.readOffset(), fifo.readableLength());
        handle(fifo.buffer(), fifo.savedOffset(greeting), fifo.savedLength(greeting));
        fifo.discard(greeting);

        fifo.close();
        assertThat(handled).containsExactly("exchange!", "hello");
    }

    @Test
    void putsPacketsInOrder() {
        ReorderWindow window = ReorderWindow.allocate(4096, 1500, 1, 1);
        int slot = window.claim();
        for (long sequence : new long[] {1, 3, 5, 7, 2, 4, 6}) {
            int length = receiveInto(window.buffer(), window.offset(slot), window.slotLength());
            slot = onPacket(window, sequence, slot, length);
        }

        assertThat(requested).containsExactly("2-2", "4-4", "6-6");
        assertThat(handled).hasSize(7);
        assertThat(window.highestContiguous()).isEqualTo(window.highest()).isEqualTo(7);
        window.close();
    }

    private int onPacket(ReorderWindow window, long sequence, int slot, int length) {
        Insertion insertion = window.insert(sequence, slot, length);
        if (insertion == Insertion.GAP) {
            request(window.gapFirst(), window.gapLast());
        }
        while (window.hasNext()) {
            handle(window.buffer(), window.nextOffset(), window.nextLength());
            window.consume();
        }
        return insertion.isKept() ? window.claim() : slot;
    }

    @Test
    void handlesPacketsInPlace() {
        ReorderWindow window = ReorderWindow.allocate(64, 64, 1, 1);
        int slot = window.claim();
        for (long sequence : new long[] {1, 2, 4, 3, 5}) {
            int length = receiveInto(window.buffer(), window.offset(slot), window.slotLength());
            if (window.tryAdvance(sequence)) {
                handle(window.buffer(), window.offset(slot), length);
            } else if (window.insert(sequence, slot, length).isKept()) {
                slot = window.claim();
            }
            while (window.hasNext()) {
                handle(window.buffer(), window.nextOffset(), window.nextLength());
                window.consume();
            }
        }
        assertThat(handled).hasSize(5);
        assertThat(window.expected()).isEqualTo(6);
        window.close();
    }

    @Test
    void givesGapsUp() {
        ReorderWindow window = ReorderWindow.allocate(64, 64, 1, 1);
        int slot = window.claim();
        window.insert(100_000, slot, 0);
        if (window.insert(100_000, slot, 0) == Insertion.TOO_FAR_AHEAD) {
            window.forEachGap(this::lost);
            window.skipTo(100_000);
        }
        assertThat(window.insert(100_000, slot, 0)).isEqualTo(Insertion.NEXT);
        window.close();
    }

    @Test
    void isWhatThePageShows() throws IOException {
        Path sources = Path.of("src", "test", "java", "io", "sonic", "buffers");
        String code = strip(Files.readString(sources.resolve("GuideTest.java")));
        String page = Files.readString(Path.of("..", "docs", "buffers.md"));
        String[] parts = page.split("```java\n");

        assertThat(parts).hasSizeGreaterThan(5);
        for (int i = 1; i < parts.length; i++) {
            assertThat(code).contains(strip(parts[i].substring(0, parts[i].indexOf("```"))));
        }
    }

    private static String strip(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).reduce("", (a, b) -> a + b + "\n");
    }

    private int receiveInto(MutableDirectBuffer buffer, int offset, int length) {
        buffer.putBytes(offset, source, 0, source.capacity());
        return Math.min(length, source.capacity());
    }

    private void handle(MutableDirectBuffer buffer, int offset, int length) {
        handled.add(buffer.getStringWithoutLengthAscii(offset, length));
    }

    private void request(long first, long last) {
        requested.add(first + "-" + last);
    }

    private void warn(String text) {
        warned.add(text);
    }

    private void lost(long first, long last) {
        requested.add(first + "-" + last);
    }
}
