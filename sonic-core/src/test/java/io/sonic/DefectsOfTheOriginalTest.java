package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sonic.tls.Certificates;
import io.sonic.tls.TlsContext;
import io.sonic.tls.TlsStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong in sonic (Go), commit f9df119, and does not here; one test for each.
 */
final class DefectsOfTheOriginalTest extends ReactorTest {
    private final UnsafeBuffer buffer = Buffers.allocate(64);

    @TempDir
    private Path directory;

    // The reactor.

    /**
     * Handlers ran while the lock of the queue was held.
     */
    @Test
    void postInsideOfAPostDoesNotDeadlock() {
        int[] posted = new int[1];
        reactor.post(() -> {
            reactor.post(recorder.post("inner"));
            posted[0] = reactor.posted();
        });
        reactor.poll();
        reactor.poll();

        assertThat(recorder.events).containsExactly(new Recorder.Called("inner"));
        assertThat(posted[0]).isEqualTo(1);
    }

    @Test
    void postOfAnotherThreadDoesNotWaitForAHandler() {
        CountDownLatch didPost = new CountDownLatch(1);
        boolean[] inTime = new boolean[1];
        reactor.post(() -> {
            Thread other = new Thread(() -> {
                reactor.post(recorder.post("other"));
                didPost.countDown();
            });
            other.start();
            try {
                inTime[0] = didPost.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        reactor.poll();
        awaitEvents(1);

        assertThat(inTime[0]).isTrue();
    }

    /**
     * It dispatched every event of a batch.
     */
    @Test
    void runOneCallsOneHandler() {
        for (int i = 0; i < 10; i++) {
            reactor.post(recorder.post("post"));
        }

        assertThat(reactor.runOne()).isEqualTo(1);

        assertThat(recorder.events).hasSize(1);
    }

    /**
     * Less than a millisecond was refused.
     */
    @Test
    void runOneForTakesNanoseconds() {
        assertThat(reactor.runOneFor(1)).isZero();
        assertThat(reactor.runOneFor(999_999)).isZero();
    }

    /**
     * An idle poll was an error, and so was a poll after {@code Close}.
     */
    @Test
    void pollWithoutWorkIsNoError() {
        assertThat(reactor.poll()).isZero();
        assertThat(reactor.pollOne()).isZero();
    }

    /**
     * What was posted stayed in the queue.
     */
    @Test
    void closeRunsWhatWasPosted() {
        reactor.post(recorder.post("post"));
        reactor.close();
        reactor.close();

        assertThat(recorder.events).containsExactly(new Recorder.Called("post"));
        assertThatIllegalStateException().isThrownBy(() -> reactor.post(recorder.post("late")))
                .withMessage("the reactor is closed");
    }

    /**
     * There was no way to end it but {@code Close}.
     */
    @Test
    void runCanBeStopped() {
        reactor.post(reactor::stop);

        assertThat(reactor.run()).isEqualTo(1);
        assertThat(reactor.isOpen()).isTrue();
    }

    // Timers.

    /**
     * It was ready again, and the next schedule used a descriptor that was gone, or another's.
     */
    @Test
    void cancelAfterCloseDoesNotBringATimerBack() {
        Timer timer = new Timer(reactor);
        timer.close();
        timer.cancel();

        assertThatIllegalStateException().isThrownBy(() -> timer.scheduleOnce(0, recorder.timer("never")))
                .withMessage("the timer is closed");
        assertThat(recorder.events).isEmpty();
    }

    /**
     * The reactor kept an entry for it.
     */
    @Test
    void cancelledTimersAreNotPending() {
        Timer timer = new Timer(reactor);
        timer.scheduleOnce(60_000_000_000L, recorder.timer("never"));
        timer.cancel();

        assertThat(reactor.pending()).isZero();
        assertThat(reactor.runPending()).isZero();
    }

    /**
     * It was not, since each call scheduled the next when it had returned; so it drifted as well.
     */
    @Test
    void aRepeatingTimerIsScheduledInsideOfItsHandlerAndDoesNotDrift() throws IOException {
        ManualClock clock = new ManualClock(0);
        Reactor timed = open(context().nanoClock(clock));
        Timer timer = new Timer(timed);
        List<Long> times = new ArrayList<>();
        timer.scheduleAtFixedRate(1_000, t -> {
            assertThat(t.isScheduled()).isTrue();
            times.add(clock.nanoTime());
            clock.advance(300);
        });
        while (times.size() < 3) {
            clock.advance(100);
            timed.poll();
        }

        assertThat(times).containsExactly(1_000L, 2_000L, 3_000L);
    }

    /**
     * No more than there are descriptors: each had one.
     */
    @Test
    void timersNeedNoDescriptor() {
        long before = Descriptors.count();
        List<Timer> timers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Timer timer = new Timer(reactor);
            timer.scheduleOnce(60_000_000_000L, recorder.timer("never"));
            timers.add(timer);
        }

        assertThat(Descriptors.count()).isEqualTo(before);
        timers.forEach(Timer::close);
    }

    // Connecting.

    @Test
    void dialTimesOutAfterItsTimeAndNotFiveTimesIt() throws IOException {
        ManualClock clock = new ManualClock(0);
        Reactor timed = open(context().nanoClock(clock));
        try (FullListener full = new FullListener()) {
            TcpStream stream = TcpStream.open(timed);
            stream.asyncConnect(full.address(), 200_000_000, recorder.connect);
            clock.advance(199_999_999);
            timed.poll();
            assertThat(recorder.events).isEmpty();
            clock.advance(1);
            timed.poll();

            assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.TIMED_OUT));
            timed.close();
        }
    }

    @Test
    void failedDialsLeakNoDescriptor() throws IOException {
        InetSocketAddress refused = portThatNobodyListensOn();
        long before = Descriptors.count();
        for (int i = 1; i <= 10; i++) {
            TcpStream stream = TcpStream.open(reactor);
            stream.asyncConnect(refused, 1_000_000_000, recorder.connect);
            awaitEvents(i);
            assertThat(stream.errno()).isEqualTo(Errno.ECONNREFUSED.number);
        }

        assertThat(Descriptors.count()).isEqualTo(before);
    }

    /**
     * {@code select} cannot wait for such a descriptor.
     */
    @Test
    void dialsWithADescriptorFrom1024On() throws IOException, InterruptedException {
        DescriptorLimit.assumeAtLeast(2_000);
        List<UdpSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 1_024; i++) {
            sockets.add(UdpSocket.open(reactor, Loopback.IPV4.anyPort()));
        }
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(listener.localAddress(), 10_000_000_000L, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.OK));
        sockets.forEach(UdpSocket::close);
    }

    /**
     * A local listener of IPv4 got the connection, and the caller was told of the address of IPv6.
     */
    @Test
    void ipv6TargetIsNotTurnedInto0000() throws IOException {
        Loopback.IPV6.assumePresent();
        TcpListener ipv4 = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        ipv4.asyncAccept(recorder.accept);
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(Loopback.IPV6.port(ipv4.localAddress().getPort()), 10_000_000_000L, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.FAILED));
        assertThat(stream.errno()).isEqualTo(Errno.ECONNREFUSED.number);
        TcpPair pair = TcpPair.connect(reactor, Loopback.IPV6, new SocketOptions());
        assertThat(pair.client().remoteAddress().getAddress()).isEqualTo(Loopback.IPV6.address);
        assertThat(pair.server().remoteAddress()).isEqualTo(pair.client().localAddress());
    }

    /**
     * The socket was bound twice, which is an error.
     */
    @Test
    void bindBeforeConnectWorks() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpStream.open(reactor, new SocketOptions().set(SocketOption.REUSE_ADDRESS, true));
        InetSocketAddress own = new InetSocketAddress("127.0.0.2", 0);
        stream.bind(own);
        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.OK));
        assertThat(stream.localAddress().getAddress()).isEqualTo(own.getAddress());
        // Options that came after the bind were dropped.
        assertThat(stream.option(SocketOption.REUSE_ADDRESS)).isTrue();
    }

    // Listening.

    /**
     * It was the address that was asked for, with the port 0.
     */
    @Test
    void localAddressHasThePortThatWasGiven() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());

        assertThat(listener.localAddress().getPort()).isPositive();
        assertThat(socket.localAddress().getPort()).isPositive();
    }

    /**
     * The family of 0.0.0.0 was unspecified.
     */
    @Test
    void listensOnAnyAddress() throws IOException {
        TcpListener listener = TcpListener.open(reactor, new InetSocketAddress("0.0.0.0", 0));
        listener.asyncAccept(recorder.accept);
        TcpStream stream = TcpStream.open(reactor);
        stream.asyncConnect(Loopback.IPV4.port(listener.localAddress().getPort()), 0, recorder.connect);
        awaitEvents(2);

        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Accepted(IoStatus.OK), new Recorder.Connected(IoStatus.OK));
    }

    /**
     * A listener blocked unless it was told otherwise, and a readiness without a connection ended the accept.
     */
    @Test
    void acceptDoesNotBlockTheLoopAndIsNotToldThatItWouldBlock() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        listener.asyncAccept(recorder.accept);
        listener.onReadiness(DescriptorChannel.READABLE);
        turn(10);

        assertThat(recorder.events).isEmpty();
        TcpStream.open(reactor).asyncConnect(listener.localAddress(), 0, status -> { });
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Accepted(IoStatus.OK));
    }

    /**
     * {@code network} could be anything but that.
     */
    @Test
    void theUnixDomainIsSupported() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
        UnixListener listener = UnixListener.open(reactor, address);
        listener.asyncAccept((status, stream) -> recorder.events.add(new Recorder.Accepted(status)));
        UnixStream.open(reactor).asyncConnect(address, 0, recorder.connect);
        awaitEvents(2);

        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Accepted(IoStatus.OK), new Recorder.Connected(IoStatus.OK));
    }

    // Streams.

    /**
     * The first callback was lost.
     */
    @Test
    void aSecondReadDoesNotReplaceTheFirst() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);

        assertThatIllegalStateException()
                .isThrownBy(() -> pair.server().asyncRead(buffer, 8, 8, (status, length) -> { }))
                .withMessage("a read is in flight already");
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 3));
    }

    /**
     * The first callback was lost, and its bytes with it.
     */
    @Test
    void aSecondWriteDoesNotReplaceTheFirst() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        UnsafeBuffer large = Buffers.allocate(2_000_000);
        Buffers.fill(large, 0, large.capacity(), 0);
        pair.client().asyncWriteAll(large, 0, large.capacity(), recorder.write);

        assertThatIllegalStateException()
                .isThrownBy(() -> pair.client().asyncWrite(buffer, 0, 8, (status, length) -> { }))
                .withMessage("a write is in flight already");
        UnsafeBuffer in = Buffers.allocate(large.capacity());
        pair.server().asyncReadAll(in, 0, in.capacity(), recorder.read);
        awaitEvents(2);
        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Written(IoStatus.OK, large.capacity()), new Recorder.Read(IoStatus.OK, in.capacity()));
        assertThat(Buffers.mismatch(in, 0, in.capacity(), 0)).isEqualTo(-1);
    }

    @Test
    void readAllDoesNotEndShortWithSuccess() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        await(() -> pair.server().tryRead(buffer, 0, 1) == 1);
        pair.server().asyncReadAll(buffer, 1, 9, recorder.read);
        turn(10);
        assertThat(recorder.events).isEmpty();
        pair.client().asyncWrite(Buffers.of("defg"), 0, 4, (status, length) -> { });
        turn(10);
        assertThat(recorder.events).isEmpty();
        pair.client().asyncWrite(Buffers.of("hij"), 0, 3, (status, length) -> { });
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 9));
        assertThat(Buffers.text(buffer, 0, 10)).isEqualTo("abcdefghij");
    }

    @Test
    void readAllSaysThatThePeerHasGone() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().asyncWrite(Buffers.of("ab"), 0, 2, (status, length) -> { });
        pair.client().close();
        pair.server().asyncReadAll(buffer, 0, 10, recorder.read);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 2));
    }

    @Test
    void writeAllDoesNotEndShortWithSuccess() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        UnsafeBuffer large = Buffers.allocate(20 * 1024 * 1024);
        pair.client().asyncWriteAll(large, 0, large.capacity(), recorder.write);
        turn(10);
        assertThat(recorder.events).isEmpty();
        long[] read = new long[1];
        await(() -> {
            read[0] += Math.max(0, pair.server().tryRead(large, 0, large.capacity()));
            return recorder.count() == 1 && read[0] == large.capacity();
        });

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, large.capacity()));
    }

    @Test
    void aReadOfLengthZeroIsNoEndOfStream() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().asyncRead(buffer, 0, 0, recorder.read);
        pair.client().asyncWrite(buffer, 0, 0, recorder.write);
        assertThat(pair.client().tryRead(buffer, 0, 0)).isZero();

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.OK, 0), new Recorder.Written(IoStatus.OK, 0));
    }

    /**
     * It panicked.
     */
    @Test
    void deadlinesAreImplemented() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().readTimeoutNs(1_000);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.TIMED_OUT, 0));
    }

    /**
     * They were dropped, and a second close closed the descriptor of another.
     */
    @Test
    void closeCallsTheHandlersThatWait() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        TcpStream stream = TcpPair.connect(reactor).client();
        listener.asyncAccept(recorder.accept);
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        stream.asyncRead(buffer, 0, 8, recorder.read);
        for (Channel channel : List.of(listener, socket, stream)) {
            channel.close();
            channel.close();
        }

        assertThat(recorder.events).containsExactly(new Recorder.Accepted(IoStatus.CLOSED),
                new Recorder.Received(IoStatus.CLOSED, 0, null), new Recorder.Read(IoStatus.CLOSED, 0));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void closeOfTheReactorCallsTheHandlersThatWait() throws IOException {
        TcpPair.connect(reactor).client().asyncRead(buffer, 0, 8, recorder.read);
        reactor.close();

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CLOSED, 0));
    }

    /**
     * Neither could be.
     */
    @Test
    void listenersAndDatagramsCanBeCancelled() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        listener.asyncAccept(recorder.accept);
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        listener.cancel();
        socket.cancel();

        assertThat(recorder.events).containsExactly(new Recorder.Accepted(IoStatus.CANCELLED),
                new Recorder.Received(IoStatus.CANCELLED, 0, null));
    }

    // Datagrams.

    @Test
    void anEmptyDatagramIsNoEndOfStream() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        socket.asyncSend(buffer, 0, 0, Endpoint.of(socket.localAddress()), recorder.write);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 0),
                new Recorder.Received(IoStatus.OK, 0, socket.localAddress()));
    }

    @Test
    void truncationIsNotSilent() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        socket.asyncReceive(buffer, 0, 4, recorder.receive);
        socket.asyncSend(Buffers.of("abcdef"), 0, 6, Endpoint.of(socket.localAddress()), recorder.write);
        awaitEvents(2);

        assertThat(recorder.events.getLast())
                .isEqualTo(new Recorder.Received(IoStatus.TRUNCATED, 4, socket.localAddress()));
    }

    /**
     * None was ever applied.
     */
    @Test
    void datagramSocketsApplyTheirOptions() throws IOException {
        SocketOptions shared = new SocketOptions().set(SocketOption.REUSE_PORT, true);
        UdpSocket first = UdpSocket.open(reactor, Loopback.IPV4.anyPort(), shared);
        UdpSocket second = UdpSocket.open(reactor, first.localAddress(), shared);

        assertThat(second.localAddress()).isEqualTo(first.localAddress());
    }

    /**
     * It panicked.
     */
    @Test
    void datagramsAreSentOverIpv6() throws IOException {
        Loopback.IPV6.assumePresent();
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV6.anyPort());
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        socket.asyncSend(Buffers.of("abc"), 0, 3, Endpoint.of(socket.localAddress()), recorder.write);
        awaitEvents(2);

        assertThat(recorder.events.getLast())
                .isEqualTo(new Recorder.Received(IoStatus.OK, 3, socket.localAddress()));
    }

    /**
     * The callback was never called, and each poll came back at once.
     */
    @Test
    void anErrorOfThePeerEndsTheReceiveAndDoesNotSpin() throws IOException {
        CountingClock clock = new CountingClock();
        Reactor counted = open(context().nanoClock(clock));
        UdpSocket socket = UdpSocket.open(counted, Loopback.IPV4.anyPort());
        UdpSocket gone = UdpSocket.open(counted, Loopback.IPV4.anyPort());
        socket.connect(Endpoint.of(gone.localAddress()));
        gone.close();
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        socket.asyncSend(Buffers.of("abc"), 0, 3, recorder.write);
        Await.until(counted, () -> recorder.count() == 2);
        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.OK, 3), new Recorder.Received(IoStatus.FAILED, 0, null));
        assertThat(socket.errno()).isEqualTo(Errno.ECONNREFUSED.number);

        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        assertThat(clock.sleeps(counted)).isTrue();
    }

    @Test
    @Tag("epoll")
    void theDeviceOfASocketCanBeAskedForAndTakenBack() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        assertThat(socket.option(SocketOption.BIND_TO_DEVICE)).isEmpty();
        socket.option(SocketOption.BIND_TO_DEVICE, "lo");
        assertThat(socket.option(SocketOption.BIND_TO_DEVICE)).isEqualTo("lo");
        socket.option(SocketOption.BIND_TO_DEVICE, "");
        assertThat(socket.option(SocketOption.BIND_TO_DEVICE)).isEmpty();
    }

    // Files.

    /**
     * The 33rd was left to epoll, which takes no regular files.
     */
    @Test
    void chainedReadsOfAFileDoNotFailAtDepth32() throws IOException {
        Path path = directory.resolve("file");
        Files.write(path, new byte[100]);
        FileStream file = FileStream.open(reactor, path, StandardOpenOption.READ);
        int[] reads = new int[1];
        ReadHandler[] again = new ReadHandler[1];
        again[0] = (status, length) -> {
            if (status == IoStatus.OK) {
                reads[0]++;
                file.asyncRead(buffer, 0, 1, again[0]);
            } else {
                recorder.read.onRead(status, length);
            }
        };
        file.asyncRead(buffer, 0, 1, again[0]);
        reactor.runPending();

        assertThat(reads[0]).isEqualTo(100);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 0));
    }

    /**
     * The callback was never called, and each poll came back at once.
     */
    @Test
    @Tag("epoll")
    void aFifoWhoseWriterGoesEndsTheReadAndDoesNotSpin() throws IOException, InterruptedException {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        CountingClock clock = new CountingClock();
        Reactor counted = open(context().nanoClock(clock));
        FileStream reader = FileStream.open(counted, fifo);
        FileStream writer = FileStream.open(counted, fifo, StandardOpenOption.WRITE);
        reader.asyncRead(buffer, 0, 8, recorder.read);
        counted.poll();
        writer.close();
        Await.until(counted, () -> recorder.count() == 1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 0));
        assertThat(clock.sleeps(counted)).isTrue();
    }

    // TLS.

    /**
     * What the engine had decrypted was invisible to the poller: of 10,000 bytes, 3,658 were read.
     */
    @Test
    void bytesInsideTheTlsEngineDoNotStallTheReader() throws IOException {
        List<TlsStream> pair = tls();
        UnsafeBuffer sent = Buffers.allocate(10_000);
        Buffers.fill(sent, 0, 10_000, 0);
        UnsafeBuffer hundred = Buffers.allocate(100);
        int[] total = new int[1];
        List<ReadHandler> again = new ArrayList<>();
        again.add((status, length) -> {
            assertThat(Buffers.mismatch(hundred, 0, length, total[0])).isNegative();
            total[0] += length;
            if (total[0] < 10_000) {
                pair.get(0).asyncRead(hundred, 0, 100, again.getFirst());
            }
        });
        pair.get(0).asyncRead(hundred, 0, 100, again.getFirst());
        pair.get(1).asyncWriteAll(sent, 0, 10_000, recorder.write);

        await(() -> total[0] == 10_000);
    }

    /**
     * A read that found the half of a record waited for the rest, and the loop with it.
     */
    @Test
    void halfATlsRecordDoesNotBlockTheLoop() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        TlsStream client = TlsStream.client(pair.client(), TlsContext.create(), "localhost", 443);
        client.asyncHandshake(status -> recorder.post("handshake " + status).run());
        UnsafeBuffer half = Buffers.allocate(50);
        // The header of a record of 100 bytes, and 45 of them.
        half.putBytes(0, new byte[] {22, 3, 3, 0, 100});
        pair.server().asyncWriteAll(half, 0, 50, (status, length) -> { });
        int[] ticks = new int[1];
        Timer timer = new Timer(reactor);
        timer.scheduleAtFixedRate(1_000_000, due -> ticks[0]++);

        await(() -> ticks[0] == 10);

        assertThat(recorder.events).isEmpty();
        timer.close();
        client.close();
        assertThat(recorder.events).containsExactly(new Recorder.Called("handshake CLOSED"));
    }

    /**
     * The descriptor was closed below TLS: the peer could not tell the end from a cut.
     */
    @Test
    void closeOfATlsStreamTellsThePeer() throws IOException {
        List<TlsStream> pair = tls();
        pair.get(1).asyncRead(buffer, 0, 8, recorder.read);

        pair.get(0).close();
        pair.get(0).close();
        awaitEvents(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.END_OF_STREAM, 0));
    }

    private List<TlsStream> tls() throws IOException {
        Certificates certificates = Certificates.get();
        Certificates.Identity identity = certificates.server();
        TcpPair tcp = TcpPair.connect(reactor);
        TlsStream client = TlsStream.client(tcp.client(), TlsContext.create(
                new TlsContext.Settings().trustFile(certificates.authority())), "localhost", 443);
        TlsStream server = TlsStream.server(tcp.server(), TlsContext.create(
                new TlsContext.Settings().certificate(identity.certificate(), identity.key())));
        client.asyncHandshake(status -> { });
        server.asyncHandshake(status -> { });
        await(() -> client.isReady() && server.isReady());
        return List.of(client, server);
    }

    // Codecs.

    /**
     * The stack was as deep as there were items.
     */
    @Test
    void bufferedItemsDoNotRecurse() throws IOException {
        int count = 5_000;
        ArrayFifo input = new ArrayFifo(count * LengthPrefixCodec.HEADER_LENGTH);
        input.claim(input.capacity());
        input.commit(input.capacity());
        CodecStream<DirectBuffer> stream = new CodecStream<>(TcpPair.connect(reactor).server(),
                new LengthPrefixCodec(0), input, new ArrayFifo(16));
        int[] state = new int[3];
        List<ItemHandler<DirectBuffer>> again = new ArrayList<>();
        again.add((status, item) -> {
            state[1]++;
            state[2] = Math.max(state[2], state[1]);
            if (++state[0] < count) {
                stream.asyncRead(again.getFirst());
            }
            state[1]--;
        });
        stream.asyncRead(again.getFirst());
        await(() -> state[0] == count);

        assertThat(state[2]).isEqualTo(1);
        stream.close();
    }

    /**
     * It wrote nothing, since it did not commit.
     */
    @Test
    void theFrameCodecWrites() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        CodecStream<DirectBuffer> stream = new CodecStream<>(
                pair.client(), new LengthPrefixCodec(16), new ArrayFifo(32), new ArrayFifo(32));
        stream.asyncWrite(Buffers.of("abc"), recorder.write);
        pair.server().asyncReadAll(buffer, 0, 7, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.OK, 7), new Recorder.Read(IoStatus.OK, 7));
        assertThat(buffer.getInt(0, ByteOrder.BIG_ENDIAN)).isEqualTo(3);
        assertThat(Buffers.text(buffer, 4, 3)).isEqualTo("abc");
        stream.close();
    }

    private static InetSocketAddress portThatNobodyListensOn() throws IOException {
        try (Reactor other = Reactor.open(); TcpListener listener = TcpListener.open(other, Loopback.IPV4.anyPort())) {
            return listener.localAddress();
        }
    }
}
