package io.sonic.examples;

import io.sonic.CodecStream;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ItemHandler;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.UdpSocket;
import io.sonic.WriteHandler;
import io.sonic.buffers.BipBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A feed of packets over UDP that loses some, and a service over TCP that sends again what it is asked for.
 *
 * <p>All that was sent stays in a bip buffer. A cursor walks over it and finds what is to be sent again, without
 * consuming anything, and it is written from where it lies.
 */
final class ReplayFeed implements AutoCloseable {

    static final int TEXT_LENGTH = 20;
    static final int PACKET_LENGTH = TextPacket.HEADER_LENGTH + TEXT_LENGTH;

    /** A request: the first number and the last one. */
    static final int REQUEST_LENGTH = 2 * Long.BYTES;

    private static final int BURST = 32;
    private static final long BURST_PERIOD_NS = 1_000_000;

    private final ReactorLoop loop;
    private final int count;
    private final Set<Integer> lost;
    private final UdpSocket feed;
    private final TcpListener service;
    private final BipBuffer history;
    private final BipBuffer.Cursor cursor;
    private final UnsafeBuffer replayed = new UnsafeBuffer(0, 0);
    private final Timer timer;
    private final TimerHandler onDue = due -> sendBurst();
    private final ItemHandler<DirectBuffer> onRequest = this::onRequest;
    private final WriteHandler onSentAgain = this::onSentAgain;
    private CodecStream<DirectBuffer> client;
    private Endpoint receiver;
    private int sent;
    private long replayLast;

    /**
     * Opens the feed and the service.
     *
     * @param count packets of the feed.
     * @param lost  numbers of those that the feed does not send; not the last one.
     */
    ReplayFeed(ReactorLoop loop, int count, Set<Integer> lost) throws IOException {
        this.loop = loop;
        this.count = count;
        this.lost = lost;
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        feed = UdpSocket.open(loop.reactor(), anyPort);
        service = TcpListener.open(loop.reactor(), anyPort);
        service.asyncAccept((status, stream) -> {
            if (status == IoStatus.OK) {
                serve(stream);
            }
        });
        // The length is rounded up to 8 bytes.
        history = BipBuffer.allocate(count * (BipBuffer.HEADER_LENGTH + PACKET_LENGTH + Long.BYTES));
        cursor = history.cursor();
        timer = new Timer(loop.reactor());
    }

    /** Where to ask for packets. */
    InetSocketAddress service() {
        return service.localAddress();
    }

    /** Begins to send, a few packets every millisecond. */
    void start(Endpoint to) {
        receiver = to;
        sendBurst();
    }

    private void sendBurst() {
        for (int i = 0; i < BURST && sent < count; i++) {
            int offset = history.claim(PACKET_LENGTH);
            history.commit(TextPacket.encode(history.buffer(), offset, ++sent, TEXT_LENGTH));
            if (!lost.contains(sent)
                    && feed.trySend(history.buffer(), offset, PACKET_LENGTH, receiver) != PACKET_LENGTH) {
                // It is lost then too, and asked for.
                lost.add(sent);
            }
        }
        if (sent < count) {
            timer.scheduleOnce(BURST_PERIOD_NS, onDue);
        }
    }

    private void serve(TcpStream stream) {
        try {
            client = FrameServer.open(stream);
        } catch (IOException noMemory) {
            loop.fail("the replay service: " + noMemory.getMessage());
            return;
        }
        client.asyncRead(onRequest);
    }

    private void onRequest(IoStatus status, DirectBuffer request) {
        if (status != IoStatus.OK) {
            return;
        }
        if (request.capacity() != REQUEST_LENGTH) {
            loop.fail("a request for a replay has " + request.capacity() + " bytes");
            return;
        }
        long first = request.getLong(0, ByteOrder.BIG_ENDIAN);
        replayLast = request.getLong(Long.BYTES, ByteOrder.BIG_ENDIAN);
        cursor.rewind();
        boolean found = cursor.next();
        while (found && numberAtCursor() < first) {
            found = cursor.next();
        }
        if (found) {
            sendAgain();
        } else {
            client.asyncRead(onRequest);
        }
    }

    private long numberAtCursor() {
        return TextPacket.sequence(history.buffer(), cursor.offset());
    }

    private void sendAgain() {
        replayed.wrap(history.buffer(), cursor.offset(), cursor.length());
        client.asyncWrite(replayed, onSentAgain);
    }

    private void onSentAgain(IoStatus status, int length) {
        if (status != IoStatus.OK) {
            return;
        }
        if (numberAtCursor() < replayLast && cursor.next()) {
            sendAgain();
        } else {
            client.asyncRead(onRequest);
        }
    }

    @Override
    public void close() {
        timer.close();
        if (client != null) {
            client.close();
        }
        history.close();
    }
}
