package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams of the unix domain, both ends.
 */
final class UnixStreamTest extends ReactorTest {
    private static final long NEVER = 0;

    @TempDir
    private Path directory;
    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private final List<UnixStream> accepted = new ArrayList<>();
    private final AcceptHandler<UnixStream> accept = (status, stream) -> {
        recorder.events.add(new Recorder.Accepted(status));
        if (stream != null) {
            accepted.add(stream);
        }
    };
    private UnixDomainSocketAddress address;

    @BeforeEach
    void choosePath() {
        address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    }

    @Test
    void connectsAndTalksBothWays() throws IOException {
        Pair pair = connect();

        pair.client.asyncWriteAll(Buffers.of("ping"), 0, 4, (status, length) -> { });
        pair.server.asyncReadAll(buffer, 0, 4, recorder.read);
        awaitEvents(1);
        pair.server.asyncWriteAll(Buffers.of("pong!"), 0, 5, (status, length) -> { });
        pair.client.asyncReadAll(buffer, 8, 5, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.OK, 4), new Recorder.Read(IoStatus.OK, 5));
        assertThat(Buffers.text(buffer, 0, 4) + Buffers.text(buffer, 8, 5)).isEqualTo("pingpong!");
        assertThat(pair.client.remoteAddress()).isEqualTo(address);
        assertThat(pair.client).hasToString("UnixStream " + address);
    }

    @Test
    void movesMuchMoreThanTheKernelHolds() throws IOException {
        Pair pair = connect();
        int total = 3_000_000;
        UnsafeBuffer out = Buffers.allocate(total);
        UnsafeBuffer in = Buffers.allocate(total);
        Buffers.fill(out, 0, total, 0);

        pair.client.asyncWriteAll(out, 0, total, recorder.write);
        pair.server.asyncReadAll(in, 0, total, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Written(IoStatus.OK, total), new Recorder.Read(IoStatus.OK, total));
        assertThat(Buffers.mismatch(in, 0, total, 0)).isEqualTo(-1);
    }

    @Test
    void endsOneDirectionByItself() throws IOException {
        Pair pair = connect();
        pair.client.asyncWrite(Buffers.of("last"), 0, 4, (status, length) -> { });
        pair.client.shutdownOutput();
        pair.server.asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(1);
        pair.server.asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(2);
        pair.server.asyncWrite(Buffers.of("reply"), 0, 5, (status, length) -> { });
        pair.client.asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(3);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 4),
                new Recorder.Read(IoStatus.END_OF_STREAM, 0), new Recorder.Read(IoStatus.OK, 5));
    }

    @Test
    void seesThatThePeerCloses() throws IOException {
        Pair pair = connect();
        pair.server.asyncRead(buffer, 0, 8, recorder.read);
        turn(3);
        pair.client.close();
        awaitEvents(1);
        pair.server.asyncWrite(buffer, 0, 8, recorder.write);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.END_OF_STREAM, 0), new Recorder.Written(IoStatus.FAILED, 0));
        assertThat(pair.server.errno()).isEqualTo(Errno.EPIPE.number);
    }

    @Test
    void seesThatThePeerClosesWithoutHavingRead() throws IOException {
        Pair pair = connect();
        pair.server.asyncWrite(buffer, 0, 8, (status, length) -> { });
        pair.server.asyncRead(buffer, 0, 8, recorder.read);
        pair.client.close();
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.FAILED, 0));
        assertThat(pair.server.errno()).isEqualTo(Errno.ECONNRESET.number);
    }

    @Test
    void namesAPeerThatHasNoPath() throws IOException {
        Pair pair = connect();

        assertThat(pair.server.remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(""));
        assertThat(pair.server).hasToString("UnixStream unnamed unix socket");
        pair.server.close();
        assertThatIllegalStateException().isThrownBy(() -> pair.server.asyncRead(buffer, 0, 8, recorder.read))
                .withMessage("the channel is closed: unnamed unix socket");
    }

    @Test
    void namesAPeerThatHasAPath() throws IOException {
        UnixListener listener = UnixListener.open(reactor, address);
        listener.asyncAccept(accept);
        Path path = directory.resolve("client");
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.bind(UnixDomainSocketAddress.of(path));
            client.connect(address);
            awaitEvents(1);

            assertThat(accepted.getFirst().remoteAddress().getPath()).isEqualTo(path);
            assertThat(accepted.getFirst()).hasToString("UnixStream " + path);
        }
    }

    @Test
    @Tag("epoll")
    void namesAPeerThatHasAnAbstractName() throws IOException {
        UnixListener listener = UnixListener.open(reactor, address);
        listener.asyncAccept(accept);
        String name = "sonic-test-" + System.nanoTime();
        try (UnixAddresses.Named client =
                UnixAddresses.Named.bind(LinuxSockets.SOCK_STREAM, UnixAddresses.ofAbstractName(name))) {
            client.connect(new Endpoint().set(address));
            awaitEvents(1);

            assertThat(accepted.getFirst()).hasToString("UnixStream @" + name);
        }
    }

    /**
     * The kernel ends a read at them; what came behind was only read when more came.
     */
    @Test
    @Tag("epoll")
    void readsOnBehindDescriptorsThatThePeerPasses() throws IOException {
        UnixListener listener = UnixListener.open(reactor, address);
        listener.asyncAccept(accept);
        Endpoint own = new Endpoint().set(UnixDomainSocketAddress.of(directory.resolve("client")));
        try (UnixAddresses.Named client = UnixAddresses.Named.bind(LinuxSockets.SOCK_STREAM, own)) {
            client.connect(new Endpoint().set(address));
            awaitEvents(1);
            UnixStream stream = accepted.getFirst();
            stream.asyncRead(buffer, 0, 64, recorder.read);
            turn(3);
            client.sendWithDescriptor("abc");
            client.sendWithDescriptor("def");
            awaitEvents(2);
            stream.asyncReadAll(buffer, 3, 3, recorder.read);
            awaitEvents(3);

            assertThat(recorder.events).containsExactly(new Recorder.Accepted(IoStatus.OK),
                    new Recorder.Read(IoStatus.OK, 3), new Recorder.Read(IoStatus.OK, 3));
            assertThat(Buffers.text(buffer, 0, 6)).isEqualTo("abcdef");
        }
    }

    @Test
    void acceptsOneAfterTheOther() throws IOException {
        UnixListener listener = UnixListener.open(reactor, address);
        List<UnixStream> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            UnixStream client = UnixStream.open(reactor);
            client.asyncConnect(address, NEVER, recorder.connect);
            clients.add(client);
        }
        acceptAll(listener, 100);
        awaitEvents(200);

        assertThat(accepted).hasSize(100).allMatch(UnixStream::isConnected);
        assertThat(clients).allMatch(UnixStream::isConnected);
        assertThat(listener).hasToString("UnixListener " + address);
    }

    @Test
    void leavesTheFileToTheUser() throws IOException {
        UnixListener.open(reactor, address).close();
        assertThat(address.getPath()).exists();

        assertThatExceptionOfType(BindException.class).isThrownBy(() -> UnixListener.open(reactor, address))
                .withMessageEndingWith(" " + address + ": Address already in use (EADDRINUSE)");
        Files.delete(address.getPath());
        UnixListener.open(reactor, address).close();
    }

    @Test
    void refusesAPathThatIsInUse() throws IOException {
        UnixListener listener = UnixListener.open(reactor, address);
        Path file = Files.createFile(directory.resolve("file"));

        assertThatExceptionOfType(BindException.class).isThrownBy(() -> UnixListener.open(reactor, address))
                .withMessageEndingWith(" " + address + ": Address already in use (EADDRINUSE)");
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> UnixListener.open(reactor, UnixDomainSocketAddress.of(file)))
                .withMessageEndingWith(" " + file + ": Address already in use (EADDRINUSE)");

        listener.asyncAccept(accept);
        UnixStream.open(reactor).asyncConnect(address, NEVER, recorder.connect);
        awaitEvents(2);
        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Accepted(IoStatus.OK), new Recorder.Connected(IoStatus.OK));
    }

    @Test
    void refusesAPathInADirectoryThatIsNotThere() {
        Path path = directory.resolve("absent").resolve("socket");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> UnixListener.open(reactor, UnixDomainSocketAddress.of(path)))
                .withMessageEndingWith(" " + path + ": No such file or directory (ENOENT)");
    }

    @Test
    @Tag("epoll")
    void takesThePathThatIsJustShortEnough() throws IOException {
        connectsBy(UnixAddresses.ofLength(directory, Endpoint.MAX_PATH_LENGTH));
    }

    /**
     * The JDK takes one byte less.
     */
    @Test
    void takesThePathThatIsJustShortEnoughForTheJdk() throws IOException {
        connectsBy(UnixAddresses.ofLength(directory, Endpoint.MAX_PATH_LENGTH - 1));
        assumeTrue(reactor.backend().equals("nio"));
        UnixDomainSocketAddress longest = UnixAddresses.ofLength(directory, Endpoint.MAX_PATH_LENGTH);
        String message = longest + ": File name too long (ENAMETOOLONG)";

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> UnixListener.open(reactor, longest))
                .withMessageEndingWith(message);
        UnixStream stream = UnixStream.open(reactor);
        stream.asyncConnect(longest, NEVER, recorder.connect);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Connected(IoStatus.FAILED));
        assertThat(stream.failure()).hasMessageEndingWith(message);
    }

    @Test
    void refusesAPathThatIsTooLong() {
        UnixDomainSocketAddress tooLong = UnixAddresses.ofLength(directory, Endpoint.MAX_PATH_LENGTH + 1);
        String message = "the path of a unix domain socket has at most 107 bytes, this one has 108: " + tooLong;

        assertThatIllegalArgumentException().isThrownBy(() -> UnixListener.open(reactor, tooLong))
                .withMessage(message);
        UnixStream stream = UnixStream.open(reactor);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.asyncConnect(tooLong, NEVER, recorder.connect)).withMessage(message);
        assertThat(stream.remoteAddress()).isNull();
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void countsThePathInBytes() {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of("ü".repeat(54));

        assertThatIllegalArgumentException().isThrownBy(() -> UnixListener.open(reactor, address))
                .withMessageContaining("this one has 108");
    }

    @Test
    void refusesToListenWithoutAPath() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnixListener.open(reactor, UnixDomainSocketAddress.of("")))
                .withMessage("a listener of the unix domain needs a path");
    }

    @Test
    void failsWhereNobodyListens() throws IOException {
        UnixStream stream = UnixStream.open(reactor);
        stream.asyncConnect(address, NEVER, recorder.connect);
        awaitEvents(1);
        assertThat(stream.errno()).isEqualTo(Errno.ENOENT.number);
        assertThat(stream.failure()).hasMessage("connect " + address + ": No such file or directory (ENOENT)");

        UnixListener.open(reactor, address).close();
        stream.asyncConnect(address, NEVER, recorder.connect);
        awaitEvents(2);
        assertThat(stream.errno()).isEqualTo(Errno.ECONNREFUSED.number);
        assertThat(stream.failure()).hasMessage("connect " + address + ": Connection refused (ECONNREFUSED)");

        Path file = Files.createFile(directory.resolve("file"));
        stream.asyncConnect(UnixDomainSocketAddress.of(file), NEVER, recorder.connect);
        awaitEvents(3);
        assertThat(stream.errno()).isEqualTo(Errno.ECONNREFUSED.number);

        stream.asyncConnect(UnixDomainSocketAddress.of(""), NEVER, recorder.connect);
        awaitEvents(4);
        assertThat(stream.failure()).hasMessageStartingWith("connect unnamed unix socket: ");

        assertThat(recorder.events).hasSize(4).containsOnly(new Recorder.Connected(IoStatus.FAILED));
        assertThat(reactor.pending()).isZero();

        // And then somebody does.
        Files.delete(address.getPath());
        UnixListener.open(reactor, address).asyncAccept(accept);
        stream.asyncConnect(address, NEVER, recorder.connect);
        awaitEvents(6);
        assertThat(stream.isConnected()).isTrue();
        assertThat(stream.failure()).isNull();
        assertThat(stream.errno()).isZero();
    }

    @Test
    @Tag("epoll")
    void failsAtASocketOfDatagrams() throws IOException {
        UnixDatagramSocket.open(reactor, address);
        UnixStream stream = UnixStream.open(reactor);
        stream.asyncConnect(address, NEVER, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.FAILED));
        assertThat(stream.failure())
                .hasMessage("connect " + address + ": Protocol wrong type for socket (EPROTOTYPE)");
    }

    @Test
    void asksAFullListenerAgainUntilItHasRoom() throws IOException {
        try (ServerSocketChannel full = fullListener()) {
            UnixStream stream = UnixStream.open(reactor);
            stream.asyncConnect(address, NEVER, recorder.connect);
            turn(100);
            assertThat(recorder.events).isEmpty();
            assertThat(reactor.pending()).isPositive();

            full.accept().close();
            awaitEvents(1);

            assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.OK));
            assertThat(stream.failure()).isNull();
            stream.asyncWrite(Buffers.of("abc"), 0, 3, recorder.write);
            full.accept().close();
            try (SocketChannel third = full.accept()) {
                ByteBuffer received = ByteBuffer.allocate(8);
                assertThat(third.read(received)).isEqualTo(3);
            }
        }
    }

    @Test
    void asksAFullListenerUntilTheTimeIsOver() throws IOException {
        try (ServerSocketChannel full = fullListener()) {
            assertThat(full.isOpen()).isTrue();
            UnixStream stream = UnixStream.open(reactor);
            long start = System.nanoTime();
            stream.asyncConnect(address, 20_000_000, recorder.connect);
            awaitEvents(1);

            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
            assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.TIMED_OUT));
            assertThat(stream.failure()).hasMessage("connect " + address + ": timed out after 20 ms");
            assertThat(reactor.pending()).isZero();
        }
    }

    @Test
    void stopsAskingWhenItIsCancelledOrClosed() throws IOException {
        try (ServerSocketChannel full = fullListener()) {
            assertThat(full.isOpen()).isTrue();
            UnixStream cancelled = UnixStream.open(reactor);
            UnixStream closed = UnixStream.open(reactor);
            cancelled.asyncConnect(address, NEVER, recorder.connect);
            closed.asyncConnect(address, NEVER, recorder.connect);
            turn(3);

            cancelled.cancel();
            closed.close();

            assertThat(recorder.events).containsExactly(
                    new Recorder.Connected(IoStatus.CANCELLED), new Recorder.Connected(IoStatus.CLOSED));
            assertThat(reactor.pending()).isZero();
            turn(3);
        }
    }

    @Test
    void appliesOptionsBeforeItConnects() throws IOException {
        UnixListener listener = UnixListener.open(reactor, address);
        listener.asyncAccept(accept);
        UnixStream stream = UnixStream.open(reactor, new SocketOptions().set(SocketOption.SEND_BUFFER, 100_000));
        stream.asyncConnect(address, NEVER, recorder.connect);
        awaitEvents(2);

        assertThat(stream.option(SocketOption.SEND_BUFFER)).isGreaterThanOrEqualTo(100_000);
    }

    @Test
    void refusesAnOptionOfTcp() throws IOException {
        UnixListener.open(reactor, address);
        UnixStream stream = UnixStream.open(reactor, new SocketOptions().set(SocketOption.NO_DELAY, true));
        stream.asyncConnect(address, NEVER, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.FAILED));
        assertThat(stream.failure()).hasMessageStartingWith("setsockopt TCP_NODELAY = true: ");
    }

    /**
     * A listener of the JDK with as many connections as its queue holds; closed connections stay in it.
     */
    private ServerSocketChannel fullListener() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(address, 1);
        // listen(2): one more than the backlog.
        for (int i = 0; i < 2; i++) {
            try (SocketChannel waiting = SocketChannel.open(address)) {
                assertThat(waiting.isConnected()).isTrue();
            }
        }
        return listener;
    }

    private void acceptAll(UnixListener listener, int count) {
        listener.asyncAccept((status, stream) -> {
            accept.onAccept(status, stream);
            if (accepted.size() < count) {
                acceptAll(listener, count);
            }
        });
    }

    private void connectsBy(UnixDomainSocketAddress path) throws IOException {
        UnixListener listener = UnixListener.open(reactor, path);
        listener.asyncAccept(accept);
        UnixStream client = UnixStream.open(reactor);
        client.asyncConnect(path, NEVER, recorder.connect);
        awaitEvents(2);

        assertThat(client.isConnected()).isTrue();
        assertThat(Files.exists(path.getPath())).isTrue();
    }

    private Pair connect() throws IOException {
        UnixListener listener = UnixListener.open(reactor, address);
        UnixStream client = UnixStream.open(reactor);
        listener.asyncAccept(accept);
        client.asyncConnect(address, NEVER, recorder.connect);
        awaitEvents(2);
        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Accepted(IoStatus.OK), new Recorder.Connected(IoStatus.OK));
        recorder.events.clear();
        return new Pair(client, accepted.getLast());
    }

    private record Pair(UnixStream client, UnixStream server) {
    }
}
