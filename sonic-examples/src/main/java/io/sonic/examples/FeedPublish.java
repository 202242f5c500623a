package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.feed.mold.MoldPacket;
import io.sonic.feed.mold.MoldPublisher;
import io.sonic.feed.mold.MoldRequestServer;
import io.sonic.feed.mold.MoldStore;
import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How a feed is published, on several lines, with the faults that lines have. */
@Command(name = "feed-publish", description = {
    "Publishes a feed of made-up orders on one or more lines.",
    "Faults are of each line alone, the same for the same seed. lost_on_all counts the messages that no line sent, and"
        + " ends with the first and the last number of the feed."})
final class FeedPublish extends ReactorCommand {

    private static final String SESSION = "SONIC";
    private static final int MAX_PACKET = 1400;
    private static final int STORED_MESSAGES = 1 << 22;
    private static final int STORED_BYTES = 1 << 28;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long HEARTBEAT_NS = 250_000_000;

    @Option(names = "--protocol", paramLabel = "P", required = true, order = 1,
            description = "itch: MoldUDP64 with ITCH 5.0; mdp3: the packet header of CME with SBE; sequenced: 8 bytes"
                    + " of a number.")
    private FeedProtocol protocol;

    @Option(names = "--line", paramLabel = "GROUP:PORT@INTERFACE", required = true, order = 2,
            converter = FeedLine.Converter.class, description = "A line; once for each.")
    private List<FeedLine> lines;

    @Option(names = "--count", paramLabel = "N", defaultValue = "100000", order = 3,
            description = "Messages to publish, ${DEFAULT-VALUE} by default.")
    private long count;

    @Option(names = "--rate", paramLabel = "R", defaultValue = "10000", order = 4,
            description = "Messages in a second, ${DEFAULT-VALUE} by default; 0 sends as fast as it can.")
    private long rate;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "3", order = 5,
            description = "Messages of a packet at most, ${DEFAULT-VALUE} by default; sequenced has 1.")
    private int batch;

    @Option(names = "--loss", paramLabel = "P", defaultValue = "0", order = 6,
            description = "Percent of the packets that each line loses.")
    private double loss;

    @Option(names = "--reorder", paramLabel = "P", defaultValue = "0", order = 7,
            description = "Percent of the packets that up to three others overtake.")
    private double reorder;

    @Option(names = "--duplicate", paramLabel = "P", defaultValue = "0", order = 8,
            description = "Percent of the packets that are sent twice.")
    private double duplicate;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", order = 9,
            description = "Of messages and faults, ${DEFAULT-VALUE} by default.")
    private long seed;

    @Option(names = "--rerequest-port", paramLabel = "P", defaultValue = "-1", order = 10,
            description = "The port at which what was sent can be asked for again (itch); 0 lets the system choose, and"
                    + " the first line tells.")
    private int rerequestPort;

    @Option(names = "--linger", paramLabel = "D", defaultValue = "1s", order = 11,
            converter = DurationConverter.class,
            description = "How long the end of the session is repeated, and requests are answered (itch),"
                    + " ${DEFAULT-VALUE} by default.")
    private long lingerNs;

    @Override
    void checkOptions() {
        require("--count", count, 1, Integer.MAX_VALUE);
        require("--rate", rate, 0, NS_PER_SECOND);
        require("--batch", batch, 1, 20);
        requirePercent("--loss", loss);
        requirePercent("--reorder", reorder);
        requirePercent("--duplicate", duplicate);
        require("--rerequest-port", rerequestPort, -1, ListenOptions.MAX_PORT);
        if (rerequestPort >= 0 && protocol != FeedProtocol.ITCH) {
            throw wrongOption("--rerequest-port is for the protocol itch only");
        }
        for (FeedLine line : lines) {
            require("the port of --line", line.port(), 1, ListenOptions.MAX_PORT);
        }
    }

    private void requirePercent(String option, double value) {
        if (!(value >= 0 && value <= 100)) {
            throw wrongOption(option + " must be 0 to 100: " + value);
        }
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Publisher publisher = new Publisher(loop);
        publisher.start();
        loop.run();
        publisher.printResults();
    }

    /** Makes packets of messages when they are due, and gives each to every line. */
    private final class Publisher {

        private final ReactorLoop loop;
        private final Timer timer;
        private final TimerHandler onDue = due -> publishDue();
        private final TimerHandler onLinger = due -> linger();
        private final List<FaultyLine> faultyLines = new ArrayList<>();
        private final UnsafeBuffer message = Memory.allocate(MAX_PACKET);
        private final UnsafeBuffer packet = Memory.allocate(MAX_PACKET);
        private final FeedSource source = protocol == FeedProtocol.ITCH ? new ItchMarket(seed) : new MdpMarket(seed);
        private final long startNs;
        private MoldPublisher mold;
        private long messages;
        private long packets;
        private long lostOnAll;
        private long lingerUntilNs;
        private boolean ended;
        private CommandFailure failure;

        Publisher(ReactorLoop loop) throws IOException {
            this.loop = loop;
            timer = new Timer(loop.reactor());
            for (FeedLine line : lines) {
                faultyLines.add(open(line));
            }
            if (protocol == FeedProtocol.ITCH) {
                MoldStore store = new MoldStore((int) Math.min(count, STORED_MESSAGES),
                        (int) Math.min(STORED_BYTES, Math.max(1 << 17, count * 64)));
                mold = new MoldPublisher(SESSION, store, MAX_PACKET, this::sendMold);
                if (rerequestPort >= 0) {
                    MoldRequestServer server = MoldRequestServer.open(loop.reactor(),
                            new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), rerequestPort), SESSION, store,
                            MAX_PACKET);
                    printListening(server.localAddress());
                }
            }
            startNs = loop.reactor().nanoTime();
        }

        private FaultyLine open(FeedLine line) throws IOException {
            MulticastInterface through = line.networkInterface();
            MulticastPeer peer = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context()
                    .family(line.group() instanceof Inet6Address
                            ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)
                    .outbound(through));
            // A seed of its own: lines must not lose the same packets.
            return new FaultyLine(peer, new Endpoint().set(line.group(), line.port()),
                    new double[] {loss, reorder, duplicate}, seed * 1_000_003 + faultyLines.size());
        }

        void start() throws CommandFailure {
            publishDue();
        }

        private void publishDue() {
            try {
                long now = loop.reactor().nanoTime();
                int burst = 0;
                while (messages < count && burst++ < 64 && dueNs(messages) <= now - startNs) {
                    publishPacket();
                }
                if (failure != null) {
                    throw failure;
                }
                if (messages == count) {
                    end();
                } else {
                    timer.scheduleAt(startNs + dueNs(messages), onDue);
                }
            } catch (CommandFailure e) {
                loop.fail(e.getMessage());
            }
        }

        /** The time of a message after the first; in two parts, because the product would overflow. */
        private long dueNs(long index) {
            return rate == 0 ? 0 : index / rate * NS_PER_SECOND + index % rate * NS_PER_SECOND / rate;
        }

        private void publishPacket() throws CommandFailure {
            int inPacket = (int) Math.min(batch, count - messages);
            switch (protocol) {
                case ITCH -> {
                    for (int i = 0; i < inPacket; i++) {
                        mold.publish(message, 0, source.next(message, 0));
                    }
                    messages += inPacket;
                    mold.flush();
                }
                case MDP3 -> {
                    packet.putInt(0, (int) ++packets, ByteOrder.LITTLE_ENDIAN);
                    packet.putLong(Integer.BYTES, System.currentTimeMillis() * 1_000_000, ByteOrder.LITTLE_ENDIAN);
                    int length = Integer.BYTES + Long.BYTES;
                    for (int i = 0; i < inPacket; i++) {
                        length += source.next(packet, length);
                    }
                    messages += inPacket;
                    send(packet, 0, length, 1);
                }
                case SEQUENCED -> {
                    packet.putLong(0, ++packets, ByteOrder.BIG_ENDIAN);
                    messages++;
                    send(packet, 0, Long.BYTES + source.next(packet, Long.BYTES), 1);
                }
            }
        }

        private void sendMold(DirectBuffer buffer, int offset, int length) {
            try {
                int ofMessages = MoldPacket.count(buffer, offset);
                if (ofMessages == 0 || ofMessages == MoldPacket.END_OF_SESSION) {
                    for (FaultyLine line : faultyLines) {
                        line.sendSurely(buffer, offset, length);
                    }
                } else {
                    packets++;
                    send(buffer, offset, length, ofMessages);
                }
            } catch (CommandFailure e) {
                failure = e;
            }
        }

        private void send(DirectBuffer buffer, int offset, int length, int numbers) throws CommandFailure {
            boolean any = false;
            for (FaultyLine line : faultyLines) {
                any |= line.send(buffer, offset, length);
            }
            lostOnAll += any ? 0 : numbers;
        }

        private void end() throws CommandFailure {
            for (FaultyLine line : faultyLines) {
                line.flush();
            }
            ended = true;
            if (mold == null) {
                loop.end();
                return;
            }
            lingerUntilNs = loop.reactor().nanoTime() + lingerNs;
            mold.endOfSession();
            timer.scheduleWithFixedDelay(Math.min(HEARTBEAT_NS, Math.max(1, lingerNs / 4)), onLinger);
        }

        private void linger() {
            mold.heartbeat();
            if (failure != null) {
                loop.fail(failure.getMessage());
            } else if (loop.reactor().nanoTime() - lingerUntilNs >= 0) {
                timer.cancel();
                loop.end();
            }
        }

        void printResults() {
            for (int i = 0; i < faultyLines.size(); i++) {
                out().println(faultyLines.get(i).results(i));
            }
            long last = protocol == FeedProtocol.ITCH ? messages : packets;
            out().println(new ResultLine(name())
                    .add("messages", messages).add("packets", packets).add("lost_on_all", lostOnAll)
                    .add("first", 1).add("last", last)
                    .addPerSecond("messages_per_s", messages, loop.reactor().nanoTime() - startNs
                            - (ended && mold != null ? lingerNs : 0)));
        }
    }
}
