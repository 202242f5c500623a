package io.sonic.feed;

import io.sonic.feed.GapQueue.Stage;

/**
 * What is tried for a gap, one after the other: the lines, recovery, a snapshot.
 */
final class Stages {
    private final Arbiter arbiter;
    private final Sequencer sequencer;
    private final GapQueue gaps;
    private final Recovery recovery;
    private final Recovery snapshot;
    private final long recoveryTimeoutNs;
    private final long snapshotTimeoutNs;

    Stages(Arbiter.Context context, Arbiter arbiter, Sequencer sequencer, GapQueue gaps) {
        this.arbiter = arbiter;
        this.sequencer = sequencer;
        this.gaps = gaps;
        recovery = context.recovery;
        snapshot = context.snapshot;
        recoveryTimeoutNs = context.recoveryTimeoutNs;
        snapshotTimeoutNs = context.snapshotTimeoutNs;
    }

    long nextDeadlineNs(long expected) {
        gaps.popBefore(expected);
        long next = Arbiter.NO_DEADLINE;
        for (long gap = gaps.head(); gap != gaps.tail(); gap++) {
            if (gaps.stage(gap) != Stage.NOTHING || gap == gaps.head()) {
                next = Math.min(next, gaps.deadlineNs(gap));
            }
        }
        return next;
    }

    /**
     * Takes every gap whose time is over to its next stage.
     */
    void advance(long nowNs) {
        for (long gap = gaps.head(); gap != gaps.tail(); gap++) {
            while (gap - gaps.head() >= 0 && gap != gaps.tail() && gaps.stage(gap) != Stage.NOTHING
                    && nowNs - gaps.deadlineNs(gap) >= 0) {
                next(gap, nowNs);
            }
        }
        loseOldest();
    }

    void unavailable(long first, long last, long nowNs) {
        for (long gap = gaps.head(); gap != gaps.tail(); gap++) {
            if (gaps.stage(gap) == Stage.RECOVERY && gaps.first(gap) - last <= 0 && gaps.last(gap) - first >= 0) {
                gaps.stage(gap, Stage.RECOVERY, nowNs);
            }
        }
    }

    private void next(long gap, long nowNs) {
        Stage stage = gaps.stage(gap);
        if (stage == Stage.LINES && recovery != null) {
            gaps.stage(gap, Stage.RECOVERY, nowNs + recoveryTimeoutNs);
            ask(recovery, gap);
        } else if (stage != Stage.SNAPSHOT && snapshot != null) {
            gaps.stage(gap, Stage.SNAPSHOT, nowNs + snapshotTimeoutNs);
            ask(snapshot, gap);
        } else {
            gaps.stage(gap, Stage.NOTHING, nowNs);
        }
    }

    private void ask(Recovery asked, long gap) {
        long last = gaps.last(gap);
        long first = sequencer.nextMissing(gaps.first(gap), last);
        while (last - first >= 0) {
            long behind = sequencer.nextWaiting(first, last);
            asked.recover(arbiter, first, behind - 1);
            first = sequencer.nextMissing(behind, last);
        }
    }

    /**
     * Declares lost what nothing is tried for any more, as long as it is what is expected.
     */
    private void loseOldest() {
        while (true) {
            gaps.popBefore(sequencer.expected());
            long gap = gaps.head();
            if (gaps.isEmpty() || gaps.stage(gap) != Stage.NOTHING) {
                return;
            }
            long missing = sequencer.nextMissing(gaps.first(gap), gaps.last(gap));
            if (missing - gaps.last(gap) > 0) {
                return;
            }
            sequencer.lose(sequencer.nextWaiting(missing, gaps.last(gap)) - 1);
        }
    }
}
