package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Promise 7: no successful path allocates after set-up. At least 200,000 operations are counted.
 */
@Tag("epoll")
final class AllocationTest extends ReactorTest {
    private static final int LENGTH = 64;

    private final UnsafeBuffer out = Buffers.allocate(LENGTH);
    private final UnsafeBuffer in = Buffers.allocate(LENGTH);
    private final UnsafeBuffer echoed = Buffers.allocate(LENGTH);
    private long completed;

    /**
     * What goes round and round ends with its status when the reactor is closed.
     */
    private static boolean goesOn(IoStatus status) {
        return status == IoStatus.OK;
    }

    @Test
    void turnsATcpEchoWithoutGarbage() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        TcpStream client = pair.client();
        TcpStream server = pair.server();
        ReadHandler[] reader = new ReadHandler[1];
        WriteHandler written = (status, length) -> server.asyncRead(echoed, 0, LENGTH, reader[0]);
        reader[0] = (status, length) -> {
            if (goesOn(status)) {
                server.asyncWriteAll(echoed, 0, length, written);
            }
        };
        server.asyncRead(echoed, 0, LENGTH, reader[0]);
        WriteHandler sent = (status, length) -> { };
        ReadHandler received = (status, length) -> completed++;

        // A turn is four operations: a write and a read on each side.
        assertThat(Allocation.ofSteps(50_000, () -> {
            long before = completed;
            client.asyncWriteAll(out, 0, LENGTH, sent);
            client.asyncReadAll(in, 0, LENGTH, received);
            while (completed == before) {
                reactor.poll();
            }
        })).isZero();
    }

    @Test
    void turnsATcpEchoByTryWithoutGarbage() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        assertThat(Allocation.ofSteps(60_000, () -> {
            pair.client().tryWrite(out, 0, LENGTH);
            awaitRead(pair.server());
            pair.server().tryWrite(in, 0, LENGTH);
            awaitRead(pair.client());
        })).isZero();
    }

    @Test
    void turnsAHotEchoWithTimeLimitsWithoutGarbage() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        TcpStream client = pair.client();
        TcpStream server = pair.server();
        server.hot(true);
        client.hot(true);
        client.readTimeoutNs(10_000_000_000L);
        client.writeTimeoutNs(10_000_000_000L);
        server.readTimeoutNs(10_000_000_000L);
        ReadHandler[] reader = new ReadHandler[1];
        WriteHandler written = (status, length) -> server.asyncRead(echoed, 0, LENGTH, reader[0]);
        reader[0] = (status, length) -> {
            if (goesOn(status)) {
                server.asyncWrite(echoed, 0, length, written);
            }
        };
        server.asyncRead(echoed, 0, LENGTH, reader[0]);
        WriteHandler sent = (status, length) -> { };
        ReadHandler received = (status, length) -> completed++;

        assertThat(Allocation.ofSteps(50_000, () -> {
            long before = completed;
            client.asyncRead(in, 0, LENGTH, received);
            client.asyncWrite(out, 0, LENGTH, sent);
            while (completed == before) {
                reactor.poll();
            }
        })).isZero();
    }

    @Test
    void cancelsReadsWithoutGarbage() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();
        ReadHandler handler = (status, length) -> completed++;
        assertThat(Allocation.ofSteps(200_000, () -> {
            stream.asyncRead(in, 0, LENGTH, handler);
            stream.cancelRead();
        })).isZero();
        assertThat(completed).isGreaterThanOrEqualTo(200_000);
    }

    @Test
    void transfersManyTimesTheBuffersOfTheKernelWithoutGarbage() throws IOException {
        TcpPair pair = TcpPair.connectNarrow(reactor);
        UnsafeBuffer large = Buffers.allocate(256 * 1024);
        UnsafeBuffer sink = Buffers.allocate(256 * 1024);
        WriteHandler written = (status, length) -> completed++;
        ReadHandler read = (status, length) -> completed++;
        assertThat(Allocation.ofSteps(400, () -> {
            long before = completed;
            pair.client().asyncWriteAll(large, 0, large.capacity(), written);
            pair.server().asyncReadAll(sink, 0, sink.capacity(), read);
            while (completed < before + 2) {
                reactor.poll();
            }
        })).isZero();
    }

    @Test
    void receivesFromAlternatingSendersWithoutGarbage() throws IOException {
        Loopback.IPV6.assumePresent();
        for (Loopback loopback : Loopback.values()) {
            UdpSocket receiver = UdpSocket.open(reactor, loopback.anyPort());
            Endpoint destination = Endpoint.of(receiver.localAddress());
            UdpSocket[] senders = new UdpSocket[3];
            for (int i = 0; i < senders.length; i++) {
                senders[i] = UdpSocket.open(reactor, loopback.anyPort());
            }
            long[] ports = new long[1];
            ReceiveHandler[] handler = new ReceiveHandler[1];
            handler[0] = (status, length, source) -> {
                if (goesOn(status)) {
                    completed++;
                    ports[0] += source.port();
                    receiver.asyncReceive(in, 0, LENGTH, handler[0]);
                }
            };
            receiver.asyncReceive(in, 0, LENGTH, handler[0]);
            WriteHandler sent = (status, length) -> completed++;
            int[] next = new int[1];

            // A step is a send and a receive.
            assertThat(Allocation.ofSteps(100_000, () -> {
                long before = completed;
                senders[next[0]++ % senders.length].asyncSend(out, 0, LENGTH, destination, sent);
                while (completed < before + 2) {
                    reactor.poll();
                }
            })).isZero();
            assertThat(ports[0]).isPositive();
        }
    }

    @Test
    void leavesNoGarbageHoweverDeepItsHandlersNest() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint self = Endpoint.of(socket.localAddress());
        Timer timer = new Timer(reactor);
        int[] rounds = new int[1];
        TimerHandler[] first = new TimerHandler[1];
        ReceiveHandler received = (status, length, source) -> {
            completed++;
            if (--rounds[0] > 0) {
                timer.scheduleOnce(0, first[0]);
            }
        };
        WriteHandler sent = (status, length) -> socket.asyncReceive(in, 0, LENGTH, received);
        ReadHandler read = (status, length) -> socket.asyncSend(out, 0, length, self, sent);
        WriteHandler written = (status, length) -> pair.server().asyncRead(in, 0, LENGTH, read);
        first[0] = due -> pair.client().asyncWrite(out, 0, LENGTH, written);

        // A step is 20 rounds of a timer, a write, a read, a send and a receive, inside of each other as far as may be.
        assertThat(Allocation.ofSteps(2_500, () -> {
            rounds[0] = 20;
            timer.scheduleOnce(0, first[0]);
            while (rounds[0] > 0) {
                reactor.poll();
            }
        })).isZero();
        assertThat(completed).isGreaterThanOrEqualTo(50_000);
    }

    @Test
    void triesDatagramsWithoutGarbage() throws IOException {
        UdpSocket receiver = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        UdpSocket sender = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint destination = Endpoint.of(receiver.localAddress());
        Endpoint source = new Endpoint();
        Endpoint kept = new Endpoint();
        assertThat(Allocation.ofSteps(100_000, () -> {
            sender.trySend(out, 0, LENGTH, destination);
            while (receiver.tryReceive(in, 0, LENGTH, source) < 0) {
                reactor.poll();
            }
            kept.set(source);
            completed += kept.port() + kept.ipv4();
        })).isZero();
    }

    @Test
    void schedulesFiresAndCancelsTimersWithoutGarbage() throws IOException {
        ManualClock clock = new ManualClock(0);
        reactor = open(context().nanoClock(clock));
        Timer once = new Timer(reactor);
        Timer now = new Timer(reactor);
        Timer cancelled = new Timer(reactor);
        TimerHandler handler = timer -> completed++;
        new Timer(reactor).scheduleAtFixedRate(1, handler);
        new Timer(reactor).scheduleWithFixedDelay(1, handler);

        assertThat(Allocation.ofSteps(200_000, () -> {
            once.scheduleOnce(1, handler);
            now.scheduleOnce(0, handler);
            cancelled.scheduleOnce(1_000, handler);
            clock.advance(1);
            reactor.poll();
            cancelled.cancel();
        })).isZero();
        assertThat(completed).isGreaterThanOrEqualTo(4 * 200_000);
    }

    @Test
    void reschedulesAHundredThousandTimersWithoutGarbage() throws IOException {
        ManualClock clock = new ManualClock(0);
        reactor = open(context().nanoClock(clock));
        Timer[] timers = new Timer[100_000];
        TimerHandler[] handler = new TimerHandler[1];
        handler[0] = timer -> {
            completed++;
            timer.scheduleOnce(1_000 + completed % 997, handler[0]);
        };
        for (int i = 0; i < timers.length; i++) {
            timers[i] = new Timer(reactor);
            timers[i].scheduleOnce(1 + i % 1_000, handler[0]);
        }

        assertThat(Allocation.ofSteps(3_000, () -> {
            clock.advance(1);
            reactor.poll();
        })).isZero();
        assertThat(completed).isGreaterThan(200_000);
        assertThat(reactor.pending()).isEqualTo(100_000);
    }

    @Test
    void postsWithoutGarbage() {
        Runnable task = () -> completed++;
        assertThat(Allocation.ofSteps(100_000, () -> {
            reactor.post(task);
            reactor.post(task);
            reactor.poll();
        })).isZero();
        assertThat(completed).isGreaterThanOrEqualTo(200_000);
    }

    @Test
    void pollsWithoutGarbageWhenIdle() throws IOException {
        TcpPair.connect(reactor);
        new Timer(reactor).scheduleOnce(3_600_000_000_000L, recorder.timer("none"));
        assertThat(Allocation.ofSteps(200_000, () -> reactor.poll())).isZero();
        assertThat(Allocation.ofSteps(20_000, () -> reactor.pollOne())).isZero();
        assertThat(Allocation.ofSteps(2_000, () -> reactor.runOneFor(10_000))).isZero();
    }

    @Test
    void defersWithoutGarbage() {
        Deferral[] deferrals = new Deferral[100];
        for (int i = 0; i < deferrals.length; i++) {
            deferrals[i] = new Deferral() {
                @Override
                protected void run() {
                    completed++;
                    if (completed % 3 != 0) {
                        reactor.defer(this);
                    }
                }
            };
        }
        assertThat(Allocation.ofSteps(5_000, () -> {
            for (Deferral deferral : deferrals) {
                reactor.defer(deferral);
            }
            while (reactor.pending() > 0) {
                reactor.poll();
            }
        })).isZero();
    }

    private void awaitRead(TcpStream stream) {
        while (stream.tryRead(in, 0, LENGTH) != LENGTH) {
            reactor.poll();
        }
    }
}
