package io.sonic.tls;

import io.sonic.IoVector;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Where the operation in flight stands in the user's memory: one region, or several in order.
 */
final class Regions {
    private DirectBuffer buffer;
    private IoVector vector;
    private int index;
    private long address;
    private int atHand;
    private int done;
    private int total;

    void start(DirectBuffer region, int offset, int length) {
        vector = null;
        done = 0;
        total = length;
        point(region, offset, length);
    }

    void start(IoVector regions) {
        vector = regions;
        index = 0;
        done = 0;
        total = regions.length();
        atHand = 0;
        skipDone();
    }

    /**
     * Where the next byte goes, or comes from.
     */
    long address() {
        return address;
    }

    /**
     * Bytes from there to the end of the region.
     */
    int atHand() {
        return atHand;
    }

    int left() {
        return total - done;
    }

    int done() {
        return done;
    }

    void advance(int bytes) {
        done += bytes;
        int rest = bytes;
        while (rest > 0) {
            int step = Math.min(rest, atHand);
            address += step;
            atHand -= step;
            rest -= step;
            skipDone();
        }
    }

    /**
     * Collects the next bytes without advancing.
     *
     * @param target where to.
     * @param room   the most bytes.
     * @return bytes collected.
     */
    int gather(MutableDirectBuffer target, int room) {
        int part = Math.min(room, atHand);
        target.putBytes(0, buffer, (int) (address - buffer.addressOffset()), part);
        int collected = part;
        for (int i = index; i < vectorCount() && collected < room; i++) {
            part = Math.min(room - collected, vector.length(i));
            target.putBytes(collected, vector.buffer(i), vector.offset(i), part);
            collected += part;
        }
        return collected;
    }

    /**
     * Lets go of the user's memory.
     */
    void clear() {
        buffer = null;
        vector = null;
    }

    private int vectorCount() {
        return vector == null ? 0 : vector.count();
    }

    private void skipDone() {
        while (atHand == 0 && index < vectorCount()) {
            point(vector.buffer(index), vector.offset(index), vector.length(index));
            index++;
        }
    }

    private void point(DirectBuffer region, int offset, int length) {
        buffer = region;
        address = region.addressOffset() + offset;
        atHand = length;
    }
}
