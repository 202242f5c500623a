package io.sonic.multicast;

/**
 * What a datagram costs in a receive buffer: the kernel charges for the memory that it lies in, not for its bytes.
 */
final class DatagramMemory {
    // Linux: struct sk_buff; headers, headroom and struct skb_shared_info around the payload; the smallest block.
    private static final int DESCRIPTOR = 256;
    private static final int AROUND_PAYLOAD = 448;
    private static final int SMALLEST_BLOCK = 576;
    private static final int MAX_PAYLOAD = 65_535;

    private DatagramMemory() {
    }

    /**
     * Estimates the charge for a datagram that is alone in its block, the usual case.
     *
     * @param length of the payload in bytes.
     */
    static int chargeFor(int length) {
        if (length < 0 || length > MAX_PAYLOAD) {
            throw new IllegalArgumentException("a datagram has 0 to " + MAX_PAYLOAD + " bytes: " + length);
        }
        int used = length + AROUND_PAYLOAD;
        return DESCRIPTOR + (used <= SMALLEST_BLOCK ? SMALLEST_BLOCK : Integer.highestOneBit(used - 1) << 1);
    }
}
