package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 1: everything runs on the thread that runs the reactor, and a call from another thread is refused.
 */
final class ThreadRuleTest extends ReactorTest {
    private static final UnsafeBuffer BUFFER = Buffers.allocate(64);

    private record Call(String name, Action action) {
        @Override
        public String toString() {
            return name;
        }
    }

    private record Objects(Reactor reactor, TcpStream stream, TcpListener listener, UdpSocket socket, Timer timer) {
    }

    @FunctionalInterface
    private interface Action {
        void on(Objects objects) throws Exception;
    }

    @ParameterizedTest
    @MethodSource("callsThatAreForTheOwnThread")
    void refusesCallFromAnotherThread(Call call) throws Exception {
        Objects objects = new Objects(
                reactor,
                TcpPair.connect(reactor).client(),
                TcpListener.open(reactor, Loopback.IPV4.anyPort()),
                UdpSocket.open(reactor, Loopback.IPV4.anyPort()),
                new Timer(reactor));

        Throwable refusal = onAnotherThread("stranger", () -> call.action.on(objects));

        assertThat(refusal).isInstanceOf(IllegalStateException.class).hasMessage(
                "reactor 'sonic-reactor' belongs to thread '" + Thread.currentThread().getName()
                        + "', and was called by 'stranger': post() is the way in");
        assertThat(reactor.pending()).isZero();
        assertThat(objects.stream.isOpen()).isTrue();
    }

    static Stream<Call> callsThatAreForTheOwnThread() {
        return Stream.of(
                new Call("Reactor.pending", o -> o.reactor.pending()),
                new Call("Reactor.defer", o -> o.reactor.defer(new Deferral() {
                    @Override
                    protected void run() {
                        throw new AssertionError("it was refused");
                    }
                })),
                new Call("TcpStream.open", o -> TcpStream.open(o.reactor)),
                new Call("TcpListener.open", o -> TcpListener.open(o.reactor, Loopback.IPV4.anyPort())),
                new Call("UdpSocket.open", o -> UdpSocket.open(o.reactor, Loopback.IPV4.anyPort())),
                new Call("asyncRead", o -> o.stream.asyncRead(BUFFER, 0, 8, (status, length) -> { })),
                new Call("asyncReadAll", o -> o.stream.asyncReadAll(BUFFER, 0, 8, (status, length) -> { })),
                new Call("asyncWrite", o -> o.stream.asyncWrite(BUFFER, 0, 8, (status, length) -> { })),
                new Call("asyncWriteAll", o -> o.stream.asyncWriteAll(BUFFER, 0, 8, (status, length) -> { })),
                new Call("tryRead", o -> o.stream.tryRead(BUFFER, 0, 8)),
                new Call("tryWrite", o -> o.stream.tryWrite(BUFFER, 0, 8)),
                new Call("cancelRead", o -> o.stream.cancelRead()),
                new Call("cancelWrite", o -> o.stream.cancelWrite()),
                new Call("cancel", o -> o.stream.cancel()),
                new Call("shutdownOutput", o -> o.stream.shutdownOutput()),
                new Call("TcpStream.close", o -> o.stream.close()),
                new Call("set an option", o -> o.stream.option(SocketOption.NO_DELAY, true)),
                new Call("ask for an option", o -> o.stream.option(SocketOption.NO_DELAY)),
                new Call("TcpStream.localAddress", o -> o.stream.localAddress()),
                new Call("TcpListener.localAddress", o -> o.listener.localAddress()),
                new Call("UdpSocket.localAddress", o -> o.socket.localAddress()),
                new Call("asyncAccept", o -> o.listener.asyncAccept((status, stream) -> { })),
                new Call("TcpListener.cancel", o -> o.listener.cancel()),
                new Call("TcpListener.close", o -> o.listener.close()),
                new Call("asyncReceive", o -> o.socket.asyncReceive(BUFFER, 0, 8, (status, length, source) -> { })),
                new Call("tryReceive", o -> o.socket.tryReceive(BUFFER, 0, 8, new Endpoint())),
                new Call("asyncSend", o -> o.socket.asyncSend(BUFFER, 0, 8, (status, length) -> { })),
                new Call("trySend", o -> o.socket.trySend(BUFFER, 0, 8, null)),
                new Call("cancelReceive", o -> o.socket.cancelReceive()),
                new Call("cancelSend", o -> o.socket.cancelSend()),
                new Call("UdpSocket.connect", o -> o.socket.connect(new Endpoint())),
                new Call("UdpSocket.close", o -> o.socket.close()),
                new Call("scheduleOnce", o -> o.timer.scheduleOnce(1, timer -> { })),
                new Call("scheduleOnce, due now", o -> o.timer.scheduleOnce(0, timer -> { })),
                new Call("scheduleAt", o -> o.timer.scheduleAt(Long.MAX_VALUE, timer -> { })),
                new Call("scheduleAtFixedRate", o -> o.timer.scheduleAtFixedRate(1, timer -> { })),
                new Call("scheduleWithFixedDelay", o -> o.timer.scheduleWithFixedDelay(1, timer -> { })),
                new Call("Timer.cancel", o -> o.timer.cancel()),
                new Call("Timer.close", o -> o.timer.close()));
    }

    @Test
    void refusesConnectFromAnotherThread() throws Exception {
        TcpStream stream = TcpStream.open(reactor);
        TcpListener listener = TcpListener.open(reactor, Loopback.IPV4.anyPort());

        assertThat(onAnotherThread("stranger", () -> stream.asyncConnect(Loopback.IPV4.port(1), 0, status -> { })))
                .isInstanceOf(IllegalStateException.class);
        assertThat(onAnotherThread("stranger", () -> stream.bind(Loopback.IPV4.anyPort())))
                .isInstanceOf(IllegalStateException.class);

        stream.asyncConnect(listener.localAddress(), 0, recorder.connect);
        awaitEvents(1);
        assertThat(recorder.events).containsExactly(new Recorder.Connected(IoStatus.OK));
    }

    @Test
    void letsAnyThreadPostAskAndStop() throws Exception {
        assertThat(onAnotherThread("stranger", () -> {
            reactor.post(recorder.post("posted"));
            assertThat(reactor.posted()).isEqualTo(1);
            reactor.stop();
        })).isNull();

        reactor.poll();
        assertThat(recorder.events).containsExactly(new Recorder.Called("posted"));
    }

    @Test
    void callsEveryHandlerOnTheThreadThatRunsIt() throws Exception {
        List<Thread> threads = new ArrayList<>();
        TcpPair pair = TcpPair.connect(reactor);
        Timer timer = new Timer(reactor);
        pair.server().asyncRead(BUFFER, 0, 8, (status, length) -> threads.add(Thread.currentThread()));
        timer.scheduleOnce(1, due -> threads.add(Thread.currentThread()));
        assertThat(onAnotherThread("poster", () -> reactor.post(() -> threads.add(Thread.currentThread())))).isNull();
        pair.client().asyncWrite(BUFFER, 0, 8, (status, length) -> threads.add(Thread.currentThread()));

        await(() -> threads.size() == 4);

        assertThat(threads).containsOnly(Thread.currentThread());
    }

    @Test
    void belongsToTheThreadThatRanItLast() throws Exception {
        assertThat(onAnotherThread("runner", () -> reactor.poll())).isNull();

        assertThatIllegalStateException().isThrownBy(() -> TcpStream.open(reactor))
                .withMessageContaining("belongs to thread 'runner'");

        reactor.poll();
        TcpStream.open(reactor);
    }

    @Test
    void refusesToBeRunByTwoThreads() throws Exception {
        CountDownLatch runs = new CountDownLatch(1);
        reactor.post(runs::countDown);
        Thread runner = new Thread(() -> reactor.run(), "runner");
        runner.start();
        runs.await();
        try {
            assertThatIllegalStateException().isThrownBy(() -> reactor.poll())
                    .withMessage("reactor 'sonic-reactor' is being run by thread 'runner'");
            assertThatIllegalStateException().isThrownBy(() -> reactor.run());
            assertThatIllegalStateException().isThrownBy(() -> reactor.close())
                    .withMessage("reactor 'sonic-reactor' is being run by thread 'runner'");
        } finally {
            reactor.stop();
            runner.join();
        }
    }

    @Test
    void namesTheReactorInTheRefusal() throws IOException {
        Reactor named = open(context().name("orders"));
        Throwable refusal = onAnotherThread("stranger", named::pending);
        assertThat(refusal).hasMessageStartingWith("reactor 'orders' belongs to thread");
    }

    @FunctionalInterface
    private interface Body {
        void run() throws Exception;
    }

    /**
     * Runs something on a thread of its own.
     *
     * @return what it threw, or null.
     */
    private static Throwable onAnotherThread(String name, Body body) {
        Throwable[] result = new Throwable[1];
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                result[0] = t;
            }
        }, name);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return result[0];
    }
}
