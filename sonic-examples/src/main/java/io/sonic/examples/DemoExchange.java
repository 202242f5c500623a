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
 * updates come in bursts, as those of a market do. Within a burst line B is behind line A.
 *
 * <p>It begins when its client has connected, and waits whenever the websocket cannot take more.
 */
final class DemoExchange {

    private static final int MAX_BURST = 7;
    private static final double MEAN_BURST = (1 + MAX_BURST) / 2.0;
    private static final long MAX_BEHIND_NS = 100_000_000;
    private static final long END_PERIOD_NS = 20_000_000;
    private static final long SEED = 20_260_101;

    private final ReactorLoop loop;
    private final MarketSource source;
    private final SendTimes times;
    private final double meanPauseNs;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final LossyLine lineA;
    private final LossyLine lineB;
    private final UnsafeBuffer burst = Memory.allocate(MAX_BURST * QuotePacket.LENGTH);
    private final Timer timer;
    private final TimerHandler onBurst = due -> beginBurst();
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
     * @param source  of the messages; the caller's to close.
     * @param rate    updates in a second.
     * @param loss    share of the packets that each line loses.
     * @param groupA  of line A.
     * @param groupB  of line B.
     * @param through the interface of both lines.
     * @param times   receives the time of each update.
     */
    DemoExchange(ReactorLoop loop, MarketSource source, int rate, double loss, InetSocketAddress groupA,
            InetSocketAddress groupB, MulticastInterface through, SendTimes times) throws IOException {
        this.loop = loop;
        this.source = source;
        this.times = times;
        meanPauseNs = MEAN_BURST * 1e9 / rate;
        MulticastPeer peer = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context().outbound(through));
        lineA = new LossyLine(peer, Endpoint.of(groupA), loss, SEED + 1);
        lineB = new LossyLine(peer, Endpoint.of(groupB), loss, SEED + 2);
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
                beginBurst();
            } else {
                loop.fail("the exchange: " + ws.failure().getMessage());
            }
        });
    }

    /** Ends the session, in order, after the burst that is under way. On the thread of the loop. */
    void finish() {
        finishing = true;
    }

    /** The number of updates, final when the client has seen the end of the session; from any thread. */
    long published() {
        return published;
    }

    private void beginBurst() {
        if (finishing) {
            end();
            return;
        }
        burstLength = 1 + random.nextInt(MAX_BURST);
        burstSent = 0;
        publish();
    }

    private void publish() {
        try {
            source.next(published);
            long nowNs = System.nanoTime();
            int offset = burstSent * QuotePacket.LENGTH;
            QuotePacket.encode(burst, offset, source.isQuote() ? QuotePacket.QUOTE : QuotePacket.OTHER, published,
                    nowNs, source.quote());
            lineA.send(burst, offset, QuotePacket.LENGTH);
            times.put(published, nowNs);
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
            loop.fail("the exchange: its client is gone: " + status);
        } else if (burstSent < burstLength) {
            publish();
        } else {
            endBurst();
        }
    }

    private void endBurst() {
        try {
            for (int i = 0; i < burstLength; i++) {
                lineB.send(burst, i * QuotePacket.LENGTH, QuotePacket.LENGTH);
            }
        } catch (CommandFailure e) {
            loop.fail("the exchange: " + e.getMessage());
            return;
        }
        long nowNs = loop.reactor().nanoTime();
        nextBurstNs += (long) (-Math.log(1 - random.nextDouble()) * meanPauseNs);
        if (nowNs - nextBurstNs > MAX_BEHIND_NS) {
            nextBurstNs = nowNs;
        }
        timer.scheduleAt(nextBurstNs, onBurst);
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
            lineA.sendSurely(burst, 0, QuotePacket.LENGTH);
            lineB.sendSurely(burst, 0, QuotePacket.LENGTH);
        } catch (CommandFailure e) {
            loop.fail("the exchange: " + e.getMessage());
        }
    }

    private void onMessage(IoStatus status, Opcode type, DirectBuffer buffer, int offset, int length) {
        if (status == IoStatus.OK) {
            ws.asyncNextMessage(onMessage);
        } else if (!finished) {
            loop.fail("the exchange: its client is gone: " + status);
        }
    }
}
