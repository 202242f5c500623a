package io.sonic.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.feed.mold.MoldPacket;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/**
 * What an arbiter makes of packets, one case each.
 */
class ArbiterTest {
    private static final long MS = 1_000_000;
    private static final String OTHER = "SESSION002";

    private final List<String> asked = new ArrayList<>();

    @Test
    void handsOnTheFirstCopyAndCountsTheOther() {
        Packets feed = started(2);

        feed.mold(0, 1, 2);
        feed.nowNs += 300;
        feed.mold(1, 1, 2);
        feed.mold(1, 3, 1);
        feed.mold(0, 3, 1);

        assertThat(feed.take()).containsExactly("1", "2", "3");
        FeedStatistics statistics = feed.arbiter.statistics();
        assertThat(statistics.delivered()).isEqualTo(3);
        assertThat(statistics.duplicates()).isEqualTo(3);
        assertThat(statistics.lost()).isZero();
        LineStatistics first = feed.arbiter.statistics(0);
        LineStatistics second = feed.arbiter.statistics(1);
        assertThat(List.of(first.packets(), first.wins(), first.late())).containsExactly(2L, 1L, 1L);
        assertThat(List.of(second.packets(), second.wins(), second.late())).containsExactly(2L, 1L, 1L);
        assertThat(second.skew().maxNs()).isEqualTo(300);
        assertThat(feed.arbiter.missing(0)).isZero();
    }

    @Test
    void putsWhatComesEarlyInOrderWithoutACopy() {
        Packets feed = started(1);
        feed.mold(0, 1, 1);
        int slot = feed.offset(0);

        feed.mold(0, 4, 2);
        assertThat(feed.offset(0)).as("the next packet goes into another slot").isNotEqualTo(slot);
        feed.mold(0, 2, 1);
        feed.mold(0, 3, 1);

        assertThat(feed.take()).containsExactly("1", "gap 2-3", "2", "3", "4", "5");
        assertThat(feed.arbiter.statistics().gaps()).isEqualTo(1);
    }

    @Test
    void declaresALossAfterTheGapTimeAndNotBefore() {
        Packets feed = started(1);
        feed.mold(0, 1, 1);
        feed.mold(0, 4, 1);
        feed.pass(MS - 1);
        feed.mold(0, 6, 1);
        assertThat(feed.take()).containsExactly("1", "gap 2-3", "gap 5-5");

        feed.pass(1);
        assertThat(feed.take()).containsExactly("lost 2-3", "4");
        feed.pass(MS);
        assertThat(feed.take()).containsExactly("lost 5-5", "6");
        feed.mold(0, 5, 1);
        assertThat(feed.take()).isEmpty();
        assertThat(feed.arbiter.statistics().lost()).isEqualTo(3);
    }

    @Test
    void beginsWithTheLowestNumberThatComesInTheBeginning() {
        Packets feed = new Packets(Packets.mold(), 2);

        feed.mold(0, 7, 1);
        feed.mold(1, 5, 1);
        assertThat(feed.take()).isEmpty();
        feed.pass(MS);

        assertThat(feed.take()).containsExactly("session 5", "5", "gap 6-6");
        feed.mold(1, 6, 1);
        assertThat(feed.take()).containsExactly("6", "7");
        assertThat(feed.arbiter.statistics().first()).isEqualTo(5);
        assertThat(feed.arbiter.missing(0)).isEqualTo(2);
        assertThat(feed.arbiter.missing(1)).isEqualTo(1);
    }

    @Test
    void asksRecoveryForExactlyWhatIsMissing() {
        Packets feed = started(1, asking(Packets.mold()));
        feed.mold(0, 1, 1);
        feed.mold(0, 7, 1);
        feed.mold(0, 4, 1);
        feed.pass(MS);
        assertThat(asked).containsExactly("recover 2-3", "recover 5-6");

        feed.recovered(2, 2);
        feed.recovered(5, 2);

        assertThat(feed.take()).containsExactly("1", "gap 2-6", "2", "3", "4", "5", "6", "7");
        assertThat(feed.arbiter.statistics().recovered()).isEqualTo(4);
        feed.pass(100 * MS);
        assertThat(feed.take()).isEmpty();
    }

    @Test
    void takesRecoveredPacketsThatAreCutOtherwise() {
        Packets feed = started(1, asking(Packets.mold()));
        feed.mold(0, 1, 3);
        feed.mold(0, 7, 3);
        feed.mold(0, 12, 2);

        feed.recovered(3, 6);
        feed.recovered(9, 4);

        assertThat(feed.take()).containsExactly("1", "2", "3", "gap 4-6", "gap 10-11",
                "4", "5", "6", "7", "8", "9", "10", "11", "12", "13");
        assertThat(feed.arbiter.statistics().recovered()).isEqualTo(5);
    }

    @Test
    void declaresTheLossWhenRecoveryHasNothing() {
        Packets feed = started(1, asking(Packets.mold()));
        feed.mold(0, 1, 1);
        feed.mold(0, 3, 1);
        feed.pass(MS);
        feed.take();

        feed.arbiter.unavailable(2, 2, feed.nowNs);

        assertThat(feed.take()).containsExactly("lost 2-2", "3");
    }

    @Test
    void declaresTheLossWhenRecoveryDoesNotAnswerInTime() {
        Packets feed = started(1, asking(Packets.mold()));
        feed.mold(0, 1, 1);
        feed.mold(0, 3, 1);
        feed.pass(MS);
        feed.take();

        feed.pass(10 * MS - 1);
        assertThat(feed.take()).isEmpty();
        feed.pass(1);
        assertThat(feed.take()).containsExactly("lost 2-2", "3");
    }

    @Test
    void goesOnBehindASnapshot() {
        Packets feed = started(1, asking(Packets.mold())
                .snapshot((arbiter, first, last) -> asked.add("snapshot " + first + "-" + last), 50 * MS));
        feed.mold(0, 1, 1);
        feed.mold(0, 5, 2);
        feed.pass(11 * MS);
        assertThat(asked).containsExactly("recover 2-4", "snapshot 2-4");
        feed.take();

        feed.arbiter.restoredUpTo(5);

        assertThat(feed.take()).containsExactly("6");
        assertThat(feed.arbiter.statistics().restored()).isEqualTo(4);
        assertThat(feed.arbiter.statistics().lost()).isZero();
        feed.arbiter.restoredUpTo(3);
        feed.mold(0, 7, 1);
        assertThat(feed.take()).containsExactly("7");
    }

    @Test
    void findsTheLossOfTheLastPacketByAHeartbeat() {
        Packets feed = started(2);
        feed.mold(0, 1, 1);

        feed.mold(0, 4, 0);
        feed.mold(1, 4, 0);
        feed.mold(1, 2, 1);
        feed.pass(MS);

        assertThat(feed.take()).containsExactly("1", "gap 2-3", "2", "lost 3-3");
    }

    @Test
    void endsASessionOnceAndWhenAllOfItIsThere() {
        Packets feed = started(2);
        feed.mold(0, 1, 1);
        feed.mold(0, 4, MoldPacket.END_OF_SESSION);
        feed.mold(1, 4, MoldPacket.END_OF_SESSION);
        feed.mold(1, 3, 1);
        assertThat(feed.take()).containsExactly("1", "gap 2-3");

        feed.pass(MS);
        feed.mold(0, 4, MoldPacket.END_OF_SESSION);
        feed.mold(0, 2, 1);

        assertThat(feed.take()).containsExactly("lost 2-2", "3", "end 4");
        assertThat(feed.arbiter.isRunning()).isFalse();
    }

    @Test
    void refusesAnEndBeforeWhatHasCome() {
        Packets feed = started(1);
        feed.mold(0, 1, 5);
        feed.mold(0, 3, MoldPacket.END_OF_SESSION);
        feed.mold(0, 6, 1);

        assertThat(feed.take()).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(feed.arbiter.statistics(0).refused()).isEqualTo(1);
    }

    @Test
    void refusesMessagesBehindTheEnd() {
        Packets feed = started(1);
        feed.mold(0, 1, 1);
        feed.mold(0, 3, MoldPacket.END_OF_SESSION);
        feed.mold(0, 9, 1);
        feed.mold(0, 2, 1);

        assertThat(feed.take()).containsExactly("1", "gap 2-2", "2", "end 3");
        assertThat(feed.arbiter.statistics(0).refused()).isEqualTo(1);
    }

    @Test
    void dropsPacketsOfAnotherSessionWhileItsOwnIsAlive() {
        Packets feed = started(1);
        feed.mold(0, 1, 1);
        feed.mold(0, OTHER, 2, 1);
        feed.mold(0, 2, 1);

        assertThat(feed.take()).containsExactly("1", "2");
        assertThat(feed.arbiter.statistics(0).foreign()).isEqualTo(1);
    }

    @Test
    void changesTheSessionAfterItsEndAndNeverBack() {
        Packets feed = started(1);
        feed.mold(0, 1, 1);
        feed.mold(0, 2, MoldPacket.END_OF_SESSION);
        feed.mold(0, OTHER, 2, 1);
        feed.mold(0, 9, 1);
        feed.mold(0, OTHER, 1, 1);

        assertThat(feed.take()).containsExactly("1", "end 2", "session 1", "gap 1-1", "1", "2");
        assertThat(feed.arbiter.statistics(0).foreign()).isEqualTo(1);
    }

    @Test
    void changesTheSessionAfterSilenceAndSettlesTheOldOne() {
        Packets feed = new Packets(asking(Packets.mold()).startAt(1).silenceTimeoutNs(5 * MS)
                .recovery((arbiter, first, last) -> { }, 100 * MS), 1);
        feed.mold(0, 1, 1);
        feed.mold(0, 3, 1);
        feed.pass(5 * MS);

        feed.mold(0, OTHER, 1, 2);

        assertThat(feed.take()).containsExactly(
                "session 1", "1", "gap 2-2", "lost 2-2", "3", "session 1", "1", "2");
    }

    @Test
    void keepsAPacketFarAheadAsideUntilAnotherConfirmsIt() {
        Packets feed = started(2);
        feed.mold(0, 1, 1);
        feed.mold(0, 1_000_000, 1);
        feed.mold(0, 2, 1);
        assertThat(feed.take()).containsExactly("1", "2");
        assertThat(feed.arbiter.statistics(0).refused()).isEqualTo(1);

        feed.mold(1, 1_000_000, 1);
        assertThat(feed.take()).as("the same number again confirms nothing").isEmpty();
        feed.mold(0, 1_000_001, 1);

        assertThat(feed.take()).containsExactly("lost 3-999999", "1000000", "1000001");
        feed.mold(0, 1_000_002, 1);
        assertThat(feed.take()).containsExactly("1000002");
    }

    @Test
    void givesUpTheOldestGapWhenTheWindowIsFull() {
        Packets feed = started(1, Packets.mold().capacity(64).gapTimeoutNs(1_000 * MS));
        feed.mold(0, 1, 1);
        for (int number = 4; number <= 66; number++) {
            feed.mold(0, number, 1);
        }

        assertThat(feed.take()).startsWith("1", "gap 2-3", "lost 2-2").doesNotContain("4");
        feed.mold(0, 67, 1);
        assertThat(feed.take()).startsWith("lost 3-3", "4").endsWith("67");
    }

    @Test
    void givesUpTheOldestGapWhenSlotsRunOut() {
        Packets feed = started(1, Packets.mold().slots(4, 128).gapTimeoutNs(1_000 * MS));
        feed.mold(0, 1, 1);
        feed.mold(0, 3, 1);
        feed.mold(0, 5, 1);
        feed.mold(0, 6, 1);
        assertThat(feed.take()).containsExactly("1", "gap 2-2", "gap 4-4");

        feed.mold(0, 7, 1);
        assertThat(feed.take()).containsExactly("lost 2-2", "3");
        feed.mold(0, 4, 1);
        assertThat(feed.take()).containsExactly("4", "5", "6", "7");
    }

    @Test
    void dropsPacketsWhoseCountOrLengthsLie() {
        Packets feed = started(1);
        feed.mold(0, 1, 1);
        int offset = feed.offset(0);
        int length = Packets.putMold(feed.buffer(), offset, "SESSION001", 2, 2);

        for (int cut = 0; cut < length; cut++) {
            feed.give(0, cut);
        }
        feed.give(0, length + 1);
        feed.buffer().putShort(offset + 18, (short) 3, ByteOrder.BIG_ENDIAN);
        feed.give(0, length);
        feed.buffer().putShort(offset + 18, (short) 1, ByteOrder.BIG_ENDIAN);
        feed.give(0, length);
        feed.buffer().putShort(offset + 18, (short) 2, ByteOrder.BIG_ENDIAN);
        feed.buffer().putShort(offset + 20, (short) 0xFFFF, ByteOrder.BIG_ENDIAN);
        feed.give(0, length);
        assertThat(feed.take()).containsExactly("1");
        assertThat(feed.arbiter.statistics(0).malformed()).isEqualTo(length + 4);

        feed.mold(0, 2, 2);
        assertThat(feed.take()).containsExactly("2", "3");
    }

    @Test
    void countsADatagramThatDidNotFit() {
        Packets feed = started(1);
        feed.arbiter.onTruncatedPacket(0, feed.nowNs);

        assertThat(feed.arbiter.statistics(0).malformed()).isEqualTo(1);
        assertThat(feed.arbiter.statistics(0).packets()).isEqualTo(1);
    }

    @Test
    void goesOnBehindTheLargestNumberOf32Bits() {
        Packets feed = new Packets(new Arbiter.Context(NumberedFormat.mdp3()).startAt(0xFFFF_FFFEL), 1);
        feed.numbered(0, 0xFFFF_FFFEL);
        feed.numbered(0, 0x1_0000_0001L);
        feed.numbered(0, 0xFFFF_FFFFL);
        feed.numbered(0, 0x1_0000_0000L);

        assertThat(feed.take()).containsExactly("session 4294967294", "4294967294", "gap 4294967295-4294967296",
                "4294967295", "4294967296", "4294967297");
    }

    @Test
    void startsAnewWhenTheNumbersDoAfterSilence() {
        Packets feed = new Packets(new Arbiter.Context(NumberedFormat.mdp3())
                .startAt(100_000).silenceTimeoutNs(5 * MS), 1);
        feed.numbered(0, 100_000);
        feed.numbered(0, 1);
        assertThat(feed.take()).containsExactly("session 100000", "100000");
        feed.pass(5 * MS);

        feed.numbered(0, 1);
        feed.numbered(0, 2);
        feed.pass(MS);

        assertThat(feed.take()).containsExactly("session 1", "1", "2");
    }

    @Test
    void startsAnewWhenAMessageSaysSo() {
        List<String> seen = new ArrayList<>();
        Arbiter[] arbiter = new Arbiter[1];
        arbiter[0] = new Arbiter(Packets.mold().startAt(1), (sequence, buffer, offset, length) -> {
            seen.add(Long.toString(sequence));
            if (sequence == 2) {
                arbiter[0].reset(500);
            }
        }, thrown -> seen.add(thrown.toString()));
        arbiter[0].addLine(0);
        int slot = arbiter[0].claim();
        for (long[] packet : new long[][] {{6, 1}, {1, 4}, {500, 2}}) {
            int length = Packets.putMold(arbiter[0].buffer(), arbiter[0].offset(slot), "S", packet[0],
                    (int) packet[1]);
            slot = arbiter[0].onPacket(0, slot, length, 0, 0);
        }

        assertThat(seen).containsExactly("1", "2", "500", "501");
    }

    @Test
    void saysThatALineIsSilentOnceAndThatItIsBack() {
        Packets feed = started(2, Packets.mold().silenceTimeoutNs(10 * MS));
        feed.mold(0, 1, 1);
        feed.nowNs += 10 * MS;
        feed.mold(1, 1, 1);
        feed.arbiter.checkSilence(feed.nowNs);
        feed.arbiter.checkSilence(feed.nowNs);
        assertThat(feed.take()).containsExactly("1", "silent 0");
        assertThat(feed.arbiter.statistics(0).isSilent()).isTrue();

        feed.mold(0, 2, 0);
        assertThat(feed.take()).containsExactly("back 0");
    }

    @Test
    void goesOnWhenAHandlerThrows() {
        List<Long> seen = new ArrayList<>();
        List<String> thrown = new ArrayList<>();
        FeedHandler handler = new FeedHandler() {
            @Override
            public void onMessage(long sequence, DirectBuffer buffer, int offset, int length) {
                seen.add(sequence);
                throw new IllegalStateException("message " + sequence);
            }

            @Override
            public void onLost(long first, long last) {
                throw new IllegalStateException("lost " + first);
            }
        };
        Arbiter arbiter = new Arbiter(Packets.mold().startAt(1), handler, failure -> thrown.add(failure.getMessage()));
        arbiter.addLine(0);
        int slot = arbiter.claim();
        for (long[] packet : new long[][] {{1, 2}, {4, 2}}) {
            int length = Packets.putMold(arbiter.buffer(), arbiter.offset(slot), "S", packet[0], (int) packet[1]);
            slot = arbiter.onPacket(0, slot, length, 0, 0);
        }
        arbiter.onTime(MS);

        assertThat(seen).containsExactly(1L, 2L, 4L, 5L);
        assertThat(thrown).containsExactly("message 1", "message 2", "lost 3", "message 4", "message 5");
    }

    @Test
    void countsTheCopiesThatOneLineSendsTwice() {
        Packets feed = started(1);
        feed.mold(0, 1, 2);
        feed.mold(0, 1, 2);
        feed.mold(0, 2, 2);

        assertThat(feed.take()).containsExactly("1", "2", "3");
        assertThat(feed.arbiter.statistics(0).duplicates()).isEqualTo(3);
        assertThat(feed.arbiter.statistics().duplicates()).isEqualTo(3);
    }

    @Test
    void refusesWrongSettingsWithOneSentence() {
        Arbiter.Context context = Packets.mold();
        assertThatThrownBy(() -> context.capacity(63)).hasMessage("capacity must be 64 to 1048576 numbers: 63");
        assertThatThrownBy(() -> context.slots(3, 100)).hasMessageStartingWith("there must be at least 4 slots");
        assertThatThrownBy(() -> context.slots(4, 0)).hasMessage("a slot must have 1 to 65536 bytes: 0");
        assertThatThrownBy(() -> context.gapTimeoutNs(-1)).hasMessage("gapTimeoutNs must be at least 0: -1");
        assertThatThrownBy(() -> context.silenceTimeoutNs(0)).hasMessage("silenceTimeoutNs must be at least 1: 0");
        assertThatThrownBy(() -> context.startAt(-1)).hasMessage("startAt must be at least 0: -1");
        assertThatThrownBy(() -> new NumberedFormat(4, 8, ByteOrder.BIG_ENDIAN, 11))
                .hasMessage("a number at 4 of 8 bytes is not within a header of 11");
    }

    private static Packets started(int lines) {
        return started(lines, Packets.mold());
    }

    /** A feed whose session began with a heartbeat. */
    private static Packets started(int lines, Arbiter.Context context) {
        Packets feed = new Packets(context.startAt(1), lines);
        feed.mold(0, 1, 0);
        assertThat(feed.take()).containsExactly("session 1");
        feed.arbiter.statistics(0).packets = 0;
        return feed;
    }

    private Arbiter.Context asking(Arbiter.Context context) {
        return context.recovery((arbiter, first, last) -> asked.add("recover " + first + "-" + last), 10 * MS);
    }
}
