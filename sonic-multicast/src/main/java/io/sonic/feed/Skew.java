package io.sonic.feed;

/**
 * How far the copies of one line were behind the first copies, in nanoseconds, in steps of powers of two.
 */
public final class Skew {
    private final long[] buckets = new long[Long.SIZE];
    private long count;
    private long total;
    private long max;

    Skew() {
    }

    /**
     * How many copies were compared.
     *
     * @return packets.
     */
    public long count() {
        return count;
    }

    /**
     * The mean.
     *
     * @return nanoseconds, 0 without copies.
     */
    public long meanNs() {
        return count == 0 ? 0 : total / count;
    }

    /**
     * The largest.
     *
     * @return nanoseconds.
     */
    public long maxNs() {
        return max;
    }

    /**
     * A bound that a share of the copies is below.
     *
     * @param percent 0 to 100.
     * @return nanoseconds: a power of two, or the maximum.
     */
    public long percentileNs(double percent) {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("a percentile is 0 to 100: " + percent);
        }
        long below = 0;
        long wanted = (long) Math.ceil(count * percent / 100);
        for (int i = 0; i < buckets.length - 1; i++) {
            below += buckets[i];
            if (below >= wanted) {
                return Math.min(max, 1L << i);
            }
        }
        return max;
    }

    void add(long ns) {
        // A stamp of another processor can be a little earlier than that of the first copy.
        long behind = Math.max(0, ns);
        count++;
        total += behind;
        max = Math.max(max, behind);
        buckets[Long.SIZE - Long.numberOfLeadingZeros(behind) & 63]++;
    }
}
