package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frames behind their length, without a stream.
 */
final class LengthPrefixCodecTest {
    private final LengthPrefixCodec codec = new LengthPrefixCodec(100);
    private final UnsafeBuffer buffer = Buffers.allocate(200);

    @Test
    void writesTheLengthWithItsHighestByteFirst() {
        UnsafeBuffer item = Buffers.of("abc");

        assertThat(codec.encodedLength(item)).isEqualTo(7);
        codec.encode(item, buffer, 5);

        assertThat(hex(5, 7)).isEqualTo("00000003616263");
    }

    @Test
    void writesAnEmptyFrame() {
        UnsafeBuffer item = new UnsafeBuffer(buffer, 10, 0);

        assertThat(codec.encodedLength(item)).isEqualTo(4);
        codec.encode(item, buffer, 0);

        assertThat(hex(0, 4)).isEqualTo("00000000");
    }

    @Test
    void readsWhatItWrote() {
        codec.encode(Buffers.of("first"), buffer, 3);
        codec.encode(Buffers.of(""), buffer, 12);
        codec.encode(Buffers.of("third"), buffer, 16);

        assertThat(codec.decode(buffer, 3, 22)).isEqualTo(9);
        assertThat(text()).isEqualTo("first");
        assertThat(codec.decode(buffer, 12, 13)).isEqualTo(4);
        assertThat(text()).isEmpty();
        assertThat(codec.decode(buffer, 16, 9)).isEqualTo(9);
        assertThat(text()).isEqualTo("third");
    }

    @Test
    void tellsHowManyBytesItNeeds() {
        codec.encode(Buffers.of("abc"), buffer, 0);
        for (int there = 0; there < 4; there++) {
            assertThat(codec.decode(buffer, 0, there)).isEqualTo(Codec.NEED_MORE);
            assertThat(codec.requiredLength()).isEqualTo(4);
        }
        for (int there = 4; there < 7; there++) {
            assertThat(codec.decode(buffer, 0, there)).isEqualTo(Codec.NEED_MORE);
            assertThat(codec.requiredLength()).isEqualTo(7);
        }
        assertThat(codec.decode(buffer, 0, 7)).isEqualTo(7);
    }

    @Test
    void takesAFrameAsLongAsAllowed() {
        buffer.putInt(0, 100, ByteOrder.BIG_ENDIAN);

        assertThat(codec.decode(buffer, 0, 104)).isEqualTo(104);
        assertThat(codec.item().capacity()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {101, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void refusesALongerFrameByItsLengthAlone(int length) {
        buffer.putInt(0, length, ByteOrder.BIG_ENDIAN);

        assertThat(codec.decode(buffer, 0, 4)).isEqualTo(Codec.MALFORMED);
        assertThat(codec.error())
                .isEqualTo("a frame of " + Integer.toUnsignedString(length) + " bytes is longer than 100");
    }

    @Test
    void refusesToWriteALongerFrame() {
        assertThatIllegalArgumentException().isThrownBy(() -> codec.encodedLength(Buffers.allocate(101)))
                .withMessage("a payload of 101 bytes is longer than 100");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, (1 << 30) + 1, Integer.MAX_VALUE})
    void refusesALimitThatCannotBe(int maxPayloadLength) {
        assertThatIllegalArgumentException().isThrownBy(() -> new LengthPrefixCodec(maxPayloadLength))
                .withMessage("the longest payload must be 0 to 1 GiB: " + maxPayloadLength);
    }

    @Test
    void takesTheLargestLimit() {
        LengthPrefixCodec largest = new LengthPrefixCodec(1 << 30);
        buffer.putInt(0, 1 << 30, ByteOrder.BIG_ENDIAN);

        assertThat(largest.decode(buffer, 0, 4)).isEqualTo(Codec.NEED_MORE);
        assertThat(largest.requiredLength()).isEqualTo((1 << 30) + 4);
        assertThat(new LengthPrefixCodec(0).decode(buffer, 8, 4)).isEqualTo(4);
    }

    private String text() {
        return Buffers.text(codec.item(), 0, codec.item().capacity());
    }

    private String hex(int offset, int length) {
        StringBuilder hex = new StringBuilder();
        for (int i = offset; i < offset + length; i++) {
            hex.append(String.format("%02x", buffer.getByte(i)));
        }
        return hex.toString();
    }
}
