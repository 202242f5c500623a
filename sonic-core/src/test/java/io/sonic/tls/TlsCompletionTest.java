package io.sonic.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonic.IoStatus;
import io.sonic.IoVector;
import io.sonic.TcpStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The contract of a stream: each operation that was accepted ends once, and what is not allowed is refused.
 */
final class TlsCompletionTest extends TlsTest {
    /**
     * Who ends what is in flight.
     */
    enum Ending {
        CANCEL(IoStatus.CANCELLED),
        CLOSE(IoStatus.CLOSED),
        CLOSE_OF_THE_TRANSPORT(IoStatus.CLOSED),
        CLOSE_OF_THE_REACTOR(IoStatus.CLOSED);

        private final IoStatus status;

        Ending(IoStatus status) {
            this.status = status;
        }
    }

    private TcpStream[] transports;

    @ParameterizedTest
    @EnumSource
    void endsAHandshakeThatWaitsForThePeer(Ending ending) throws IOException {
        Pair pair = unshaken();
        pair.client().asyncHandshake(onHandshake("client"));
        pair.server().asyncHandshake(onHandshake("server"));

        end(ending, pair.client());

        assertThat(events).contains(new Shaken("client", ending.status));
        pair.client().close();
        pair.server().close();
        turnIfOpen();
        assertThat(events).hasSize(2);
    }

    /**
     * The client's handshake, ended after each number of turns: while it waits, while the engine is at work on another
     * thread, while it is written.
     */
    @ParameterizedTest
    @EnumSource
    void endsAHandshakeAtAnyTime(Ending ending) throws IOException {
        for (int turns = 0; turns < 12; turns++) {
            if (!reactor.isOpen()) {
                reopen();
            }
            events.clear();
            Pair pair = unshaken();
            pair.client().asyncHandshake(onHandshake("client"));
            pair.server().asyncHandshake(onHandshake("server"));
            int seen = 0;
            while (seen < turns && events.isEmpty()) {
                seen += Math.min(1, reactor.poll());
            }

            end(ending, pair.client());

            assertThat(events.stream().filter(event -> ((Shaken) event).who().equals("client")))
                    .as("after %d turns", turns).hasSize(1);
            pair.client().close();
            pair.server().close();
            turnIfOpen();
            assertThat(events).as("after %d turns", turns).hasSize(2);
        }
    }

    @Test
    void goesOnWithAHandshakeThatWasCancelled() throws IOException {
        for (int turns = 0; turns < 12; turns++) {
            events.clear();
            Pair pair = unshaken();
            pair.client().asyncHandshake(onHandshake("client"));
            pair.server().asyncHandshake(onHandshake("server"));
            int seen = 0;
            while (seen < turns && events.isEmpty()) {
                seen += Math.min(1, reactor.poll());
            }
            pair.client().cancel();
            turn(2);
            if (!pair.client().isReady()) {
                pair.client().asyncHandshake(onHandshake("again"));
            }
            await(() -> pair.client().isReady() && pair.server().isReady());
            events.clear();

            UnsafeBuffer read = buffer(5);
            pair.client().asyncWriteAll(buffer("works"), 0, 5, onWrite);
            pair.server().asyncReadAll(read, 0, 5, onRead);
            awaitEvents(2);
            assertThat(text(read, 0, 5)).isEqualTo("works");
            pair.client().close();
            pair.server().close();
        }
    }

    @Test
    void waitsForNothingMoreOnceAHandshakeIsCancelled() throws IOException {
        Pair pair = unshaken();
        pair.client().asyncHandshake(onHandshake("client"));

        pair.client().cancel();

        assertThat(events).containsExactly(new Shaken("client", IoStatus.CANCELLED));
        // Until the engine is done with the keys that it was about to make.
        await(() -> reactor.pending() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void endsAReadThatWaits(Ending ending) throws IOException {
        Pair pair = connected();
        pair.server().asyncWriteAll(buffer("abc"), 0, 3, (status, length) -> { });
        pair.client().asyncReadAll(buffer(10), 0, 10, onRead);
        turn(5);
        assertThat(events).isEmpty();

        end(ending, pair.client());

        assertThat(events).hasSize(1);
        assertThat(((Read) events.getFirst()).status()).isEqualTo(ending.status);
        assertThat(((Read) events.getFirst()).length()).isIn(0, 3);
        turnIfOpen();
        assertThat(events).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void endsAWriteThatWaits(Ending ending) throws IOException {
        Pair pair = connected();
        int size = 30 * 1024 * 1024;
        pair.client().asyncWriteAll(buffer(size), 0, size, onWrite);
        turn(5);
        assertThat(events).isEmpty();

        end(ending, pair.client());

        assertThat(events).hasSize(1);
        assertThat(((Written) events.getFirst()).status()).isEqualTo(ending.status);
        assertThat(((Written) events.getFirst()).length()).isBetween(1, size - 1);
        turnIfOpen();
        assertThat(events).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void endsAShutdownThatWaits(Ending ending) throws IOException {
        Pair pair = connected();
        pair.client().asyncShutdown(onShutdown("client"));
        turn(5);

        end(ending, pair.client());

        assertThat(events).containsExactly(new ShutDown("client", ending.status));
        turnIfOpen();
        assertThat(events).hasSize(1);
    }

    @Test
    void readsOnAfterAReadWasCancelledWithoutLosingAByte() throws IOException {
        Pair pair = connected();
        UnsafeBuffer read = buffer(10);
        pair.client().asyncReadAll(read, 0, 10, onRead);
        pair.server().asyncWriteAll(buffer("abc"), 0, 3, (status, length) -> { });
        turn(20);
        pair.client().cancelRead();
        int had = ((Read) events.getFirst()).length();
        events.clear();

        pair.server().asyncWriteAll(buffer("defghij"), 0, 7, (status, length) -> { });
        pair.client().asyncReadAll(read, had, 10 - had, onRead);
        awaitEvents(1);

        assertThat(events).containsExactly(new Read(IoStatus.OK, 10 - had));
        assertThat(text(read, 0, 10)).isEqualTo("abcdefghij");
    }

    /**
     * The bytes that the handler of a cancelled write is told do arrive, whole records, although nothing more is
     * written.
     */
    @Test
    void sendsToItsEndWhatACancelledWriteBegan() throws IOException {
        Pair pair = connected();
        int size = 30 * 1024 * 1024;
        UnsafeBuffer out = buffer(size);
        fill(out, 0, size, 0);
        pair.client().asyncWriteAll(out, 0, size, onWrite);
        turn(5);
        pair.client().cancelWrite();
        int taken = ((Written) events.getFirst()).length();
        events.clear();
        UnsafeBuffer in = buffer(taken);

        pair.server().asyncReadAll(in, 0, taken, onRead);
        awaitEvents(1);
        assertThat(events).containsExactly(new Read(IoStatus.OK, taken));
        assertPattern(in, 0, taken, 0);

        // And the next write follows it.
        events.clear();
        pair.client().asyncWriteAll(buffer("next"), 0, 4, onWrite);
        pair.server().asyncReadAll(in, 0, 4, onRead);
        awaitEvents(2);
        assertThat(text(in, 0, 4)).isEqualTo("next");
    }

    @Test
    void timesOutAReadAndStaysUsable() throws IOException {
        Pair pair = connected();
        UnsafeBuffer read = buffer(10);
        pair.client().readTimeoutNs(TimeUnit.MILLISECONDS.toNanos(5));
        pair.client().asyncRead(read, 0, 10, onRead);
        awaitEvents(1);
        assertThat(events).containsExactly(new Read(IoStatus.TIMED_OUT, 0));
        assertThat(pair.client().failure()).hasMessage("TLS with localhost:443: the read timed out after 5 ms");
        pair.client().readTimeoutNs(0);

        pair.server().asyncWriteAll(buffer("late"), 0, 4, (status, length) -> { });
        pair.client().asyncReadAll(read, 0, 4, onRead);
        awaitEvents(2);

        assertThat(events).endsWith(new Read(IoStatus.OK, 4));
    }

    @Test
    void timesOutAWrite() throws IOException {
        Pair pair = connected();
        int size = 30 * 1024 * 1024;
        pair.client().writeTimeoutNs(TimeUnit.MILLISECONDS.toNanos(5));

        pair.client().asyncWriteAll(buffer(size), 0, size, onWrite);
        awaitEvents(1);

        assertThat(((Written) events.getFirst()).status()).isEqualTo(IoStatus.TIMED_OUT);
        assertThat(pair.client().failure()).hasMessage("TLS with localhost:443: the write timed out after 5 ms");

        events.clear();
        pair.client().readTimeoutNs(700_000);
        pair.client().asyncRead(buffer(1), 0, 1, onRead);
        awaitEvents(1);
        assertThat(pair.client().failure()).hasMessage("TLS with localhost:443: the read timed out after 700000 ns");
    }

    @Test
    void closesInsideItsOwnHandlers() throws IOException {
        Pair pair = connected();
        pair.server().asyncWriteAll(buffer("abc"), 0, 3, (status, length) -> {
            events.add(new Written(status, length));
            pair.server().close();
        });
        pair.client().asyncWriteAll(buffer(30_000_000), 0, 30_000_000, onWrite);
        pair.client().asyncRead(buffer(3), 0, 3, (status, length) -> {
            events.add(new Read(status, length));
            pair.client().close();
        });
        awaitEvents(3);
        turn(5);

        assertThat(events).hasSize(3).contains(new Written(IoStatus.OK, 3), new Read(IoStatus.OK, 3));
        assertThat(pair.client().isOpen()).isFalse();
        assertThat(transports[0].isOpen()).isFalse();
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void closesInsideTheHandlerOfTheHandshake() throws IOException {
        Pair pair = unshaken();
        pair.server().asyncHandshake(onHandshake("server"));
        pair.client().asyncHandshake(status -> {
            events.add(new Shaken("client", status));
            pair.client().close();
        });
        awaitEvents(2);

        assertThat(events).contains(new Shaken("client", IoStatus.OK));
    }

    @Test
    void isClosedWithItsReactorWhereNothingIsInFlightToo() throws IOException {
        Pair pair = connected();
        pair.server().asyncRead(buffer(1), 0, 1, onRead);

        reactor.close();

        assertThat(pair.client().isOpen()).isFalse();
        assertThat(pair.server().isOpen()).isFalse();
        assertThat(transports[0].isOpen()).isFalse();
        assertThat(events).containsExactly(new Read(IoStatus.CLOSED, 0));
    }

    @Test
    void doesNotEndWhatAHandlerStartsInsideOfCancel() throws IOException {
        Pair pair = connected();
        UnsafeBuffer much = buffer(30_000_000);
        UnsafeBuffer read = buffer(3);
        pair.client().asyncRead(read, 0, 3, (status, length) -> {
            events.add(new Read(status, length));
            pair.client().asyncRead(read, 0, 3, onRead);
            pair.client().asyncWriteAll(much, 0, 30_000_000, onWrite);
        });

        pair.client().cancel();
        turn(3);
        assertThat(events).containsExactly(new Read(IoStatus.CANCELLED, 0));

        pair.server().asyncWriteAll(buffer("abc"), 0, 3, (status, length) -> { });
        awaitEvents(2);
        assertThat(events).containsExactly(new Read(IoStatus.CANCELLED, 0), new Read(IoStatus.OK, 3));
        pair.client().cancelWrite();
    }

    /**
     * The read has had its share of a turn, and waits for the next one, when it is cancelled: what follows is for the
     * shutdown.
     */
    @Test
    void endsAShutdownWhoseReadIsCancelledBetweenTwoTurns() throws IOException {
        Pair pair = shaken(pair(MemoryStream.pair(reactor), TlsContext.create(trusting()),
                TlsContext.create(serving())));
        UnsafeBuffer one = buffer("x");
        for (int i = 0; i < 100; i++) {
            assertThat(pair.server().tryWrite(one, 0, 1)).isEqualTo(1);
        }
        pair.client().asyncReadAll(buffer(1_000), 0, 1_000, onRead);
        pair.client().asyncShutdown(onShutdown("client"));
        pair.client().cancelRead();
        pair.server().asyncShutdown(onShutdown("server"));
        awaitEvents(3);

        Read read = (Read) events.getFirst();
        assertThat(read.status()).isEqualTo(IoStatus.CANCELLED);
        assertThat(read.length()).isBetween(1, 99);
        assertThat(events).contains(new ShutDown("client", IoStatus.OK), new ShutDown("server", IoStatus.OK));
    }

    @Test
    void failsWhereSomebodyElseReadsTheStreamBelow() throws IOException {
        Pair pair = unshaken();
        transports[0].asyncRead(buffer(1), 0, 1, onRead);

        pair.client().asyncHandshake(onHandshake("client"));
        awaitEvents(1);

        assertThat(events).containsExactly(new Shaken("client", IoStatus.FAILED));
        assertThat(pair.client().failure()).hasMessage(
                "TLS with localhost:443: the stream below cannot be read: a read is in flight already");
    }

    @Test
    void failsWhereSomebodyElseWritesToTheStreamBelow() throws IOException {
        Pair pair = connected();
        transports[0].asyncWriteAll(buffer(30_000_000), 0, 30_000_000, (status, length) -> { });

        pair.client().asyncWriteAll(buffer("abc"), 0, 3, onWrite);

        assertThat(events).containsExactly(new Written(IoStatus.FAILED, 3));
        assertThat(pair.client().failure()).hasMessage(
                "TLS with localhost:443: the stream below cannot be written: a write is in flight already");
    }

    @Test
    void handsWhatAHandlerThrowsToTheErrorHandlerAndGoesOn() throws IOException {
        Pair pair = connected();
        RuntimeException mine = new RuntimeException("mine");
        pair.client().asyncWriteAll(buffer("abc"), 0, 3, (status, length) -> {
            throw mine;
        });
        pair.server().asyncRead(buffer(3), 0, 3, onRead);
        awaitEvents(1);

        assertThat(thrown).containsExactly(mine);
        thrown.clear();
        assertThat(events).containsExactly(new Read(IoStatus.OK, 3));
    }

    @Test
    void refusesASecondOperationOfTheSameKind() throws IOException {
        Pair pair = connected();
        UnsafeBuffer buffer = buffer(30_000_000);
        pair.client().asyncRead(buffer, 0, 10, onRead);
        pair.client().asyncWriteAll(buffer, 0, 30_000_000, onWrite);
        turn(3);

        assertThatThrownBy(() -> pair.client().asyncRead(buffer, 0, 10, onRead))
                .isInstanceOf(IllegalStateException.class).hasMessage("a read is in flight already");
        assertThatThrownBy(() -> pair.client().asyncReadAll(new IoVector(1), onRead))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.client().tryRead(buffer, 0, 10)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.client().asyncWrite(buffer, 0, 10, onWrite))
                .isInstanceOf(IllegalStateException.class).hasMessage("a write is in flight already");
        assertThatThrownBy(() -> pair.client().tryWrite(buffer, 0, 10)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.client().shutdownOutput()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.client().asyncShutdown(onShutdown("client")))
                .isInstanceOf(IllegalStateException.class).hasMessage("a write is in flight already");
        assertThatThrownBy(() -> pair.client().asyncHandshake(onHandshake("client")))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("the handshake is done already");
        assertThat(events).isEmpty();
    }

    @Test
    void refusesToReadAndWriteBeforeTheHandshakeAndAfterClose() throws IOException {
        Pair pair = unshaken();
        UnsafeBuffer buffer = buffer(10);

        assertThatThrownBy(() -> pair.client().asyncRead(buffer, 0, 10, onRead))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the handshake is not done: TLS with localhost:443");
        assertThatThrownBy(() -> pair.client().tryWrite(buffer, 0, 10)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.client().version()).isInstanceOf(IllegalStateException.class);
        pair.client().close();
        pair.client().close();
        assertThatThrownBy(() -> pair.client().asyncHandshake(onHandshake("client")))
                .isInstanceOf(IllegalStateException.class).hasMessage("the stream is closed: TLS with localhost:443");
        pair.client().cancel();
        assertThat(events).isEmpty();
    }

    @Test
    void refusesABufferOnTheHeapAndARegionOutsideOfIt() throws IOException {
        Pair pair = connected();
        UnsafeBuffer heap = new UnsafeBuffer(new byte[10]);
        UnsafeBuffer direct = buffer(10);

        assertThatThrownBy(() -> pair.client().asyncRead(heap, 0, 10, onRead))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("on the heap");
        assertThatThrownBy(() -> pair.client().asyncWriteAll(direct, 5, 6, onWrite))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("offset 5 and length 6 are outside of a buffer of 10 bytes");
        assertThatThrownBy(() -> pair.client().tryRead(direct, -1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pair.client().asyncRead(direct, 0, 1, null)).isInstanceOf(NullPointerException.class);
        // Nothing of it is in flight.
        pair.client().asyncWrite(direct, 0, 10, onWrite);
        assertThat(events).containsExactly(new Written(IoStatus.OK, 10));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void refusesAnotherThread(int times) throws Exception {
        Pair pair = connected();
        Throwable[] refused = new Throwable[1];
        Thread thread = new Thread(() -> {
            try {
                switch (times) {
                    case 1 -> pair.client().asyncRead(buffer(1), 0, 1, onRead);
                    case 2 -> pair.client().cancel();
                    default -> pair.client().close();
                }
            } catch (IllegalStateException e) {
                refused[0] = e;
            }
        });
        thread.start();
        thread.join();

        assertThat(refused[0]).hasMessageContaining("belongs to thread");
    }

    @Test
    void pendingIsTrueWhileAnOperationWaits() throws IOException {
        Pair pair = connected();
        assertThat(reactor.pending()).isZero();
        pair.client().asyncRead(buffer(1), 0, 1, onRead);
        assertThat(reactor.pending()).isEqualTo(1);

        pair.client().cancelRead();

        assertThat(reactor.pending()).isZero();
    }

    private Pair unshaken() throws IOException {
        transports = tcp();
        return pair(transports, TlsContext.create(trusting()), TlsContext.create(serving()));
    }

    @Override
    Pair connected() throws IOException {
        return shaken(unshaken());
    }

    private void turnIfOpen() {
        if (reactor.isOpen()) {
            turn(5);
        }
    }

    private void end(Ending ending, TlsStream stream) {
        switch (ending) {
            case CANCEL -> stream.cancel();
            case CLOSE -> stream.close();
            case CLOSE_OF_THE_TRANSPORT -> {
                transports[0].close();
                turn(2);
            }
            case CLOSE_OF_THE_REACTOR -> reactor.close();
        }
    }
}
