package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.IoVector;
import java.io.IOException;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Both sides do anything at any time, also inside of handlers, over a transport that gives and takes as little as it
 * likes: no byte is lost, doubled or exchanged, each operation ends once, and at last both sides end well.
 */
final class TlsModelTest extends TlsTest {
    private static final int SEEDS = 25;
    private static final int STEPS = 300;
    private static final int CAPACITY = 40_000;
    private static final int WOULD_BLOCK = IoStatus.WOULD_BLOCK.code();

    @ParameterizedTest
    @EnumSource
    void losesNoByteWhateverIsDoneInWhateverOrder(TlsVersion version) throws IOException {
        TlsContext client = TlsContext.create(trusting().versions(version).handshakeTimeoutNs(0).shutdownTimeoutNs(0));
        TlsContext server = TlsContext.create(serving().handshakeTimeoutNs(0).shutdownTimeoutNs(0));
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                play(client, server, new Random(seed));
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void play(TlsContext clientContext, TlsContext serverContext, Random random) {
        MemoryStream[] transports = MemoryStream.pair(reactor);
        for (MemoryStream transport : transports) {
            transport.readLimit = limit(random, 5_000);
            transport.writeLimit = limit(random, 5_000);
            transport.capacity = limit(random, 50_000);
        }
        Pair pair = shaken(pair(transports, clientContext, serverContext));
        Side client = new Side(pair.client(), random);
        Side server = new Side(pair.server(), random);
        for (int i = 0; i < STEPS; i++) {
            (random.nextBoolean() ? client : server).act();
            if (random.nextBoolean()) {
                reactor.poll();
            }
        }
        client.end();
        server.end();
        await(() -> client.endsAfter(server) & server.endsAfter(client));
        pair.client().close();
        pair.server().close();

        assertThat(thrown).isEmpty();
        assertThat(client.completed).isEqualTo(client.accepted);
        assertThat(server.completed).isEqualTo(server.accepted);
        assertThat(client.received).isEqualTo(server.sent);
        assertThat(server.received).isEqualTo(client.sent);
    }

    private static int limit(Random random, int most) {
        return switch (random.nextInt(3)) {
            case 0 -> 1 + random.nextInt(20);
            case 1 -> 1 + random.nextInt(most);
            default -> Integer.MAX_VALUE;
        };
    }

    /**
     * One side, and what it must have sent and received.
     */
    private static final class Side {
        private static final int MAX_DEPTH = 4;

        private final TlsStream stream;
        private final Random random;
        private final UnsafeBuffer in = buffer(CAPACITY);
        private final UnsafeBuffer out = buffer(CAPACITY);
        private long sent;
        private long received;
        private int accepted;
        private int completed;
        private boolean isReading;
        private boolean isWriting;
        private boolean isEnding;
        private boolean isShuttingDown;
        private boolean isShutDown;
        private int depth;

        Side(TlsStream stream, Random random) {
            this.stream = stream;
            this.random = random;
        }

        void act() {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> read(length());
                case 3, 4, 5 -> write(length());
                case 6 -> tryRead(length());
                case 7 -> tryWrite(length());
                case 8 -> cancelOne();
                default -> stream.readTimeoutNs(random.nextInt(3) == 0 ? 1 + random.nextInt(100_000) : 0);
            }
        }

        /**
         * Begins nothing more but to read.
         */
        void end() {
            isEnding = true;
            stream.readTimeoutNs(0);
            stream.cancelRead();
        }

        /**
         * Receives what the peer has sent, and then shuts down.
         *
         * @return whether it has.
         */
        boolean endsAfter(Side peer) {
            if (!isReading && (received < peer.sent || peer.isWriting)) {
                read(CAPACITY);
            }
            if (!isWriting && !peer.isWriting && received == peer.sent && !isShuttingDown) {
                isShuttingDown = true;
                accepted++;
                stream.asyncShutdown(status -> {
                    assertThat(status).as(() -> stream.failure().toString()).isEqualTo(IoStatus.OK);
                    completed++;
                    isShutDown = true;
                });
            }
            return isShutDown;
        }

        private void cancelOne() {
            switch (random.nextInt(5)) {
                case 0, 1 -> stream.cancelRead();
                case 2, 3 -> stream.cancelWrite();
                default -> stream.cancel();
            }
        }

        private void read(int length) {
            if (isReading) {
                return;
            }
            isReading = true;
            accepted++;
            boolean all = random.nextBoolean() && !isEnding;
            if (random.nextBoolean()) {
                IoVector vector = regions(in, length);
                if (all) {
                    stream.asyncReadAll(vector, (status, done) -> onRead(status, done, length, true));
                } else {
                    stream.asyncRead(vector, (status, done) -> onRead(status, done, length, false));
                }
            } else if (all) {
                stream.asyncReadAll(in, 0, length, (status, done) -> onRead(status, done, length, true));
            } else {
                stream.asyncRead(in, 0, length, (status, done) -> onRead(status, done, length, false));
            }
        }

        private void onRead(IoStatus status, int done, int length, boolean all) {
            assertThat(isReading).isTrue();
            assertThat(status).isIn(IoStatus.OK, IoStatus.CANCELLED, IoStatus.TIMED_OUT,
                    isEnding ? IoStatus.END_OF_STREAM : IoStatus.OK);
            if (status == IoStatus.OK) {
                assertThat(done).isBetween(all ? length : Math.min(1, length), length);
            }
            isReading = false;
            completed++;
            take(done);
            react();
        }

        private void write(int length) {
            if (isWriting || isEnding) {
                return;
            }
            isWriting = true;
            accepted++;
            fill(out, 0, length, sent);
            boolean all = random.nextBoolean();
            if (random.nextBoolean()) {
                IoVector vector = regions(out, length);
                if (all) {
                    stream.asyncWriteAll(vector, (status, done) -> onWritten(status, done, length, true));
                } else {
                    stream.asyncWrite(vector, (status, done) -> onWritten(status, done, length, false));
                }
            } else if (all) {
                stream.asyncWriteAll(out, 0, length, (status, done) -> onWritten(status, done, length, true));
            } else {
                stream.asyncWrite(out, 0, length, (status, done) -> onWritten(status, done, length, false));
            }
        }

        private void onWritten(IoStatus status, int done, int length, boolean all) {
            assertThat(isWriting).isTrue();
            assertThat(status).isIn(IoStatus.OK, IoStatus.CANCELLED);
            if (status == IoStatus.OK) {
                assertThat(done).isBetween(all ? length : Math.min(1, length), length);
            }
            isWriting = false;
            completed++;
            sent += done;
            react();
        }

        private void tryRead(int length) {
            if (!isReading) {
                int done = stream.tryRead(in, 0, length);
                assertThat(done).isGreaterThanOrEqualTo(WOULD_BLOCK);
                take(Math.max(0, done));
            }
        }

        private void tryWrite(int length) {
            if (!isWriting && !isEnding) {
                fill(out, 0, length, sent);
                int done = stream.tryWrite(out, 0, length);
                assertThat(done).isGreaterThanOrEqualTo(WOULD_BLOCK);
                sent += Math.max(0, done);
            }
        }

        private void take(int length) {
            assertPattern(in, 0, length, received);
            received += length;
        }

        /**
         * Does something inside of a handler.
         */
        private void react() {
            if (depth < MAX_DEPTH && !isEnding && random.nextInt(3) > 0) {
                depth++;
                act();
                depth--;
            }
        }

        private int length() {
            return switch (random.nextInt(10)) {
                case 0 -> 0;
                case 1, 2, 3, 4, 5 -> 1 + random.nextInt(300);
                case 6, 7, 8 -> 1 + random.nextInt(5_000);
                default -> 1 + random.nextInt(CAPACITY);
            };
        }

        private IoVector regions(UnsafeBuffer buffer, int length) {
            int first = random.nextInt(length + 1);
            int second = random.nextInt(length - first + 1);
            return new IoVector(3).add(buffer, 0, first).add(buffer, first, second)
                    .add(buffer, first + second, length - first - second);
        }
    }
}
