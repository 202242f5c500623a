package io.sonic.examples;

import io.sonic.multicast.DatagramInfo;
import io.sonic.multicast.Timestamps;
import java.time.Instant;
import org.HdrHistogram.Histogram;

/** How old datagrams are when they are handled: the time since the kernel, or the network card, stamped them. */
final class DatagramAge {

    private static final long NS_PER_SECOND = 1_000_000_000;
    private static final long MAX_NS = 60 * NS_PER_SECOND;

    private final Histogram ages = new Histogram(MAX_NS, 3);
    /** What has to be added to the monotonic clock to get the time of day, which would allocate. */
    private final long realtimeOffsetNs;
    private long hardwareStamps;

    DatagramAge() {
        Instant now = Instant.now();
        realtimeOffsetNs = now.getEpochSecond() * NS_PER_SECOND + now.getNano() - System.nanoTime();
    }

    void arrived(DatagramInfo info) {
        hardwareStamps += info.hardwareTimestampNs() != 0 ? 1 : 0;
        if (info.timestampNs() != 0) {
            long age = System.nanoTime() + realtimeOffsetNs - info.timestampNs();
            ages.recordValue(Math.clamp(age, 0, MAX_NS));
        }
    }

    String results(Timestamps asked) {
        StringBuilder text = new StringBuilder("age when handled: stamped=").append(ages.getTotalCount())
                .append(" p50_ns=").append(ages.getValueAtPercentile(50))
                .append(" p99_ns=").append(ages.getValueAtPercentile(99))
                .append(" max_ns=").append(ages.getMaxValue());
        if (asked == Timestamps.HARDWARE) {
            text.append(hardwareStamps == 0
                    ? "; no stamp of the network card: it gives none, or was not told to"
                    : "; stamps of the network card: " + hardwareStamps);
        }
        return text.toString();
    }
}
