package io.sonic.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class MaskingTest {
    private static final byte[] KEY = {0x37, (byte) 0xfa, 0x21, 0x3d};

    private static byte[] maskedByBytes(byte[] payload, int phase) {
        byte[] masked = payload.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= KEY[(i + phase) % 4];
        }
        return masked;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void copiesAtEachLengthAndAlignment() {
        int key = new UnsafeBuffer(KEY).getInt(0);
        for (int length = 0; length < 70; length++) {
            byte[] payload = random(length);
            for (int alignment = 0; alignment < 8; alignment++) {
                UnsafeBuffer source = new UnsafeBuffer(new byte[length + 8]);
                source.putBytes(alignment, payload);
                UnsafeBuffer target = Hex.direct(new byte[length + 24]);
                Masking.copy(source, alignment, target, 8 + 7 - alignment, length, key);
                byte[] expected = new byte[length + 24];
                System.arraycopy(maskedByBytes(payload, 0), 0, expected, 15 - alignment, length);
                assertThat(target).isEqualTo(new UnsafeBuffer(expected));
            }
        }
    }

    @Test
    void appliesInPlaceAtEachLengthAlignmentAndPhase() {
        int key = new UnsafeBuffer(KEY).getInt(0);
        for (int length = 0; length < 40; length++) {
            byte[] payload = random(length);
            for (int alignment = 0; alignment < 8; alignment++) {
                for (int phase = 0; phase < 9; phase++) {
                    UnsafeBuffer buffer = Hex.direct(new byte[length + 16]);
                    buffer.putBytes(alignment, payload);
                    Masking.apply(buffer, alignment, length, key, phase);
                    byte[] expected = new byte[length + 16];
                    System.arraycopy(maskedByBytes(payload, phase), 0, expected, alignment, length);
                    assertThat(buffer).isEqualTo(new UnsafeBuffer(expected));
                }
            }
        }
    }

    @Test
    void refusesARangeOutsideOfItsBuffer() {
        UnsafeBuffer buffer = Hex.direct(new byte[16]);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Masking.apply(buffer, 9, 8, 1, 0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Masking.apply(buffer, -1, 8, 1, 0));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> Masking.copy(buffer, 0, Hex.direct(new byte[4]), 0, 8, 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> Masking.copy(Hex.direct(new byte[4]), 0, buffer, 0, 8, 1));
    }

    @Test
    void takesAFreshKeyPerFrame() {
        FrameEncoder encoder = new FrameEncoder(Role.CLIENT);
        UnsafeBuffer frame = Hex.direct(new byte[16]);
        Set<Integer> keys = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            assertThat(encoder.encode(Opcode.BINARY, true, frame, 0, 0, frame, 0)).isEqualTo(6);
            keys.add(frame.getInt(2));
        }
        // Two of 2,000 random keys are the same with a probability of 1 in 2,000; ten never are.
        assertThat(keys).hasSizeGreaterThan(1_990);
        assertThat(new FrameEncoder(Role.CLIENT).encode(Opcode.BINARY, true, frame, 0, 0, frame, 6)).isEqualTo(6);
        assertThat(frame.getInt(8)).isNotEqualTo(frame.getInt(2));
    }
}
