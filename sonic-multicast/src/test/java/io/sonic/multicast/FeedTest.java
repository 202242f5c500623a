package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import io.sonic.Endpoint;
import io.sonic.Reactor;
import io.sonic.feed.Arbiter;
import io.sonic.feed.Feed;
import io.sonic.feed.FeedHandler;
import io.sonic.feed.NumberedFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A feed of two lines, two groups on one link, over real sockets.
 */
@ParameterizedClass
@MethodSource("io.sonic.multicast.Link#all")
class FeedTest extends MulticastFixture implements FeedHandler {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int PACKETS = 30_000;
    private static final int MAX_ROUNDS = 20;
    private static final int LENGTH = 200;

    private final List<String> events = new ArrayList<>();
    private final UnsafeBuffer packet = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private final Endpoint[] destinations = {new Endpoint(), new Endpoint()};
    private Feed feed;
    private MulticastPeer sender;
    private boolean counting;
    private long counted;

    FeedTest(Link link) {
        super(link);
    }

    @BeforeEach
    void openSender2() throws IOException {
        sender = openSender();
    }

    @Test
    void makesOneStreamOfTwoLines() throws IOException {
        open(new Arbiter.Context(NumberedFormat.sequenced()).startAt(1).gapTimeoutNs(50_000_000));
        send(0, 1);
        send(0, 4);
        send(1, 1);
        send(1, 2);
        send(0, 5);
        await(() -> events.contains("5"));

        assertThat(events).containsExactly("1", "2", "lost 3-3", "4", "5");
        assertThat(feed.arbiter().statistics().delivered()).isEqualTo(4);
        assertThat(feed.arbiter().statistics(0).packets()).isEqualTo(3);
        assertThat(feed.arbiter().statistics(1).packets()).isEqualTo(2);
        assertThat(feed.arbiter().statistics(1).skew().count()).isEqualTo(1);
        feed.close();
        assertThat(feed.peer(0).isOpen()).isFalse();
        assertThat(feed.peer(1).isOpen()).isFalse();
    }

    @Test
    void allocatesNothingPerPacket() throws IOException {
        open(new Arbiter.Context(NumberedFormat.sequenced()).startAt(1).gapTimeoutNs(10_000_000_000L));
        counting = true;
        long allocated = Long.MAX_VALUE;
        int rounds = 0;
        // Until the compiler has come to all of it, which takes as long as it takes on a busy machine.
        while (allocated > 0 && rounds < MAX_ROUNDS) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            exchange(1 + (long) rounds++ * PACKETS);
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        }

        assertThat(allocated).as("bytes allocated for %d packets", 2 * PACKETS).isZero();
        assertThat(counted).isEqualTo((long) rounds * PACKETS);
        assertThat(feed.arbiter().statistics().lost()).isZero();
    }

    /**
     * Sends each packet on both lines; one of ten comes before the one that it follows.
     */
    private void exchange(long first) {
        for (long i = 0; i < PACKETS; i++) {
            long number = first + (i % 10 == 0 ? i + 1 : i % 10 == 1 ? i - 1 : i);
            send(0, number);
            send(1, number);
            reactor.poll();
        }
        long until = first + PACKETS - 1;
        while (feed.arbiter().expected() <= until) {
            reactor.poll();
        }
        while (feed.arbiter().statistics(0).packets() + feed.arbiter().statistics(1).packets() < 2 * until) {
            reactor.poll();
        }
    }

    @Test
    void countsWhatDoesNotFitAndWhatTheKernelDrops() throws IOException {
        open(new Arbiter.Context(NumberedFormat.sequenced()).startAt(1).slots(64, 256));
        packet.putLong(0, 1, ByteOrder.BIG_ENDIAN);
        sender.trySend(packet, 0, 300, destinations[0]);
        sender.trySend(packet, 0, 7, destinations[0]);
        send(0, 1);
        await(() -> events.contains("1"));
        assertThat(feed.arbiter().statistics(0).malformed()).isEqualTo(2);

        for (int i = 0; i < 3000; i++) {
            send(1, 2 + i);
        }
        await(() -> feed.arbiter().statistics(1).packets() > 0);
        feed.readKernelDrops();
        assertThat(feed.arbiter().statistics(1).kernelDrops()).isPositive();
        assertThat(feed.arbiter().statistics(0).kernelDrops()).isZero();
    }

    @Test
    void goesOnWhenAHandlerThrows() throws IOException {
        List<String> thrown = new ArrayList<>();
        reactor.close();
        reactor = Reactor.open(new Reactor.Context().errorHandler(failure -> thrown.add(failure.getMessage())));
        sender = openSender();
        feed = Feed.open(reactor, new Arbiter.Context(NumberedFormat.sequenced()).startAt(1),
                (sequence, buffer, offset, length) -> {
                    events.add("" + sequence);
                    throw new IllegalStateException("handler of " + sequence);
                });
        addLines();
        send(0, 1);
        await(() -> thrown.size() == 1);
        send(0, 2);
        await(() -> thrown.size() == 2);

        assertThat(events).containsExactly("1", "2");
        assertThat(thrown).containsExactly("handler of 1", "handler of 2");
    }

    @Test
    void keepsSourcesOutWhereTheStackCanNot() throws IOException {
        feed = Feed.open(reactor, new Arbiter.Context(NumberedFormat.sequenced()).startAt(1), this);
        MulticastPeer peer = open(context());
        peer.join(link.group(1), link.receiver());
        destinations[0].set(link.group(1), port(peer));
        feed.addLine(peer, 4, new SourceFilter(FilterMode.EXCLUDE, List.of(link.second())));
        MulticastPeer mine = sender;
        sender = openSender(link, link.second());
        send(0, 1);
        sender = mine;
        send(0, 1);
        send(0, 2);
        await(() -> events.contains("2"));

        assertThat(events).containsExactly("1", "2");
        assertThat(feed.arbiter().statistics(0).foreign()).isEqualTo(1);
        assertThat(feed.arbiter().statistics(0).packets()).isEqualTo(2);
        SourceFilter include = new SourceFilter(FilterMode.INCLUDE, List.of(link.first()));
        assertThat(include.accepts(new Endpoint().set(link.first(), 1))).isTrue();
        assertThat(include.accepts(new Endpoint().set(link.second(), 1))).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SourceFilter(FilterMode.INCLUDE, List.of(link.group(1))))
                .withMessage("no source of datagrams: " + link.group(1).getHostAddress());
    }

    @Test
    void canBeClosedByItsHandler() throws IOException {
        Feed[] closing = new Feed[1];
        feed = Feed.open(reactor, new Arbiter.Context(NumberedFormat.sequenced()).startAt(1),
                (sequence, buffer, offset, length) -> {
                    events.add("" + sequence);
                    closing[0].close();
                });
        closing[0] = feed;
        addLines();
        send(0, 1);
        send(0, 2);
        await(() -> !events.isEmpty());

        assertThat(events).containsExactly("1");
        assertThat(feed.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> feed.addLine(sender)).withMessage("the feed is closed");
    }

    @Test
    void saysThatALineIsSilent() throws IOException {
        open(new Arbiter.Context(NumberedFormat.sequenced()).startAt(1).silenceTimeoutNs(20_000_000));
        send(0, 1);
        await(() -> events.contains("silent 0") && events.contains("silent 1"));
        send(1, 2);
        await(() -> events.contains("2"));

        assertThat(events).contains("back 1").doesNotContain("back 0");
    }

    @Test
    void refusesAPeerOfAnotherReactor() throws IOException {
        open(new Arbiter.Context(NumberedFormat.sequenced()));
        try (Reactor other = Reactor.open()) {
            MulticastPeer peer = MulticastPeer.open(other, context());
            assertThatIllegalArgumentException().isThrownBy(() -> feed.addLine(peer))
                    .withMessageStartingWith("the peer is on another reactor: ");
        }
    }

    private void open(Arbiter.Context context) throws IOException {
        feed = Feed.open(reactor, context, this);
        addLines();
    }

    private void addLines() throws IOException {
        for (int line = 0; line < 2; line++) {
            MulticastPeer peer = open(context().timestamps(Timestamps.SOFTWARE));
            peer.join(link.group(line + 1), link.receiver());
            destinations[line].set(link.group(line + 1), port(peer));
            assertThat(feed.addLine(peer)).isEqualTo(line);
        }
    }

    private void send(int line, long number) {
        packet.putLong(0, number, ByteOrder.BIG_ENDIAN);
        if (sender.trySend(packet, 0, LENGTH, destinations[line]) != LENGTH) {
            throw new AssertionError(sender.failure());
        }
    }

    @Override
    public void onMessage(long sequence, DirectBuffer buffer, int offset, int length) {
        if (counting) {
            counted++;
        } else {
            events.add(Long.toString(sequence));
        }
    }

    @Override
    public void onLost(long first, long last) {
        events.add("lost " + first + "-" + last);
    }

    @Override
    public void onLineSilent(int line) {
        events.add("silent " + line);
    }

    @Override
    public void onLineBack(int line) {
        events.add("back " + line);
    }
}
