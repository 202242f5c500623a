package io.sonic.examples;

import io.sonic.Timer;
import io.sonic.feed.Arbiter;
import io.sonic.feed.Feed;
import io.sonic.feed.FeedHandler;
import io.sonic.feed.FeedStatistics;
import io.sonic.feed.LineStatistics;
import io.sonic.feed.mold.MoldRequestClient;
import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import io.sonic.multicast.Timestamps;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.agrona.DirectBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How several lines become one feed without holes, and what each of them is good for. */
@Command(name = "feed-receive", description = {
    "Receives a feed from one or more lines: the first copy of each message, in order.",
    "Ends with the session (itch), after N messages, or when all lines are silent. delivered, duplicates, recovered and"
        + " lost count messages (itch) or packets; gaps counts ranges that were missing when a later one came."})
final class FeedReceive extends ReactorCommand {

    private static final int RECEIVE_BUFFER = 8 * 1024 * 1024;
    private static final long RECOVERY_NS = 2_000_000_000;
    private static final long ANSWER_NS = 100_000_000;
    private static final int ATTEMPTS = 5;
    private static final long TICK_NS = 10_000_000;
    private static final int TICKS_PER_REPORT = 100;

    @Option(names = "--protocol", paramLabel = "P", required = true, order = 1,
            description = "itch: MoldUDP64 with ITCH 5.0; mdp3: the packet header of CME with SBE; sequenced: 8 bytes"
                    + " of a number, big endian.")
    private FeedProtocol protocol;

    @Option(names = "--line", paramLabel = "GROUP:PORT@INTERFACE", required = true, order = 2,
            converter = FeedLine.Converter.class, description = "A line; once for each.")
    private List<FeedLine> lines;

    @Option(names = "--source", paramLabel = "S", order = 3, converter = SourceConverter.class,
            description = "Only what this host sends; several times for several.")
    private List<InetAddress> sources = List.of();

    @Option(names = "--gap-timeout", paramLabel = "D", defaultValue = "1ms", order = 4,
            converter = DurationConverter.class,
            description = "How long a gap waits for the other lines, ${DEFAULT-VALUE} by default.")
    private long gapTimeoutNs;

    @Option(names = "--rerequest", paramLabel = "H:P", order = 5,
            description = "The server that is asked for what no line brought (itch).")
    private String rerequest;

    @Option(names = "--from", paramLabel = "N", defaultValue = "-1", order = 6,
            description = "The number that the feed begins with: what is missing from there on is a gap. By default the"
                    + " first that comes.")
    private long from;

    @Option(names = "--count", paramLabel = "N", order = 7, description = "Ends after so many were delivered.")
    private long count = Long.MAX_VALUE;

    @Option(names = "--idle-exit", paramLabel = "D", order = 8, converter = DurationConverter.class,
            description = "Ends when no line brought anything for so long, after the first packet.")
    private long idleExitNs = Long.MAX_VALUE;

    @Override
    void checkOptions() {
        require("--count", count, 1, Long.MAX_VALUE);
        require("--from", from, -1, Long.MAX_VALUE);
        require("--idle-exit", idleExitNs, 1, Long.MAX_VALUE);
        if (rerequest != null && protocol != FeedProtocol.ITCH) {
            throw wrongOption("--rerequest is for the protocol itch only");
        }
        if (rerequest != null && !rerequest.matches(".+:\\d{1,5}")) {
            throw wrongOption("--rerequest must be HOST:PORT: " + rerequest);
        }
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        Rehearsal.run(loop);
        Receiver receiver = new Receiver(loop);
        loop.run();
        receiver.printResults();
    }

    private MoldRequestClient rerequestClient(ReactorLoop loop) throws IOException {
        int colon = rerequest.lastIndexOf(':');
        InetSocketAddress server = new InetSocketAddress(
                rerequest.substring(0, colon), Integer.parseInt(rerequest.substring(colon + 1)));
        if (server.isUnresolved()) {
            throw new CommandFailure("unknown host: " + rerequest.substring(0, colon));
        }
        return MoldRequestClient.open(loop.reactor(), server, ANSWER_NS, ATTEMPTS);
    }

    /** The feed, and what is made of it. */
    private final class Receiver implements FeedHandler {

        private final ReactorLoop loop;
        private final Feed feed;
        private final FeedView view = switch (protocol) {
            case ITCH -> new ItchView();
            case MDP3 -> new MdpView();
            case SEQUENCED -> null;
        };
        private MoldRequestClient client;
        private long packetsAtTick;
        private long silentNs;
        private int ticks;

        Receiver(ReactorLoop loop) throws IOException {
            this.loop = loop;
            Arbiter.Context context = new Arbiter.Context(protocol.format()).gapTimeoutNs(gapTimeoutNs)
                    .capacity(1 << 16);
            if (from >= 0) {
                context.startAt(from);
            }
            if (rerequest != null) {
                client = rerequestClient(loop);
                context.recovery(client, RECOVERY_NS);
            }
            feed = Feed.open(loop.reactor(), context, this);
            for (FeedLine line : lines) {
                MulticastPeer peer = open(line);
                feed.addLine(peer);
                out().println("listening on " + line.at(peer.localAddress().getPort()));
                out().flush();
            }
            new Timer(loop.reactor()).scheduleAtFixedRate(TICK_NS, this::onTick);
        }

        private MulticastPeer open(FeedLine line) throws IOException {
            MulticastInterface on = line.networkInterface();
            MulticastPeer.Context context = new MulticastPeer.Context().bindToGroup(line.group()).port(line.port())
                    .receiveBufferBytes(RECEIVE_BUFFER).timestamps(Timestamps.SOFTWARE);
            if (line.group() instanceof Inet6Address) {
                // With IPv6 the kernel would give this line what another one joined elsewhere.
                context.inbound(on);
            }
            MulticastPeer peer = MulticastPeer.open(loop.reactor(), context);
            if (sources.isEmpty()) {
                peer.join(line.group(), on);
            }
            for (InetAddress source : sources) {
                peer.joinSource(line.group(), source, on);
            }
            return peer;
        }

        @Override
        public void onMessage(long sequence, DirectBuffer buffer, int offset, int length) {
            if (view != null) {
                view.onMessage(buffer, offset, length);
            }
            if (feed.arbiter().statistics().delivered() == count) {
                end();
            }
        }

        @Override
        public void onLost(long first, long last) {
            if (view != null) {
                view.onLost();
            }
        }

        @Override
        public void onEndOfSession(long next) {
            end();
        }

        @Override
        public void onLineSilent(int line) {
            if (packets() > 0) {
                out().println("line " + line + " is silent");
                out().flush();
            }
        }

        @Override
        public void onLineBack(int line) {
            out().println("line " + line + " is back");
            out().flush();
        }

        @Override
        public void onLineFailed(int line, IOException reason) {
            out().println("line " + line + ": " + reason.getMessage());
            out().flush();
        }

        private void end() {
            readDrops();
            loop.end();
        }

        private void onTick(Timer timer) {
            long packets = packets();
            silentNs = packets == packetsAtTick ? silentNs + TICK_NS : 0;
            packetsAtTick = packets;
            if (packets > 0 && silentNs >= idleExitNs) {
                end();
            } else if (++ticks % TICKS_PER_REPORT == 0 && packets > 0) {
                readDrops();
                report();
            }
        }

        private long packets() {
            long packets = 0;
            for (int i = 0; i < feed.arbiter().lineCount(); i++) {
                packets += feed.arbiter().statistics(i).packets();
            }
            return packets;
        }

        private void readDrops() {
            try {
                feed.readKernelDrops();
            } catch (IOException e) {
                loop.fail(e.getMessage());
            }
        }

        private void report() {
            FeedStatistics statistics = feed.arbiter().statistics();
            StringBuilder text = new StringBuilder("delivered=").append(statistics.delivered())
                    .append(" gaps=").append(statistics.gaps()).append(" recovered=").append(statistics.recovered())
                    .append(" lost=").append(statistics.lost());
            if (view != null) {
                view.appendTop(text);
            }
            out().println(text);
            out().flush();
        }

        /** The results, also of a command that was stopped by a signal. */
        void printResults() {
            Arbiter arbiter = feed.arbiter();
            FeedStatistics statistics = arbiter.statistics();
            if (view != null) {
                StringBuilder top = new StringBuilder("top of book:");
                view.appendTop(top);
                out().println(top);
                if (view.unreadable() > 0) {
                    out().println("messages that could not be read: " + view.unreadable());
                }
            }
            if (client != null) {
                out().println("re-requests: sent=" + client.requests() + " answered=" + client.answers()
                        + " timeouts=" + client.timeouts() + " wrong=" + client.wrongAnswers());
            }
            for (int i = 0; i < arbiter.lineCount(); i++) {
                LineStatistics line = arbiter.statistics(i);
                out().println("line " + i + " behind the first copy: p50_ns=" + line.skew().percentileNs(50)
                        + " p99_ns=" + line.skew().percentileNs(99) + " max_ns=" + line.skew().maxNs()
                        + "; malformed=" + line.malformed() + " foreign=" + line.foreign()
                        + " refused=" + line.refused());
            }
            for (int i = 0; i < arbiter.lineCount(); i++) {
                LineStatistics line = arbiter.statistics(i);
                out().println(new ResultLine("line " + i)
                        .add("packets", line.packets()).add("wins", line.wins()).add("late", line.late())
                        .add("missing", arbiter.missing(i)).add("kernel_drops", line.kernelDrops()));
            }
            out().println(new ResultLine(name())
                    .add("delivered", statistics.delivered()).add("duplicates", statistics.duplicates())
                    .add("gaps", statistics.gaps()).add("recovered", statistics.recovered())
                    .add("lost", statistics.lost()).add("first", statistics.first()).add("last", statistics.last()));
        }
    }

    /** Takes addresses only, as the kernel does. */
    static final class SourceConverter implements ITypeConverter<InetAddress> {

        @Override
        public InetAddress convert(String text) {
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' is no address");
            }
        }
    }
}
