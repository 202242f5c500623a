package io.sonic.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.examples.RunningCommand.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class PacketCommandsTest {

    private static final String GROUP = "239.195.78.21";

    /** The stores, as what creates them. */
    private enum Kind {
        WINDOW, BIP, COPIES;

        PacketStore create(int capacity, PacketStore.Handler handler) {
            return switch (this) {
                case WINDOW -> new WindowStore(capacity, handler);
                case BIP -> new BipStore(capacity, handler);
                case COPIES -> new CopyStore(capacity, handler);
            };
        }
    }

    @Test
    void bipReceiveChecksWhatPacketSendSends() throws Exception {
        RunningCommand receiver = RunningCommand.start("bip-receive", "--group", GROUP, "--port", "0", "--interface",
                "lo", "--count", "500", "--buffer", "20000", "--idle", "block");
        Result sent = send(receiver, "--count", "500");
        Result received = receiver.await();

        assertThat(received.status()).as(received.err()).isZero();
        Matcher bytes = Pattern.compile("packet-send: packets=500 bytes=(\\d+)").matcher(sent.lastLine());
        assertThat(bytes.matches()).as(sent.lastLine()).isTrue();
        assertThat(received.lastLine()).matches("bip-receive: packets=500 bytes=" + bytes.group(1)
                + " p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+");
    }

    @Test
    void bipReceiveSaysThatPacketsAreOutOfOrder() throws Exception {
        RunningCommand receiver = RunningCommand.start("bip-receive", "--group", GROUP, "--port", "0", "--interface",
                "lo", "--idle", "block");
        send(receiver, "--count", "100", "--gap", "5");
        Result received = receiver.await();

        assertThat(received.status()).isEqualTo(1);
        assertThat(received.err()).matches("bip-receive: packet \\d+ came in place of \\d+: sequence-receive is for"
                + " feeds that lose or shuffle packets\\R");
    }

    @ParameterizedTest
    @ValueSource(strings = {"window", "bip", "copies"})
    void sequenceReceivePutsPacketsInOrder(String store) throws Exception {
        RunningCommand receiver = sequenceReceive("--store", store, "--count", "500");
        // The end of the last gap is perhaps not sent: a little more than is waited for.
        Result sent = send(receiver, "--count", "600", "--gap", "10", "--copies", "2");
        Result received = receiver.await();

        assertThat(sent.status()).as(sent.err()).isZero();
        assertThat(received.status()).as(received.err()).isZero();
        Matcher line = Pattern.compile("sequence-receive: packets=\\d+ in_order=(\\d+) missing=\\d+ most_kept=(\\d+)"
                + " p50_ns=\\d+ p99_ns=\\d+ p999_ns=\\d+ max_ns=\\d+ alloc_bytes_per_packet=.*")
                .matcher(received.lastLine());
        assertThat(line.matches()).as(received.lastLine()).isTrue();
        assertThat(Integer.parseInt(line.group(1))).isGreaterThanOrEqualTo(500);
        assertThat(Integer.parseInt(line.group(2))).isPositive();
    }

    @Test
    void sequenceReceiveEndsAfterASilence() throws Exception {
        RunningCommand receiver = sequenceReceive();
        send(receiver, "--count", "10");
        Result received = receiver.await();

        assertThat(received.status()).as(received.err()).isZero();
        assertThat(received.lastLine()).startsWith("sequence-receive: packets=10 in_order=10 missing=0 most_kept=0 ");
    }

    @Test
    void sequenceReceiveSaysThatAGapStays() throws Exception {
        RunningCommand receiver = sequenceReceive("--keep", "1", "--store", "copies");
        send(receiver, "--count", "200", "--gap", "20");
        Result received = receiver.await();

        assertThat(received.status()).isEqualTo(1);
        assertThat(received.err()).matches(
                "sequence-receive: no room for more early packets, and packet \\d+ is missing: see --keep\\R");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bip-receive", "sequence-receive"})
    void receiversRefuseWhatIsNoPacket(String command) throws Exception {
        RunningCommand receiver = RunningCommand.start(command, "--group", GROUP, "--port", "0", "--interface", "lo",
                "--idle", "block");
        RunningCommand.run("multicast-send", "--group", GROUP, "--port", receiver.port(), "--interface", "lo",
                "--count", "1", "--idle", "block");
        Result received = receiver.await();

        assertThat(received.status()).isEqualTo(1);
        assertThat(received.err()).matches(
                command + ": a datagram of 64 bytes from [0-9.]+:\\d+ is no packet of packet-send\\R");
    }

    @ParameterizedTest
    @EnumSource
    void storesHandOutEachPacketOnceAndInOrder(Kind kind) {
        List<Long> handedOut = new ArrayList<>();
        try (PacketStore store = kind.create(64, (buffer, offset, length) -> {
            assertThat(TextPacket.isValid(buffer, offset, length)).isTrue();
            handedOut.add(TextPacket.sequence(buffer, offset));
        })) {
            ShuffledSequence sequence = new ShuffledSequence(20, 7);
            for (int i = 0; i < 10_000; i++) {
                long number = sequence.next();
                for (int copy = 0; copy <= i % 3; copy++) {
                    int offset = store.claim();
                    assertThat(offset).isNotNegative();
                    int length = TextPacket.encode(store.buffer(), offset, number, (int) (number % 50));
                    assertThat(store.received(number, length)).isTrue();
                }
            }
            assertThat(store.expected()).isEqualTo(handedOut.size() + 1L);
            assertThat(handedOut).hasSizeGreaterThan(9900);
        }
        for (int i = 0; i < handedOut.size(); i++) {
            assertThat(handedOut.get(i)).isEqualTo(i + 1L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void storesSayThatTheyAreFull(Kind kind) {
        try (PacketStore store = kind.create(64, (buffer, offset, length) -> { })) {
            boolean kept = true;
            int packets = 0;
            while (kept && packets < 100_000) {
                int offset = store.claim();
                kept = offset >= 0 && store.received(2 + packets,
                        TextPacket.encode(store.buffer(), offset, 2 + packets, 1000));
                packets++;
            }
            assertThat(kept).isFalse();
            assertThat(store.kept()).isBetween(63, 1000);
            assertThat(store.expected()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1000", "1, 1000", "7, 100000"})
    void shuffledSequencesHaveEachNumberOnce(int maxGap, int count) {
        ShuffledSequence sequence = new ShuffledSequence(maxGap, 3);
        boolean[] seen = new boolean[count + 3 * maxGap + 2];
        int behind = 0;
        long highest = 0;
        for (int i = 0; i < count; i++) {
            int number = (int) sequence.next();
            assertThat(seen[number]).as("number %s", number).isFalse();
            seen[number] = true;
            behind += number < highest ? 1 : 0;
            highest = Math.max(highest, number);
        }
        assertThat(behind > 0).isEqualTo(maxGap > 0);
        assertThat(highest).isLessThanOrEqualTo(count + 2L * maxGap);
    }

    @Test
    void textPacketsNoticeEachChangedByte() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[100]);
        int length = TextPacket.encode(buffer, 3, 42, 30);

        assertThat(length).isEqualTo(42);
        assertThat(TextPacket.sequence(buffer, 3)).isEqualTo(42);
        assertThat(TextPacket.isValid(buffer, 3, length)).isTrue();
        assertThat(TextPacket.isValid(buffer, 3, length - 1)).isFalse();
        assertThat(TextPacket.isValid(buffer, 3, length + 1)).isFalse();
        assertThat(TextPacket.isValid(buffer, 3, 11)).isFalse();
        for (int i = Long.BYTES; i < length; i++) {
            buffer.putByte(3 + i, (byte) (buffer.getByte(3 + i) ^ 1));
            assertThat(TextPacket.isValid(buffer, 3, length)).as("byte %s", i).isFalse();
            buffer.putByte(3 + i, (byte) (buffer.getByte(3 + i) ^ 1));
        }
    }

    private static RunningCommand sequenceReceive(String... options) {
        List<String> args = new ArrayList<>(List.of("sequence-receive", "--group", GROUP, "--port", "0",
                "--interface", "lo", "--idle", "block"));
        args.addAll(List.of(options));
        return RunningCommand.start(args.toArray(String[]::new));
    }

    private static Result send(RunningCommand receiver, String... options) throws Exception {
        List<String> args = new ArrayList<>(List.of("packet-send", "--group", GROUP, "--port", receiver.port(),
                "--interface", "lo", "--rate", "1000", "--idle", "block"));
        args.addAll(List.of(options));
        return RunningCommand.run(args.toArray(String[]::new));
    }
}
