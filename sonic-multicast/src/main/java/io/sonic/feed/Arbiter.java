package io.sonic.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;

/**
 * Makes one ordered stream out of several lines that carry the same numbered packets: packets in, messages out, without
 * sockets, clocks or threads of its own. {@link Feed} gives it those.
 *
 * <p>Of each message the first copy counts, whichever line brings it. One that comes early waits in the slot that it
 * was received into, and the receiver goes on with another slot. A gap is given
 * {@linkplain Context#gapTimeoutNs(long) time} to be filled by another line, then {@link Context#recovery} is asked,
 * then {@link Context#snapshot}, and at last the numbers are {@linkplain FeedHandler#onLost lost}. A gap is lost before
 * its time only when there is no room for what waits behind it.
 *
 * <p><b>Out of bounds.</b> A number further ahead than {@link Context#capacity(int)} is believed only when a second
 * packet near it confirms it; then what is missing is lost, because it can not be waited for. A number further behind
 * is a copy that is late, unless nothing in bounds came for the {@linkplain Context#silenceTimeoutNs(long) time of
 * silence}: then the numbers have started anew. Likewise a packet of another session is dropped and counted, unless the
 * session has ended, or has been silent. Numbers of 32 bits go on behind the largest: the handler sees 2<sup>32</sup>
 * after 2<sup>32</sup> - 1.
 *
 * <p><b>The beginning.</b> Without {@link Context#startAt} the first number is the lowest one that comes within the gap
 * time after the first packet.
 *
 * <p><b>Ownership</b>: a slot belongs to the caller from {@link #claim()} until it is given to {@link #onPacket}, which
 * gives one back.
 *
 * <p><b>Allocation</b>: none after the lines were added.
 *
 * <p><b>Threading</b>: one thread. A handler must not give packets.
 */
public final class Arbiter {
    /**
     * What {@link #nextDeadlineNs()} returns when nothing is waited for.
     */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    private enum State {
        IDLE,
        STARTING,
        RUNNING,
        ENDED
    }

    private final PacketFormat format;
    private final FeedHandler handler;
    private final ErrorHandler errors;
    private final int capacity;
    private final long gapTimeoutNs;
    private final long silenceTimeoutNs;
    private final Session session = new Session();
    private final PacketWindow window;
    private final GapQueue gaps;
    private final Stages stages;
    private final Arrivals arrivals;
    private final PacketHeader header = new PacketHeader();
    private final FeedStatistics statistics = new FeedStatistics();
    private final List<LineStatistics> lines = new ArrayList<>();
    private final LineStatistics recoveryLine;
    private final Jump jump = new Jump();

    private State state = State.IDLE;
    private long expected;
    private long known; // behind the last number that exists
    private long startNs;
    private boolean hasStart;
    private boolean handing; // a message to the handler
    private boolean hasEnd;
    private long end;
    private long generation; // changes when the numbers start anew
    private long lastInBoundsNs;
    private int packetLine;
    private long packetStampNs;
    private Runnable onChange = () -> { };

    /**
     * Creates an arbiter.
     *
     * @param context how; may be changed and used again afterwards.
     * @param handler receives the stream.
     * @param errors  receives what the handler throws; must not throw.
     * @throws IllegalArgumentException when the slots have more than 2 GiB together.
     */
    public Arbiter(Context context, FeedHandler handler, ErrorHandler errors) {
        this.handler = Objects.requireNonNull(handler, "handler");
        this.errors = Objects.requireNonNull(errors, "errors");
        format = context.format;
        capacity = context.capacity;
        gapTimeoutNs = context.gapTimeoutNs;
        silenceTimeoutNs = context.silenceTimeoutNs;
        window = new PacketWindow(capacity, context.slots, context.slotLength);
        gaps = new GapQueue(capacity);
        stages = new Stages(context, this, gaps);
        arrivals = new Arrivals(capacity);
        recoveryLine = new LineStatistics(capacity, 0);
        hasStart = context.startAt >= 0;
        expected = context.startAt;
        known = expected;
    }

    /**
     * Adds a line.
     *
     * @param nowNs time of the reactor's clock.
     * @return its number, from 0.
     */
    public int addLine(long nowNs) {
        lines.add(new LineStatistics(capacity, nowNs));
        return lines.size() - 1;
    }

    /**
     * The memory that all slots are in.
     *
     * @return the same buffer each time.
     */
    public MutableDirectBuffer buffer() {
        return window.buffer();
    }

    /**
     * The length of a slot.
     *
     * @return bytes that a packet can have.
     */
    public int slotLength() {
        return window.slotLength();
    }

    /**
     * Where a slot starts.
     *
     * @param slot that was claimed.
     * @return offset in {@link #buffer()}.
     */
    public int offset(int slot) {
        return window.offset(slot);
    }

    /**
     * Takes a slot to receive into.
     *
     * @return the slot.
     * @throws IllegalStateException when all are taken: more slots are needed.
     */
    public int claim() {
        int slot = window.claim();
        if (slot == PacketWindow.NONE) {
            throw new IllegalStateException("all slots are taken: give the context more of them");
        }
        return slot;
    }

    /**
     * Gives a claimed slot back.
     *
     * @param slot that was claimed.
     */
    public void release(int slot) {
        window.release(slot);
    }

    /**
     * Takes a packet of a line.
     *
     * @param line    its number.
     * @param slot    that the packet was received into; the arbiter's now.
     * @param length  of the packet in bytes.
     * @param nowNs   time of the reactor's clock, for the time-outs.
     * @param stampNs when the packet arrived, for the skew: of the same clock for all lines.
     * @return the slot to receive the next packet into, the caller's.
     */
    public int onPacket(int line, int slot, int length, long nowNs, long stampNs) {
        return take(lines.get(line), line, slot, length, nowNs, stampNs);
    }

    /**
     * Takes a packet that recovery got, in the format of the lines.
     *
     * @param slot   that the packet was received into; the arbiter's now.
     * @param length of the packet in bytes.
     * @param nowNs  time of the reactor's clock.
     * @return the slot to receive the next packet into, the caller's.
     */
    public int onRecoveredPacket(int slot, int length, long nowNs) {
        int next = take(recoveryLine, -1, slot, length, nowNs, nowNs);
        onChange.run();
        return next;
    }

    /**
     * Takes note of a packet that did not fit into a slot.
     *
     * @param line  its number.
     * @param nowNs time of the reactor's clock.
     */
    public void onTruncatedPacket(int line, long nowNs) {
        LineStatistics from = lines.get(line);
        arrived(from, line, slotLength(), nowNs);
        from.malformed++;
    }

    /**
     * Is told that a snapshot has been applied: the stream goes on behind it.
     *
     * @param sequence number of the last message that is in the snapshot; nothing happens when it was handed on.
     */
    public void restoredUpTo(long sequence) {
        if (state == State.STARTING) {
            begin(lastInBoundsNs);
        }
        if (state != State.RUNNING || sequence - expected < 0) {
            return;
        }
        long next = sequence + 1;
        for (long number = expected; number != next && known - number > 0; number++) {
            window.drop(number);
        }
        statistics.restored += next - expected;
        statistics.numbers += Math.max(0, next - known);
        expected = next;
        known = known - next > 0 ? known : next;
        drain();
        onChange.run();
    }

    /**
     * Is told by recovery that it will not bring messages: what is next to be tried is tried at once.
     *
     * @param first number.
     * @param last  number.
     * @param nowNs time of the reactor's clock.
     */
    public void unavailable(long first, long last, long nowNs) {
        stages.unavailable(first, last, nowNs);
        stages.advance(nowNs);
        onChange.run();
    }

    /**
     * Starts the numbers anew, as a message told; what waits is dropped.
     *
     * @param next the number that comes next.
     */
    public void reset(long next) {
        restart();
        expected = next;
        known = next;
        state = State.RUNNING;
        tellSession();
    }

    /**
     * Does what is due: to be called at {@link #nextDeadlineNs()}.
     *
     * @param nowNs time of the reactor's clock.
     */
    public void onTime(long nowNs) {
        if (state == State.STARTING && nowNs - startNs >= 0) {
            begin(nowNs);
        }
        if (state == State.RUNNING) {
            stages.advance(nowNs);
        }
    }

    /**
     * Does what is due because of silence; to be called every now and then.
     *
     * @param nowNs time of the reactor's clock.
     */
    public void checkSilence(long nowNs) {
        for (int i = 0; i < lines.size(); i++) {
            LineStatistics line = lines.get(i);
            if (!line.silent && nowNs - line.lastPacketNs >= silenceTimeoutNs) {
                line.silent = true;
                try {
                    handler.onLineSilent(i);
                } catch (Throwable t) {
                    errors.onError(t);
                }
            }
        }
    }

    /**
     * When {@link #onTime} is to be called.
     *
     * @return time of the reactor's clock, or {@link #NO_DEADLINE}.
     */
    public long nextDeadlineNs() {
        return switch (state) {
            case STARTING -> startNs;
            case RUNNING -> stages.nextDeadlineNs(expected);
            case IDLE, ENDED -> NO_DEADLINE;
        };
    }

    /**
     * The number of the message that comes next.
     *
     * @return the number; without meaning before the first packet.
     */
    public long expected() {
        return expected;
    }

    /**
     * Tells whether a session has begun, and has not ended.
     *
     * @return whether numbers are expected.
     */
    public boolean isRunning() {
        return state == State.STARTING || state == State.RUNNING;
    }

    /**
     * Finds the next number that is missing.
     *
     * @param from where to start.
     * @param last where to end.
     * @return a number, or the one behind the last when none of these is missing.
     */
    public long nextMissing(long from, long last) {
        long start = from - expected > 0 ? from : expected;
        return start - last > 0 ? last + 1 : window.nextMissing(start, last + 1);
    }

    /**
     * Finds the next number that waits for those before it.
     *
     * @param from where to start.
     * @param last where to end.
     * @return a number, or the one behind the last when none of these waits.
     */
    public long nextWaiting(long from, long last) {
        long start = from - expected > 0 ? from : expected;
        return start - last > 0 ? last + 1 : window.nextPresent(start, last + 1);
    }

    /**
     * The name of the current session, its first 8 bytes.
     *
     * @return 0 in formats without sessions.
     */
    public long sessionHigh() {
        return session.high();
    }

    /**
     * The name of the current session, what follows the first 8 bytes.
     *
     * @return 0 in formats without sessions.
     */
    public long sessionLow() {
        return session.low();
    }

    /**
     * The line that brought the message that is being handed on.
     *
     * @return its number, or -1 for recovery.
     */
    public int packetLine() {
        return packetLine;
    }

    /**
     * When the message that is being handed on arrived.
     *
     * @return what {@link #onPacket} was told.
     */
    public long packetStampNs() {
        return packetStampNs;
    }

    /**
     * What became of the numbers.
     *
     * @return the same object each time.
     */
    public FeedStatistics statistics() {
        return statistics;
    }

    /**
     * What a line brought.
     *
     * @param line its number.
     * @return the same object each time.
     */
    public LineStatistics statistics(int line) {
        return lines.get(line);
    }

    /**
     * How many lines there are.
     *
     * @return lines.
     */
    public int lineCount() {
        return lines.size();
    }

    /**
     * Counts the numbers that a line did not bring so far, of all those that are known to exist.
     *
     * @param line its number.
     * @return numbers.
     */
    public long missing(int line) {
        return Math.max(0, statistics.numbers - lines.get(line).distinct);
    }

    /**
     * Sets what is run when something else than a packet of a line has changed the arbiter.
     */
    void onChange(Runnable task) {
        onChange = task;
    }

    private int take(LineStatistics from, int line, int slot, int length, long nowNs, long stampNs) {
        arrived(from, line, length, nowNs);
        PacketKind kind = format.read(window.buffer(), window.offset(slot), length, header);
        if (kind == PacketKind.MALFORMED || header.count() < 0) {
            from.malformed++;
            return slot;
        }
        if (kind == PacketKind.UNNUMBERED) {
            return slot;
        }
        if (!session.is(header) && !changeSession(from, line, nowNs)) {
            return slot;
        }
        long sequence = format.sequenceBits() == Long.SIZE ? header.sequence() : extend((int) header.sequence());
        switch (kind) {
            case DATA -> {
                return header.count() == 0 ? slot : accept(from, line, sequence, slot, length, nowNs, stampNs);
            }
            case HEARTBEAT -> announce(from, sequence, nowNs);
            case END_OF_SESSION -> announceEnd(from, sequence, nowNs);
            default -> restartAt(sequence);
        }
        return slot;
    }

    private void arrived(LineStatistics from, int line, int length, long nowNs) {
        from.packets++;
        from.bytes += length;
        from.lastPacketNs = nowNs;
        if (from.silent) {
            from.silent = false;
            try {
                handler.onLineBack(line);
            } catch (Throwable t) {
                errors.onError(t);
            }
        }
    }

    private boolean changeSession(LineStatistics from, int line, long nowNs) {
        boolean over = state == State.ENDED || nowNs - lastInBoundsNs >= silenceTimeoutNs;
        if (line < 0 || session.isSet() && (session.wasBefore(header) || !over)) {
            from.foreign++;
            return false;
        }
        if (session.isSet()) {
            settle();
            restart();
            long first = format.firstSequence();
            hasStart = first >= 0 && header.sequence() - first < capacity;
            expected = first;
            known = first;
        }
        session.set(header);
        return true;
    }

    private long extend(int low) {
        return state == State.IDLE && !hasStart ? Integer.toUnsignedLong(low) : expected + (low - (int) expected);
    }

    private int accept(
            LineStatistics from, int line, long sequence, int slot, int length, long nowNs, long stampNs) {
        int count = header.count();
        long behind = sequence + count;
        if (state == State.IDLE) {
            start(sequence, nowNs);
        }
        if (state == State.STARTING && sequence - expected < 0 && known - sequence <= capacity) {
            statistics.numbers += expected - sequence;
            expected = sequence;
        }
        if (state == State.ENDED || behind - expected <= 0) {
            if (state == State.RUNNING && expected - behind >= capacity && line >= 0
                    && nowNs - lastInBoundsNs >= silenceTimeoutNs) {
                settle();
                restart();
                return accept(from, line, sequence, slot, length, nowNs, stampNs);
            }
            boolean inBounds = expected - behind < capacity && behind - known <= 0;
            return late(from, sequence, count, slot, stampNs, inBounds, nowNs);
        }
        if (hasEnd && behind - end > 0) {
            from.refused++;
            return slot;
        }
        if (behind - expected > capacity) {
            if (sequence - known >= capacity || count > capacity) {
                return jump.take(from, line, sequence, count, slot, length, nowNs, stampNs);
            }
            begin(lastInBoundsNs);
            makeRoom(behind - capacity);
        }
        lastInBoundsNs = nowNs;
        return place(from, line, sequence, count, slot, length, nowNs, stampNs);
    }

    private int place(LineStatistics from, int line, long sequence, int count, int slot, int length, long nowNs,
            long stampNs) {
        mark(from, sequence, count);
        if (state == State.RUNNING && sequence - expected <= 0) {
            handOn(from, line, sequence, count, slot, length, stampNs);
            return slot;
        }
        long from0 = known;
        advanceKnown(sequence + count);
        int kept = window.keep(sequence, count, expected, slot, length, line, stampNs);
        if (kept == 0) {
            return late(from, sequence, count, slot, stampNs, true, nowNs);
        }
        won(from, line, sequence, kept, count, stampNs);
        statistics.maxDepth = Math.max(statistics.maxDepth, (int) (known - expected));
        if (state == State.RUNNING && sequence - from0 > 0) {
            openGap(from0, sequence - 1, nowNs);
        }
        int next = window.claim();
        while (next == PacketWindow.NONE) {
            begin(lastInBoundsNs);
            makeRoom(window.nextPresent(expected, known));
            next = window.claim();
        }
        return next;
    }

    private void handOn(
            LineStatistics from, int line, long sequence, int count, int slot, int length, long stampNs) {
        long behind = sequence + count;
        advanceKnown(behind);
        // Those that are kept already were brought by another packet, which overlaps with this one.
        int fresh = 0;
        for (long number = expected; number != behind; number++) {
            fresh += window.slotAt(number) == PacketWindow.NONE ? 1 : 0;
        }
        won(from, line, sequence, fresh, count, stampNs);
        long begun = generation;
        int limit = window.offset(slot) + length;
        int block = skip(window.offset(slot) + format.headerLength(), expected - sequence, limit);
        long number = expected - 1;
        handing = true;
        packetLine = line;
        packetStampNs = stampNs;
        // The handler may go on elsewhere: with a reset, or behind a snapshot.
        while (expected == number + 1 && expected != behind && begun == generation) {
            number = expected++;
            window.drop(number);
            int blockLength = format.blockLength(window.buffer(), block, limit);
            message(number, block + format.prefixLength(), blockLength - format.prefixLength());
            block += blockLength;
        }
        handing = false;
        drain();
    }

    /**
     * Hands on what waits for nothing any more.
     */
    private void drain() {
        if (state != State.RUNNING || handing) {
            return;
        }
        handing = true;
        int slot = window.slotAt(expected);
        while (slot != PacketWindow.NONE) {
            drain(slot);
            slot = window.slotAt(expected);
        }
        handing = false;
        if (hasEnd && state == State.RUNNING && expected - end >= 0) {
            finish();
        }
    }

    private void drain(int slot) {
        long begun = generation;
        long behind = window.first(slot) + window.count(slot);
        int limit = window.offset(slot) + window.length(slot);
        int block = skip(window.offset(slot) + format.headerLength(), expected - window.first(slot), limit);
        long number = expected - 1;
        packetLine = window.line(slot);
        packetStampNs = window.stamp(slot);
        while (expected == number + 1 && expected != behind && begun == generation
                && window.slotAt(expected) == slot) {
            number = expected++;
            window.unlink(number);
            int blockLength = format.blockLength(window.buffer(), block, limit);
            message(number, block + format.prefixLength(), blockLength - format.prefixLength());
            window.dereference(slot);
            block += blockLength;
        }
    }

    private int skip(int block, long blocks, int limit) {
        int at = block;
        for (long i = 0; i < blocks; i++) {
            at += format.blockLength(window.buffer(), at, limit);
        }
        return at;
    }

    private void message(long number, int offset, int length) {
        statistics.delivered++;
        statistics.last = number;
        if (statistics.first < 0) {
            statistics.first = number;
        }
        try {
            handler.onMessage(number, window.buffer(), offset, length);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    private void won(LineStatistics from, int line, long sequence, int fresh, int count, long stampNs) {
        from.wins++;
        statistics.duplicates += count - fresh;
        if (line < 0) {
            statistics.recovered += fresh;
        } else {
            arrivals.first(sequence, stampNs);
        }
    }

    private int late(LineStatistics from, long sequence, int count, int slot, long stampNs, boolean inBounds,
            long nowNs) {
        from.late++;
        statistics.duplicates += count;
        if (inBounds) {
            lastInBoundsNs = nowNs;
            mark(from, sequence, count);
            if (from != recoveryLine && arrivals.knows(sequence)) {
                from.skew.add(stampNs - arrivals.stampNs(sequence));
            }
        }
        return slot;
    }

    private void mark(LineStatistics from, long sequence, int count) {
        int fresh = from.history.mark(sequence, count);
        from.distinct += fresh;
        from.duplicates += count - fresh;
    }

    private void advanceKnown(long to) {
        if (to - known > 0) {
            statistics.numbers += to - known;
            known = to;
        }
    }

    private void announce(LineStatistics from, long next, long nowNs) {
        if (state == State.IDLE) {
            start(next, nowNs);
        }
        if (state == State.ENDED || next - known <= 0) {
            return;
        }
        if (next - known >= capacity) {
            jump.announced(from, next, nowNs);
            return;
        }
        lastInBoundsNs = nowNs;
        if (next - expected > capacity) {
            begin(lastInBoundsNs);
            makeRoom(next - capacity);
        }
        long first = known;
        advanceKnown(next);
        if (state == State.RUNNING) {
            openGap(first, next - 1, nowNs);
        }
    }

    private void announceEnd(LineStatistics from, long next, long nowNs) {
        announce(from, next, nowNs);
        if (state == State.ENDED || hasEnd) {
            return;
        }
        if (next != known) {
            // It ends before what has come, or so far ahead that nobody has confirmed it yet.
            from.refused++;
            return;
        }
        hasEnd = true;
        end = next;
        drain();
    }

    private void start(long sequence, long nowNs) {
        if (!hasStart) {
            expected = sequence;
            known = sequence;
        } else if (sequence - expected >= capacity) {
            // Further from the start than can be waited for.
            long first = expected;
            expected = sequence;
            known = sequence;
            statistics.numbers += sequence - first;
            state = State.RUNNING;
            tellSession();
            tellLost(first, sequence - 1);
        }
        lastInBoundsNs = nowNs;
        if (state == State.RUNNING) {
            return;
        }
        if (hasStart || gapTimeoutNs == 0) {
            state = State.RUNNING;
            tellSession();
        } else {
            state = State.STARTING;
            startNs = nowNs + gapTimeoutNs;
        }
        hasStart = false;
    }

    private void begin(long nowNs) {
        if (state == State.STARTING) {
            state = State.RUNNING;
            tellSession();
            drain();
            openKnownGaps(nowNs);
        }
    }

    /**
     * Opens the gaps that were not looked for while nothing was handed on.
     */
    private void openKnownGaps(long nowNs) {
        long first = window.nextMissing(expected, known);
        while (known - first > 0) {
            long next = window.nextPresent(first, known);
            openGap(first, next - 1, nowNs);
            first = window.nextMissing(next, known);
        }
    }

    private void openGap(long first, long last, long nowNs) {
        statistics.gaps++;
        gaps.add(first, last, nowNs + gapTimeoutNs, expected);
        try {
            handler.onGap(first, last);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    /**
     * Gives up what is missing until a number can be expected.
     */
    private void makeRoom(long wanted) {
        long begun = generation;
        while (begun == generation && state == State.RUNNING && wanted - expected > 0) {
            long present = window.nextPresent(expected, wanted);
            lose(present - 1);
        }
    }

    /**
     * Declares what is expected, up to a number, lost, and hands on what waited for it.
     */
    void lose(long last) {
        long first = expected;
        expected = last + 1;
        advanceKnown(expected);
        tellLost(first, last);
        drain();
    }

    /**
     * Ends the numbers as they were: what is missing is lost, what waits is handed on.
     */
    private void settle() {
        begin(lastInBoundsNs);
        if (state == State.RUNNING) {
            makeRoom(known);
        }
    }

    private void finish() {
        state = State.ENDED;
        gaps.clear();
        try {
            handler.onEndOfSession(end);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    private void restartAt(long next) {
        settle();
        reset(next);
    }

    private void restart() {
        for (long number = expected; known - number > 0; number++) {
            window.drop(number);
        }
        generation++;
        gaps.clear();
        arrivals.clear();
        jump.forget();
        recoveryLine.history.clear();
        for (int i = 0; i < lines.size(); i++) {
            lines.get(i).history.clear();
        }
        hasEnd = false;
        hasStart = false;
        state = State.IDLE;
    }

    private void tellSession() {
        try {
            handler.onSession(expected);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    private void tellLost(long first, long last) {
        statistics.lost += last - first + 1;
        try {
            handler.onLost(first, last);
        } catch (Throwable t) {
            errors.onError(t);
        }
    }

    /**
     * A packet so far ahead that it is kept aside until another one confirms it.
     */
    private final class Jump {
        private LineStatistics line;
        private int lineNumber;
        private long sequence;
        private int count; // 0: it was announced
        private int slot;
        private int length;
        private long stampNs;

        int take(LineStatistics from, int number, long newSequence, int newCount, int newSlot, int newLength,
                long nowNs, long newStampNs) {
            if (line != null && newSequence != sequence && Math.abs(newSequence - sequence) < capacity) {
                return follow(from, number, newSequence, newCount, newSlot, newLength, nowNs, newStampNs);
            }
            from.refused++;
            int spare = line == null || count == 0 ? window.claim() : slot;
            if (spare == PacketWindow.NONE || newCount > capacity) {
                return newSlot;
            }
            line = from;
            lineNumber = number;
            sequence = newSequence;
            count = newCount;
            slot = newSlot;
            length = newLength;
            stampNs = newStampNs;
            return spare;
        }

        void announced(LineStatistics from, long next, long nowNs) {
            if (line != null && next - sequence >= 0 && next - sequence < capacity) {
                follow(from, 0, next, 0, 0, 0, nowNs, 0);
                return;
            }
            from.refused++;
            forget();
            line = from;
            sequence = next;
        }

        void forget() {
            if (line != null && count > 0) {
                window.release(slot);
            }
            line = null;
            count = 0;
        }

        /**
         * Gives up all before the two packets that confirm each other, and goes on with them.
         */
        private int follow(LineStatistics from, int number, long newSequence, int newCount, int newSlot,
                int newLength, long nowNs, long newStampNs) {
            LineStatistics before = line;
            int beforeCount = count;
            int beforeSlot = slot;
            long beforeSequence = sequence;
            line = null;
            count = 0;
            begin(lastInBoundsNs);
            long begun = generation;
            makeRoom(newSequence - beforeSequence < 0 ? newSequence : beforeSequence);
            if (begun != generation) {
                if (beforeCount > 0) {
                    window.release(beforeSlot);
                }
                return newSlot;
            }
            lastInBoundsNs = nowNs;
            if (beforeCount > 0) {
                before.refused--;
                window.release(place(before, lineNumber, beforeSequence, beforeCount, beforeSlot, length, nowNs,
                        stampNs));
            }
            if (newCount > 0) {
                return accept(from, number, newSequence, newSlot, newLength, nowNs, newStampNs);
            }
            announce(from, newSequence, nowNs);
            return newSlot;
        }
    }

    /**
     * How an arbiter works.
     */
    public static final class Context {
        private static final int MAX_CAPACITY = 1 << 20;
        private static final int MAX_SLOT_LENGTH = 65_536;

        final PacketFormat format;
        int capacity = 16_384;
        int slots = 4096;
        int slotLength = 2048;
        long startAt = -1;
        long gapTimeoutNs = 1_000_000;
        long silenceTimeoutNs = 3_000_000_000L;
        Recovery recovery;
        long recoveryTimeoutNs;
        Recovery snapshot;
        long snapshotTimeoutNs;

        /**
         * Creates a context with the defaults.
         *
         * @param format of the packets.
         */
        public Context(PacketFormat format) {
            this.format = Objects.requireNonNull(format, "format");
        }

        /**
         * Sets how many numbers can lie between what is expected and what comes.
         *
         * @param numbers 64 to 1,048,576, rounded up to a power of two; 16,384 by default.
         * @return this.
         * @throws IllegalArgumentException when it is out of range.
         */
        public Context capacity(int numbers) {
            if (numbers < Long.SIZE || numbers > MAX_CAPACITY) {
                throw new IllegalArgumentException(
                        "capacity must be " + Long.SIZE + " to " + MAX_CAPACITY + " numbers: " + numbers);
            }
            capacity = Integer.highestOneBit(2 * numbers - 1);
            return this;
        }

        /**
         * Sets the slots: those that are received into, and those of packets that wait.
         *
         * @param count      of slots, at least 4; 4,096 by default. When all are taken the oldest gap is given up.
         * @param slotLength bytes of the longest packet, 1 to 65,536; 2,048 by default.
         * @return this.
         * @throws IllegalArgumentException when one of them is out of range, or all have more than 1 GiB together.
         */
        public Context slots(int count, int slotLength) {
            if (slotLength < 1 || slotLength > MAX_SLOT_LENGTH) {
                throw new IllegalArgumentException(
                        "a slot must have 1 to " + MAX_SLOT_LENGTH + " bytes: " + slotLength);
            }
            if (count < 4 || (long) count * (slotLength + Long.SIZE) > 1 << 30) {
                throw new IllegalArgumentException(
                        "there must be at least 4 slots, with at most 1 GiB together: " + count + " of " + slotLength);
            }
            slots = count;
            this.slotLength = slotLength;
            return this;
        }

        /**
         * Says with which number the first session starts; what of it does not come is recovered or lost.
         *
         * @param sequence the number, at least 0; by default the lowest that comes in the beginning.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context startAt(long sequence) {
            if (sequence < 0) {
                throw new IllegalArgumentException("startAt must be at least 0: " + sequence);
            }
            startAt = sequence;
            return this;
        }

        /**
         * Sets how long a gap waits for the lines.
         *
         * @param ns nanoseconds, at least 0; 1,000,000 by default.
         * @return this.
         * @throws IllegalArgumentException when it is negative.
         */
        public Context gapTimeoutNs(long ns) {
            gapTimeoutNs = notNegative("gapTimeoutNs", ns);
            return this;
        }

        /**
         * Sets after which time without packets a line is silent.
         *
         * @param ns nanoseconds, at least 1; 3 seconds by default.
         * @return this.
         * @throws IllegalArgumentException when it is less.
         */
        public Context silenceTimeoutNs(long ns) {
            if (ns < 1) {
                throw new IllegalArgumentException("silenceTimeoutNs must be at least 1: " + ns);
            }
            silenceTimeoutNs = ns;
            return this;
        }

        /**
         * Sets who is asked for what no line brought.
         *
         * @param asked     is asked; by default nobody.
         * @param timeoutNs how long it has, in nanoseconds.
         * @return this.
         * @throws IllegalArgumentException when the time is negative.
         */
        public Context recovery(Recovery asked, long timeoutNs) {
            recovery = Objects.requireNonNull(asked, "asked");
            recoveryTimeoutNs = notNegative("timeoutNs", timeoutNs);
            return this;
        }

        /**
         * Sets who is asked when recovery did not bring it: for instance to read a snapshot, and then to call
         * {@link Arbiter#restoredUpTo}. Packets that come meanwhile wait.
         *
         * @param asked     is asked; by default nobody.
         * @param timeoutNs how long it has, in nanoseconds.
         * @return this.
         * @throws IllegalArgumentException when the time is negative.
         */
        public Context snapshot(Recovery asked, long timeoutNs) {
            snapshot = Objects.requireNonNull(asked, "asked");
            snapshotTimeoutNs = notNegative("timeoutNs", timeoutNs);
            return this;
        }

        private static long notNegative(String name, long ns) {
            if (ns < 0) {
                throw new IllegalArgumentException(name + " must be at least 0: " + ns);
            }
            return ns;
        }
    }
}
