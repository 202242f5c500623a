package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A short read or write means that the kernel has no more, and that the next byte will be an edge: bytes go both ways
 * in random pieces, by every kind of call, and each of them has to be the one that its place in the stream demands.
 */
final class ShortReadModelTest extends ReactorTest {
    private static final int TOTAL = 2 * 1024 * 1024;
    private static final int LARGEST = 20_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void losesNoByteBetweenTwoStreamsOfOneReactor(long seed) throws IOException {
        Random random = new Random(seed);
        int kernel = 4096 << random.nextInt(5);
        TcpPair pair = TcpPair.connect(reactor, Loopback.IPV4, new SocketOptions()
                .set(SocketOption.SEND_BUFFER, kernel).set(SocketOption.RECEIVE_BUFFER, kernel));
        Writer[] writers = {new Writer(pair.client(), random), new Writer(pair.server(), random)};
        Reader[] readers = {new Reader(pair.server(), random), new Reader(pair.client(), random)};

        await(() -> {
            writers[random.nextInt(2)].go();
            readers[random.nextInt(2)].go();
            return readers[0].ended && readers[1].ended;
        });

        assertThat(readers[0].position).isEqualTo(TOTAL);
        assertThat(readers[1].position).isEqualTo(TOTAL);
        assertThat(reactor.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void losesNoByteToAndFromAnotherThread(long seed) throws Exception {
        Random random = new Random(seed);
        Peer peer = closing(Peer.connect(reactor));
        Writer writer = new Writer(peer.stream(), random);
        Reader reader = new Reader(peer.stream(), random);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread sender = start(failure, () -> send(peer.socket().getOutputStream(), new Random(seed + 100), peer));
        Thread receiver = start(failure, () -> receive(peer.socket().getInputStream(), new Random(seed + 200)));

        await(() -> {
            writer.go();
            reader.go();
            return failure.get() != null || reader.ended && writer.ended;
        });

        receiver.join();
        sender.join();
        assertThat(failure.get()).isNull();
        assertThat(reader.position).isEqualTo(TOTAL);
        assertThat(reactor.pending()).isZero();
    }

    /**
     * Writes the test stream in pieces, by one kind of call after the other.
     */
    private static final class Writer {
        boolean ended;
        private final UnsafeBuffer buffer = Buffers.allocate(LARGEST);
        private final TcpStream stream;
        private final Random random;
        private int position;
        private boolean busy;

        Writer(TcpStream stream, Random random) {
            this.stream = stream;
            this.random = random;
        }

        void go() {
            if (ended || busy) {
                return;
            }
            if (position == TOTAL) {
                end();
                return;
            }
            int length = Math.min(pieceOf(random), TOTAL - position);
            Buffers.fill(buffer, 0, length, position);
            busy = true;
            switch (random.nextInt(4)) {
                case 0 -> stream.asyncWrite(buffer, 0, length, this::onWrite);
                case 1 -> stream.asyncWriteAll(buffer, 0, length, this::onWrite);
                case 2 -> onWrite(IoStatus.OK, Math.max(0, stream.tryWrite(buffer, 0, length)));
                default -> {
                    stream.asyncWriteAll(buffer, 0, length, this::onWrite);
                    stream.cancelWrite();
                }
            }
        }

        private void onWrite(IoStatus status, int length) {
            assertThat(status).isIn(IoStatus.OK, IoStatus.CANCELLED);
            position += length;
            busy = false;
        }

        private void end() {
            ended = true;
            try {
                stream.shutdownOutput();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /**
     * Reads the test stream in pieces until it ends, by one kind of call after the other.
     */
    private static final class Reader {
        boolean ended;
        private final UnsafeBuffer buffer = Buffers.allocate(LARGEST);
        private final TcpStream stream;
        private final Random random;
        private int position;
        private boolean busy;

        Reader(TcpStream stream, Random random) {
            this.stream = stream;
            this.random = random;
        }

        void go() {
            if (ended || busy) {
                return;
            }
            int length = pieceOf(random);
            busy = true;
            switch (random.nextInt(4)) {
                case 0 -> stream.asyncRead(buffer, 0, length, this::onRead);
                case 1 -> stream.asyncReadAll(buffer, 0, length, this::onRead);
                case 2 -> {
                    int result = stream.tryRead(buffer, 0, length);
                    onRead(result < 0 ? IoStatus.of(result) : IoStatus.OK, Math.max(0, result));
                }
                default -> {
                    stream.asyncReadAll(buffer, 0, length, this::onRead);
                    stream.cancelRead();
                }
            }
        }

        private void onRead(IoStatus status, int length) {
            assertThat(status).isIn(
                    IoStatus.OK, IoStatus.CANCELLED, IoStatus.WOULD_BLOCK, IoStatus.END_OF_STREAM);
            assertThat(Buffers.mismatch(buffer, 0, length, position)).as("the first wrong byte").isEqualTo(-1);
            position += length;
            ended = status == IoStatus.END_OF_STREAM;
            busy = false;
        }
    }

    /**
     * Small ones mostly, sometimes large ones.
     */
    private static int pieceOf(Random random) {
        return 1 + random.nextInt(random.nextInt(4) == 0 ? LARGEST : 600);
    }

    private static void send(OutputStream out, Random random, Peer peer) throws IOException {
        byte[] piece = new byte[LARGEST];
        for (int position = 0; position < TOTAL;) {
            int length = Math.min(pieceOf(random), TOTAL - position);
            for (int i = 0; i < length; i++) {
                piece[i] = Buffers.pattern(position + i);
            }
            out.write(piece, 0, length);
            position += length;
            for (int pause = random.nextInt(300); pause > 0; pause--) {
                Thread.onSpinWait();
            }
        }
        peer.socket().shutdownOutput();
    }

    private static void receive(InputStream in, Random random) throws IOException {
        byte[] piece = new byte[LARGEST];
        int position = 0;
        while (true) {
            int length = in.read(piece, 0, pieceOf(random));
            if (length < 0) {
                break;
            }
            for (int i = 0; i < length; i++) {
                if (piece[i] != Buffers.pattern(position + i)) {
                    throw new AssertionError("wrong byte at " + (position + i));
                }
            }
            position += length;
        }
        assertThat(position).isEqualTo(TOTAL);
    }

    @FunctionalInterface
    private interface Body {
        void run() throws IOException;
    }

    private static Thread start(AtomicReference<Throwable> failure, Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
            }
        });
        thread.start();
        return thread;
    }
}
