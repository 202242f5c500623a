package io.sonic.feed.mold;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReceiveHandler;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.UdpSocket;
import io.sonic.feed.Arbiter;
import io.sonic.feed.PacketHeader;
import io.sonic.feed.PacketKind;
import io.sonic.feed.Recovery;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Asks a re-request server for what no line brought, one packet at a time, and gives the answers to the arbiter.
 * Answers are received into the arbiter's slots.
 *
 * <p>An answer counts only when it comes from the server's address, belongs to the session, and carries nothing but
 * messages that were asked for; others are counted and dropped. A request that is not answered in time is repeated;
 * when all attempts are used up the arbiter is told that the messages are unavailable.
 *
 * <p><b>Allocation</b>: none after it was opened.
 *
 * <p><b>Threading</b>: the reactor's thread.
 */
public final class MoldRequestClient implements Recovery, AutoCloseable {
    private static final int MAX_RANGES = 1024;
    private static final int NONE = -1;

    private final Reactor reactor;
    private final UdpSocket socket;
    private final Endpoint server;
    private final long answerTimeoutNs;
    private final int attempts;
    private final MoldFormat format = new MoldFormat();
    private final PacketHeader header = new PacketHeader();
    private final UnsafeBuffer request =
            new UnsafeBuffer(BufferUtil.allocateDirectAligned(MoldPacket.HEADER_LENGTH, 64));
    private final long[] firsts = new long[MAX_RANGES];
    private final long[] lasts = new long[MAX_RANGES];
    private final Timer timer;
    private final TimerHandler onTimeout = due -> onTimeout();
    private final ReceiveHandler onAnswer = this::onAnswer;
    private Arbiter arbiter;
    private int slot = NONE;
    private int head;
    private int ranges;
    private boolean waiting;
    private long wantedFirst;
    private long wantedLast;
    private int attempt;
    private long requests;
    private long answers;
    private long wrongAnswers;
    private long timeouts;

    private MoldRequestClient(
            Reactor reactor, UdpSocket socket, InetSocketAddress server, long answerTimeoutNs, int attempts) {
        this.reactor = reactor;
        this.socket = socket;
        this.server = Endpoint.of(server);
        this.answerTimeoutNs = answerTimeoutNs;
        this.attempts = attempts;
        timer = new Timer(reactor);
    }

    /**
     * Opens a client.
     *
     * @param reactor         completes its operations; the feed's.
     * @param server          who is asked.
     * @param answerTimeoutNs how long an answer may take, in nanoseconds.
     * @param attempts        how often a packet is asked for, at least 1.
     * @return a new client, the caller's to close.
     * @throws IOException              when the system refuses.
     * @throws IllegalArgumentException when a number is out of range, or the address is unresolved.
     */
    public static MoldRequestClient open(
            Reactor reactor, InetSocketAddress server, long answerTimeoutNs, int attempts) throws IOException {
        if (answerTimeoutNs < 1 || attempts < 1) {
            throw new IllegalArgumentException(
                    "there must be a time and an attempt: " + answerTimeoutNs + " ns, " + attempts + " attempts");
        }
        Endpoint.of(server);
        InetAddress any = InetAddress.ofLiteral(server.getAddress() instanceof Inet6Address ? "::" : "0.0.0.0");
        UdpSocket socket = UdpSocket.open(reactor, new InetSocketAddress(any, 0));
        return new MoldRequestClient(reactor, socket, server, answerTimeoutNs, attempts);
    }

    @Override
    public void recover(Arbiter from, long first, long last) {
        if (arbiter == null) {
            arbiter = from;
            slot = from.claim();
            receive();
        } else if (arbiter != from) {
            throw new IllegalStateException("a client serves one arbiter");
        }
        if (ranges == MAX_RANGES || !socket.isOpen()) {
            from.unavailable(first, last, reactor.nanoTime());
            return;
        }
        int index = head + ranges++ & MAX_RANGES - 1;
        firsts[index] = first;
        lasts[index] = last;
        if (!waiting) {
            askNext();
        }
    }

    /**
     * Requests that were sent.
     *
     * @return datagrams.
     */
    public long requests() {
        return requests;
    }

    /**
     * Answers that were of use.
     *
     * @return datagrams.
     */
    public long answers() {
        return answers;
    }

    /**
     * What arrived and was no answer.
     *
     * @return datagrams.
     */
    public long wrongAnswers() {
        return wrongAnswers;
    }

    /**
     * Requests that were not answered in time.
     *
     * @return requests.
     */
    public long timeouts() {
        return timeouts;
    }

    @Override
    public void close() {
        timer.close();
        socket.close();
        ranges = 0;
        waiting = false;
    }

    private void receive() {
        socket.asyncReceive(arbiter.buffer(), arbiter.offset(slot), arbiter.slotLength(), onAnswer);
    }

    /**
     * Asks for the first thing that is still missing.
     */
    private void askNext() {
        waiting = false;
        while (ranges > 0 && !waiting) {
            long last = lasts[head];
            long missing = arbiter.nextMissing(firsts[head], last);
            if (missing - last > 0) {
                head = head + 1 & MAX_RANGES - 1;
                ranges--;
            } else {
                wantedFirst = missing;
                wantedLast = Math.min(arbiter.nextWaiting(missing, last) - 1, missing + MoldPacket.MAX_COUNT - 1);
                attempt = 0;
                ask();
            }
        }
    }

    private void ask() {
        waiting = true;
        attempt++;
        requests++;
        MoldPacket.putHeader(request, 0, arbiter.sessionHigh(), arbiter.sessionLow(), wantedFirst,
                (int) (wantedLast - wantedFirst + 1));
        // One that is not sent is repeated like one that is not answered.
        socket.trySend(request, 0, MoldPacket.HEADER_LENGTH, server);
        timer.cancel();
        timer.scheduleOnce(answerTimeoutNs, onTimeout);
    }

    private void onTimeout() {
        timeouts++;
        if (arbiter.nextMissing(wantedFirst, wantedLast) - wantedLast > 0) {
            askNext();
        } else if (attempt < attempts) {
            ask();
        } else {
            long first = firsts[head];
            long last = lasts[head];
            head = head + 1 & MAX_RANGES - 1;
            ranges--;
            waiting = false;
            arbiter.unavailable(first, last, reactor.nanoTime());
            if (!waiting) {
                askNext();
            }
        }
    }

    private void onAnswer(IoStatus status, int length, Endpoint source) {
        if (status == IoStatus.CLOSED || status == IoStatus.CANCELLED) {
            return;
        }
        if (status == IoStatus.OK && source.equals(server) && isAnswer(length)) {
            answers++;
            slot = arbiter.onRecoveredPacket(slot, length, reactor.nanoTime());
            if (socket.isOpen()) {
                timer.cancel();
                askNext();
            }
        } else if (status != IoStatus.FAILED) {
            wrongAnswers++;
        }
        // A failure is the report that nobody listens at the server's port: the time-out takes care of it.
        if (socket.isOpen()) {
            receive();
        }
    }

    private boolean isAnswer(int length) {
        return waiting
                && format.read(arbiter.buffer(), arbiter.offset(slot), length, header) == PacketKind.DATA
                && header.sessionHigh() == arbiter.sessionHigh() && header.sessionLow() == arbiter.sessionLow()
                && header.sequence() - wantedFirst >= 0
                && header.sequence() + header.count() - 1 - wantedLast <= 0;
    }
}
