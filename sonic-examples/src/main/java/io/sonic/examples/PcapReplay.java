package io.sonic.examples;

import io.sonic.Endpoint;
import io.sonic.IoStatus;
import io.sonic.Timer;
import io.sonic.TimerHandler;
import io.sonic.WriteHandler;
import io.sonic.multicast.MulticastInterface;
import io.sonic.multicast.MulticastPeer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a recorded feed is sent again. */
@Command(name = "pcap-replay", description = {
    "Sends the multicast datagrams of a capture again: pcap or pcapng; Ethernet, VLAN, Linux cooked, or raw IP.",
    "Each goes to the group and port that it was recorded from, or to what --map says. skipped counts packets that are"
        + " no datagrams to a group, fragments, and datagrams that were not captured whole."})
final class PcapReplay extends ReactorCommand {

    private static final int MAX_DATAGRAM = 65_536;

    @Option(names = "--file", paramLabel = "F", required = true, order = 1, description = "The capture.")
    private Path file;

    @Option(names = "--interface", paramLabel = "I", required = true, order = 2,
            description = "Where it is sent: a name, an index, or an address of it.")
    private String interfaceName;

    @Option(names = "--speed", paramLabel = "X", defaultValue = "1", order = 3,
            description = "1, the default, keeps the pauses of the capture, 10 makes them ten times shorter; 0 sends as"
                    + " fast as it can.")
    private double speed;

    @Option(names = "--map", paramLabel = "GROUP:PORT=GROUP:PORT", order = 4, converter = MappingConverter.class,
            description = "Sends what was recorded from the first to the second; once for each.")
    private List<Mapping> mappings = List.of();

    /** From where to where. */
    record Mapping(InetSocketAddress from, InetSocketAddress to) {
    }

    @Override
    void checkOptions() {
        if (!(speed >= 0 && speed <= 1e9)) {
            throw wrongOption("--speed must be 0 to 1000000000: " + speed);
        }
    }

    @Override
    void run(ReactorLoop loop) throws IOException {
        MulticastInterface through = MulticastInterface.of(interfaceName);
        try (PacketCapture capture = PacketCapture.open(file)) {
            Sender sender = new Sender(loop, capture, through);
            sender.next();
            try {
                loop.run();
            } finally {
                out().println(sender.results());
            }
        }
    }

    /** Sends a datagram when it is due, and then looks for the next one. */
    private final class Sender {

        private final ReactorLoop loop;
        private final PacketCapture capture;
        private final MulticastInterface through;
        private final Timer timer;
        private final UdpFrame frame = new UdpFrame();
        private final UnsafeBuffer datagram = Memory.allocate(MAX_DATAGRAM);
        private final Map<InetSocketAddress, Endpoint> destinations = new HashMap<>();
        private final MulticastPeer[] peers = new MulticastPeer[2]; // of IPv4 and of IPv6
        private final WriteHandler onSent = this::onSent;
        private final TimerHandler onDue = due -> send();
        private final long startNs;
        private Endpoint destination;
        private MulticastPeer peer;
        private long firstNs = Long.MIN_VALUE;
        private long packets;
        private long sent;
        private long bytes;
        private long skipped;

        Sender(ReactorLoop loop, PacketCapture capture, MulticastInterface through) {
            this.loop = loop;
            this.capture = capture;
            this.through = through;
            timer = new Timer(loop.reactor());
            startNs = loop.reactor().nanoTime();
        }

        void next() {
            try {
                while (capture.next()) {
                    packets++;
                    if (isForAGroup()) {
                        schedule();
                        return;
                    }
                    skipped++;
                }
                loop.end();
            } catch (IOException e) {
                loop.fail(e.getMessage());
            }
        }

        private boolean isForAGroup() throws IOException {
            if (frame.read(capture.bytes(), capture.offset(), capture.length(), capture.linkType())
                    != UdpFrame.Kind.UDP) {
                return false;
            }
            InetSocketAddress recorded = new InetSocketAddress(frame.destination(), frame.port());
            InetSocketAddress to = recorded;
            for (Mapping mapping : mappings) {
                if (mapping.from.equals(recorded)) {
                    to = mapping.to;
                }
            }
            if (!to.getAddress().isMulticastAddress() || to.getPort() == 0) {
                return false;
            }
            destination = destinations.computeIfAbsent(to, Endpoint::of);
            peer = peer(to.getAddress() instanceof Inet6Address ? 1 : 0);
            datagram.putBytes(0, capture.bytes(), frame.payloadOffset(), frame.payloadLength());
            return true;
        }

        private MulticastPeer peer(int family) throws IOException {
            if (peers[family] == null) {
                peers[family] = MulticastPeer.open(loop.reactor(), new MulticastPeer.Context()
                        .family(family == 1 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)
                        .outbound(through));
            }
            return peers[family];
        }

        private void schedule() {
            if (firstNs == Long.MIN_VALUE) {
                firstNs = capture.timeNs();
            }
            double afterNs = speed == 0 ? 0 : Math.max(0, capture.timeNs() - firstNs) / speed;
            timer.scheduleAt(startNs + (long) Math.min(afterNs, Long.MAX_VALUE / 4.0), onDue);
        }

        private void send() {
            peer.asyncSend(datagram, 0, frame.payloadLength(), destination, onSent);
        }

        private void onSent(IoStatus status, int length) {
            if (status == IoStatus.OK) {
                sent++;
                bytes += length;
                next();
            } else {
                loop.fail(destination + ": " + (peer.failure() == null ? status : peer.failure().getMessage()));
            }
        }

        /** The results, also of a capture that is cut off. */
        String results() {
            return new ResultLine(name()).add("packets", packets).add("sent", sent).add("bytes", bytes)
                    .add("skipped", skipped).toString();
        }
    }

    /** Reads {@code GROUP:PORT=GROUP:PORT}. */
    static final class MappingConverter implements ITypeConverter<Mapping> {

        @Override
        public Mapping convert(String text) {
            String[] sides = text.split("=", -1);
            if (sides.length != 2) {
                throw new TypeConversionException("'" + text + "' is not GROUP:PORT=GROUP:PORT");
            }
            InetSocketAddress to = address(sides[1]);
            if (!to.getAddress().isMulticastAddress()) {
                throw new TypeConversionException("'" + sides[1] + "' is no multicast group");
            }
            return new Mapping(address(sides[0]), to);
        }

        private static InetSocketAddress address(String text) {
            int colon = text.lastIndexOf(':');
            try {
                String host = text.substring(0, colon);
                InetAddress address = InetAddress.ofLiteral(
                        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host);
                return new InetSocketAddress(address, Integer.parseInt(text.substring(colon + 1)));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new TypeConversionException("'" + text + "' is not ADDRESS:PORT");
            }
        }
    }
}
