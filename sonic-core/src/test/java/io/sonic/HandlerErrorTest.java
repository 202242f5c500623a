package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonic.Recorder.Called;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.LangUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 9: what a handler throws goes to the error handler, and the loop goes on.
 */
final class HandlerErrorTest extends ReactorTest {
    private static final UnsafeBuffer BUFFER = Buffers.allocate(64);

    private static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1;

        Fault() {
            super("a fault of the handler");
        }
    }

    private static final class Grave extends Error {
        private static final long serialVersionUID = 1;
    }

    /**
     * Something whose handler throws, inline or out of the loop.
     */
    private record Case(String name, Start start) {
        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    private interface Start {
        void run(HandlerErrorTest test) throws IOException;
    }

    static Stream<Case> everyHandler() {
        return Stream.of(
                new Case("post", test -> test.reactor.post(HandlerErrorTest::fail)),
                new Case("timer that is due now", test -> new Timer(test.reactor).scheduleOnce(0, timer -> fail())),
                new Case("timer", test -> new Timer(test.reactor).scheduleOnce(1, timer -> fail())),
                new Case("deferral", test -> test.reactor.defer(new Deferral() {
                    @Override
                    protected void run() {
                        fail();
                    }
                })),
                new Case("read inline", test -> {
                    TcpPair pair = TcpPair.connect(test.reactor);
                    pair.client().asyncWrite(BUFFER, 0, 8, (status, length) -> { });
                    pair.server().asyncRead(BUFFER, 0, 8, (status, length) -> fail());
                }),
                new Case("read", test -> {
                    TcpPair pair = TcpPair.connect(test.reactor);
                    pair.server().asyncRead(BUFFER, 0, 8, (status, length) -> fail());
                    pair.client().asyncWrite(BUFFER, 0, 8, (status, length) -> { });
                }),
                new Case("read that is cancelled", test -> {
                    TcpStream stream = TcpPair.connect(test.reactor).server();
                    stream.asyncRead(BUFFER, 0, 8, (status, length) -> fail());
                    stream.cancel();
                }),
                new Case("read that is closed", test -> {
                    TcpStream stream = TcpPair.connect(test.reactor).server();
                    stream.asyncRead(BUFFER, 0, 8, (status, length) -> fail());
                    stream.close();
                }),
                new Case("write inline", test -> TcpPair.connect(test.reactor).client()
                        .asyncWrite(BUFFER, 0, 8, (status, length) -> fail())),
                new Case("accept", test -> {
                    TcpListener listener = TcpListener.open(test.reactor, Loopback.IPV4.anyPort());
                    listener.asyncAccept((status, stream) -> fail());
                    TcpStream.open(test.reactor).asyncConnect(listener.localAddress(), 0, status -> { });
                }),
                new Case("connect", test -> TcpStream.open(test.reactor).asyncConnect(
                        TcpListener.open(test.reactor, Loopback.IPV4.anyPort()).localAddress(), 0, status -> fail())),
                new Case("connect that fails inline", test -> {
                    TcpStream stream = TcpStream.open(test.reactor);
                    stream.bind(new InetSocketAddress("192.0.2.1", 0));
                    stream.asyncConnect(Loopback.IPV4.port(1), 0, status -> fail());
                }),
                new Case("receive", test -> {
                    UdpSocket socket = UdpSocket.open(test.reactor, Loopback.IPV4.anyPort());
                    socket.asyncReceive(BUFFER, 0, 8, (status, length, source) -> fail());
                    socket.trySend(BUFFER, 0, 8, Endpoint.of(socket.localAddress()));
                }),
                new Case("send", test -> {
                    UdpSocket socket = UdpSocket.open(test.reactor, Loopback.IPV4.anyPort());
                    socket.asyncSend(BUFFER, 0, 8, Endpoint.of(socket.localAddress()), (status, length) -> fail());
                }));
    }

    @ParameterizedTest
    @MethodSource("everyHandler")
    void handsTheFaultToTheErrorHandlerOnceAndGoesOn(Case of) throws IOException {
        of.start.run(this);
        await(() -> !thrown.isEmpty());
        goesOn();

        assertThat(thrown).singleElement().isInstanceOf(Fault.class);
        thrown.clear();
    }

    @Test
    void survivesErrorsToo() {
        reactor.post(() -> {
            throw new Grave();
        });
        reactor.post(() -> {
            throw new AssertionError("an assertion of the handler");
        });
        reactor.poll();
        goesOn();

        assertThat(thrown).hasSize(2);
        thrown.clear();
    }

    @ParameterizedTest
    @MethodSource("everyHandler")
    void survivesAnErrorHandlerThatThrowsTheSameAgain(Case of) throws IOException {
        int[] calls = new int[1];
        reactor = open(new Reactor.Context().errorHandler(error -> {
            calls[0]++;
            LangUtil.rethrowUnchecked(error);
        }));
        String printed = StandardError.during(() -> {
            of.start.run(this);
            await(() -> calls[0] > 0);
            goesOn();
        });

        assertThat(calls[0]).isEqualTo(1);
        assertThat(printed).contains("a fault of the handler");
    }

    @Test
    void survivesAnErrorHandlerThatThrowsSomethingElse() throws Exception {
        reactor = open(new Reactor.Context().errorHandler(error -> {
            throw new IllegalStateException("a fault of the error handler");
        }));
        String printed = StandardError.during(() -> {
            reactor.post(HandlerErrorTest::fail);
            reactor.poll();
            goesOn();
        });

        assertThat(printed).contains("a fault of the error handler", "a fault of the handler");
    }

    @Test
    void printsToTheStandardErrorOutputByDefault() throws Exception {
        reactor = open(new Reactor.Context());
        String printed = StandardError.during(() -> {
            reactor.post(HandlerErrorTest::fail);
            reactor.poll();
            goesOn();
        });

        assertThat(printed).contains("a fault of the handler").contains("HandlerErrorTest");
    }

    @Test
    void runsTheRestOfTheTurn() {
        for (int i = 0; i < 3; i++) {
            reactor.post(HandlerErrorTest::fail);
            reactor.post(recorder.post("post " + i));
        }

        assertThat(reactor.poll()).isEqualTo(6);

        assertThat(recorder.events).containsExactly(new Called("post 0"), new Called("post 1"), new Called("post 2"));
        assertThat(thrown).hasSize(3);
        thrown.clear();
    }

    @Test
    void closesEveryChannelThoughAHandlerThrows() throws IOException {
        List<TcpPair> pairs = List.of(TcpPair.connect(reactor), TcpPair.connect(reactor), TcpPair.connect(reactor));
        for (TcpPair pair : pairs) {
            pair.server().asyncRead(BUFFER, 0, 8, (status, length) -> {
                recorder.read.onRead(status, length);
                fail();
            });
        }
        reactor.post(HandlerErrorTest::fail);

        reactor.close();

        assertThat(recorder.events).hasSize(3).containsOnly(new Recorder.Read(IoStatus.CLOSED, 0));
        assertThat(pairs).noneMatch(pair -> pair.server().isOpen() || pair.client().isOpen());
        assertThat(thrown).hasSize(4);
        thrown.clear();
    }

    @Test
    void handsOnWhatTheHandlersOfALayerThrow() {
        reactor.handlerFailed(new Fault());
        assertThat(thrown).singleElement().isInstanceOf(Fault.class);
        thrown.clear();
    }

    private void goesOn() {
        int before = recorder.count();
        reactor.post(recorder.post("going on"));
        new Timer(reactor).scheduleOnce(1, recorder.timer("going on"));
        await(() -> recorder.count() == before + 2);
        assertThat(reactor.tryInline()).isTrue();
        reactor.endInline();
    }

    private static void fail() {
        throw new Fault();
    }
}
