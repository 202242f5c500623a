package io.sonic;

import java.util.Arrays;

/**
 * A first-in, first-out queue that grows and leaves no garbage.
 */
final class DeferralQueue {
    private Deferral[] ring = new Deferral[64];
    private int head;
    private int size;

    int size() {
        return size;
    }

    void add(Deferral deferral) {
        if (size == ring.length) {
            grow();
        }
        ring[head + size & ring.length - 1] = deferral;
        size++;
    }

    Deferral remove() {
        Deferral deferral = ring[head];
        ring[head] = null;
        head = head + 1 & ring.length - 1;
        size--;
        return deferral;
    }

    private void grow() {
        int length = ring.length;
        Deferral[] larger = Arrays.copyOfRange(ring, head, head + 2 * length);
        System.arraycopy(ring, 0, larger, length - head, head);
        ring = larger;
        head = 0;
    }
}
