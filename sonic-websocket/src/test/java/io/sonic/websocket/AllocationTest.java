package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sonic.IoStatus;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Steady state allocates nothing: client, server and reactor run on this thread, and its allocations are counted.
 */
@Tag("epoll")
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 30_000;
    private static final int WINDOW = 100_000;
    private static final int MAX_WINDOWS = 15;
    private static final long ALLOWED_BYTES = 0;

    /**
     * Plays window after window until one is without an allocation. What allocates once in a thousand messages never
     * gets there; the compiler, which comes and goes when it likes, does not keep a machine from it for long.
     */
    private static void assertNothingAllocated(IntConsumer play) {
        allocated(play, WARM_UP);
        List<Long> windows = new ArrayList<>();
        do {
            windows.add(allocated(play, WINDOW));
        } while (windows.getLast() > ALLOWED_BYTES && windows.size() < MAX_WINDOWS);
        assertThat(windows.getLast()).as("bytes allocated by %d messages, window after window: %s", WINDOW, windows)
            .isLessThanOrEqualTo(ALLOWED_BYTES);
    }

    private static long allocated(IntConsumer play, int count) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        play.accept(count);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /**
     * Sends messages, counts those that come, and may send them back.
     */
    private static final class Player {
        private final WebSocketStream ws;
        private final Opcode type;
        private final int fragments;
        private final UnsafeBuffer message;
        private final boolean echo;
        private final MessageHandler onMessage = this::onMessage;
        private final WriteHandler onWrite = this::onWrite;
        private int received;
        private int written;
        private boolean writing;

        Player(WebSocketStream ws, Opcode type, int length, int fragments, boolean echo) {
            this.ws = ws;
            this.type = type;
            this.fragments = fragments;
            this.echo = echo;
            message = Hex.direct(new byte[length]);
            message.setMemory(0, length, (byte) 'x');
            ws.asyncNextMessage(onMessage);
        }

        void send() {
            writing = true;
            if (fragments == 1) {
                ws.asyncWrite(type, message, 0, message.capacity(), onWrite);
                return;
            }
            int length = message.capacity() / fragments;
            boolean last = (written + 1) % fragments == 0;
            ws.asyncWriteFragment(type, last, message, 0, length, onWrite);
        }

        /**
         * Makes the next message another one.
         */
        void vary() {
            message.putInt(written % (message.capacity() - 4), written & 0x7F7F7F7F);
        }

        void sendInPlace() {
            writing = true;
            int offset = ws.claim(message.capacity());
            ws.claimBuffer().putBytes(offset, message, 0, message.capacity());
            ws.commit(type, message.capacity(), onWrite);
        }

        private void onWrite(IoStatus status, int length) {
            require(status);
            writing = false;
            if (++written % fragments != 0) {
                send();
            }
        }

        private void onMessage(IoStatus status, Opcode opcode, DirectBuffer buffer, int offset, int length) {
            if (status == IoStatus.CLOSED) {
                return;
            }
            require(status);
            received++;
            if (echo) {
                ws.asyncWrite(opcode, buffer, offset, length, onWrite);
            }
            ws.asyncNextMessage(onMessage);
        }

        private static void require(IoStatus status) {
            if (status != IoStatus.OK) {
                throw new AssertionError(status);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"TEXT, 128, 1", "BINARY, 16, 1", "TEXT, 1000, 3"})
    void anEchoAllocatesNothing(Opcode type, int length, int fragments) throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Player client = new Player(pair.client, type, length, fragments, false);
            new Player(pair.server, type, length, 1, true);
            assertNothingAllocated(count -> {
                int until = client.received + count;
                while (client.received < until) {
                    if (!client.writing && client.received == client.written / fragments) {
                        client.send();
                    }
                    pair.loop.poll();
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"TEXT, 200, 1", "TEXT, 3000, 1", "BINARY, 200, 2"})
    void aOneWayStreamAllocatesNothing(Opcode type, int length, int fragments) throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Player client = new Player(pair.client, type, length, 1, false);
            Player server = new Player(pair.server, type, length, fragments, false);
            assertNothingAllocated(count -> {
                int until = client.received + count;
                while (client.received < until) {
                    if (!server.writing) {
                        server.send();
                    }
                    pair.loop.poll();
                }
            });
        }
    }

    /**
     * Both sides compress, a message that is never the same as the one before it; whole, and in fragments.
     */
    @ParameterizedTest
    @CsvSource({"TEXT, 16, 1, true", "TEXT, 200, 1, true", "BINARY, 200, 1, false", "TEXT, 4000, 4, true",
        "BINARY, 65536, 1, true"})
    void compressedMessagesAllocateNothing(Opcode type, int length, int fragments, boolean takeover)
            throws IOException {
        WebSocketStream.Context context = new WebSocketStream.Context().perMessageDeflate(
            new PerMessageDeflate().compressionLevel(1).minLength(1).contextTakeover(takeover));
        int scale = length > 1000 ? 20 : 4;
        try (WebSocketPair pair = new WebSocketPair(context, context)) {
            Player client = new Player(pair.client, type, length, 1, false);
            Player server = new Player(pair.server, type, length, fragments, false);
            assertNothingAllocated(count -> {
                int until = client.received + count / scale;
                while (client.received < until) {
                    if (!server.writing) {
                        server.vary();
                        server.send();
                    }
                    pair.loop.poll();
                }
            });
            assertThat(pair.client.statistics().inflatedBytesReceived()).isGreaterThan(length * 1_000L);
        }
    }

    @ParameterizedTest
    @CsvSource({"16", "200", "4000", "65536"})
    void messagesOfAnySizeAllocateNothingAlsoWrittenInPlaceAndSeveralAtATime(int length) throws IOException {
        try (WebSocketPair pair = new WebSocketPair()) {
            Player client = new Player(pair.client, Opcode.BINARY, length, 1, false);
            Player server = new Player(pair.server, Opcode.BINARY, length, 1, false);
            assertNothingAllocated(count -> {
                int until = client.received + count / 4;
                while (client.received < until) {
                    if (!server.writing) {
                        pair.server.cork();
                        server.send();
                        server.sendInPlace();
                        server.sendInPlace();
                        pair.server.uncork();
                    }
                    pair.loop.poll();
                }
            });
        }
    }

    @Test
    void pingsAndPongsAllocateNothing() throws IOException {
        int[] pongs = {0};
        int[] pings = {0};
        WebSocketStream.Context context = new WebSocketStream.Context()
            .controlHandler((opcode, buffer, offset, length) -> pongs[0] += opcode == Opcode.PONG ? 1 : 0);
        try (WebSocketPair pair = new WebSocketPair(context, context)) {
            new Player(pair.client, Opcode.TEXT, 1, 1, false);
            new Player(pair.server, Opcode.TEXT, 1, 1, false);
            UnsafeBuffer payload = WebSocketStreamTest.text("ping");
            WriteHandler onPing = (status, length) -> pings[0]++;
            assertNothingAllocated(count -> {
                for (int until = pongs[0] + count; pongs[0] < until;) {
                    int sent = pongs[0] + 1;
                    pair.client.asyncPing(payload, 0, 4, onPing);
                    while (pongs[0] < sent || pings[0] < sent) {
                        pair.loop.poll();
                    }
                }
            });
        }
    }
}
