package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import io.sonic.websocket.CloseCode;
import io.sonic.websocket.MessageHandler;
import io.sonic.websocket.Opcode;
import io.sonic.websocket.WebSocketStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The demo's exchange: publishes each update over a websocket, as text, and over two multicast lines, in binary. Its
 * updates come in bursts, as those of a market do. Line B sends a burst when line A has sent all of it.
 *
 * <p>It begins when its client has connected, and waits whenever the websocket cannot take more or the client is too
 * far behind.
 */
final class DemoExchange {

    /** A rate without pauses. */
    static final int UNPACED = 0;

    private static final int MAX_BURST = 7;
    private static final double MEAN_BURST = (1 + MAX_BURST) / 2.0;
    private static final long MAX_BEHIND_NS = 100_000_000;
    private static final long WAIT_FOR_CLIENT_NS = 20_000;
    private static final long END_PERIOD_NS = 20_000_000;
    private static final long SEED = 20_260_101;

    private final ReactorLoop loop;
    private final MarketSource source;
    private final DemoStatistics statistics;
    private final SendTimes times;
    private final SentPackets sentPackets;
    private final double meanPauseNs;
    private final int maxAhead;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final LossyLine lineA;
    private final LossyLine lineB;
    private final UnsafeBuffer burst = Memory.allocate(MAX_BURST * QuotePacket.LENGTH);
    private final Timer timer;
    private final TimerHandler onDue = due -> burstIsDue();
    private final TimerHandler onEnd = due -> sendEnd();
    private final WriteHandler onWritten = this::onWritten;
    private final MessageHandler onMessage = this::onMessage;
    private final TcpListener listener;
    private final String url;
    private WebSocketStream ws;
    private int burstLength;
    private int burstSent;
    private long nextBurstNs;
    private boolean finishing;
    private boolean finished;
    private volatile long published;

    /**
     * Opens the exchange, on the thread of its loop.
     *
     * @param source      of the messages; the caller's to close.
     * @param rate        updates in a second, or {@link #UNPACED}.
     * @param maxAhead    updates that the client may be behind before a burst begins.
     * @param loss        share of the packets that each line loses.
     * @param groups      of line A and of line B.
     * @param through     the interface of both lines.
     * @param statistics  of the client.
     * @param times       receives the time of each update.
     * @param sentPackets receives on which lines each was sent.
     */
    DemoExchange(ReactorLoop loop, MarketSource source, int rate, int maxAhead, double loss,
            InetSocketAddress[] groups, MulticastInterface through, DemoStatistics statistics, SendTimes times,
            SentPackets sentPackets) throws IOException {
        this.loop = loop;
        this.source = source;
        this.statistics = statistics;
        this.times = times;
        this.sentPackets = sentPackets;
        this.maxAhead = maxAhead;
        meanPauseNs = rate == UNPACED ? 0 : MEAN_BURST * 1e9 / rate;
        MulticastPeer peer = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context().outbound(through));
        lineA = new LossyLine(0, peer, Endpoint.of(groups[0]), sentPackets, loss, SEED + 1);
        lineB = new LossyLine(1, peer, Endpoint.of(groups[1]), sentPackets, loss, SEED + 2);
        timer = new Timer(loop.reactor());
        listener = TcpListener.open(loop.reactor(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        url = "ws://" + Endpoint.of(listener.localAddress()) + "/";
        listener.asyncAccept((status, stream) -> {
            if (status == IoStatus.OK) {
                accept(stream);
            }
        });
    }

    /** The URL of the websocket; from any thread. */
    String url() {
        return url;
    }

    private void accept(TcpStream stream) {
        listener.close();
        try {
            ws = WebSocketStream.open(loop.reactor());
        } catch (IOException e) {
            loop.fail("the exchange: " + e.getMessage());
            return;
        }
        ws.asyncAccept(stream, status -> {
            if (status == IoStatus.OK) {
                ws.asyncNextMessage(onMessage);
                nextBurstNs = loop.reactor().nanoTime();
                burstIsDue();
            } else {
                loop.fail("the exchange: " + ws.failure().getMessage());
            }
        });
    }

    /** Ends the session, in order, after the burst that is under way if one is. On the thread of the loop. */
    void finish() {
        finishing = true;
        if (timer.cancel()) {
            end();
        }
    }

    /** The number of updates, final when the client has seen the end of the session; from any thread. */
    long published() {
        return published;
    }

    private void burstIsDue() {
        if (finishing) {
            end();
        } else if (published - statistics.messages(DemoStatistics.WEBSOCKET) > maxAhead) {
            timer.scheduleOnce(WAIT_FOR_CLIENT_NS, onDue);
        } else {
            burstLength = 1 + random.nextInt(MAX_BURST);
            burstSent = 0;
            publish();
        }
    }

    private void publish() {
        try {
            source.next(published);
            long nowNs = System.nanoTime();
            int offset = burstSent * QuotePacket.LENGTH;
            QuotePacket.encode(burst, offset, source.isQuote() ? QuotePacket.QUOTE : QuotePacket.OTHER, published,
                    nowNs, source.quote());
            times.put(published, nowNs);
            sentPackets.begin(published);
            lineA.send(burst, offset);
            // One thread writes it.
            published = published + 1;
            burstSent++;
            ws.asyncWrite(Opcode.TEXT, source.buffer(), source.offset(), source.length(), onWritten);
        } catch (CommandFailure e) {
            loop.fail("the exchange: " + e.getMessage());
        }
    }

    private void onWritten(IoStatus status, int length) {
        if (status != IoStatus.OK) {
            // The client is gone, and has a reason.
            loop.end();
        } else if (burstSent < burstLength) {
            publish();
        } else {
            endBurst();
        }
    }

    private void endBurst() {
        try {
            lineA.flush();
            for (int i = 0; i < burstLength; i++) {
                lineB.send(burst, i * QuotePacket.LENGTH);
            }
            lineB.flush();
        } catch (CommandFailure e) {
            loop.fail("the exchange: " + e.getMessage());
            return;
        }
        long nowNs = loop.reactor().nanoTime();
        nextBurstNs += (long) (-Math.log(1 - random.nextDouble()) * meanPauseNs);
        if (nowNs - nextBurstNs > MAX_BEHIND_NS) {
            nextBurstNs = nowNs;
        }
        timer.scheduleAt(nextBurstNs, onDue);
    }

    private void end() {
        finished = true;
        sendEnd();
        timer.scheduleAtFixedRate(END_PERIOD_NS, onEnd);
        ws.asyncClose(CloseCode.NORMAL, "", status -> ws.close());
    }

    /** Says on both lines that nothing follows; again and again, because a receive buffer may be full. */
    private void sendEnd() {
        QuotePacket.encode(burst, 0, QuotePacket.END, published, System.nanoTime(), null);
        try {
            lineA.sendSurely(burst, 0);
            lineB.sendSurely(burst, 0);
        } catch (CommandFailure e) {
            loop.fail("the exchange: " + e.getMessage());
        }
    }

    private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
        if (status == IoStatus.OK) {
            ws.asyncNextMessage(onMessage);
        } else if (!finished) {
            loop.end();
        }
    }
}
