package io.sonic.examples;

import io.sonic.BatchHandler;
import io.sonic.DatagramBatch;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to send to a group, at a steady rate. */
@Command(name = "multicast-send", description = {
    "Sends datagrams to a group.",
    "The first 8 bytes of each are its sequence number, big endian, from 0."})
final class MulticastSend extends ReactorCommand {

    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int MAX_SIZE = 65_507;

    @Mixin
    private GroupOptions to;

    @Option(names = "--count", paramLabel = "N", defaultValue = "100000", order = 4,
            description = "Datagrams to send, ${DEFAULT-VALUE} by default.")
    private long count;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "10000", order = 5,
            description = "Datagrams in a second, ${DEFAULT-VALUE} by default; 0 sends as fast as it can.")
    private long rate;

    @Option(names = "--size", paramLabel = "S", defaultValue = "64", order = 6,
            description = "Bytes of a datagram, at least 8, ${DEFAULT-VALUE} by default.")
    private int size;

    @Option(names = "--source", paramLabel = "A", order = 7, converter = FeedReceive.SourceConverter.class,
            description = "The address of this host that the datagrams carry; by default the system chooses.")
    private InetAddress source;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", order = 8,
            description = "Datagrams that are sent with one system call, ${DEFAULT-VALUE} by default.")
    private int batch;

    @Override
    void checkOptions() {
        require("--port", to.port, 1, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
        require("--rate", rate, 0, NS_PER_SECOND);
        require("--size", size, Long.BYTES, MAX_SIZE);
        require("--batch", batch, 1, DatagramBatch.MAX_CAPACITY);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        MulticastPeer.Context context = new MulticastPeer.Context()
                .family(to.group instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)
                .outbound(to.networkInterface());
        if (source != null) {
            if (source instanceof Inet6Address != to.group instanceof Inet6Address) {
                throw wrongOption("--source and --group are of different families");
            }
            context.bindToAddress(source);
        }
        MulticastPeer peer = MulticastPeer.open(loop.reactor(), context);
        Sender sender = new Sender(loop, peer);
        sender.send();
        loop.run();
        out().println(sender.results());
    }

    /** Sends a datagram when it is due, and at once when it is late. */
    private final class Sender {

        private final ReactorLoop loop;
        private final MulticastPeer peer;
        private final Timer timer;
        private final Endpoint group = new Endpoint().set(to.group, to.port);
        private final UnsafeBuffer datagram = Memory.allocateText(size);
        private final WriteHandler onSent = this::onSent;
        private final BatchHandler onBatchSent = this::onBatchSent;
        private final DatagramBatch datagrams = batch > 1 ? new DatagramBatch(batch, size) : null;
        private final TimerHandler onDue = due -> send();
        private final long startNs;
        private long sent;

        Sender(ReactorLoop loop, MulticastPeer peer) {
            this.loop = loop;
            this.peer = peer;
            timer = new Timer(loop.reactor());
            startNs = loop.reactor().nanoTime();
            for (int i = 0; datagrams != null && i < batch; i++) {
                datagrams.buffer().putBytes(datagrams.offset(i), datagram, 0, size);
                datagrams.endpoint(i).set(group);
                datagrams.length(i, size);
            }
        }

        void send() {
            if (datagrams == null) {
                datagram.putLong(0, sent, ByteOrder.BIG_ENDIAN);
                peer.asyncSend(datagram, 0, size, group, onSent);
                return;
            }
            int due = (int) Math.min(batch, count - sent);
            for (int i = 0; i < due; i++) {
                datagrams.buffer().putLong(datagrams.offset(i), sent + i, ByteOrder.BIG_ENDIAN);
            }
            datagrams.count(due);
            peer.asyncSend(datagrams, onBatchSent);
        }

        private void onSent(IoStatus status, int length) {
            onBatchSent(status, 1);
        }

        private void onBatchSent(IoStatus status, int datagramsSent) {
            if (status != IoStatus.OK) {
                loop.fail(peer.failure().getMessage());
                return;
            }
            sent += datagramsSent;
            if (sent == count) {
                loop.end();
            } else if (rate == 0) {
                send();
            } else {
                timer.scheduleAt(startNs + dueNs(sent), onDue);
            }
        }

        /** The time of a datagram after the first; in two parts, because the product would overflow. */
        private long dueNs(long index) {
            return index / rate * NS_PER_SECOND + index % rate * NS_PER_SECOND / rate;
        }

        String results() {
            return new ResultLine(name())
                    .add("packets", sent)
                    .add("bytes", sent * size)
                    .addPerSecond("packets_per_s", sent, loop.reactor().nanoTime() - startNs)
                    .toString();
        }
    }
}
