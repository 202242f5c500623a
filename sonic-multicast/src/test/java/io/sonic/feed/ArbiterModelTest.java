package io.sonic.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.feed.mold.MoldFormat;
import io.sonic.feed.mold.MoldPacket;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random feeds, line by line with loss, copies and disorder, against what must come of them: everything that at least
 * one line, or recovery, delivered arrives in order, exactly once; what none delivered is reported as exactly that
 * range.
 */
class ArbiterModelTest {
    private static final int FEEDS = 150;
    private static final long GAP_NS = 1_000;
    private static final long RECOVERY_NS = 500;
    private static final long MAX_DELAY_NS = 400;
    private static final long PERIOD_NS = 10;

    @Test
    void everythingThatAnyLineDeliveredArrivesOnceAndTheRestIsLost() {
        long base = new Random().nextLong();
        System.out.println("seeds from " + base);
        for (int i = 0; i < FEEDS; i++) {
            run(base + i);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 42, -7})
    void seedsThatStay(long seed) {
        run(seed);
    }

    private static void run(long seed) {
        new Model(seed).run();
    }

    /** A packet on its way. */
    private record Arrival(long timeNs, int order, int line, long first, int count) {
    }

    private static final class Model implements FeedHandler {
        private final Random random;
        private final String name;
        private final boolean mold;
        private final long start;
        private final int lines;
        private final double loss;
        private final List<Arrival> arrivals = new ArrayList<>();
        private final TreeSet<Long> available = new TreeSet<>(); // offsets from the start
        private final List<Long> delivered = new ArrayList<>();
        private final List<long[]> lost = new ArrayList<>();
        private final List<Throwable> errors = new ArrayList<>();
        private final List<String> wrong = new ArrayList<>();
        private final List<long[]> asked = new ArrayList<>();
        private final Arbiter arbiter;
        private long end;
        private long endSeen = -1;

        Model(long seed) {
            name = "seed " + seed;
            random = new Random(seed);
            mold = random.nextBoolean();
            long[] starts = {1, 0xFFFF_FFF0L, 5_000_000_000L};
            start = mold ? 1 + random.nextInt(1000) : starts[random.nextInt(2)];
            lines = 1 + random.nextInt(3);
            loss = random.nextInt(4) == 0 ? 0 : random.nextDouble() * 0.5;
            Arbiter.Context context = new Arbiter.Context(mold ? new MoldFormat() : NumberedFormat.mdp3())
                    .startAt(start).gapTimeoutNs(GAP_NS).silenceTimeoutNs(1L << 40).capacity(4096).slots(2048, 512);
            if (random.nextBoolean()) {
                context.recovery((from, first, last) -> asked.add(new long[] {first, last}), RECOVERY_NS);
            }
            arbiter = new Arbiter(context, this, errors::add);
        }

        void run() {
            int[] slots = new int[lines];
            for (int i = 0; i < lines; i++) {
                arbiter.addLine(0);
                slots[i] = arbiter.claim();
            }
            int recoverySlot = arbiter.claim();
            long now = publish();
            arrivals.sort(Comparator.comparingLong(Arrival::timeNs).thenComparingInt(Arrival::order));
            for (Arrival arrival : arrivals) {
                recoverySlot = passUntil(arrival.timeNs, recoverySlot);
                int slot = slots[arrival.line];
                int length = write(arbiter.offset(slot), arrival.first, arrival.count);
                slots[arrival.line] = arbiter.onPacket(
                        arrival.line, slot, length, arrival.timeNs, arrival.timeNs);
            }
            passUntil(now + 100_000, recoverySlot);
            check();
        }

        /** Decides what is sent, what of it arrives where, and when. */
        private long publish() {
            long next = start;
            long time = 0;
            int packets = 20 + random.nextInt(200);
            for (int i = 0; i < packets; i++) {
                int count = mold ? 1 + random.nextInt(6) : 1;
                for (int line = 0; line < lines; line++) {
                    int copies = random.nextDouble() < loss ? 0 : random.nextInt(10) == 0 ? 2 : 1;
                    for (int copy = 0; copy < copies; copy++) {
                        long delay = random.nextInt(3) == 0 ? random.nextLong(MAX_DELAY_NS) : line;
                        arrivals.add(new Arrival(time + delay, arrivals.size(), line, next, count));
                        for (long number = next; number < next + count; number++) {
                            available.add(number);
                        }
                    }
                }
                next += count;
                time += PERIOD_NS;
            }
            end = next;
            if (mold) {
                for (int line = 0; line < lines; line++) {
                    arrivals.add(new Arrival(time + 2 * MAX_DELAY_NS, arrivals.size(), line, next,
                            MoldPacket.END_OF_SESSION));
                }
            } else {
                end = available.isEmpty() ? start : available.last() + 1;
            }
            return time;
        }

        private int passUntil(long timeNs, int firstSlot) {
            int slot = firstSlot;
            while (arbiter.nextDeadlineNs() <= timeNs) {
                long now = arbiter.nextDeadlineNs();
                arbiter.onTime(now);
                for (long[] range : List.copyOf(asked)) {
                    slot = answer(range, now, slot);
                }
                asked.clear();
            }
            return slot;
        }

        /** Brings a part of what was asked for, cut in another way than it was published. */
        private int answer(long[] range, long now, int firstSlot) {
            int slot = firstSlot;
            long number = range[0];
            while (number <= range[1]) {
                int count = mold ? 1 + random.nextInt((int) Math.min(4, range[1] - number + 1)) : 1;
                if (available.contains(number)) {
                    wrong.add("asked for " + number + ", which came");
                }
                if (random.nextInt(3) > 0 && arbiter.nextMissing(number, number) == number) {
                    int length = write(arbiter.offset(slot), number, count);
                    slot = arbiter.onRecoveredPacket(slot, length, now);
                    for (long recovered = number; recovered < number + count; recovered++) {
                        available.add(recovered);
                    }
                }
                number += count;
            }
            return slot;
        }

        private int write(int offset, long first, int count) {
            if (mold) {
                return Packets.putMold(arbiter.buffer(), offset, "MODEL", first, count);
            }
            arbiter.buffer().putInt(offset, (int) first, ByteOrder.LITTLE_ENDIAN);
            arbiter.buffer().putLong(offset + 12, first);
            return 20 + random.nextInt(20);
        }

        private void check() {
            assertThat(errors).as(name).isEmpty();
            assertThat(wrong).as(name).isEmpty();
            assertThat(delivered).as(name).containsExactlyElementsOf(available);
            List<Long> expectedLost = new ArrayList<>();
            for (long number = start; number < end; number++) {
                if (!available.contains(number)) {
                    expectedLost.add(number);
                }
            }
            List<Long> reported = new ArrayList<>();
            for (long[] range : lost) {
                for (long number = range[0]; number <= range[1]; number++) {
                    reported.add(number);
                }
            }
            assertThat(reported).as(name).containsExactlyElementsOf(expectedLost);
            assertThat(arbiter.statistics().delivered()).as(name).isEqualTo(available.size());
            assertThat(arbiter.statistics().lost()).as(name).isEqualTo(expectedLost.size());
            assertThat(endSeen).as(name).isEqualTo(mold ? end : -1);
            long wins = 0;
            for (int line = 0; line < lines; line++) {
                wins += arbiter.statistics(line).wins();
                assertThat(arbiter.missing(line)).as(name).isLessThanOrEqualTo(end - start);
            }
            assertThat(wins).as(name).isLessThanOrEqualTo(arrivals.size());
        }

        @Override
        public void onMessage(long sequence, DirectBuffer buffer, int offset, int length) {
            if (buffer.getLong(offset) != sequence) {
                wrong.add(sequence + " has the content " + buffer.getLong(offset));
            }
            if (!delivered.isEmpty() && sequence <= delivered.getLast()) {
                wrong.add(sequence + " came after " + delivered.getLast());
            }
            delivered.add(sequence);
        }

        @Override
        public void onLost(long first, long last) {
            lost.add(new long[] {first, last});
        }

        @Override
        public void onEndOfSession(long next) {
            if (endSeen >= 0) {
                wrong.add("ended twice");
            }
            endSeen = next;
        }
    }
}
