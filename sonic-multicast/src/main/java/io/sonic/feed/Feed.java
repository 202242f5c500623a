package io.sonic.feed;

import io.sonic.BatchHandler;
import io.sonic.DatagramBatch;
import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.multicast.DatagramInfo;
import io.sonic.multicast.MulticastCapability;
import io.sonic.multicast.MulticastPeer;
import io.sonic.multicast.SourceFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.LangUtil;

/**
 * Receives several lines on one reactor, and makes one ordered stream of them; see {@link Arbiter} for how.
 *
 * {@snippet :
 * Feed feed = Feed.open(reactor, new Arbiter.Context(new MoldFormat()), (sequence, buffer, offset, length) -> { });
 * feed.addLine(peerA);
 * feed.addLine(peerB);
 * }
 *
 * <p>Datagrams are received into the arbiter's slots, several with a system call. One that must wait keeps its slot,
 * and the peer goes on with another: no byte is copied.
 *
 * <p><b>Ownership</b>: the receiving half of a peer is the feed's; {@link #close()} closes the peers.
 *
 * <p><b>Allocation</b>: none after the lines were added.
 *
 * <p><b>Threading</b>: the reactor's thread.
 */
public final class Feed implements AutoCloseable {
    /**
     * Datagrams that are received with one system call at most, unless another number is asked for.
     */
    public static final int DEFAULT_BATCH = 16;

    private static final long MIN_DELAY_NS = 1000;

    private final Reactor reactor;
    private final FeedHandler handler;
    private final Arbiter arbiter;
    private final Timer deadline;
    private final Timer silence;
    private final TimerHandler onDeadline = this::onDeadline;
    private final List<Line> lines = new ArrayList<>();
    private long scheduledNs;
    private long gapsWhenScheduled;
    private Throwable thrown;
    private boolean open = true;

    private Feed(Reactor reactor, Arbiter.Context context, FeedHandler handler) {
        this.reactor = reactor;
        this.handler = Objects.requireNonNull(handler, "handler");
        arbiter = new Arbiter(context, handler, this::handlerFailed);
        arbiter.onChange(this::scheduleDeadline);
        deadline = new Timer(reactor);
        silence = new Timer(reactor);
        silence.scheduleAtFixedRate(Math.max(1, context.silenceTimeoutNs / 4), this::onSilence);
    }

    /**
     * Opens a feed without lines.
     *
     * @param reactor that the peers of the lines are on.
     * @param context how; may be changed and used again afterwards.
     * @param handler receives the stream.
     * @return a new feed, the caller's to close.
     */
    public static Feed open(Reactor reactor, Arbiter.Context context, FeedHandler handler) {
        return new Feed(reactor, context, handler);
    }

    /**
     * Adds a line, and starts to receive it.
     *
     * @param peer bound and joined; nothing else receives from it.
     * @return the number of the line, from 0.
     * @throws IllegalArgumentException when the peer is on another reactor.
     * @throws IllegalStateException    when the feed is closed, or a receive is in flight on the peer.
     */
    public int addLine(MulticastPeer peer) {
        return addLine(peer, DEFAULT_BATCH, null);
    }

    /**
     * Adds a line, and starts to receive it.
     *
     * @param peer      bound and joined; nothing else receives from it.
     * @param datagrams that are received with one system call at most. Small batches keep the order between lines.
     * @param filter    of sources, for stacks that have none; otherwise null. What it keeps out counts as
     *                  {@link LineStatistics#foreign()}.
     * @return the number of the line, from 0.
     * @throws IllegalArgumentException when the peer is on another reactor, or the batch is out of range.
     * @throws IllegalStateException    when the feed is closed, or a receive is in flight on the peer.
     */
    public int addLine(MulticastPeer peer, int datagrams, SourceFilter filter) {
        checkOpen();
        if (peer.reactor() != reactor) {
            throw new IllegalArgumentException("the peer is on another reactor: " + peer);
        }
        int number = arbiter.addLine(reactor.nanoTime());
        Line line = new Line(number, peer, datagrams, filter);
        lines.add(line);
        line.receive();
        return number;
    }

    /**
     * What orders the packets.
     *
     * @return the same object each time.
     */
    public Arbiter arbiter() {
        return arbiter;
    }

    /**
     * The peer of a line.
     *
     * @param line its number.
     * @return the peer.
     */
    public MulticastPeer peer(int line) {
        return lines.get(line).peer;
    }

    /**
     * Asks the kernel how many datagrams each line dropped, for {@link LineStatistics#kernelDrops()}. Allocates
     * nothing. Does nothing where the backend has no {@link MulticastCapability#DROP_COUNTS}.
     *
     * @throws IOException when the system refuses.
     */
    public void readKernelDrops() throws IOException {
        checkOpen();
        if (!MulticastPeer.supports(reactor, MulticastCapability.DROP_COUNTS)) {
            return;
        }
        for (int i = 0; i < lines.size(); i++) {
            arbiter.statistics(i).kernelDrops = lines.get(i).peer.drops();
        }
    }

    /**
     * Tells whether it is open.
     *
     * @return whether.
     */
    public boolean isOpen() {
        return open;
    }

    /**
     * Closes the peers of all lines. No handler is called any more. A second call does nothing.
     */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        deadline.close();
        silence.close();
        for (int i = 0; i < lines.size(); i++) {
            lines.get(i).peer.close();
        }
    }

    private void onDeadline(Timer timer) {
        arbiter.onTime(reactor.nanoTime());
        scheduleDeadline();
        rethrow();
    }

    private void onSilence(Timer timer) {
        arbiter.checkSilence(reactor.nanoTime());
        for (int i = 0; i < lines.size(); i++) {
            lines.get(i).retry();
        }
        rethrow();
    }

    /**
     * Looks for the first deadline when none is scheduled, or when gaps have opened: theirs can be the first.
     */
    private void scheduleDeadline() {
        long gaps = arbiter.statistics().gaps();
        if (!open || deadline.isScheduled() && gaps == gapsWhenScheduled && thrown == null) {
            return;
        }
        long next = thrown != null ? reactor.nanoTime() : arbiter.nextDeadlineNs();
        if (deadline.isScheduled()) {
            if (next - scheduledNs >= 0) {
                gapsWhenScheduled = gaps;
                return;
            }
            deadline.cancel();
        }
        if (next != Arbiter.NO_DEADLINE) {
            // Never inline: a handler may be running.
            scheduledNs = Math.max(next, reactor.nanoTime() + MIN_DELAY_NS);
            gapsWhenScheduled = gaps;
            deadline.scheduleAt(scheduledNs, onDeadline);
        }
    }

    private void handlerFailed(Throwable failure) {
        if (thrown == null) {
            thrown = failure;
        } else if (thrown != failure) {
            thrown.addSuppressed(failure);
        }
    }

    /**
     * Gives what handlers threw to the reactor, when the feed is consistent again.
     */
    private void rethrow() {
        if (thrown != null) {
            Throwable failure = thrown;
            thrown = null;
            LangUtil.rethrowUnchecked(failure);
        }
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("the feed is closed");
        }
    }

    /**
     * One line: a batch whose datagrams go into the arbiter's slots.
     */
    private final class Line {
        private final int number;
        private final MulticastPeer peer;
        private final DatagramBatch batch;
        private final DatagramInfo info = new DatagramInfo();
        private final int[] slots;
        private final boolean stamped;
        private final SourceFilter filter;
        private final BatchHandler onBatch = this::onBatch;
        private boolean failed;

        Line(int number, MulticastPeer peer, int datagrams, SourceFilter filter) {
            this.filter = filter;
            this.number = number;
            this.peer = peer;
            stamped = peer.hasTimestamps();
            batch = new DatagramBatch(datagrams, arbiter.slotLength(), stamped ? DatagramInfo.CONTROL_LENGTH : 0);
            slots = new int[datagrams];
            for (int i = 0; i < datagrams; i++) {
                use(i, arbiter.claim());
            }
        }

        void receive() {
            failed = false;
            peer.asyncReceive(batch, onBatch);
        }

        void retry() {
            if (failed && open && peer.isOpen()) {
                receive();
            }
        }

        private void use(int index, int slot) {
            slots[index] = slot;
            batch.slot(index, arbiter.buffer(), arbiter.offset(slot));
        }

        private void onBatch(IoStatus status, int count) {
            if (status == IoStatus.OK) {
                long nowNs = reactor.nanoTime();
                for (int i = 0; i < count && open; i++) {
                    onDatagram(i, nowNs);
                }
                scheduleDeadline();
                if (open && peer.isOpen()) {
                    receive();
                }
            } else if (status == IoStatus.FAILED && open) {
                failed = true;
                try {
                    handler.onLineFailed(number, peer.failure());
                } catch (Throwable t) {
                    handlerFailed(t);
                }
            }
            rethrow();
        }

        private void onDatagram(int index, long nowNs) {
            if (filter != null && !filter.accepts(batch.endpoint(index))) {
                arbiter.statistics(number).foreign++;
                return;
            }
            if (batch.isTruncated(index)) {
                arbiter.onTruncatedPacket(number, nowNs);
                return;
            }
            long stampNs = nowNs;
            if (stamped) {
                info.read(batch, index);
                stampNs = info.timestampNs();
            }
            int slot = arbiter.onPacket(number, slots[index], batch.length(index), nowNs, stampNs);
            if (slot != slots[index]) {
                use(index, slot);
            }
        }
    }
}
