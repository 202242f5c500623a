package io.sonic.buffers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BipBufferTest {
    private static final int HEADER = BipBuffer.HEADER_LENGTH;
    private static final int INSUFFICIENT = BipBuffer.INSUFFICIENT_CAPACITY;

    private final BipBuffer packets = BipBuffer.allocate(96); // six packets of up to 8 bytes

    @AfterEach
    void close() {
        packets.close();
    }

    @Test
    void startsEmpty() {
        assertThat(packets.capacity()).isEqualTo(96);
        assertThat(packets.isEmpty()).isTrue();
        assertThat(packets.packetCount()).isZero();
        assertThat(remaining()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 96, 97, 4096})
    void roundsCapacityUpToAMultipleOfEight(int minCapacity) {
        try (BipBuffer buffer = BipBuffer.allocate(minCapacity)) {
            assertThat(buffer.capacity()).isEqualTo((minCapacity + 7) / 8 * 8);
            assertThat(buffer.claim(buffer.capacity() - HEADER)).isEqualTo(HEADER);
            assertThat(buffer.claim(buffer.capacity() - HEADER + 1)).isEqualTo(INSUFFICIENT);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, BipBuffer.MAX_CAPACITY + 1, Integer.MAX_VALUE})
    void refusesCapacitiesOutOfRange(int capacity) {
        assertThatIllegalArgumentException().isThrownBy(() -> BipBuffer.allocate(capacity))
                .withMessage("capacity must be between 1 and 1073741824 bytes (1 GiB): " + capacity);
    }

    @Test
    void keepsTheLengthOfEachPacket() {
        put("a");
        put("");
        put("bcdefgh");
        put("ijklmnop");

        assertThat(remaining()).containsExactly("a", "", "bcdefgh", "ijklmnop");
        assertThat(takeAll()).containsExactly("a", "", "bcdefgh", "ijklmnop");
        assertThat(packets.isEmpty()).isTrue();
    }

    @Test
    void commitsLessThanClaimed() {
        int offset = packets.claim(60);
        packets.buffer().putStringWithoutLengthAscii(offset, "abc");
        packets.commit(3);

        assertThat(packets.packetLength()).isEqualTo(3);
        assertThat(packets.claim(72)).isEqualTo(16 + HEADER);
        assertThat(packets.claim(73)).isEqualTo(INSUFFICIENT);
    }

    @Test
    void claimsAgainInTheSamePlace() {
        int offset = packets.claim(10);

        assertThat(packets.claim(20)).isEqualTo(offset);
        assertThat(packets.claim(5)).isEqualTo(offset);
        assertThatIllegalArgumentException().isThrownBy(() -> packets.commit(6))
                .withMessage("cannot commit 6 bytes: 5 are claimed");
        packets.commit(5);
        assertThat(packets.packetCount()).isEqualTo(1);
    }

    @Test
    void fillsUpToTheLastByte() {
        for (int i = 0; i < 6; i++) {
            put("packet-" + i);
        }

        assertThat(packets.claim(0)).isEqualTo(INSUFFICIENT);
        assertThat(takeAll()).containsExactly("packet-0", "packet-1", "packet-2", "packet-3", "packet-4", "packet-5");
        assertThat(packets.claim(88)).isEqualTo(HEADER);
    }

    @Test
    void goesToTheFrontWhenTheEndHasNoRoom() {
        for (int i = 0; i < 5; i++) {
            put("packet-" + i);
        }
        packets.consume();
        assertThat(packets.claim(8)).isEqualTo(80 + HEADER);
        assertThat(packets.claim(9)).isEqualTo(INSUFFICIENT);
        packets.consume();

        assertThat(packets.claim(9)).isEqualTo(HEADER);
        put("front-of-all");
        assertThat(packets.claim(0)).isEqualTo(24 + HEADER);
        assertThat(packets.claim(1)).as("what is left at the end is not used").isEqualTo(INSUFFICIENT);
        assertThat(remaining()).containsExactly("packet-2", "packet-3", "packet-4", "front-of-all");
        packets.consume(3);
        assertThat(packets.packetOffset()).isEqualTo(HEADER);
        assertThat(packets.claim(56)).isEqualTo(24 + HEADER);
        assertThat(takeAll()).containsExactly("front-of-all");
    }

    @Test
    void fillsTheFrontUpToTheOldestPacket() {
        for (int i = 0; i < 6; i++) {
            put("packet-" + i);
        }
        packets.consume(2);
        assertThat(packets.claim(25)).isEqualTo(INSUFFICIENT);
        assertThat(packets.claim(24)).isEqualTo(HEADER);
        put("twenty-four bytes long..");

        assertThat(packets.claim(0)).isEqualTo(INSUFFICIENT);
        assertThat(takeAll())
                .containsExactly("packet-2", "packet-3", "packet-4", "packet-5", "twenty-four bytes long..");
    }

    @Test
    void keepsARoomThatWasClaimedWhilePacketsAreConsumed() {
        put("a");
        put("b");
        int offset = packets.claim(8);
        packets.buffer().putStringWithoutLengthAscii(offset, "claimed");
        packets.consume(2);
        packets.commit(7);

        assertThat(takeAll()).containsExactly("claimed");
    }

    @Test
    void keepsARoomInFrontWhilePacketsBehindItAreConsumed() {
        for (int i = 0; i < 6; i++) {
            put("packet-" + i);
        }
        packets.consume(3);
        int offset = packets.claim(30);
        assertThat(offset).isEqualTo(HEADER);
        packets.buffer().putStringWithoutLengthAscii(offset, "in front");
        packets.consume(3);
        packets.commit(8);
        put("next");

        assertThat(takeAll()).containsExactly("in front", "next");
    }

    @Test
    void givesAClaimBack() {
        packets.claim(8);
        packets.abort();
        packets.abort();

        assertThatIllegalStateException().isThrownBy(() -> packets.commit(0))
                .withMessage("cannot commit a packet: none is claimed");
        assertThat(packets.isEmpty()).isTrue();
    }

    @Test
    void commitsOnlyWhatIsClaimed() {
        assertThatIllegalStateException().isThrownBy(() -> packets.commit(0));
        put("a");
        assertThatIllegalStateException().isThrownBy(() -> packets.commit(0));
        packets.claim(8);
        packets.claim(1000);
        assertThatIllegalStateException().isThrownBy(() -> packets.commit(0));
        packets.claim(8);
        assertThatIllegalArgumentException().isThrownBy(() -> packets.commit(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> packets.commit(9));
        packets.reset();
        assertThatIllegalStateException().isThrownBy(() -> packets.commit(0));
        assertThat(packets.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void refusesNegativeLengths(int length) {
        put("a");

        assertThatIllegalArgumentException().isThrownBy(() -> packets.claim(length))
                .withMessage("cannot claim a negative length: " + length);
        assertThatIllegalArgumentException().isThrownBy(() -> packets.consume(length));
        assertThat(remaining()).containsExactly("a");
    }

    @Test
    void refusesLengthsThatOverflow() {
        assertThat(packets.claim(Integer.MAX_VALUE)).isEqualTo(INSUFFICIENT);
        assertThat(packets.claim(Integer.MAX_VALUE - HEADER)).isEqualTo(INSUFFICIENT);
    }

    @Test
    void refusesToConsumeMoreThanThereIs() {
        assertThatIllegalStateException().isThrownBy(packets::consume).withMessage("there is no packet");
        assertThatIllegalStateException().isThrownBy(packets::packetOffset);
        assertThatIllegalStateException().isThrownBy(packets::packetLength);
        put("a");
        assertThatIllegalArgumentException().isThrownBy(() -> packets.consume(2))
                .withMessage("cannot consume 2 packets: there are 1");
        packets.consume(0);
        assertThat(remaining()).containsExactly("a");
    }

    @Test
    void dropsEverythingOnReset() {
        for (int i = 0; i < 6; i++) {
            put("packet-" + i);
        }
        packets.consume(2);
        put("front");
        packets.reset();

        assertThat(packets.isEmpty()).isTrue();
        assertThat(packets.claim(88)).isEqualTo(HEADER);
        put("a");
        assertThat(remaining()).containsExactly("a");
    }

    @Test
    void replaysWithoutConsuming() {
        put("a");
        put("b");
        BipBuffer.Cursor cursor = packets.cursor();

        assertThat(walk(cursor)).containsExactly("a", "b");
        assertThat(cursor.next()).isFalse();
        cursor.rewind();
        assertThat(walk(cursor)).containsExactly("a", "b");
        assertThat(takeAll()).containsExactly("a", "b");
    }

    @Test
    void meetsPacketsThatAreCommittedWhileItWalks() {
        BipBuffer.Cursor cursor = packets.cursor();
        assertThat(cursor.next()).isFalse();
        put("a");
        assertThat(walk(cursor)).containsExactly("a");
        put("b");
        put("c");
        assertThat(walk(cursor)).containsExactly("b", "c");
    }

    @Test
    void goesOnWithTheOldestWhenPacketsAreConsumedWhileItWalks() {
        BipBuffer.Cursor cursor = packets.cursor();
        for (int i = 0; i < 6; i++) {
            put("packet-" + i);
        }
        assertThat(cursor.next()).isTrue();
        packets.consume(3);
        assertThat(cursor.next()).isTrue();
        assertThat(at(cursor)).isEqualTo("packet-3");
        packets.consume(3);
        assertThat(cursor.next()).isFalse();
        put("a");
        assertThat(walk(cursor)).containsExactly("a");
    }

    @Test
    void followsPacketsToTheFront() {
        BipBuffer.Cursor cursor = packets.cursor();
        for (int i = 0; i < 5; i++) {
            put("packet-" + i);
        }
        assertThat(walk(cursor)).hasSize(5);
        packets.consume(2);
        put("at the front");

        assertThat(walk(cursor)).containsExactly("at the front");
        cursor.rewind();
        assertThat(walk(cursor)).containsExactly("packet-2", "packet-3", "packet-4", "at the front");
    }

    @Test
    void knowsNoPacketBeforeItsFirstMove() {
        put("a");
        BipBuffer.Cursor cursor = packets.cursor();

        assertThatIllegalStateException().isThrownBy(cursor::offset)
                .withMessage("the cursor stands before the first packet");
        assertThatIllegalStateException().isThrownBy(cursor::length);
    }

    @Test
    void letsTheKernelWriteIntoWhatIsClaimed() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink()) {
            for (String packet : List.of("first", "second", "third")) {
                sink.write(ByteBuffer.wrap(packet.getBytes()));
                int offset = packets.claim(20);
                packets.commit(source.read(packets.buffer().byteBuffer().slice(offset, 20)));
            }
        }
        assertThat(takeAll()).containsExactly("first", "second", "third");
    }

    @Test
    void refusesEveryCallAfterClose() {
        put("a");
        DirectBuffer buffer = packets.buffer();
        BipBuffer.Cursor cursor = packets.cursor();
        cursor.next();
        packets.close();
        packets.close();

        List<ThrowingCallable> calls = List.of(
                packets::buffer, packets::capacity, () -> packets.claim(1), () -> packets.commit(0), packets::abort,
                packets::isEmpty, packets::packetCount, packets::packetOffset, packets::packetLength, packets::consume,
                () -> packets.consume(0), packets::cursor, packets::reset, cursor::next);
        for (ThrowingCallable call : calls) {
            assertThatIllegalStateException().isThrownBy(call).withMessage("the buffer is closed");
        }
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> buffer.getByte(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 24, 96, 1000, 4096, 3 * 4096, 7 * 4096})
    void behavesLikeAQueueOfPackets(int capacity) {
        try (BipBuffer buffer = BipBuffer.allocate(capacity)) {
            new BipBufferModel(buffer).run(250_000);
        }
    }

    @Test
    void allocatesNothing() {
        BipBuffer.Cursor cursor = packets.cursor();
        assertThat(Allocation.ofSteps(1_000_000, i -> {
            if (packets.claim(i % 20) == INSUFFICIENT) {
                packets.consume();
            } else {
                packets.commit(i % 20);
            }
            if (!cursor.next()) {
                cursor.rewind();
            }
        })).isZero();
    }

    private void put(String ascii) {
        int offset = packets.claim(ascii.length());
        assertThat(offset).isNotNegative();
        packets.buffer().putStringWithoutLengthAscii(offset, ascii);
        packets.commit(ascii.length());
    }

    private List<String> takeAll() {
        List<String> taken = new ArrayList<>();
        while (!packets.isEmpty()) {
            taken.add(packets.buffer()
                    .getStringWithoutLengthAscii(packets.packetOffset(), packets.packetLength()));
            packets.consume();
        }
        return taken;
    }

    private List<String> remaining() {
        return walk(packets.cursor());
    }

    private List<String> walk(BipBuffer.Cursor cursor) {
        List<String> met = new ArrayList<>();
        while (cursor.next()) {
            met.add(at(cursor));
        }
        return met;
    }

    private String at(BipBuffer.Cursor cursor) {
        return packets.buffer().getStringWithoutLengthAscii(cursor.offset(), cursor.length());
    }
}
