package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveryCheckTest {

    private static final int A = 0;
    private static final int B = 1;
    private static final int BOTH = 0b11;

    private final SentPackets sentPackets = new SentPackets();
    private final DeliveryCheck check = new DeliveryCheck(2, sentPackets);

    @Test
    void findsNothingLostWhenEachPacketWasHandedOnOnce() {
        send(BOTH, BOTH, 0b01, 0b10);
        arrive(A, 0, 1, 2);
        arrive(B, 0, 1, 3);
        handOn(0, 1, 2, 3);
        check.finish(4, 0);

        assertThat(check.lost()).isZero();
        assertThat(check.handedOn()).isEqualTo(4);
        assertThat(check.sent(A)).isEqualTo(3);
        assertThat(check.sent(B)).isEqualTo(3);
        assertThat(check.arrived(A)).isEqualTo(3);
        assertThat(check.arrived(B)).isEqualTo(3);
        assertThat(check.notSent()).isZero();
        assertThat(check.notArrived()).isZero();
    }

    @Test
    void doesNotCountAsLostWhatNoLineSent() {
        send(BOTH, 0, BOTH);
        arrive(A, 0, 2);
        handOn(0, 2);
        check.finish(3, 0);

        assertThat(check.lost()).isZero();
        assertThat(check.notSent()).isEqualTo(1);
    }

    @Test
    void countsAsLostWhatArrivedAndWasNotHandedOn() {
        send(BOTH, BOTH, BOTH);
        arrive(A, 0, 1, 2);
        handOn(0, 2);
        check.finish(3, 0);

        assertThat(check.lost()).isEqualTo(1);
    }

    @Test
    void countsAsLostWhatWasHandedOnTwiceOrOutOfOrder() {
        send(BOTH, BOTH, BOTH);
        arrive(A, 0, 1, 2);
        handOn(0, 2, 2);
        assertThat(check.lost()).as("twice").isEqualTo(1);

        handOn(1);
        assertThat(check.lost()).as("out of order").isEqualTo(2);
    }

    @Test
    void countsAsLostWhatWasHandedOnAndNeverArrived() {
        send(BOTH, BOTH);
        arrive(A, 0);
        handOn(0, 1);
        check.finish(2, 10);

        assertThat(check.lost()).isEqualTo(1);
    }

    @Test
    void countsAsLostWhatArrivedOnALineThatDidNotSendIt() {
        send(0b01);
        arrive(B, 0);
        handOn(0);
        check.finish(1, 0);

        assertThat(check.lost()).isEqualTo(1);
    }

    @Test
    void wantsAReasonForWhatWasSentAndDidNotArrive() {
        send(BOTH, BOTH, 0b01);
        arrive(A, 0);
        handOn(0);
        check.finish(3, 1);

        assertThat(check.notArrived()).isEqualTo(2);
        assertThat(check.lost()).as("one drop was counted, for two packets").isEqualTo(1);
    }

    @Test
    void judgesPacketsThatAreFarBehind() {
        int packets = 3 * SentPackets.CAPACITY;
        for (int i = 0; i < packets; i++) {
            sentPackets.begin(i);
            sentPackets.sent(A, i);
            if (i != 7) {
                check.arrived(A, i);
                check.handedOn(i);
            }
        }
        assertThat(check.notArrived()).as("without waiting for the end").isEqualTo(1);
        check.arrived(A, 7);
        assertThat(check.lost()).as("too late to be judged").isEqualTo(1);
        check.finish(packets, 1);

        assertThat(check.lost()).isEqualTo(1);
        assertThat(check.handedOn()).isEqualTo(packets - 1);
    }

    private void send(int... linesOfPackets) {
        for (int sequence = 0; sequence < linesOfPackets.length; sequence++) {
            sentPackets.begin(sequence);
            for (int line = A; line <= B; line++) {
                if ((linesOfPackets[sequence] >> line & 1) != 0) {
                    sentPackets.sent(line, sequence);
                }
            }
        }
    }

    private void arrive(int line, long... sequences) {
        for (long sequence : sequences) {
            check.arrived(line, sequence);
        }
    }

    private void handOn(long... sequences) {
        for (long sequence : sequences) {
            check.handedOn(sequence);
        }
    }
}
