package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SentPacketsTest {

    private final SentPackets packets = new SentPackets();

    @Test
    void remembersEachLineOfEachPacket() {
        for (long sequence = 0; sequence < 4; sequence++) {
            packets.begin(sequence);
        }
        packets.sent(0, 1);
        packets.sent(1, 2);
        packets.sent(1, 3);
        packets.sent(0, 3);

        assertThat(packets.lines(0)).isZero();
        assertThat(packets.lines(1)).isEqualTo(0b01);
        assertThat(packets.lines(2)).isEqualTo(0b10);
        assertThat(packets.lines(3)).isEqualTo(0b11);
    }

    @Test
    void forgetsAPacketWhenItsPlaceIsTaken() {
        packets.begin(5);
        packets.sent(0, 5);
        packets.begin(5 + SentPackets.CAPACITY);

        assertThat(packets.lines(5 + SentPackets.CAPACITY)).isZero();
        assertThat(SentPackets.index(5 + SentPackets.CAPACITY)).isEqualTo(5);
        assertThat(SentPackets.index(SentPackets.CAPACITY - 1L)).isEqualTo(SentPackets.CAPACITY - 1);
    }
}
