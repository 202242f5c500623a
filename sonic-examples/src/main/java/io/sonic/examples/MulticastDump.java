package io.sonic.examples;

import io.sonic.BatchHandler;
import io.sonic.DatagramBatch;
import io.sonic.IoStatus;
import io.sonic.multicast.DatagramInfo;
import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import io.sonic.multicast.Timestamps;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What arrives from a group: when, from whom, to which group, on which interface, and what is in it. */
@Command(name = "multicast-dump", description = {
    "Prints the datagrams of a group, each with the kernel's time of arrival (UTC), its source, its group, and its"
        + " interface.",
    "Ends after N datagrams, or with a signal."})
final class MulticastDump extends ReactorCommand {

    private static final int BATCH = 16;
    private static final int MAX_DATAGRAM = 65_536;
    private static final int PER_LINE = 16;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSSSSS").withZone(ZoneOffset.UTC);

    @Mixin
    private GroupOptions from;

    @Option(names = "--source", paramLabel = "S", order = 4, converter = FeedReceive.SourceConverter.class,
            description = "Only what this host sends; several times for several.")
    private List<InetAddress> sources = List.of();

    @Option(names = "--count", paramLabel = "N", order = 5, description = "Datagrams to print.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--bytes", paramLabel = "N", defaultValue = "64", order = 6,
            description = "Bytes of each to print, ${DEFAULT-VALUE} by default.")
    private int bytes;

    @Override
    void checkOptions() {
        require("--port", from.port, 0, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
        require("--bytes", bytes, 0, MAX_DATAGRAM);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        MulticastPeer peer = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context()
                .bindToGroup(from.group).port(from.port).timestamps(Timestamps.SOFTWARE).destinations(true)
                .dropCounts(true));
        from.join(peer, sources);
        Dump dump = new Dump(loop, peer);
        dump.receive();
        printListening(peer.localAddress());
        loop.run();
        dump.printResults();
    }

    /** Prints a batch, and asks for the next one. */
    private final class Dump {

        private final ReactorLoop loop;
        private final MulticastPeer peer;
        private final DatagramBatch batch = new DatagramBatch(BATCH, MAX_DATAGRAM, DatagramInfo.CONTROL_LENGTH);
        private final DatagramInfo info = new DatagramInfo();
        private final BatchHandler onBatch = this::onBatch;
        private long packets;
        private long length;
        private long drops;

        Dump(ReactorLoop loop, MulticastPeer peer) {
            this.loop = loop;
            this.peer = peer;
        }

        void receive() {
            peer.asyncReceive(batch, onBatch);
        }

        private void onBatch(IoStatus status, int received) {
            if (status != IoStatus.OK) {
                loop.fail(status == IoStatus.FAILED ? peer.failure().getMessage() : peer + ": " + status);
                return;
            }
            for (int i = 0; i < received && packets < count; i++) {
                print(i);
            }
            out().flush();
            if (packets < count) {
                receive();
            } else {
                loop.end();
            }
        }

        private void print(int index) {
            info.read(batch, index);
            packets++;
            length += batch.length(index);
            if (info.drops() != drops) {
                out().println("the kernel dropped " + (info.drops() - drops) + " datagrams before the next one");
                drops = info.drops();
            }
            String time = TIME.format(Instant.ofEpochSecond(0, info.timestampNs()));
            out().println(time + " " + batch.endpoint(index) + " > " + info.destination().getHostAddress()
                    + " on " + nameOf(info.interfaceIndex()) + ", " + batch.length(index) + " bytes"
                    + (batch.isTruncated(index) ? ", cut off" : ""));
            int shown = Math.min(bytes, batch.length(index));
            for (int at = 0; at < shown; at += PER_LINE) {
                out().println(line(batch.buffer(), batch.offset(index), at, Math.min(PER_LINE, shown - at)));
            }
        }

        private static String nameOf(int index) {
            try {
                return MulticastInterface.of(index).name();
            } catch (IOException e) {
                return "interface " + index;
            }
        }

        /** Formats bytes as numbers, and as text where they are some. */
        private static String line(DirectBuffer buffer, int offset, int at, int length) {
            StringBuilder line = new StringBuilder(String.format("    %04x ", at));
            StringBuilder text = new StringBuilder("  ");
            for (int i = 0; i < PER_LINE; i++) {
                if (i < length) {
                    byte value = buffer.getByte(offset + at + i);
                    line.append(String.format(" %02x", value));
                    text.append(value >= ' ' && value <= '~' ? (char) value : '.');
                } else {
                    line.append("   ");
                }
            }
            return line.append(text).toString();
        }

        void printResults() {
            out().println(new ResultLine(name()).add("packets", packets).add("bytes", length)
                    .add("kernel_drops", drops));
        }
    }
}
