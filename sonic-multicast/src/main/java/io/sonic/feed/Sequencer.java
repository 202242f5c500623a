package io.sonic.feed;

import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;

/**
 * The work of an {@link Arbiter}: what each packet means for the one stream.
 */
final class Sequencer {
    private enum State {
        IDLE,
        STARTING,
        RUNNING,
        ENDED
    }

    private final PacketFormat format;
    private final Events events;
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
    private final Jump jump;

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

    Sequencer(Arbiter arbiter, Arbiter.Context context, Events events) {
        this.events = events;
        format = context.format;
        capacity = context.capacity;
        gapTimeoutNs = context.gapTimeoutNs;
        silenceTimeoutNs = context.silenceTimeoutNs;
        window = new PacketWindow(capacity, context.slots, context.slotLength);
        gaps = new GapQueue(capacity);
        stages = new Stages(context, arbiter, this, gaps);
        jump = new Jump(this, window, capacity);
        arrivals = new Arrivals(capacity);
        recoveryLine = new LineStatistics(capacity, 0);
        hasStart = context.startAt >= 0;
        expected = context.startAt;
        known = expected;
    }

    int addLine(long nowNs) {
        lines.add(new LineStatistics(capacity, nowNs));
        return lines.size() - 1;
    }

    MutableDirectBuffer buffer() {
        return window.buffer();
    }

    int slotLength() {
        return window.slotLength();
    }

    int offset(int slot) {
        return window.offset(slot);
    }

    int claim() {
        int slot = window.claim();
        if (slot == PacketWindow.NONE) {
            throw new IllegalStateException("all slots are taken: give the context more of them");
        }
        return slot;
    }

    void release(int slot) {
        window.release(slot);
    }

    int onPacket(int line, int slot, int length, long nowNs, long stampNs) {
        return take(lines.get(line), line, slot, length, nowNs, stampNs);
    }

    int onRecoveredPacket(int slot, int length, long nowNs) {
        int next = take(recoveryLine, -1, slot, length, nowNs, nowNs);
        onChange.run();
        return next;
    }

    void onTruncatedPacket(int line, long nowNs) {
        LineStatistics from = lines.get(line);
        arrived(from, line, slotLength(), nowNs);
        from.malformed++;
    }

    void restoredUpTo(long sequence) {
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

    void unavailable(long first, long last, long nowNs) {
        stages.unavailable(first, last, nowNs);
        stages.advance(nowNs);
        onChange.run();
    }

    void reset(long next) {
        restart();
        expected = next;
        known = next;
        state = State.RUNNING;
        events.onSession(expected);
    }

    void onTime(long nowNs) {
        if (state == State.STARTING && nowNs - startNs >= 0) {
            begin(nowNs);
        }
        if (state == State.RUNNING) {
            stages.advance(nowNs);
        }
    }

    void checkSilence(long nowNs) {
        for (int i = 0; i < lines.size(); i++) {
            LineStatistics line = lines.get(i);
            if (!line.silent && nowNs - line.lastPacketNs >= silenceTimeoutNs) {
                line.silent = true;
                events.onLineSilent(i);
            }
        }
    }

    long nextDeadlineNs() {
        return switch (state) {
            case STARTING -> startNs;
            case RUNNING -> stages.nextDeadlineNs(expected);
            case IDLE, ENDED -> Arbiter.NO_DEADLINE;
        };
    }

    long expected() {
        return expected;
    }

    boolean isRunning() {
        return state == State.STARTING || state == State.RUNNING;
    }

    long nextMissing(long from, long last) {
        long start = from - expected > 0 ? from : expected;
        return start - last > 0 ? last + 1 : window.nextMissing(start, last + 1);
    }

    long nextWaiting(long from, long last) {
        long start = from - expected > 0 ? from : expected;
        return start - last > 0 ? last + 1 : window.nextPresent(start, last + 1);
    }

    long sessionHigh() {
        return session.high();
    }

    long sessionLow() {
        return session.low();
    }

    int packetLine() {
        return packetLine;
    }

    long packetStampNs() {
        return packetStampNs;
    }

    FeedStatistics statistics() {
        return statistics;
    }

    LineStatistics statistics(int line) {
        return lines.get(line);
    }

    int lineCount() {
        return lines.size();
    }

    long missing(int line) {
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
            events.onLineBack(line);
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

    int accept(
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

    int place(LineStatistics from, int line, long sequence, int count, int slot, int length, long nowNs,
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
        int fresh = (int) (behind - expected);
        boolean waits = known - expected > 0;
        if (waits) {
            // Those that are kept already were brought by another packet, which overlaps with this one.
            for (long number = expected; number != behind; number++) {
                fresh -= window.slotAt(number) == PacketWindow.NONE ? 0 : 1;
            }
        }
        advanceKnown(behind);
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
            if (waits) {
                window.drop(number);
            }
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
        events.onMessage(number, window.buffer(), offset, length);
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

    void announce(LineStatistics from, long next, long nowNs) {
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
            events.onSession(expected);
            tellLost(first, sequence - 1);
        }
        lastInBoundsNs = nowNs;
        if (state == State.RUNNING) {
            return;
        }
        if (hasStart || gapTimeoutNs == 0) {
            state = State.RUNNING;
            events.onSession(expected);
        } else {
            state = State.STARTING;
            startNs = nowNs + gapTimeoutNs;
        }
        hasStart = false;
    }

    void begin(long nowNs) {
        if (state == State.STARTING) {
            state = State.RUNNING;
            events.onSession(expected);
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
        events.onGap(first, last);
    }

    /**
     * Gives up what is missing until a number can be expected.
     */
    void makeRoom(long wanted) {
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
        events.onEndOfSession(end);
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

    private void tellLost(long first, long last) {
        statistics.lost += last - first + 1;
        events.onLost(first, last);
    }

    long generation() {
        return generation;
    }

    /**
     * Begins, and gives up what is missing before a number; after a jump that was confirmed.
     */
    void jumpTo(long sequence, long nowNs) {
        begin(lastInBoundsNs);
        makeRoom(sequence);
        lastInBoundsNs = nowNs;
    }
}
