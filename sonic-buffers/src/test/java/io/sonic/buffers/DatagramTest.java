package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.UdpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Datagrams that the kernel writes straight into each buffer.
 */
final class DatagramTest {
    private static final int MAX_LENGTH = 1500;

    private final UnsafeBuffer packet = new UnsafeBuffer(ByteBuffer.allocateDirect(MAX_LENGTH));
    private final List<Long> delivered = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private Reactor reactor;
    private UdpSocket sender;
    private UdpSocket receiver;
    private Endpoint destination;
    private int slot;

    @BeforeEach
    void open() throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        reactor = Reactor.open();
        sender = UdpSocket.open(reactor, anyPort);
        receiver = UdpSocket.open(reactor, anyPort);
        destination = Endpoint.of(receiver.localAddress());
    }

    @AfterEach
    void close() {
        reactor.close();
    }

    @Test
    void lieAcrossTheSeamOfAMirroredBuffer() throws IOException {
        try (MirroredBuffer fifo = MirroredBuffer.allocate(3 * 4096)) {
            fifo.commit(fifo.capacity() - 3);
            fifo.consume(fifo.capacity() - 3);
            receiver.asyncReceive(fifo.buffer(), fifo.claim(MAX_LENGTH), MAX_LENGTH,
                    (status, length, source) -> fifo.commit(length));
            send(0x0102030405060708L, 1200);
            await(() -> fifo.readableLength() == 1200);

            assertThat(fifo.readOffset()).isEqualTo(fifo.capacity() - 3);
            assertThat(fifo.buffer().getLong(fifo.readOffset())).isEqualTo(0x0102030405060708L);
            assertThat(fifo.buffer().getByte(fifo.readOffset() + 1199)).isEqualTo(packet.getByte(1199));
            assertThat(fifo.buffer().getByte(1199 - 3)).isEqualTo(packet.getByte(1199));
        }
    }

    @Test
    void areQueuedInABipBufferWithTheirLengths() {
        try (BipBuffer packets = BipBuffer.allocate(8 * MAX_LENGTH)) {
            for (int i = 0; i < 200; i++) {
                int offset = packets.claim(MAX_LENGTH);
                while (offset == BipBuffer.INSUFFICIENT_CAPACITY) {
                    take(packets);
                    offset = packets.claim(MAX_LENGTH);
                }
                int count = packets.packetCount();
                receiver.asyncReceive(packets.buffer(), offset, MAX_LENGTH,
                        (status, length, source) -> packets.commit(length));
                send(i, 8 + i * 7);
                await(() -> packets.packetCount() > count);
            }
            while (!packets.isEmpty()) {
                take(packets);
            }
        }
        assertThat(delivered).hasSize(200).isSorted();
    }

    /**
     * "Efficiently replaying packets": what is missing is asked for when the gap opens, and comes last.
     */
    @Test
    void areReorderedInTheSlotsThatTheyWereReceivedInto() {
        try (ReorderWindow window = ReorderWindow.allocate(64, MAX_LENGTH, 1, 1)) {
            slot = window.claim();
            receive(window);
            for (long sequence : new long[] {1, 3, 5, 7, 5, 2, 4, 6, 8}) {
                send(sequence, 100 + (int) sequence);
            }
            await(() -> delivered.size() == 8);
            receiver.cancelReceive();
        }
        assertThat(gaps).containsExactly("2-2", "4-4", "6-6");
        assertThat(delivered).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    private void receive(ReorderWindow window) {
        receiver.asyncReceive(window.buffer(), window.offset(slot), window.slotLength(), (status, length, source) -> {
            if (status == IoStatus.OK) {
                onPacket(window, length);
                receive(window);
            }
        });
    }

    private void onPacket(ReorderWindow window, int length) {
        long sequence = window.buffer().getLong(window.offset(slot));
        Insertion insertion = window.insert(sequence, slot, length);
        if (insertion == Insertion.GAP) {
            gaps.add(window.gapFirst() + "-" + window.gapLast());
        }
        if (insertion.isKept()) {
            slot = window.claim();
        }
        while (window.hasNext()) {
            assertThat(window.nextLength()).isEqualTo(100 + (int) window.expected());
            delivered.add(window.buffer().getLong(window.nextOffset()));
            window.consume();
        }
    }

    private void take(BipBuffer packets) {
        long number = packets.buffer().getLong(packets.packetOffset());
        assertThat(packets.packetLength()).isEqualTo(8 + number * 7);
        delivered.add(number);
        packets.consume();
    }

    private void send(long number, int length) {
        for (int i = 0; i < length; i++) {
            packet.putByte(i, (byte) i);
        }
        packet.putLong(0, number);
        assertThat(sender.trySend(packet, 0, length, destination)).isEqualTo(length);
    }

    private void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("nothing happens any more").isLessThan(deadline);
            reactor.poll();
        }
    }
}
