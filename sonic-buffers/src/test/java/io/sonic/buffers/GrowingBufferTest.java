package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.FifoBuffer;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/**
 * A linear buffer that starts with one byte.
 */
final class GrowingBufferTest extends FifoBufferContract {
    @Override
    FifoBuffer allocate(int capacity) {
        return LinearBuffer.allocate(1, capacity);
    }

    @Test
    void doublesUntilItsLimit() {
        try (LinearBuffer fifo = LinearBuffer.allocate(3, 100)) {
            DirectBuffer buffer = fifo.buffer();
            assertThat(buffer.capacity()).isEqualTo(3);
            fifo.writeAscii("abcd");
            assertThat(buffer.capacity()).isEqualTo(6);
            fifo.writeAscii("efghijklmnopqr");
            assertThat(buffer.capacity()).isEqualTo(18);
            assertThat(fifo.claim(50)).isEqualTo(18);
            assertThat(buffer.capacity()).isEqualTo(68);
            assertThat(fifo.claim(82)).isEqualTo(18);
            assertThat(buffer.capacity()).isEqualTo(100);
            assertThat(fifo.claim(83)).isEqualTo(FifoBuffer.INSUFFICIENT_CAPACITY);
            assertThat(buffer.getStringWithoutLengthAscii(fifo.readOffset(), fifo.readableLength()))
                    .isEqualTo("abcdefghijklmnopqr");
        }
    }

    @Test
    void stopsGrowingWhenWhatIsLiveStaysSmall() {
        try (LinearBuffer fifo = LinearBuffer.allocate(64, LinearBuffer.MAX_CAPACITY)) {
            for (int i = 0; i < 100_000; i++) {
                fifo.writeAscii("0123456789");
                if (fifo.readableLength() > 100) {
                    fifo.consume(90);
                }
            }
            assertThat(fifo.buffer().capacity()).isLessThanOrEqualTo(512);
        }
    }

    @Test
    void claimsHalfOfItsStorageWhenLittleIsLive() {
        try (LinearBuffer fifo = LinearBuffer.allocate(1000)) {
            fifo.commit(999);
            fifo.consume(998);

            assertThat(fifo.writableLength()).isEqualTo(1);
            assertThat(fifo.claim(1)).isEqualTo(1);
            assertThat(fifo.writableLength()).isEqualTo(999);
        }
    }
}
