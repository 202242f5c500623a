package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.CodecStream;
import io.sonic.FifoBuffer;
import io.sonic.IoStatus;
import io.sonic.LengthPrefixCodec;
import io.sonic.Reactor;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A codec over a real connection does not notice which buffer it reads from and writes to.
 */
final class CodecStreamTest {
    private static final int MAX_LENGTH = 5000;
    private static final int ITEMS = 5000;

    private final List<byte[]> sent = new ArrayList<>();
    private TcpStream accepted;
    private int received;
    private IoStatus end;

    interface Allocator {
        FifoBuffer allocate() throws IOException;
    }

    static Stream<Named<Allocator>> buffers() {
        return Stream.of(
                Named.of("mirrored, three pages", () -> MirroredBuffer.allocate(3 * 4096)),
                Named.of("mirrored, two pages", () -> MirroredBuffer.allocate(2 * 4096)),
                Named.of("linear, just large enough", () -> LinearBuffer.allocate(MAX_LENGTH + 4)),
                Named.of("linear, grows from one byte", () -> LinearBuffer.allocate(1, 3 * 4096)),
                Named.of("whichever the platform has", () -> FifoBuffers.allocate(MAX_LENGTH + 4)));
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void carriesItemsOfAnyLength(Allocator allocator) throws IOException {
        Random random = new Random(20_250_917L);
        for (int i = 0; i < ITEMS; i++) {
            byte[] item = new byte[random.nextInt(10) == 0 ? random.nextInt(MAX_LENGTH + 1) : random.nextInt(200)];
            random.nextBytes(item);
            sent.add(item);
        }
        try (Reactor reactor = Reactor.open();
             CodecStream<DirectBuffer> client = stream(connect(reactor), allocator);
             CodecStream<DirectBuffer> server = stream(accepted, allocator)) {
            server.asyncRead((status, item) -> onItem(server, status, item));
            write(client, 0);
            await(reactor, () -> end != null);
        }
        assertThat(end).isEqualTo(IoStatus.END_OF_STREAM);
        assertThat(received).isEqualTo(ITEMS);
    }

    private TcpStream connect(Reactor reactor) throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (TcpListener listener = TcpListener.open(reactor, anyPort)) {
            listener.asyncAccept((status, stream) -> accepted = stream);
            TcpStream client = TcpStream.open(reactor);
            boolean[] connected = new boolean[1];
            client.asyncConnect(listener.localAddress(), 0, status -> connected[0] = status == IoStatus.OK);
            await(reactor, () -> connected[0] && accepted != null);
            return client;
        }
    }

    private static CodecStream<DirectBuffer> stream(TcpStream stream, Allocator allocator) throws IOException {
        return new CodecStream<>(stream, new LengthPrefixCodec(MAX_LENGTH), allocator.allocate(), allocator.allocate());
    }

    private void write(CodecStream<DirectBuffer> client, int next) {
        if (next == ITEMS) {
            client.close();
            return;
        }
        client.asyncWrite(new UnsafeBuffer(sent.get(next)), (status, length) -> {
            assertThat(status).isEqualTo(IoStatus.OK);
            client.reactor().post(() -> write(client, next + 1));
        });
    }

    private void onItem(CodecStream<DirectBuffer> server, IoStatus status, DirectBuffer item) {
        if (status != IoStatus.OK) {
            end = status;
            return;
        }
        byte[] bytes = new byte[item.capacity()];
        item.getBytes(0, bytes);
        assertThat(bytes).as("item %d", received).isEqualTo(sent.get(received));
        received++;
        server.asyncRead((next, nextItem) -> onItem(server, next, nextItem));
    }

    private static void await(Reactor reactor, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("nothing happens any more").isLessThan(deadline);
            reactor.poll();
        }
    }
}
