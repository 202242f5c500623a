package io.sonic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 2: an operation that was accepted calls its handler exactly once, however it ends.
 */
final class ExactlyOnceTest extends ReactorTest {
    private static final int LARGE = 32 * 1024 * 1024;

    private final UnsafeBuffer buffer = Buffers.allocate(64);

    /**
     * Operations that wait, with what they report when they are made to end.
     */
    private enum Waiting {
        READ {
            @Override
            Channel start(ExactlyOnceTest test) throws IOException {
                TcpStream stream = TcpPair.connect(test.reactor).server();
                stream.asyncRead(test.buffer, 0, 8, test.recorder.read);
                return stream;
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Read(status, 0);
            }
        },
        READ_ALL {
            @Override
            Channel start(ExactlyOnceTest test) throws IOException {
                TcpPair pair = TcpPair.connect(test.reactor);
                int[] written = new int[1];
                pair.client().asyncWriteAll(Buffers.of("abc"), 0, 3, (status, length) -> written[0] = length);
                pair.server().asyncReadAll(test.buffer, 0, 8, test.recorder.read);
                test.await(() -> written[0] == 3 && test.buffer.getByte(2) == 'c');
                return pair.server();
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Read(status, 3);
            }
        },
        WRITE {
            @Override
            Channel start(ExactlyOnceTest test) throws IOException {
                TcpStream stream = TcpPair.connectNarrow(test.reactor).client();
                TcpPair.fill(test.reactor, stream);
                stream.asyncWrite(test.buffer, 0, 8, test.recorder.write);
                return stream;
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Written(status, 0);
            }
        },
        WRITE_ALL {
            @Override
            Channel start(ExactlyOnceTest test) throws IOException {
                TcpStream stream = TcpPair.connectNarrow(test.reactor).client();
                TcpPair.fill(test.reactor, stream);
                stream.asyncWriteAll(test.buffer, 0, 64, test.recorder.write);
                return stream;
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Written(status, 0);
            }
        },
        ACCEPT {
            @Override
            Channel start(ExactlyOnceTest test) throws IOException {
                TcpListener listener = TcpListener.open(test.reactor, Loopback.IPV4.anyPort());
                listener.asyncAccept(test.recorder.accept);
                return listener;
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Accepted(status);
            }
        },
        CONNECT {
            @Override
            Channel start(ExactlyOnceTest test) throws IOException {
                TcpStream stream = TcpStream.open(test.reactor);
                stream.asyncConnect(test.closing(new FullListener()).address(), 0, test.recorder.connect);
                return stream;
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Connected(status);
            }
        },
        CONNECT_WITH_TIME_OUT {
            @Override
            Channel start(ExactlyOnceTest test) throws IOException {
                TcpStream stream = TcpStream.open(test.reactor);
                stream.asyncConnect(
                        test.closing(new FullListener()).address(), 60_000_000_000L, test.recorder.connect);
                return stream;
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Connected(status);
            }
        },
        RESOLVE {
            @Override
            Channel start(ExactlyOnceTest test) {
                TcpStream stream = TcpStream.open(test.reactor);
                stream.asyncConnect(
                        InetSocketAddress.createUnresolved(TestNames.slow(), 1), 0, test.recorder.connect);
                test.closing(TestNames::answer);
                return stream;
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Connected(status);
            }
        },
        RECEIVE {
            @Override
            Channel start(ExactlyOnceTest test) throws IOException {
                UdpSocket socket = UdpSocket.open(test.reactor, Loopback.IPV4.anyPort());
                socket.asyncReceive(test.buffer, 0, 8, test.recorder.receive);
                return socket;
            }

            @Override
            Object ended(IoStatus status) {
                return new Recorder.Received(status, 0, null);
            }
        };

        /**
         * Starts the operation and leaves it waiting.
         */
        abstract Channel start(ExactlyOnceTest test) throws IOException;

        abstract Object ended(IoStatus status);
    }

    private enum Ending {
        CANCEL(IoStatus.CANCELLED) {
            @Override
            void end(Channel channel) {
                channel.cancel();
            }
        },
        CLOSE(IoStatus.CLOSED) {
            @Override
            void end(Channel channel) {
                channel.close();
            }
        },
        CLOSE_THE_REACTOR(IoStatus.CLOSED) {
            @Override
            void end(Channel channel) {
                channel.reactor().close();
            }
        },
        CANCEL_TWICE_AND_CLOSE(IoStatus.CANCELLED) {
            @Override
            void end(Channel channel) {
                channel.cancel();
                channel.cancel();
                channel.close();
                channel.close();
            }
        };

        final IoStatus status;

        Ending(IoStatus status) {
            this.status = status;
        }

        abstract void end(Channel channel);
    }

    static Stream<Arguments> everyOperationAndEnding() {
        return Stream.of(Waiting.values())
                .flatMap(waiting -> Stream.of(Ending.values()).map(ending -> Arguments.of(waiting, ending)));
    }

    @ParameterizedTest
    @MethodSource("everyOperationAndEnding")
    void callsTheHandlerOnceWhenItIsMadeToEnd(Waiting waiting, Ending ending) throws IOException {
        Channel channel = waiting.start(this);
        turn(10);
        assertThat(recorder.events).as("before").isEmpty();
        assertThat(reactor.pending()).isPositive();

        ending.end(channel);

        // On the stack of the call that ended it.
        assertThat(recorder.events).containsExactly(waiting.ended(ending.status));
        if (reactor.isOpen()) {
            assertThat(reactor.pending()).isZero();
            channel.close();
            TestNames.answer();
            turn(10);
            assertThat(recorder.events).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Waiting.class)
    void leavesTheHandlerUsableForWhatTheHandlerDoesWhenItIsMadeToEnd(Waiting waiting) throws IOException {
        Channel[] channel = new Channel[1];
        Recorder ending = new Recorder();
        Runnable close = () -> {
            ending.events.add("closing");
            channel[0].close();
            channel[0].cancel();
        };
        channel[0] = waiting.start(this);
        // Another operation's handler on the same reactor, in the same turn, ends this one.
        reactor.post(close);

        reactor.poll();

        assertThat(ending.events).containsExactly("closing");
        assertThat(recorder.events).containsExactly(waiting.ended(IoStatus.CLOSED));
    }

    @Test
    void callsTheHandlersOfAllChannelsWhenTheReactorCloses() throws IOException {
        for (Waiting waiting : Waiting.values()) {
            waiting.start(this);
        }
        turn(10);

        reactor.close();
        reactor.close();

        assertThat(recorder.events).containsExactlyInAnyOrderElementsOf(
                Stream.of(Waiting.values()).map(waiting -> waiting.ended(IoStatus.CLOSED)).toList());
    }

    @Test
    void callsBothHandlersWhenAReadAndAWriteWait() throws IOException {
        TcpStream stream = TcpPair.connectNarrow(reactor).client();
        TcpPair.fill(reactor, stream);
        stream.asyncRead(buffer, 0, 8, recorder.read);
        stream.asyncWrite(buffer, 0, 8, recorder.write);

        stream.close();

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.CLOSED, 0), new Recorder.Written(IoStatus.CLOSED, 0));
    }

    @Test
    void callsTheHandlerOnceOnSuccess() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, recorder.write);
        awaitEvents(2);

        turn(10);
        pair.server().cancel();
        pair.server().close();

        assertThat(recorder.events).containsExactly(
                new Recorder.Written(IoStatus.OK, 3), new Recorder.Read(IoStatus.OK, 3));
    }

    @Test
    void callsTheHandlerOnceOnFailure() throws IOException {
        Peer peer = closing(Peer.connect(reactor));
        peer.stream().asyncRead(buffer, 0, 8, recorder.read);
        peer.reset();
        awaitEvents(1);

        turn(10);
        peer.stream().close();

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.FAILED, 0));
    }

    @Test
    void endsOnlyWhatWaitedWhenTheHandlerStartsAgainInsideOfCancel() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        TcpStream stream = pair.server();
        stream.asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            stream.asyncRead(buffer, 0, 8, recorder.read);
        });

        stream.cancel();
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CANCELLED, 0));

        pair.client().asyncWrite(buffer, 0, 5, (status, length) -> { });
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.OK, 5));
    }

    @Test
    void doesNotCancelAWriteThatIsStartedInsideOfCancel() throws IOException {
        TcpStream stream = TcpPair.connectNarrow(reactor).client();
        TcpPair.fill(reactor, stream);
        stream.asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            stream.asyncWrite(buffer, 0, 8, recorder.write);
        });

        stream.cancel();

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CANCELLED, 0));
        stream.cancelWrite();
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Written(IoStatus.CANCELLED, 0));
    }

    @Test
    void doesNotCancelAWriteThatTakesThePlaceOfAnotherInsideOfCancel() throws IOException {
        TcpStream stream = TcpPair.connectNarrow(reactor).client();
        TcpPair.fill(reactor, stream);
        stream.asyncWrite(buffer, 0, 8, recorder.write);
        stream.asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            stream.cancelWrite();
            stream.asyncWrite(buffer, 0, 8, recorder.write);
        });

        stream.cancel();

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.CANCELLED, 0), new Recorder.Written(IoStatus.CANCELLED, 0));
        assertThat(reactor.pending()).isEqualTo(1);
        stream.cancelWrite();
        assertThat(recorder.events).hasSize(3);
    }

    @Test
    void refusesToStartOnAChannelWhoseCloseIsRunning() throws IOException {
        TcpStream stream = TcpPair.connect(reactor).server();
        Throwable[] refusal = new Throwable[1];
        stream.asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            try {
                stream.asyncRead(buffer, 0, 8, recorder.read);
            } catch (IllegalStateException e) {
                refusal[0] = e;
            }
        });

        stream.close();

        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CLOSED, 0));
        assertThat(refusal[0]).hasMessageStartingWith("the channel is closed: 127.0.0.1:");
    }

    @Test
    void endsAnOperationThatAHandlerStartsOnAnotherChannelWhileTheReactorCloses() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        // The channel that was opened last is closed first.
        TcpStream first = pair.server();
        TcpStream second = pair.client();
        first.asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            second.asyncRead(buffer, 0, 8, recorder.read);
        });

        reactor.close();

        assertThat(recorder.events.getFirst()).isEqualTo(new Recorder.Read(IoStatus.CLOSED, 0));
        assertThat(recorder.events).hasSize(2);
    }

    @Test
    void endsALimitedOperationThatAHandlerStartsOnAnotherChannelWhileTheReactorCloses() throws IOException {
        TcpStream second = TcpPair.connect(reactor).client();
        TcpStream first = TcpPair.connect(reactor).client();
        second.readTimeoutNs(1_000_000_000);
        first.asyncRead(buffer, 0, 8, (status, length) -> {
            recorder.read.onRead(status, length);
            second.asyncRead(buffer, 0, 8, recorder.read);
        });

        reactor.close();

        assertThat(recorder.events).containsExactly(
                new Recorder.Read(IoStatus.CLOSED, 0), new Recorder.Read(IoStatus.CLOSED, 0));
    }

    @Test
    void ignoresAResultThatComesAfterTheOperationWasCancelledInTheSameTurn() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        pair.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        // Runs in the turn that fetches the readiness, before it is acted on.
        reactor.post(() -> pair.server().cancelRead());
        reactor.poll();
        turn(10);
        assertThat(recorder.events).containsExactly(new Recorder.Read(IoStatus.CANCELLED, 0));

        pair.server().asyncRead(buffer, 0, 8, recorder.read);
        awaitEvents(2);
        assertThat(recorder.events.getLast()).isEqualTo(new Recorder.Read(IoStatus.OK, 3));
    }

    /**
     * Both are ready in the same turn, and the handler of the one that comes first cancels the other.
     */
    @Test
    void cancelsAReadInsideOfTheHandlerOfAnotherChannel() throws IOException {
        TcpPair one = TcpPair.connect(reactor);
        TcpPair two = TcpPair.connect(reactor);
        one.server().asyncRead(buffer, 0, 4, (status, length) -> {
            recorder.read.onRead(status, length);
            two.server().cancel();
        });
        two.server().asyncRead(buffer, 4, 4, (status, length) -> {
            recorder.read.onRead(status, length);
            one.server().cancel();
        });
        one.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        two.client().asyncWrite(Buffers.of("abc"), 0, 3, (status, length) -> { });
        awaitEvents(2);
        turn(10);

        assertThat(recorder.events).hasSize(2).contains(new Recorder.Read(IoStatus.OK, 3))
                .isSubsetOf(new Recorder.Read(IoStatus.OK, 3), new Recorder.Read(IoStatus.CANCELLED, 0));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void endsAWriteOfALotOnce() throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        UnsafeBuffer large = Buffers.allocate(LARGE);
        pair.client().asyncWriteAll(large, 0, LARGE, recorder.write);
        turn(100);
        assertThat(recorder.events).isEmpty();

        pair.server().close();
        awaitEvents(1);
        turn(10);

        assertThat(recorder.events).hasSize(1);
        Recorder.Written written = (Recorder.Written) recorder.events.getFirst();
        assertThat(written.status()).isEqualTo(IoStatus.FAILED);
        assertThat(written.length()).isBetween(1, LARGE - 1);
    }
}
