package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A session in its steady state allocates nothing: messages both ways under a rate limit, heartbeats of its own and
 * of the venue's, and watchdogs that look around.
 */
@Tag("epoll")
class SessionAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long MICROSECOND_NS = 1_000L;
    private static final int WARM_UP = 20_000;
    private static final int WINDOW = 20_000;
    private static final int MAX_WINDOWS = 15;

    private long received;
    private long echoed;

    @Test
    void aSteadySessionAllocatesNothing() throws IOException {
        try (Loop loop = new Loop();
                TcpListener listener = TcpListener.open(loop.reactor, WebSocketPair.loopback());
                WebSocketStream venue = WebSocketStream.open(loop.reactor)) {
            listener.asyncAccept((status, stream) -> venue.asyncAccept(stream, outcome -> { }));
            WebSocketSession.Context context = new WebSocketSession.Context(WebSocketPair.url(listener) + "/")
                .pingIntervalNs(200 * MICROSECOND_NS).dataTimeoutNs(60_000_000_000L).maxAgeNs(3600_000_000_000L)
                .rateLimit(1_000_000, 1_000_000_000L);
            try (WebSocketSession session = WebSocketSession.open(loop.reactor, context,
                    (type, buffer, offset, length) -> received++)) {
                session.start();
                loop.until(() -> session.isConnected() && venue.isConnected());
                play(loop, session, venue);
                assertThat(session.heartbeats()).isPositive();
            }
        }
    }

    private void play(Loop loop, WebSocketSession session, WebSocketStream venue) {
        UnsafeBuffer message = Hex.direct(new byte[200]);
        WriteHandler onWrite = (status, length) -> { };
        MessageHandler[] echo = new MessageHandler[1];
        echo[0] = (IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) -> {
            if (status == IoStatus.OK) {
                echoed++;
                venue.asyncWrite(type, buffer, offset, length, onWrite);
                venue.asyncNextMessage(echo[0]);
            }
        };
        venue.asyncNextMessage(echo[0]);
        run(loop, session, message, onWrite, WARM_UP);
        List<Long> windows = new ArrayList<>();
        do {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            run(loop, session, message, onWrite, WINDOW);
            windows.add(THREADS.getCurrentThreadAllocatedBytes() - before);
        } while (windows.getLast() > 0 && windows.size() < MAX_WINDOWS);
        assertThat(windows.getLast()).as("bytes allocated by %d messages, window after window: %s", WINDOW, windows)
            .isZero();
        assertThat(echoed).isEqualTo(received);
    }

    private void run(Loop loop, WebSocketSession session, UnsafeBuffer message, WriteHandler onWrite, int count) {
        for (long until = received + count; received < until;) {
            long before = received;
            SendOutcome outcome = session.tryWrite(Opcode.BINARY, message, 0, 200, onWrite);
            while (outcome == SendOutcome.ACCEPTED && received == before) {
                loop.poll();
            }
            if (outcome != SendOutcome.ACCEPTED) {
                loop.poll();
            }
        }
    }
}
