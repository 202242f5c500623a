package io.sonic;

import static io.sonic.Reactor.MAX_INLINE_COMPLETIONS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Promise 3: what can complete at once does so before the call returns, and after 32 nested ones the next goes through
 * the loop.
 */
final class InlineCompletionTest extends ReactorTest {
    private final UnsafeBuffer buffer = Buffers.allocate(64);
    private int depth;
    private int deepest;
    private int completions;

    @Test
    void completesAWriteBeforeTheCallReturns() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).client();

        stream.asyncWrite(buffer, 0, 8, recorder.write);

        assertThat(recorder.events).containsExactly(new Recorder.Written(IoStatus.OK, 8));
    }

    @Test
    void completesAReadOfWhatIsThereBeforeTheCallReturns() throws IOException {
        TcpStream stream = streamWithBytes(16);

        stream.asyncRead(buffer, 0, 8, recorder.read);

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.OK, 8));
    }

    @Test
    void completesATimerThatIsDueBeforeTheCallReturns() {
        new Timer(reactor).scheduleOnce(0, recorder.timer("due"));

        assertThat(recorder.events).containsExactly(new Recorder.Called("due"));
    }

    @Test
    void nestsAtMost32ReadsOfOneConnection() throws IOException {
        TcpStream stream = streamWithBytes(1000);
        ReadChain chain = new ReadChain(stream);

        chain.next();

        assertThat(deepest).isEqualTo(MAX_INLINE_COMPLETIONS);
        assertThat(completions).isEqualTo(MAX_INLINE_COMPLETIONS);
        completions = 0;
        int counted = reactor.poll();
        // The one that the loop calls, and what nests in it.
        assertThat(completions).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
        assertThat(counted).isEqualTo(completions);
        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);

        await(() -> chain.read == 1000);
        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
        assertThat(depth).isZero();
    }

    @Test
    void readsAHundredThousandBufferedMessagesWithoutADeeperStack() throws IOException {
        TcpStream stream = streamWithBytes(100_000);
        ReadChain chain = new ReadChain(stream);

        chain.next();
        await(() -> chain.read == 100_000);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
    }

    @Test
    void countsTheConnectionsOfAReactorTogether() throws IOException {
        TcpStream first = streamWithBytes(500);
        TcpStream second = streamWithBytes(500);
        UnsafeBuffer other = Buffers.allocate(8);
        ReadHandler[] handlers = new ReadHandler[2];
        handlers[0] = (status, length) -> {
            enterHandler();
            second.asyncRead(other, 0, 1, handlers[1]);
            depth--;
        };
        handlers[1] = (status, length) -> {
            enterHandler();
            if (completions < 1000) {
                first.asyncRead(buffer, 0, 1, handlers[0]);
            }
            depth--;
        };

        first.asyncRead(buffer, 0, 1, handlers[0]);
        assertThat(deepest).isEqualTo(MAX_INLINE_COMPLETIONS);
        await(() -> completions == 1000);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
    }

    @Test
    void countsWritesReadsDatagramsAndTimersTogether() throws IOException {
        TcpStream stream = streamWithBytes(300);
        UdpSocket socket = UdpSocket.open(reactor, Loopback.IPV4.anyPort());
        Endpoint self = Endpoint.of(socket.localAddress());
        Timer timer = new Timer(reactor);
        UnsafeBuffer out = Buffers.allocate(1);
        Runnable[] round = new Runnable[1];
        ReceiveHandler received = (status, length, source) -> {
            enterHandler();
            round[0].run();
            depth--;
        };
        WriteHandler sent = (status, length) -> {
            enterHandler();
            socket.asyncReceive(out, 0, 1, received);
            depth--;
        };
        ReadHandler read = (status, length) -> {
            enterHandler();
            socket.asyncSend(buffer, 0, 1, self, sent);
            depth--;
        };
        WriteHandler written = (status, length) -> {
            enterHandler();
            stream.asyncRead(buffer, 0, 1, read);
            depth--;
        };
        TimerHandler due = t -> {
            enterHandler();
            stream.asyncWrite(buffer, 0, 1, written);
            depth--;
        };
        int[] rounds = new int[1];
        round[0] = () -> {
            if (rounds[0]++ < 300) {
                timer.scheduleOnce(0, due);
            }
        };

        round[0].run();
        assertThat(deepest).isEqualTo(MAX_INLINE_COMPLETIONS);
        await(() -> completions == 300 * 5);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
        assertThat(depth).isZero();
    }

    @Test
    void nestsAtMost32TimersThatAreDueNow() {
        Timer timer = new Timer(reactor);
        TimerHandler[] handler = new TimerHandler[1];
        handler[0] = due -> {
            enterHandler();
            if (completions < 1000) {
                timer.scheduleOnce(0, handler[0]);
            }
            depth--;
        };

        timer.scheduleOnce(0, handler[0]);
        assertThat(deepest).isEqualTo(MAX_INLINE_COMPLETIONS);
        assertThat(timer.isScheduled()).isTrue();
        await(() -> completions == 1000);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
    }

    @Test
    void callsTimersThatAreDueNowAlsoWhenTheClockStandsStill() throws IOException {
        reactor = open(context().nanoClock(new ManualClock(1_000)));
        Timer timer = new Timer(reactor);
        TimerHandler[] handler = new TimerHandler[1];
        handler[0] = due -> {
            enterHandler();
            if (completions < 1000) {
                timer.scheduleOnce(0, handler[0]);
            }
            depth--;
        };

        timer.scheduleOnce(0, handler[0]);
        await(() -> completions == 1000);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
    }

    @Test
    void nestsAtMost32Accepts() throws IOException {
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());
        for (int i = 0; i < 100; i++) {
            closing(new Socket(Loopback.IPV4.address, listener.localAddress().getPort()));
        }
        AcceptHandler<?>[] handler = new AcceptHandler<?>[1];
        AcceptHandler<TcpStream> accepted = (status, stream) -> {
            enterHandler();
            if (completions < 100) {
                @SuppressWarnings("unchecked")
                AcceptHandler<TcpStream> next = (AcceptHandler<TcpStream>) handler[0];
                listener.asyncAccept(next);
            }
            depth--;
        };
        handler[0] = accepted;

        listener.asyncAccept(accepted);
        assertThat(completions).isEqualTo(MAX_INLINE_COMPLETIONS);
        await(() -> completions == 100);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
    }

    @Test
    void nestsAtMost32EndsOfStream() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.client().close();
        ReadChain chain = new ReadChain(pair.server());
        chain.next();
        await(() -> completions >= 200);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
        pair.server().close();
    }

    @Test
    void startsCountingAnewAfterEachCall() throws IOException {
        TcpStream stream = streamWithBytes(100);
        Timer timer = new Timer(reactor);
        for (int turn = 0; turn < 50; turn++) {
            stream.asyncRead(buffer, 0, 1, recorder.read);
            timer.scheduleOnce(0, recorder.timer("due"));
        }
        assertThat(recorder.count()).isEqualTo(100);
    }

    @Test
    void keepsCountWhenHandlersThrow() throws IOException {
        TcpStream stream = streamWithBytes(500);
        ReadHandler[] handler = new ReadHandler[1];
        handler[0] = (status, length) -> {
            enterHandler();
            if (completions < 500) {
                stream.asyncRead(buffer, 0, 1, handler[0]);
            }
            depth--;
            throw new IllegalArgumentException("a fault of the handler");
        };

        stream.asyncRead(buffer, 0, 1, handler[0]);
        await(() -> completions == 500);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
        assertThat(thrown).hasSize(500);
        thrown.clear();
        assertThat(reactor.tryInline()).isTrue();
        reactor.endInline();
    }

    @Test
    void letsALayerNestWithTheSameBound() {
        Deferral[] layer = new Deferral[1];
        Runnable complete = () -> {
            enterHandler();
            if (completions < 1000) {
                if (reactor.tryInline()) {
                    layer[0].run();
                    reactor.endInline();
                } else {
                    reactor.defer(layer[0]);
                }
            }
            depth--;
        };
        layer[0] = new Deferral() {
            @Override
            protected void run() {
                complete.run();
            }
        };

        reactor.defer(layer[0]);
        await(() -> completions == 1000);

        assertThat(deepest).isEqualTo(1 + MAX_INLINE_COMPLETIONS);
    }

    private void enterHandler() {
        completions++;
        depth++;
        deepest = Math.max(deepest, depth);
    }

    /**
     * A stream that has received bytes, which nobody has read.
     */
    private TcpStream streamWithBytes(int length) throws IOException {
        TcpPair pair = TcpPair.connect(reactor, Loopback.IPV4,
                new SocketOptions().set(SocketOption.RECEIVE_BUFFER, 512 * 1024));
        int[] written = new int[1];
        pair.client().asyncWriteAll(Buffers.allocate(length), 0, length, (status, count) -> written[0] = count);
        await(() -> written[0] == length);
        return pair.server();
    }

    private final class ReadChain implements ReadHandler {
        private final TcpStream stream;
        private int read;

        ReadChain(TcpStream stream) {
            this.stream = stream;
        }

        void next() {
            stream.asyncRead(buffer, 0, 1, this);
        }

        @Override
        public void onRead(IoStatus status, int length) {
            enterHandler();
            read += length;
            if (stream.isOpen() && completions < 200_000) {
                next();
            }
            depth--;
        }
    }
}
