package io.sonic.examples;

import io.sonic.IoStatus;
import io.sonic.multicast.MulticastInterface;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import java.net.InetAddress;
import org.agrona.DirectBuffer;

/**
 * The demo's client: one reactor, one websocket and two multicast lines, one book.
 *
 * <p>Of an update the feed that brings it first counts. Nothing that happens for a message allocates.
 */
final class DemoClient implements AutoCloseable {

    private final ReactorLoop loop;
    private final SendTimes times;
    private final DemoStatistics statistics;
    private final TopOfBook book;
    private final MulticastFeed multicast;
    private final QuoteScanner scanner = new QuoteScanner();
    private final Quote quote = new Quote();
    private final WarmUp warmUp = new WarmUp();
    private final ThreadMeter meter = new ThreadMeter();
    private final MessageHandler onMessage = this::onMessage;
    private WebSocketStream ws;
    private boolean wsEnded;
    /** The number behind the last one that each feed brought. */
    private long wsNext;
    private long multicastNext;
    private long measuredFrom;
    private long measuredMessages;
    private volatile boolean warm;
    private volatile boolean sawEnd;

    /** Opens the client on the thread of the loop, and joins the groups of both lines. */
    DemoClient(ReactorLoop loop, InetAddress[] groups, MulticastInterface from, DemoStatistics statistics,
            TopOfBook book, SendTimes times, SentPackets sentPackets) throws IOException {
        this.loop = loop;
        this.times = times;
        this.statistics = statistics;
        this.book = book;
        multicast = new MulticastFeed(loop, groups, from, sentPackets, statistics, this::onUpdate,
                this::endWhenAllEnded);
        beginMeasuring();
    }

    MulticastFeed multicast() {
        return multicast;
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

    /** Begins to measure, anew with each call. On the thread of the loop. */
    void beginMeasuring() {
        measuredFrom = wsNext + multicast.packets();
        warm = warmUp.isWarm(measuredFrom);
        statistics.beginMeasuring();
        meter.start();
    }

    /** Ends the measured part, but for the latencies. On the thread of the loop. */
    void endMeasuring() {
        meter.stop();
        measuredMessages = wsNext + multicast.packets() - measuredFrom;
    }

    /** Tells whether the thread was warm at the last call of {@link #beginMeasuring()}; from any thread. */
    boolean isWarm() {
        return warm;
    }

    /** Messages and packets in the measured part; final when the thread has ended. */
    long measuredMessages() {
        return measuredMessages;
    }

    /** Bytes that the thread allocated in the measured part; final when the thread has ended. */
    long allocatedBytes() {
        return meter.allocatedBytes();
    }

    /** Tells whether all feeds ended as they should; from any thread. */
    boolean sawEnd() {
        return sawEnd;
    }

    private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
        if (status == IoStatus.OK) {
            long number = wsNext++;
            if (scanner.scan(buffer, offset, length, quote)) {
                book.apply(number, quote);
            }
            statistics.update(DemoStatistics.WEBSOCKET, System.nanoTime() - times.get(number),
                    number >= multicastNext);
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
        long number = QuotePacket.sequence(buffer, offset);
        multicastNext = number + 1;
        if (QuotePacket.type(buffer, offset) == QuotePacket.QUOTE) {
            QuotePacket.decode(buffer, offset, quote);
            book.apply(number, quote);
        }
        statistics.update(DemoStatistics.MULTICAST, System.nanoTime() - QuotePacket.timeNs(buffer, offset),
                number >= wsNext);
    }

    private void endWhenAllEnded() {
        if (wsEnded && multicast.hasEnded()) {
            sawEnd = true;
            loop.end();
        }
    }

    /** Gives back what the reactor does not know of, after it has been closed. */
    @Override
    public void close() {
        multicast.close();
    }
}
