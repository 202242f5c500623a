package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Promise 8: a channel marked hot is read directly on every poll, and the system is asked for the rest now and then.
 */
final class HotChannelTest extends ReactorTest {
    private static final int HOT_TURNS = 16;

    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private final UnsafeBuffer other = Buffers.allocate(64);

    @Test
    @Tag("epoll")
    void turnsAnEchoWithTwoCalls() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        Reactor rigged = watched(new Reactor(context(), backend));
        Peer peer = closing(Peer.connect(rigged));
        echo(peer.stream());
        peer.stream().hot(true);
        rigged.poll();

        int echoes = 0;
        int awaits = 0;
        int polls = 0;
        for (int i = 0; i < 200; i++) {
            peer.send("tick");
            int done;
            do {
                backend.forget();
                done = rigged.poll();
                polls++;
                awaits += backend.calls("await");
                assertThat(backend.callsOnSockets()).as("calls of a turn").isEqualTo(done == 0 ? 1 : 2);
            } while (done == 0);
            assertThat(backend.calls("read")).isEqualTo(1);
            assertThat(backend.calls("write")).isEqualTo(1);
            assertThat(peer.receive(4)).isEqualTo("tick");
            echoes++;
        }
        assertThat(echoes).isEqualTo(200);
        assertThat(awaits).isBetween(polls / HOT_TURNS, polls / HOT_TURNS + 1);
    }

    @Test
    @Tag("epoll")
    void turnsAnEchoWithThreeCallsWhenItIsNotHot() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        Reactor rigged = watched(new Reactor(context(), backend));
        Peer peer = closing(Peer.connect(rigged));
        echo(peer.stream());
        rigged.poll();

        for (int i = 0; i < 200; i++) {
            peer.send("tick");
            do {
                backend.forget();
            } while (rigged.poll() == 0);
            assertThat(backend.calls("await")).isEqualTo(1);
            assertThat(backend.callsOnSockets()).isEqualTo(2);
            assertThat(peer.receive(4)).isEqualTo("tick");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 1000})
    @Tag("epoll")
    void asksTheSystemEverySoManyTurns(int hotTurns) throws IOException {
        RiggedBackend backend = new RiggedBackend();
        Reactor rigged = watched(new Reactor(context().hotTurns(hotTurns), backend));
        TcpStream stream = closing(Peer.connect(rigged)).stream();
        stream.asyncRead(buffer, 0, 8, recorder.read);
        stream.hot(true);
        backend.forget();

        for (int i = 0; i < 2000; i++) {
            rigged.poll();
        }

        assertThat(backend.calls("await")).isEqualTo(2000 / hotTurns);
        assertThat(backend.calls("read")).isEqualTo(2000);
    }

    @Test
    @Tag("epoll")
    void asksTheSystemInEveryTurnWhileNoHotReadWaits() throws IOException {
        RiggedBackend backend = new RiggedBackend();
        Reactor rigged = watched(new Reactor(context(), backend));
        TcpStream stream = closing(Peer.connect(rigged)).stream();
        stream.hot(true);
        backend.forget();

        for (int i = 0; i < 100; i++) {
            rigged.poll();
        }

        assertThat(backend.calls("await")).isEqualTo(100);
        assertThat(backend.callsOnSockets()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16})
    void servesOthersWithinSoManyTurnsWhileAHotOneIsFlooded(int hotTurns) throws IOException {
        Reactor quick = open(context().hotTurns(hotTurns));
        TcpPair flooded = TcpPair.connect(quick);
        TcpPair quiet = TcpPair.connect(quick);
        long[] read = new long[1];
        ReadHandler[] again = new ReadHandler[1];
        again[0] = (status, length) -> {
            read[0] += length;
            if (status == IoStatus.OK) {
                flooded.server().asyncRead(buffer, 0, 64, again[0]);
            }
        };
        flooded.server().hot(true);
        flooded.server().asyncRead(buffer, 0, 64, again[0]);
        UnsafeBuffer flood = Buffers.allocate(32 * 1024);
        quiet.server().asyncRead(other, 0, 8, recorder.read);
        for (int i = 0; i < 4 * HOT_TURNS; i++) {
            flooded.client().tryWrite(flood, 0, flood.capacity());
            quick.poll();
        }
        assertThat(recorder.events).isEmpty();
        long before = read[0];

        quiet.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        int turns = 0;
        while (recorder.count() == 0) {
            flooded.client().tryWrite(flood, 0, flood.capacity());
            quick.poll();
            turns++;
            assertThat(turns).isLessThanOrEqualTo(10_000);
        }

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 3));
        // The kernel may take its time, the reactor does not: one more than hotTurns on a machine that is quick.
        assertThat(turns).isLessThanOrEqualTo(hotTurns + HOT_TURNS);
        assertThat(read[0]).isGreaterThan(before);
    }

    @Test
    void runsTimersAndPostsInEveryTurn() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().hot(true);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        turn(3);

        reactor.post(recorder.post("post"));
        assertThat(reactor.poll()).isEqualTo(1);
        new Timer(reactor).scheduleOnce(1, recorder.timer("timer"));
        await(() -> recorder.count() == 2);

        assertThat(recorder.events).containsExactly(new Recorder.Called("post"), new Recorder.Called("timer"));
    }

    @Test
    void isWokenInTheKernelAsAnyOther() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().hot(true);
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        turn(HOT_TURNS + 1);
        peer.send("abc");

        assertThat(reactor.runOne()).isEqualTo(1);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 3));
        assertThat(reactor.runOneFor(1_000_000)).isZero();
    }

    @Test
    void seesTheEndAndTheReset() throws IOException {
        Peer ending = closing(Peer.connect(reactor));
        Peer resetting = closing(Peer.connect(reactor));
        ending.stream().hot(true);
        resetting.stream().hot(true);
        ending.stream().asyncRead(buffer, 0, 8, recorder.read);
        resetting.stream().asyncRead(other, 0, 8, recorder.read);
        turn(3);

        ending.socket().shutdownOutput();
        awaitEvents(1);
        resetting.reset();
        awaitEvents(2);
        turn(2 * HOT_TURNS);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.END_OF_STREAM, 0), new Recorder.Read(IoStatus.FAILED, 0));
        assertThat(resetting.stream().errno()).isEqualTo(Errno.ECONNRESET.number);
    }

    @Test
    void seesTheEndBehindAShortRead() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().hot(true);
        peer.send("abc");
        peer.socket().shutdownOutput();

        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(1);
        peer.stream().hot(false);
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(2);

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.OK, 3), new Recorder.Read(IoStatus.END_OF_STREAM, 0));
    }

    @Test
    void losesNothingWhenItIsSwitchedAtEveryMessage() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        long[] read = new long[1];
        ReadHandler[] again = new ReadHandler[1];
        again[0] = (status, length) -> {
            assertThat(Buffers.mismatch(buffer, 0, length, read[0])).isEqualTo(-1);
            read[0] += length;
            if (status == IoStatus.OK) {
                pair.server().hot(read[0] % 3 == 0);
                pair.server().asyncRead(buffer, 0, 64, again[0]);
            }
        };
        pair.server().asyncRead(buffer, 0, 64, again[0]);

        for (int i = 0; i < 500; i++) {
            Buffers.fill(other, 0, 7, i * 7L);
            pair.client().asyncWriteAll(other, 0, 7, (status, length) -> { });
            int sent = (i + 1) * 7;
            await(() -> read[0] == sent);
        }
    }

    @Test
    void readsDatagramsDirectly() throws IOException {
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        UdpSocket sender = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint self = Endpoint.of(socket.localAddress());
        socket.hot(true);
        socket.asyncReceive(buffer, 0, 8, recorder.receive);
        turn(3);
        sender.trySend(Buffers.of("abc"), 0, 3, self);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(
                new Recorder.Received(IoStatus.OK, 3, sender.localAddress()));

        DatagramBatch batch = new DatagramBatch(4, 8);
        List<Integer> counts = new ArrayList<>();
        socket.asyncReceive(batch, (status, count) -> counts.add(count));
        turn(3);
        sender.trySend(Buffers.of("abc"), 0, 3, self);
        await(() -> !counts.isEmpty());
        assertThat(counts).containsExactly(1);
    }

    @Test
    void acceptsDirectly() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        listener.hot(true);
        listener.asyncAccept(recorder.accept);
        turn(3);

        TcpStream client = TcpStream.open(reactor);
        client.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(2);

        assertThat(recorder.events).containsExactlyInAnyOrder(
                new Recorder.Accepted(IoStatus.OK), new Recorder.Connected(IoStatus.OK));
    }

    @Test
    void callsTheHandlerOnceWhenAPostCancelsTheReadThatIsTried() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().hot(true);
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        peer.send("abc");
        // Posts run between the look at the hot channels and the attempt.
        reactor.post(() -> peer.stream().cancelRead());
        reactor.poll();
        turn(2 * HOT_TURNS);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CANCELLED, 0));

        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.OK, 3));
    }

    @Test
    void closesAHotChannelInTheHandlerOfAnother() throws IOException {
        List<TcpPair> pairs = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            TcpPair pair = TcpPair.connect(reactor);
            pairs.add(pair);
            pair.server().hot(true);
            pair.server().hot(true);
        }
        for (int i = 0; i < 9; i++) {
            int victim = 8 - i;
            UnsafeBuffer own = Buffers.allocate(8);
            pairs.get(i).server().asyncRead(own, 0, 8, (status, length) -> {
                recorder.read.onRead(status, length);
                pairs.get(victim).server().close();
            });
        }
        for (TcpPair pair : pairs) {
            pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        }

        awaitEvents(9);
        turn(2 * HOT_TURNS);

        // The middle one closes itself.
        assertThat(recorder.events).hasSize(9);
        assertThat(recorder.events.stream().filter(new Recorder.Read(IoStatus.OK, 3)::equals)).hasSize(5);
        assertThat(recorder.events.stream().filter(new Recorder.Read(IoStatus.CLOSED, 0)::equals)).hasSize(4);
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void coolsDownByClose() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().hot(true);
        pair.server().close();
        pair.server().close();

        assertThatIllegalStateException().isThrownBy(() -> pair.server().hot(true))
                .withMessageStartingWith("the channel is closed");
        turn(2 * HOT_TURNS);
    }

    @Test
    void refusesToAskTheSystemNever() {
        assertThatIllegalArgumentException().isThrownBy(() -> context().hotTurns(0))
                .withMessage("hotTurns must be at least 1: 0");
    }

    /**
     * Sends back what comes, for ever.
     */
    private void echo(TcpStream stream) {
        ReadHandler[] again = new ReadHandler[1];
        WriteHandler written = (status, length) -> stream.asyncRead(buffer, 0, 64, again[0]);
        again[0] = (status, length) -> {
            if (status == IoStatus.OK) {
                stream.asyncWrite(buffer, 0, length, written);
            }
        };
        stream.asyncRead(buffer, 0, 64, again[0]);
    }
}
