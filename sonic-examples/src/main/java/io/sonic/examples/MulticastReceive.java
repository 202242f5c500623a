package io.sonic.examples;

import io.sonic.BatchHandler;
import io.sonic.DatagramBatch;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.multicast.DatagramInfo;
import io.sonic.multicast.MulticastPeer;
import io.sonic.multicast.Timestamps;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What receiving from a group costs, and what gets lost. */
@Command(name = "multicast-receive", description = {
    "Receives the datagrams of a group, as multicast-send sends them.",
    "Ends after N datagrams, or one second of silence after the first. lost counts the sequence numbers between the"
        + " first and the last that did not arrive.",
    "CPU time and allocation are those of the last two thirds, at most, of the datagrams."})
final class MulticastReceive extends ReactorCommand {

    private static final int MAX_DATAGRAM = 65_536;
    private static final int MAX_BATCHED = 9216;

    @Mixin
    private GroupOptions from;

    @Option(names = "--count", paramLabel = "N", order = 4,
            description = "Datagrams to receive; without it, all until the silence.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--source", paramLabel = "S", order = 5, converter = FeedReceive.SourceConverter.class,
            description = "Only what this host sends; several times for several.")
    private List<InetAddress> sources = List.of();

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", order = 6,
            description = "Datagrams that are received with one system call at most, ${DEFAULT-VALUE} by default.")
    private int batch;

    @Option(names = "--receive-buffer", paramLabel = "BYTES", defaultValue = "8388608", order = 7,
            description = "Kernel memory for what waits, ${DEFAULT-VALUE} by default; 0 leaves it to the system.")
    private int receiveBuffer;

    @Option(names = "--timestamps", paramLabel = "T", defaultValue = "none", order = 8,
            description = "software or hardware: tells how old a datagram is when it is handled, by the kernel's or the"
                    + " network card's stamp; none by default.")
    private Timestamps timestamps;

    @Override
    void checkOptions() {
        require("--port", from.port, 0, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
        require("--batch", batch, 1, DatagramBatch.MAX_CAPACITY);
        require("--receive-buffer", receiveBuffer, 0, Integer.MAX_VALUE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Rehearsal.run(loop);
        MulticastPeer.Context context = new MulticastPeer.Context()
                .bindToGroup(from.group).port(from.port).timestamps(timestamps);
        if (receiveBuffer > 0) {
            context.receiveBufferBytes(receiveBuffer);
        }
        MulticastPeer peer = MulticastPeer.open(loop.reactor(), context);
        from.join(peer, sources);
        Receiver receiver = new Receiver(loop, peer);
        receiver.receive();
        receiver.watchForSilence();
        printListening(peer.localAddress());
        loop.run();
        receiver.printRemarks();
        out().println(receiver.results());
    }

    /** Asks for the next datagram as soon as one has come. */
    private final class Receiver {

        private static final long TICK_NS = 100_000_000;
        private static final int SILENT_TICKS = 10;

        private final ReactorLoop loop;
        private final MulticastPeer peer;
        private final UnsafeBuffer buffer = Memory.allocate(MAX_DATAGRAM);
        private final Throughput throughput = new Throughput();
        private final SequenceCounter sequence = new SequenceCounter();
        private final ReceiveHandler onReceive = this::onReceive;
        private final BatchHandler onBatch = this::onBatch;
        private final DatagramInfo info = new DatagramInfo();
        private final DatagramAge age = new DatagramAge();
        private final DatagramBatch datagrams = batch > 1 || timestamps != Timestamps.NONE
                ? new DatagramBatch(batch, MAX_BATCHED, DatagramInfo.CONTROL_LENGTH) : null;
        private final TimerHandler onTick = this::onTick;
        private Throughput.Measured measured;
        private long granted;
        private long drops;
        private long packetsAtTick;
        private int silentTicks;

        Receiver(ReactorLoop loop, MulticastPeer peer) throws IOException {
            this.loop = loop;
            this.peer = peer;
            granted = peer.receiveBufferBytes();
        }

        void receive() {
            if (datagrams == null) {
                peer.asyncReceive(buffer, 0, MAX_DATAGRAM, onReceive);
            } else {
                peer.asyncReceive(datagrams, onBatch);
            }
        }

        private void onBatch(IoStatus status, int received) {
            if (status != IoStatus.OK) {
                loop.fail(status == IoStatus.FAILED ? peer.failure().getMessage() : peer + ": " + status);
                return;
            }
            for (int i = 0; i < received && throughput.messages() < count; i++) {
                if (datagrams.length(i) < Long.BYTES) {
                    loop.fail(noNumber(datagrams.length(i), datagrams.endpoint(i)));
                    return;
                }
                sequence.arrived(datagrams.buffer().getLong(datagrams.offset(i), ByteOrder.BIG_ENDIAN));
                throughput.count(datagrams.length(i));
                if (peer.hasTimestamps()) {
                    info.read(datagrams, i);
                    age.arrived(info);
                }
            }
            if (throughput.messages() < count) {
                receive();
            } else {
                end();
            }
        }

        private void onReceive(IoStatus status, int length, Endpoint source) {
            if (status != IoStatus.OK) {
                loop.fail(status == IoStatus.FAILED ? peer.failure().getMessage() : peer + ": " + status);
            } else if (length < Long.BYTES) {
                loop.fail(noNumber(length, source));
            } else {
                sequence.arrived(buffer.getLong(0, ByteOrder.BIG_ENDIAN));
                throughput.count(length);
                if (throughput.messages() < count) {
                    receive();
                } else {
                    end();
                }
            }
        }

        private String noNumber(int length, Endpoint source) {
            return "a datagram of " + length + " bytes from " + source + " has no sequence number";
        }

        void watchForSilence() {
            new Timer(loop.reactor()).scheduleAtFixedRate(TICK_NS, onTick);
        }

        private void onTick(Timer timer) {
            long packets = throughput.messages();
            silentTicks = packets == packetsAtTick ? silentTicks + 1 : 0;
            packetsAtTick = packets;
            if (packets > 0 && silentTicks >= SILENT_TICKS) {
                end();
            }
        }

        /** What the kernel granted and dropped, and how old the datagrams were. */
        void printRemarks() throws IOException {
            out().println("receive buffer: granted=" + granted + " kernel_drops=" + drops);
            if (timestamps != Timestamps.NONE) {
                out().println(age.results(timestamps));
            }
        }

        private void end() {
            try {
                granted = peer.receiveBufferBytes();
                drops = peer.drops();
            } catch (IOException e) {
                loop.fail(e.getMessage());
            }
            measured = throughput.measure();
            loop.end();
        }

        /** The results, also of a command that was stopped by a signal. */
        String results() {
            if (measured == null) {
                measured = throughput.measure();
            }
            ThreadMeter cost = measured.cost();
            return new ResultLine(name())
                    .add("packets", throughput.messages())
                    .add("bytes", throughput.bytes())
                    .add("lost", sequence.lost())
                    .addRounded("cpu_ns_per_packet", cost.cpuNs(), measured.messages())
                    .addPer("alloc_bytes_per_packet", cost.allocatedBytes(), measured.messages())
                    .toString();
        }
    }
}
