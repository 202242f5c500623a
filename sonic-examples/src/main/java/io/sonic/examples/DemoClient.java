package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.agrona.DirectBuffer;

/**
 * The demo's client: one reactor, one websocket and two multicast lines, one book.
 *
 * <p>Of an update the feed that brings it first counts. Nothing that happens for a message allocates.
 */
final class DemoClient implements AutoCloseable {

    private static final int LINES = 2;
    private static final int WINDOW = 4096;
    private static final int RECEIVE_BUFFER = 4 * 1024 * 1024;

    private final ReactorLoop loop;
    private final SendTimes times;
    private final DemoStatistics statistics;
    private final TopOfBook book = new TopOfBook();
    private final FeedArbiter arbiter = new FeedArbiter(LINES, WINDOW, QuotePacket.LENGTH, this::onUpdate);
    private final QuoteScanner scanner = new QuoteScanner();
    private final Quote quote = new Quote();
    private final ThreadMeter meter = new ThreadMeter();
    private final MessageHandler onMessage = this::onMessage;
    private final Line[] lines = new Line[LINES];
    private WebSocketStream ws;
    private long wsMessages;
    private long countedFrom;
    private boolean wsEnded;
    private volatile boolean sawEnd;

    /** Joins the groups of both lines, on the thread of the loop; their ports are the system's choice. */
    DemoClient(ReactorLoop loop, String[] groups, MulticastInterface from, SendTimes times,
            DemoStatistics statistics) throws IOException {
        this.loop = loop;
        this.times = times;
        this.statistics = statistics;
        for (int i = 0; i < LINES; i++) {
            InetAddress group = InetAddress.ofLiteral(groups[i]);
            MulticastPeer peer = MulticastPeer.open(loop.reactor(),
                    new MulticastPeer.Context().bindToGroup(group).receiveBufferBytes(RECEIVE_BUFFER));
            peer.join(group, from);
            lines[i] = new Line(i, peer);
            lines[i].receive();
        }
    }

    /** Group and port of a line; from any thread. */
    InetSocketAddress address(int line) {
        return lines[line].address;
    }

    /** The book, to be looked at from any thread. */
    TopOfBook book() {
        return book;
    }

    /** Tells whether all feeds ended as they should; from any thread. */
    boolean sawEnd() {
        return sawEnd;
    }

    /** Connects the websocket; on the thread of the loop. */
    void connect(String url) {
        try {
            ws = WebSocketStream.open(loop.reactor());
        } catch (IOException e) {
            loop.fail(url + ": " + e.getMessage());
            return;
        }
        ws.asyncHandshake(url, status -> {
            if (status == IoStatus.OK) {
                ws.asyncNextMessage(onMessage);
            } else {
                loop.fail(ws.failure().getMessage());
            }
        });
    }

    /** Begins to count what messages cost, anew with each call. On the thread of the loop. */
    void beginCounting() {
        countedFrom = wsMessages + arbiter.packets();
        meter.start();
    }

    /** Ends it. */
    void endCounting() {
        meter.stop();
        statistics.counted(wsMessages + arbiter.packets() - countedFrom, meter.allocatedBytes());
    }

    private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
        if (status == IoStatus.OK) {
            long number = wsMessages++;
            boolean first = scanner.scan(buffer, offset, length, quote) && book.apply(number, quote);
            statistics.websocket(System.nanoTime() - times.get(number), first);
            ws.asyncNextMessage(onMessage);
        } else if (status == IoStatus.END_OF_STREAM && ws.closeCode() == CloseCode.NORMAL) {
            wsEnded = true;
            endWhenAllEnded();
        } else {
            loop.fail(ReactorCommand.endOf(ws, "the websocket", status));
        }
    }

    /** Is handed the packets of both lines, each number once and in order. */
    private void onUpdate(DirectBuffer buffer, int offset, int length) {
        boolean first = false;
        if (QuotePacket.type(buffer, offset) == QuotePacket.QUOTE) {
            QuotePacket.decode(buffer, offset, quote);
            first = book.apply(QuotePacket.sequence(buffer, offset), quote);
        }
        statistics.multicast(System.nanoTime() - QuotePacket.timeNs(buffer, offset), first);
    }

    private void endWhenAllEnded() {
        boolean allEnded = wsEnded;
        for (Line line : lines) {
            allEnded &= line.ended;
        }
        if (allEnded) {
            sawEnd = true;
            loop.end();
        }
    }

    /** Gives back what the reactor does not know of, after it has been closed. */
    @Override
    public void close() {
        arbiter.close();
    }

    /** One of the lines. */
    private final class Line {

        private final int number;
        private final MulticastPeer peer;
        private final InetSocketAddress address;
        private final ReceiveHandler onReceive = this::onReceive;
        private int slot = arbiter.claim();
        private boolean ended;

        Line(int number, MulticastPeer peer) {
            this.number = number;
            this.peer = peer;
            address = peer.localAddress();
        }

        void receive() {
            peer.asyncReceive(arbiter.buffer(), arbiter.offset(slot), arbiter.slotLength(), onReceive);
        }

        private void onReceive(IoStatus status, int length, Endpoint source) {
            if (status == IoStatus.OK && length == QuotePacket.LENGTH) {
                onPacket(arbiter.buffer(), arbiter.offset(slot));
            } else if (status != IoStatus.OK && status != IoStatus.TRUNCATED) {
                loop.fail(peer + ": " + (status == IoStatus.FAILED ? peer.failure().getMessage() : status));
                return;
            }
            receive();
        }

        private void onPacket(DirectBuffer buffer, int offset) {
            long sequence = QuotePacket.sequence(buffer, offset);
            if (QuotePacket.type(buffer, offset) != QuotePacket.END) {
                slot = arbiter.onPacket(number, sequence, slot, QuotePacket.LENGTH);
            } else if (!ended) {
                ended = true;
                arbiter.onEnd(number, sequence);
                endWhenAllEnded();
            }
            statistics.lines(arbiter);
        }
    }
}
