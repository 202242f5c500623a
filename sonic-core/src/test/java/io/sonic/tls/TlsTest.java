package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.IoStatus;
import io.sonic.Reactor;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.TcpListener;
import io.sonic.TcpStream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Opens a reactor for each test, has the two sides of a connection at hand, and holds each test to what it must leave:
 * nothing that a handler threw, and no descriptor.
 */
@Timeout(60)
abstract class TlsTest {
    private static final long DEADLINE_NS = 30_000_000_000L;

    static {
        // The JDK's sockets keep some descriptors for ever once they have been used.
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(loopback(), 0));
                SocketChannel client = SocketChannel.open(listener.getLocalAddress());
                SocketChannel server = listener.accept()) {
            client.write(ByteBuffer.allocateDirect(1));
            server.read(ByteBuffer.allocateDirect(1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * What handlers were told, in order.
     */
    final List<Object> events = new ArrayList<>();
    final List<Throwable> thrown = new ArrayList<>();
    final ReadHandler onRead = (status, length) -> events.add(new Read(status, length));
    final WriteHandler onWrite = (status, length) -> events.add(new Written(status, length));
    Reactor reactor;
    Certificates certificates;

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    private long sockets;

    record Read(IoStatus status, int length) {
    }

    record Written(IoStatus status, int length) {
    }

    record Shaken(String who, IoStatus status) {
    }

    record ShutDown(String who, IoStatus status) {
    }

    /**
     * Both sides of a connection.
     */
    record Pair(TlsStream client, TlsStream server) {
    }

    @BeforeEach
    final void openReactor() throws IOException {
        certificates = Certificates.get();
        sockets = sockets();
        reopen();
    }

    /**
     * Opens another reactor in place of one that the test has closed.
     */
    final void reopen() throws IOException {
        reactor = closing(Reactor.open(new Reactor.Context().errorHandler(thrown::add)));
    }

    @AfterEach
    final void leavesNothingBehind() throws Exception {
        while (!toClose.isEmpty()) {
            toClose.pop().close();
        }
        assertThat(thrown).as("what handlers threw").isEmpty();
        assertThat(sockets()).as("descriptors of sockets").isEqualTo(sockets);
    }

    final <T extends AutoCloseable> T closing(T closeable) {
        toClose.push(closeable);
        return closeable;
    }

    final HandshakeHandler onHandshake(String who) {
        return status -> events.add(new Shaken(who, status));
    }

    final ShutdownHandler onShutdown(String who) {
        return status -> events.add(new ShutDown(who, status));
    }

    final void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > DEADLINE_NS) {
                throw new AssertionError("the condition did not hold; events: " + events + ", thrown: " + thrown);
            }
            if (reactor.poll() == 0) {
                Thread.yield();
            }
        }
    }

    final void awaitEvents(int count) {
        await(() -> events.size() >= count);
    }

    /**
     * Turns the reactor some more, so that what would come too much does come.
     */
    final void turn(int times) {
        for (int i = 0; i < times; i++) {
            reactor.poll();
        }
    }

    final TlsContext.Settings trusting() {
        return new TlsContext.Settings().trustFile(certificates.authority());
    }

    final TlsContext.Settings serving() {
        return serving(certificates.server());
    }

    final TlsContext.Settings serving(Certificates.Identity identity) {
        return new TlsContext.Settings().trustFile(certificates.authority())
                .certificate(identity.certificate(), identity.key());
    }

    /**
     * Connects two streams over TCP.
     */
    final TcpStream[] tcp() throws IOException {
        try (TcpListener listener = TcpListener.open(reactor, new InetSocketAddress(loopback(), 0))) {
            TcpStream[] pair = {TcpStream.open(reactor), null};
            IoStatus[] connected = new IoStatus[1];
            listener.asyncAccept((status, stream) -> pair[1] = stream);
            pair[0].asyncConnect(listener.localAddress(), 0, status -> connected[0] = status);
            await(() -> connected[0] != null && pair[1] != null);
            assertThat(connected[0]).isEqualTo(IoStatus.OK);
            return pair;
        }
    }

    /**
     * Makes both sides over TCP, before the handshake.
     */
    final Pair pair(TlsContext.Settings client, TlsContext.Settings server) throws IOException {
        return pair(tcp(), TlsContext.create(client), TlsContext.create(server));
    }

    final Pair pair(Stream[] transports, TlsContext client, TlsContext server) {
        return new Pair(closing(TlsStream.client(transports[0], client, "localhost", 443)),
                closing(TlsStream.server(transports[1], server)));
    }

    /**
     * Does the handshake of both sides, which has to succeed.
     */
    final Pair shaken(Pair pair) {
        int before = events.size();
        pair.server().asyncHandshake(onHandshake("server"));
        pair.client().asyncHandshake(onHandshake("client"));
        awaitEvents(before + 2);
        List<Object> told = events.subList(before, events.size());
        assertThat(told).as(() -> pair.client().failure() + ", " + pair.server().failure())
                .containsExactlyInAnyOrder(new Shaken("client", IoStatus.OK), new Shaken("server", IoStatus.OK));
        told.clear();
        return pair;
    }

    final Pair connected(TlsVersion version) throws IOException {
        return shaken(pair(trusting().versions(version), serving()));
    }

    Pair connected() throws IOException {
        return shaken(pair(trusting(), serving()));
    }

    static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    static UnsafeBuffer buffer(int capacity) {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
    }

    static UnsafeBuffer buffer(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        UnsafeBuffer buffer = buffer(bytes.length);
        buffer.putBytes(0, bytes);
        return buffer;
    }

    static String text(DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * The byte at a position of the test stream: a lost, doubled or exchanged byte is seen at once.
     */
    static byte pattern(long position) {
        return (byte) (position * 31 + (position >>> 8) * 17 + (position >>> 16));
    }

    static void fill(UnsafeBuffer buffer, int offset, int length, long position) {
        for (int i = 0; i < length; i++) {
            buffer.putByte(offset + i, pattern(position + i));
        }
    }

    static void assertPattern(DirectBuffer buffer, int offset, int length, long position) {
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != pattern(position + i)) {
                throw new AssertionError("another byte at position " + (position + i));
            }
        }
    }

    private static long sockets() {
        try (java.util.stream.Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(TlsTest::isSocket).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isSocket(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // the descriptor that lists the directory is gone by now
        }
    }
}
