package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ReceiveHandler;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import java.nio.ByteOrder;
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
    private static final int RECEIVE_BUFFER = 8 * 1024 * 1024;

    @Mixin
    private GroupOptions from;

    @Option(names = "--count", paramLabel = "N", order = 4,
            description = "Datagrams to receive; without it, all until the silence.")
    private long count = Long.MAX_VALUE;

    @Override
    void checkOptions() {
        require("--port", from.port, 0, ListenOptions.MAX_PORT);
        require("--count", count, 1, Long.MAX_VALUE);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Rehearsal.run(loop);
        MulticastPeer peer = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context()
                .bindToGroup(from.group)
                .port(from.port)
                .receiveBufferBytes(RECEIVE_BUFFER));
        peer.join(from.group, from.networkInterface());
        Receiver receiver = new Receiver(loop, peer);
        receiver.receive();
        receiver.watchForSilence();
        printListening(peer.localAddress());
        loop.run();
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
        private final TimerHandler onTick = this::onTick;
        private Throughput.Measured measured;
        private long packetsAtTick;
        private int silentTicks;

        Receiver(ReactorLoop loop, MulticastPeer peer) {
            this.loop = loop;
            this.peer = peer;
        }

        void receive() {
            peer.asyncReceive(buffer, 0, MAX_DATAGRAM, onReceive);
        }

        private void onReceive(IoStatus status, int length, Endpoint source) {
            if (status != IoStatus.OK) {
                loop.fail(status == IoStatus.FAILED ? peer.failure().getMessage() : peer + ": " + status);
            } else if (length < Long.BYTES) {
                loop.fail("a datagram of " + length + " bytes from " + source + " has no sequence number");
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

        private void end() {
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
