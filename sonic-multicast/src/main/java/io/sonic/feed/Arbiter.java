package io.sonic.feed;

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

    private final Sequencer sequencer;

    /**
     * Creates an arbiter.
     *
     * @param context how; may be changed and used again afterwards.
     * @param handler receives the stream.
     * @param errors  receives what the handler throws; must not throw.
     */
    public Arbiter(Context context, FeedHandler handler, ErrorHandler errors) {
        sequencer = new Sequencer(this, context, new Events(handler, errors));
    }

    /**
     * Adds a line.
     *
     * @param nowNs time of the reactor's clock.
     * @return its number, from 0.
     */
    public int addLine(long nowNs) {
        return sequencer.addLine(nowNs);
    }

    /**
     * The memory that all slots are in.
     *
     * @return the same buffer each time.
     */
    public MutableDirectBuffer buffer() {
        return sequencer.buffer();
    }

    /**
     * The length of a slot.
     *
     * @return bytes that a packet can have.
     */
    public int slotLength() {
        return sequencer.slotLength();
    }

    /**
     * Where a slot starts.
     *
     * @param slot that was claimed.
     * @return offset in {@link #buffer()}.
     */
    public int offset(int slot) {
        return sequencer.offset(slot);
    }

    /**
     * Takes a slot to receive into.
     *
     * @return the slot.
     * @throws IllegalStateException when all are taken: more slots are needed.
     */
    public int claim() {
        return sequencer.claim();
    }

    /**
     * Gives a claimed slot back.
     *
     * @param slot that was claimed.
     */
    public void release(int slot) {
        sequencer.release(slot);
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
        return sequencer.onPacket(line, slot, length, nowNs, stampNs);
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
        return sequencer.onRecoveredPacket(slot, length, nowNs);
    }

    /**
     * Takes note of a packet that did not fit into a slot.
     *
     * @param line  its number.
     * @param nowNs time of the reactor's clock.
     */
    public void onTruncatedPacket(int line, long nowNs) {
        sequencer.onTruncatedPacket(line, nowNs);
    }

    /**
     * Is told that a snapshot has been applied: the stream goes on behind it.
     *
     * @param sequence number of the last message that is in the snapshot; nothing happens when it was handed on.
     */
    public void restoredUpTo(long sequence) {
        sequencer.restoredUpTo(sequence);
    }

    /**
     * Is told by recovery that it will not bring messages: what is next to be tried is tried at once.
     *
     * @param first number.
     * @param last  number.
     * @param nowNs time of the reactor's clock.
     */
    public void unavailable(long first, long last, long nowNs) {
        sequencer.unavailable(first, last, nowNs);
    }

    /**
     * Starts the numbers anew, as a message told; what waits is dropped.
     *
     * @param next the number that comes next.
     */
    public void reset(long next) {
        sequencer.reset(next);
    }

    /**
     * Does what is due: to be called at {@link #nextDeadlineNs()}.
     *
     * @param nowNs time of the reactor's clock.
     */
    public void onTime(long nowNs) {
        sequencer.onTime(nowNs);
    }

    /**
     * Does what is due because of silence; to be called every now and then.
     *
     * @param nowNs time of the reactor's clock.
     */
    public void checkSilence(long nowNs) {
        sequencer.checkSilence(nowNs);
    }

    /**
     * When {@link #onTime} is to be called.
     *
     * @return time of the reactor's clock, or {@link #NO_DEADLINE}.
     */
    public long nextDeadlineNs() {
        return sequencer.nextDeadlineNs();
    }

    /**
     * The number of the message that comes next.
     *
     * @return the number; without meaning before the first packet.
     */
    public long expected() {
        return sequencer.expected();
    }

    /**
     * Tells whether a session has begun, and has not ended.
     *
     * @return whether numbers are expected.
     */
    public boolean isRunning() {
        return sequencer.isRunning();
    }

    /**
     * Finds the next number that is missing.
     *
     * @param from where to start.
     * @param last where to end.
     * @return a number, or the one behind the last when none of these is missing.
     */
    public long nextMissing(long from, long last) {
        return sequencer.nextMissing(from, last);
    }

    /**
     * Finds the next number that waits for those before it.
     *
     * @param from where to start.
     * @param last where to end.
     * @return a number, or the one behind the last when none of these waits.
     */
    public long nextWaiting(long from, long last) {
        return sequencer.nextWaiting(from, last);
    }

    /**
     * The name of the current session, its first 8 bytes.
     *
     * @return 0 in formats without sessions.
     */
    public long sessionHigh() {
        return sequencer.sessionHigh();
    }

    /**
     * The name of the current session, what follows the first 8 bytes.
     *
     * @return 0 in formats without sessions.
     */
    public long sessionLow() {
        return sequencer.sessionLow();
    }

    /**
     * The line that brought the message that is being handed on.
     *
     * @return its number, or -1 for recovery.
     */
    public int packetLine() {
        return sequencer.packetLine();
    }

    /**
     * When the message that is being handed on arrived.
     *
     * @return what {@link #onPacket} was told.
     */
    public long packetStampNs() {
        return sequencer.packetStampNs();
    }

    /**
     * What became of the numbers.
     *
     * @return the same object each time.
     */
    public FeedStatistics statistics() {
        return sequencer.statistics();
    }

    /**
     * What a line brought.
     *
     * @param line its number.
     * @return the same object each time.
     */
    public LineStatistics statistics(int line) {
        return sequencer.statistics(line);
    }

    /**
     * How many lines there are.
     *
     * @return lines.
     */
    public int lineCount() {
        return sequencer.lineCount();
    }

    /**
     * Counts the numbers that a line did not bring so far, of all those that are known to exist.
     *
     * @param line its number.
     * @return numbers.
     */
    public long missing(int line) {
        return sequencer.missing(line);
    }

    /**
     * Sets what is run when something else than a packet of a line has changed the arbiter.
     */
    void onChange(Runnable task) {
        sequencer.onChange(task);
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
