package io.sonic.multicast;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Endpoint;
import io.sonic.Reactor;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A reactor, peers on a link, and the sockets counted before and after.
 */
abstract class MulticastFixture {
    private static final long PATIENCE_NS = 10_000_000_000L;

    final Link link;
    Reactor reactor;
    private final List<Throwable> thrown = new ArrayList<>();
    private final UnsafeBuffer outgoing = new UnsafeBuffer(ByteBuffer.allocateDirect(2048));
    private long socketsBefore;

    MulticastFixture(Link link) {
        this.link = link;
    }

    @BeforeEach
    void openReactor() throws IOException {
        socketsBefore = sockets();
        reactor = Reactor.open(new Reactor.Context().errorHandler(thrown::add));
    }

    @AfterEach
    void closeReactor() throws IOException {
        if (reactor != null) {
            reactor.close();
        }
        assertThat(thrown).as("thrown by handlers").isEmpty();
        assertThat(sockets()).as("open sockets").isEqualTo(socketsBefore);
    }

    MulticastPeer.Context context() {
        return new MulticastPeer.Context().family(link.family());
    }

    /**
     * Opens a peer that receives, bound to any address.
     */
    MulticastPeer open() throws IOException {
        return MulticastPeer.open(reactor, context());
    }

    MulticastPeer open(MulticastPeer.Context context) throws IOException {
        return MulticastPeer.open(reactor, context);
    }

    /**
     * Opens a peer that sends over the link from the link's first address.
     */
    MulticastPeer openSender() throws IOException {
        return openSender(link, link.first());
    }

    MulticastPeer openSender(Link through, InetAddress from) throws IOException {
        return MulticastPeer.open(reactor,
                new MulticastPeer.Context().bindToAddress(from).outbound(through.sender()).loop(false));
    }

    void send(MulticastPeer sender, InetAddress to, int port, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        outgoing.putBytes(0, bytes);
        int sent = sender.trySend(outgoing, 0, bytes.length, new Endpoint().set(to, port));
        assertThat(sent).as("sent to %s: %s", to, sender.failure()).isEqualTo(bytes.length);
    }

    static int port(MulticastPeer peer) {
        return peer.localAddress().getPort();
    }

    /**
     * Runs the reactor until this, and nothing else, was received, in this order. The last text is the proof that what
     * is not listed did not come: it was sent later, over the same link.
     */
    void assertReceives(Receiver receiver, String... texts) {
        await(() -> receiver.texts.size() >= texts.length);
        assertThat(receiver.texts).containsExactly(texts);
        receiver.texts.clear();
        receiver.sources.clear();
    }

    void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            reactor.runOneFor(deadline - System.nanoTime());
        }
    }

    /**
     * Reads a setting of the network.
     *
     * @return its value, or that it is not visible in this namespace.
     */
    static String sysctl(String name) throws IOException {
        Path file = Path.of("/proc/sys/net", name.split("/"));
        return Files.exists(file) ? Files.readAllLines(file).getFirst() : "not readable here";
    }

    static long sockets() throws IOException {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(MulticastFixture::isSocketOrEpoll).count();
        }
    }

    private static boolean isSocketOrEpoll(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:") || target.startsWith("anon_inode:[event");
        } catch (IOException e) {
            return false; // the descriptor that lists the directory is gone by now
        }
    }
}
