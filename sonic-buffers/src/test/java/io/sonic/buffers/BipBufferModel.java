package io.sonic.buffers;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Random;

/**
 * Drives a bip buffer with random steps beside a queue of packets. {@code -Dsonic.test.seed=N} repeats or varies a
 * run.
 */
final class BipBufferModel {
    private final long seed = Long.getLong("sonic.test.seed", 20_250_917L);
    private final Random random = new Random(seed);
    private final BipBuffer packets;
    private final BipBuffer.Cursor replay;
    private final BipBuffer.Cursor follower;
    private final ArrayDeque<Packet> queue = new ArrayDeque<>();
    private long committed;
    private long followed;

    private record Packet(long number, int start, byte[] bytes) {
        int end() {
            return start + record(bytes.length);
        }
    }

    BipBufferModel(BipBuffer packets) {
        this.packets = packets;
        this.replay = packets.cursor();
        this.follower = packets.cursor();
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            try {
                step();
                compare();
            } catch (Throwable t) {
                throw new AssertionError("step " + i + " of seed " + seed + ", capacity " + packets.capacity(), t);
            }
        }
    }

    private void step() {
        switch (random.nextInt(200)) {
            case 0 -> {
                packets.reset();
                queue.clear();
            }
            case 1 -> {
                packets.claim(random.nextInt(packets.capacity()));
                packets.abort();
            }
            case 2 -> {
                int count = random.nextInt(queue.size() + 1);
                packets.consume(count);
                for (int i = 0; i < count; i++) {
                    queue.remove();
                }
            }
            default -> {
                if (random.nextInt(100) < 55) {
                    put();
                } else if (!queue.isEmpty()) {
                    take();
                }
                if (random.nextInt(4) == 0) {
                    follow();
                }
            }
        }
    }

    private void put() {
        int most = Math.min(packets.capacity(), 200);
        int claimed = random.nextInt(50) == 0 ? random.nextInt(packets.capacity() + 2) : random.nextInt(most);
        int offset = packets.claim(claimed);
        if (!fits(record(claimed))) {
            expect(BipBuffer.INSUFFICIENT_CAPACITY, offset, "claim of " + claimed);
            return;
        }
        int start = offset - BipBuffer.HEADER_LENGTH;
        if (start < 0 || start % 8 != 0 || start + record(claimed) > packets.capacity()) {
            throw new AssertionError("claim of " + claimed + " at " + offset);
        }
        for (Packet packet : queue) {
            if (start < packet.end() && packet.start < start + record(claimed)) {
                throw new AssertionError("claim of " + claimed + " at " + offset + " is over a packet");
            }
        }
        if (random.nextInt(8) == 0 && !queue.isEmpty()) {
            take(); // must not touch what is claimed
        }
        int length = random.nextInt(4) == 0 ? random.nextInt(claimed + 1) : claimed;
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        packets.buffer().putBytes(offset, bytes);
        packets.commit(length);
        queue.add(new Packet(committed++, start, bytes));
    }

    private boolean fits(int length) {
        if (queue.isEmpty()) {
            return length <= packets.capacity();
        }
        int first = queue.getFirst().start;
        int end = queue.getLast().end();
        boolean wrapped = queue.getLast().start < first;
        return wrapped ? length <= first - end : length <= Math.max(first, packets.capacity() - end);
    }

    private void take() {
        Packet oldest = queue.remove();
        compare(oldest, packets.packetOffset(), packets.packetLength());
        packets.consume();
    }

    private void follow() {
        long oldest = queue.isEmpty() ? committed : queue.getFirst().number;
        followed = Math.max(followed, oldest);
        if (follower.next()) {
            for (Packet packet : queue) {
                if (packet.number == followed) {
                    compare(packet, follower.offset(), follower.length());
                }
            }
            followed++;
            if (followed > committed) {
                throw new AssertionError("the cursor met a packet too many");
            }
        } else if (followed != committed) {
            throw new AssertionError("the cursor missed packet " + followed + " of " + committed);
        }
    }

    private void compare() {
        expect(queue.size(), packets.packetCount(), "packetCount");
        replay.rewind();
        for (Packet packet : queue) {
            if (!replay.next()) {
                throw new AssertionError("the cursor ended too early");
            }
            compare(packet, replay.offset(), replay.length());
        }
        if (replay.next()) {
            throw new AssertionError("the cursor ended too late");
        }
    }

    private void compare(Packet packet, int offset, int length) {
        expect(packet.start + BipBuffer.HEADER_LENGTH, offset, "offset");
        expect(packet.bytes.length, length, "length");
        byte[] actual = new byte[length];
        packets.buffer().getBytes(offset, actual);
        expect(-1, Arrays.mismatch(packet.bytes, actual), "first byte that differs");
    }

    private static int record(int length) {
        return BipBuffer.HEADER_LENGTH + (length + 7) / 8 * 8;
    }

    private static void expect(int expected, int actual, String what) {
        if (expected != actual) {
            throw new AssertionError(what + ": expected " + expected + " but was " + actual);
        }
    }
}
