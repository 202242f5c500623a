package io.sonic.examples;

import io.sonic.CodecStream;
import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.ItemHandler;
import io.sonic.ReceiveHandler;
import io.sonic.TcpStream;
import io.sonic.UdpSocket;
import io.sonic.WriteHandler;
import io.sonic.buffers.BipBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How to keep packets while others are missing, and ask for those at once. */
@Command(name = "replay-packets", description = {
    "Runs a feed over UDP that loses packets, a service over TCP that sends them again, and a receiver.",
    "The receiver keeps what comes early in a bip buffer, and asks for what is missing as soon as it is known.",
    "Prints each step: present is the last packet before the first gap, future the last that has arrived."})
final class ReplayPackets extends ReactorCommand {

    private static final int MAX_COUNT = 100_000;

    @Option(names = "--count", paramLabel = "N", defaultValue = "7", order = 1,
            description = "Packets of the feed, ${DEFAULT-VALUE} by default.")
    private int count;

    @Option(names = "--lose", paramLabel = "N", split = ",", defaultValue = "2,4,6", order = 2,
            description = "Numbers of packets that the feed loses, ${DEFAULT-VALUE} by default, 0 for none; the last"
                    + " packet is never lost.")
    private Set<Integer> lost = new TreeSet<>();

    @Option(names = "--quiet", order = 3, description = "Prints the last line alone.")
    private boolean quiet;

    @Override
    void checkOptions() {
        require("--count", count, 1, MAX_COUNT);
        for (int number : lost) {
            require("--lose", number, 0, MAX_COUNT);
        }
        lost.removeIf(number -> number >= count);
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        UdpSocket socket = UdpSocket.open(loop.reactor(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        TcpStream stream = TcpStream.open(loop.reactor());
        try (ReplayFeed feed = new ReplayFeed(loop, count, lost);
                Receiver receiver = new Receiver(loop, socket, FrameServer.open(stream))) {
            stream.asyncConnect(feed.service(), ServerOptions.CONNECT_TIMEOUT_NS, status -> {
                if (status == IoStatus.OK) {
                    feed.start(Endpoint.of(socket.localAddress()));
                    receiver.start();
                } else {
                    loop.fail(stream.failure().getMessage());
                }
            });
            loop.run();
            socket.close();
            print(receiver.results());
        }
    }

    /** Hands packets out in order. */
    private final class Receiver implements AutoCloseable {

        private static final int CAPACITY = 1 << 20;

        private final ReactorLoop loop;
        private final UdpSocket feed;
        private final CodecStream<DirectBuffer> service;
        private final BipBuffer early = BipBuffer.allocate(CAPACITY);
        private final GapTracker tracker = new GapTracker();
        private final ArrayDeque<long[]> requests = new ArrayDeque<>();
        private final UnsafeBuffer request = Memory.allocate(ReplayFeed.REQUEST_LENGTH);
        private final Watchdog watchdog;
        private final ReceiveHandler onReceived = this::onReceived;
        private final ItemHandler<DirectBuffer> onReplayed = this::onReplayed;
        private final WriteHandler onRequested = this::onRequested;
        private int room;
        private long kept;
        private long replayed;

        Receiver(ReactorLoop loop, UdpSocket feed, CodecStream<DirectBuffer> service) {
            this.loop = loop;
            this.feed = feed;
            this.service = service;
            watchdog = new Watchdog(loop.reactor(), "the feed", tracker::present, loop::fail);
        }

        void start() {
            watchdog.start();
            receive();
            service.asyncRead(onReplayed);
        }

        private void receive() {
            room = early.claim(ReplayFeed.PACKET_LENGTH);
            if (room == BipBuffer.INSUFFICIENT_CAPACITY) {
                loop.fail("no room for more early packets, and packet " + (tracker.present() + 1) + " is missing");
            } else {
                feed.asyncReceive(early.buffer(), room, ReplayFeed.PACKET_LENGTH, onReceived);
            }
        }

        private void onReceived(IoStatus status, int length, Endpoint source) {
            if (status != IoStatus.OK) {
                if (status != IoStatus.CLOSED) {
                    loop.fail("the feed: " + status);
                }
                return;
            }
            long sequence = TextPacket.sequence(early.buffer(), room);
            boolean gap = tracker.arrived(sequence);
            if (tracker.isNext(sequence)) {
                handOut(early.buffer(), room, length);
                handOutKept();
            } else if (!tracker.isBehind(sequence)) {
                early.commit(length);
                kept++;
            }
            step("read " + sequence, gap ? sequence - 1 : 0);
            if (gap) {
                request(tracker.gapFirst(), sequence - 1);
            }
            endOrReceive();
        }

        private void endOrReceive() {
            if (tracker.present() == count) {
                loop.end();
            } else {
                receive();
            }
        }

        private void onReplayed(IoStatus status, DirectBuffer packet) {
            if (status != IoStatus.OK) {
                if (status != IoStatus.CLOSED) {
                    loop.fail("the replay service: " + status);
                }
                return;
            }
            long sequence = TextPacket.sequence(packet, 0);
            replayed++;
            if (tracker.isNext(sequence)) {
                handOut(packet, 0, packet.capacity());
                handOutKept();
            }
            step(sequence + " is replayed", 0);
            if (tracker.present() == count) {
                loop.end();
            } else {
                service.asyncRead(onReplayed);
            }
        }

        private void handOutKept() {
            while (!early.isEmpty() && tracker.isNext(TextPacket.sequence(early.buffer(), early.packetOffset()))) {
                handOut(early.buffer(), early.packetOffset(), early.packetLength());
                early.consume();
            }
        }

        private void handOut(DirectBuffer buffer, int offset, int length) {
            if (!TextPacket.isValid(buffer, offset, length)) {
                loop.fail("packet " + (tracker.present() + 1) + " has changed on its way");
            }
            tracker.handedOut();
        }

        /** Asks for packets; one request after the other. */
        private void request(long first, long last) {
            requests.add(new long[] {first, last});
            if (requests.size() == 1) {
                sendRequest();
            }
        }

        private void sendRequest() {
            request.putLong(0, requests.peek()[0], ByteOrder.BIG_ENDIAN);
            request.putLong(Long.BYTES, requests.peek()[1], ByteOrder.BIG_ENDIAN);
            service.asyncWrite(request, onRequested);
        }

        private void onRequested(IoStatus status, int length) {
            requests.remove();
            if (status == IoStatus.FAILED) {
                loop.fail("the replay service: " + service.failure().getMessage());
            } else if (status == IoStatus.OK && !requests.isEmpty()) {
                sendRequest();
            }
        }

        private void step(String what, long gapLast) {
            if (quiet) {
                return;
            }
            String line = what + ": present=" + tracker.present() + " future=" + tracker.future();
            if (gapLast > 0) {
                line += ", replay " + tracker.gapFirst() + (gapLast > tracker.gapFirst() ? " to " + gapLast : "");
            }
            print(line);
        }

        String results() {
            return new ResultLine(name())
                    .add("packets", tracker.present())
                    .add("kept", kept)
                    .add("replayed", replayed)
                    .toString();
        }

        @Override
        public void close() {
            service.close();
            early.close();
        }
    }
}
