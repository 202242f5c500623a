package io.sonic;

import static io.sonic.Reactor.MAX_INLINE_COMPLETIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Items over a stream, read and written in place.
 */
final class CodecStreamTest extends ReactorTest {
    private static final int CAPACITY = 512;
    private static final int MAX_PAYLOAD = 400;

    private final List<Object> events = recorder.events;
    private final ItemHandler<DirectBuffer> handler = (status, item) -> events.add(
            new Item(status, item == null ? null : Buffers.text(item, 0, item.capacity())));
    private final ArrayFifo input = new ArrayFifo(CAPACITY);
    private final ArrayFifo output = new ArrayFifo(CAPACITY);
    private TcpStream peer;
    private TcpStream transport;
    private CodecStream<DirectBuffer> stream;

    /**
     * An item, copied, or why there is none.
     */
    private record Item(IoStatus status, String text) {
    }

    @BeforeEach
    void connect() throws IOException {
        connect(input, new LengthPrefixCodec(MAX_PAYLOAD));
    }

    @Test
    void readsItemsWhereverTheBytesAreCut() throws IOException {
        UnsafeBuffer bytes = frames("first", "", "x", "the last of them");
        for (int cut = 1; cut < bytes.capacity(); cut++) {
            ArrayFifo small = new ArrayFifo(24);
            connect(small, new LengthPrefixCodec(MAX_PAYLOAD));
            events.clear();
            int first = cut;
            readAll(stream);
            send(bytes, 0, first);
            await(() -> small.committed() == first);
            send(bytes, first, bytes.capacity() - first);
            awaitEvents(4);

            assertThat(events).as("cut at " + cut).containsExactly(
                    ok("first"), ok(""), ok("x"), ok("the last of them"));
        }
    }

    @Test
    void readsItemsByteByByte() {
        UnsafeBuffer bytes = frames("abc", "", "defg");
        readAll(stream);
        for (int i = 0; i < bytes.capacity(); i++) {
            int sent = i + 1;
            send(bytes, i, 1);
            await(() -> input.committed() == sent);
        }

        assertThat(events).containsExactly(ok("abc"), ok(""), ok("defg"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void readsItemsOfAnyLengthInPiecesOfAnyLength(long seed) {
        Random random = new Random(seed);
        List<Object> expected = new ArrayList<>();
        String[] texts = new String[500];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = Integer.toString(i).repeat(random.nextInt(MAX_PAYLOAD / 3));
            expected.add(ok(texts[i]));
        }
        UnsafeBuffer bytes = frames(texts);
        readAll(stream);
        int[] sent = new int[1];
        await(() -> {
            int length = Math.min(bytes.capacity() - sent[0], random.nextInt(2_000));
            sent[0] += Math.max(0, peer.tryWrite(bytes, sent[0], length));
            return events.size() == texts.length;
        });

        assertThat(events).isEqualTo(expected);
    }

    @Test
    void handsOutWhatIsBufferedBeforeTheCallReturns() {
        send(frames("a", "b", "c"));
        stream.asyncRead(handler);
        awaitEvents(1);
        stream.asyncRead(handler);
        stream.asyncRead(handler);

        assertThat(events).containsExactly(ok("a"), ok("b"), ok("c"));
        stream.asyncRead(handler);
        assertThat(events).hasSize(3);
    }

    @Test
    void doesNotDeepenTheStackForAMillionBufferedItems() throws IOException {
        int count = 1_000_000;
        int length = LengthPrefixCodec.HEADER_LENGTH + 1;
        ArrayFifo full = new ArrayFifo(count * length);
        full.claim(count * length);
        for (int i = 0; i < count; i++) {
            full.buffer().putInt(i * length, 1, ByteOrder.BIG_ENDIAN);
            full.buffer().putByte(i * length + 4, Buffers.pattern(i));
        }
        full.commit(count * length);
        connect(full, new LengthPrefixCodec(1));
        int[] read = new int[1];
        int[] nested = new int[2];
        List<Integer> frames = new ArrayList<>();
        List<ItemHandler<DirectBuffer>> again = new ArrayList<>();
        again.add((status, item) -> {
            assertThat(item.getByte(0)).isEqualTo(Buffers.pattern(read[0]));
            nested[0]++;
            nested[1] = Math.max(nested[1], nested[0]);
            if (++read[0] % 100_000 == 50) {
                frames.add(StackWalker.getInstance().walk(stack -> (int) stack.count()));
            }
            if (read[0] < count) {
                stream.asyncRead(again.getFirst());
            }
            nested[0]--;
        });

        stream.asyncRead(again.getFirst());
        assertThat(read[0]).isEqualTo(MAX_INLINE_COMPLETIONS);
        reactor.post(recorder.post("post"));
        assertThat(reactor.poll()).isLessThanOrEqualTo(MAX_INLINE_COMPLETIONS + 2);
        assertThat(events).containsExactly(new Recorder.Called("post"));
        await(() -> read[0] == count);

        assertThat(nested[1]).isEqualTo(1);
        assertThat(frames).hasSize(10);
        // From the second one on the loop calls; it is the same depth each time.
        assertThat(frames.subList(1, 10)).containsOnly(frames.get(1));
    }

    @Test
    void keepsTheBoundWhereOthersHaveUsedItUp() {
        send(frames("a", "b"));
        stream.asyncRead(handler);
        awaitEvents(1);
        for (int i = 0; i < MAX_INLINE_COMPLETIONS; i++) {
            assertThat(reactor.tryInline()).isTrue();
        }
        stream.asyncRead(handler);
        assertThat(events).hasSize(1);
        assertThat(reactor.pending()).isEqualTo(1);
        for (int i = 0; i < MAX_INLINE_COMPLETIONS; i++) {
            reactor.endInline();
        }
        reactor.poll();

        assertThat(events).containsExactly(ok("a"), ok("b"));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void countsEachItemOnce() {
        readAll(stream);
        send(frames("a", "b", "c"));
        int completions = 0;
        while (events.size() < 3) {
            completions += reactor.poll();
        }

        // The three, and the read of the stream below that brought them.
        assertThat(completions).isEqualTo(4);
    }

    @Test
    void endsBetweenItems() {
        send(frames("a"));
        readAll(stream);
        peer.close();
        awaitEvents(2);
        stream.asyncRead(handler);

        assertThat(events).containsExactly(ok("a"), new Item(IoStatus.END_OF_STREAM, null),
                new Item(IoStatus.END_OF_STREAM, null));
        assertThat(stream.failure()).isNull();
    }

    @Test
    void failsWhenTheStreamEndsWithinAnItem() throws IOException {
        UnsafeBuffer frame = frames("abc");
        for (int there = 1; there < frame.capacity(); there++) {
            connect(new ArrayFifo(CAPACITY), new LengthPrefixCodec(MAX_PAYLOAD));
            events.clear();
            send(frames("whole"));
            send(frame, 0, there);
            readAll(stream);
            peer.close();
            awaitEvents(2);
            stream.asyncRead(handler);

            assertThat(events).containsExactly(ok("whole"), failed(), failed());
            assertThat(stream.failure()).isInstanceOf(EOFException.class).hasMessage(
                    "the stream ended after " + there + " of " + (there < 4 ? 4 : 7) + " bytes of an item");
            stream.close();
        }
    }

    @Test
    void handsOutWhatCameBeforeAReset() throws IOException {
        Peer resetting = closing(Peer.connect(reactor));
        stream = new CodecStream<>(resetting.stream(), new LengthPrefixCodec(MAX_PAYLOAD), input, output);
        UnsafeBuffer bytes = frames("a", "b");
        resetting.send(Buffers.text(bytes, 0, bytes.capacity()));
        stream.asyncRead(handler);
        awaitEvents(1);
        resetting.reset();
        stream.asyncRead(handler);
        stream.asyncRead(handler);
        awaitEvents(3);

        assertThat(events).containsExactly(ok("a"), ok("b"), failed());
        assertThat(stream.errno()).isEqualTo(Errno.ECONNRESET.number);
        assertThat(stream.failure()).hasMessageContaining("Connection reset by peer (ECONNRESET)");
    }

    @Test
    void failsForGoodAtBytesThatAreNoItem() {
        UnsafeBuffer bytes = frames("a", "b");
        bytes.putInt(5, MAX_PAYLOAD + 1, ByteOrder.BIG_ENDIAN);
        send(bytes);
        readAll(stream);
        awaitEvents(2);
        stream.asyncRead(handler);
        turn(3);

        assertThat(events).containsExactly(ok("a"), failed(), failed());
        assertThat(stream.failure()).hasMessage("a frame of 401 bytes is longer than 400");
        assertThat(stream.isOpen()).isTrue();
        assertThat(transport.isOpen()).isTrue();
    }

    @Test
    void failsForAnItemThatTheBufferCannotHold() throws IOException {
        connect(new ArrayFifo(64), new LengthPrefixCodec(MAX_PAYLOAD));
        send(frames("fits", "x".repeat(61)));
        readAll(stream);
        awaitEvents(2);

        assertThat(events).containsExactly(ok("fits"), failed());
        assertThat(stream.failure())
                .hasMessage("an item of 65 bytes does not fit into a buffer of 64");
    }

    @Test
    void fillsTheBufferToTheLastByte() throws IOException {
        connect(new ArrayFifo(64), new LengthPrefixCodec(MAX_PAYLOAD));
        send(frames("x".repeat(60), "y".repeat(60)));
        readAll(stream);
        awaitEvents(2);

        assertThat(events).containsExactly(ok("x".repeat(60)), ok("y".repeat(60)));
    }

    @Test
    void failsWhereTheCodecDoes() throws IOException {
        IllegalStateException broken = new IllegalStateException("broken");
        connect(new ArrayFifo(64), new LengthsOnly() {
            @Override
            public int decode(DirectBuffer buffer, int offset, int length) {
                if (length == 0) {
                    return NEED_MORE;
                }
                throw broken;
            }
        });
        send(frames("a"));
        stream.asyncRead(handler);
        awaitEvents(1);

        assertThat(events).containsExactly(failed());
        assertThat(stream.failure()).hasMessage("the codec failed: java.lang.IllegalStateException: broken")
                .hasCause(broken);
    }

    @Test
    void failsWhereTheCodecTakesMoreThanThereIs() throws IOException {
        connect(new ArrayFifo(64), new LengthsOnly() {
            @Override
            public int decode(DirectBuffer buffer, int offset, int length) {
                return length == 0 ? NEED_MORE : length + 1;
            }
        });
        send(frames("a"));
        stream.asyncRead(handler);
        awaitEvents(1);

        assertThat(events).containsExactly(failed());
        assertThat(stream.failure()).hasMessage("the codec took 6 bytes of 5");
    }

    @Test
    void failsWhereSomebodyElseReadsTheStreamBelow() {
        transport.asyncRead(Buffers.allocate(8), 0, 8, recorder.read);
        stream.asyncRead(handler);
        assertThat(events).containsExactly(failed());
        assertThat(stream.failure())
                .hasMessage("the stream below cannot be read: a read is in flight already");
        transport.cancel();

        assertThat(events).containsExactly(failed(), new Recorder.Read(IoStatus.CANCELLED, 0));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void closesInItsOwnHandler() {
        send(frames("a", "b"));
        stream.asyncRead((status, item) -> {
            stream.close();
            // It is valid until the handler returns.
            handler.onItem(status, item);
        });
        awaitEvents(1);
        turn(3);

        assertThat(events).containsExactly(ok("a"));
        assertThat(input.isClosed()).isTrue();
        assertThat(output.isClosed()).isTrue();
        assertThat(transport.isOpen()).isFalse();
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void closesInItsOwnHandlerAfterHavingAskedForMore() {
        send(frames("a", "b"));
        stream.asyncRead((status, item) -> {
            handler.onItem(status, item);
            stream.asyncRead(handler);
            stream.close();
        });
        awaitEvents(2);

        assertThat(events).containsExactly(ok("a"), new Item(IoStatus.CLOSED, null));
        assertThat(input.isClosed()).isTrue();
    }

    @Test
    void endsWhatWaitsWhenItIsClosed() {
        stream.asyncRead(handler);
        stream.close();
        stream.close();

        assertThat(events).containsExactly(new Item(IoStatus.CLOSED, null));
        assertThat(input.isClosed()).isTrue();
        assertThat(stream.isOpen()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> stream.asyncRead(handler))
                .withMessage("the codec stream is closed");
        assertThatIllegalStateException().isThrownBy(() -> stream.asyncWrite(Buffers.of("a"), recorder.write))
                .withMessage("the codec stream is closed");
    }

    @Test
    void endsWhatItsTurnHadToWaitForWhenItIsClosed() {
        send(frames("xx", "b", "c"));
        stream.asyncRead(handler);
        awaitEvents(1);
        for (int i = 0; i < MAX_INLINE_COMPLETIONS; i++) {
            reactor.tryInline();
        }
        stream.asyncRead(handler);
        for (int i = 0; i < MAX_INLINE_COMPLETIONS; i++) {
            reactor.endInline();
        }
        stream.close();
        turn(3);

        assertThat(events).containsExactly(ok("xx"), new Item(IoStatus.CLOSED, null));
        assertThat(reactor.pending()).isZero();
    }

    @Test
    void endsWhatWaitsWhenTheReactorIsClosed() {
        stream.asyncRead(handler);
        reactor.close();

        assertThat(events).containsExactly(new Item(IoStatus.CLOSED, null));
    }

    /**
     * A read that the stream below refused was in flight for ever.
     */
    @Test
    void givesItsBuffersBackWhenTheReactorIsClosed() throws IOException {
        ArrayFifo input = new ArrayFifo(16);
        ArrayFifo output = new ArrayFifo(16);
        CodecStream<DirectBuffer> idle = new CodecStream<>(
                TcpPair.connect(reactor).client(), new LengthPrefixCodec(8), input, output);

        reactor.close();

        assertThat(idle.isOpen()).isFalse();
        assertThat(input.isClosed()).isTrue();
        assertThat(output.isClosed()).isTrue();
    }

    @Test
    void noticesThatTheStreamBelowWasClosed() {
        stream.asyncRead((status, item) -> {
            handler.onItem(status, item);
            stream.asyncRead(handler);
            transport.close();
        });
        send(frames("a"));
        awaitEvents(2);

        assertThat(events).containsExactly(ok("a"), new Item(IoStatus.CLOSED, null));
        assertThatIllegalStateException().isThrownBy(() -> stream.asyncRead(handler))
                .withMessage("the codec stream is closed");
        assertThatIllegalStateException().isThrownBy(() -> stream.asyncWrite(Buffers.of("a"), recorder.write))
                .withMessage("the codec stream is closed");
        assertThat(input.isClosed()).isFalse();
        stream.close();
        assertThat(input.isClosed()).isTrue();
    }

    @Test
    void keepsWhatCameWhenItIsCancelled() {
        UnsafeBuffer frame = frames("abcdef");
        stream.asyncRead(handler);
        send(frame, 0, 6);
        await(() -> input.committed() == 6);
        stream.cancel();
        assertThat(events).containsExactly(new Item(IoStatus.CANCELLED, null));
        stream.cancel();
        stream.asyncRead(handler);
        send(frame, 6, 4);
        awaitEvents(2);

        assertThat(events).containsExactly(new Item(IoStatus.CANCELLED, null), ok("abcdef"));
    }

    @Test
    void cancelsInItsOwnHandlerWhatWasAskedForThere() {
        send(frames("a", "b"));
        stream.asyncRead((status, item) -> {
            handler.onItem(status, item);
            stream.asyncRead(handler);
            stream.cancel();
        });
        awaitEvents(2);
        stream.asyncRead(handler);

        assertThat(events).containsExactly(ok("a"), new Item(IoStatus.CANCELLED, null), ok("b"));
    }

    @Test
    void doesNotEndWhatItsHandlerAsksForInsideOfCancel() {
        stream.asyncRead((status, item) -> {
            handler.onItem(status, item);
            stream.asyncRead(handler);
        });

        stream.cancel();
        assertThat(events).containsExactly(new Item(IoStatus.CANCELLED, null));
        send(frames("a"));
        awaitEvents(2);

        assertThat(events).containsExactly(new Item(IoStatus.CANCELLED, null), ok("a"));
    }

    @Test
    void keepsWhatCameWhenTheTimeIsOver() {
        UnsafeBuffer frame = frames("abcdef");
        transport.readTimeoutNs(5_000_000);
        stream.asyncRead(handler);
        send(frame, 0, 6);
        awaitEvents(1);
        transport.readTimeoutNs(0);
        stream.asyncRead(handler);
        send(frame, 6, 4);
        awaitEvents(2);

        assertThat(events).containsExactly(new Item(IoStatus.TIMED_OUT, null), ok("abcdef"));
    }

    @Test
    void goesOnAfterAHandlerThatThrows() {
        IllegalStateException broken = new IllegalStateException("broken");
        send(frames("a", "b"));
        stream.asyncRead((status, item) -> {
            stream.asyncRead(handler);
            throw broken;
        });
        awaitEvents(1);

        assertThat(events).containsExactly(ok("b"));
        assertThat(thrown).containsExactly(broken);
        thrown.clear();
    }

    @Test
    void refusesASecondRead() {
        stream.asyncRead(handler);

        assertThatIllegalStateException().isThrownBy(() -> stream.asyncRead(handler))
                .withMessage("a read is in flight already");
        send(frames("a"));
        awaitEvents(1);
        assertThat(events).containsExactly(ok("a"));
    }

    @Test
    void writesItems() {
        UnsafeBuffer received = Buffers.allocate(64);
        stream.asyncWrite(Buffers.of("abc"), recorder.write);
        stream.asyncWrite(Buffers.of(""), recorder.write);
        peer.asyncReadAll(received, 0, 11, recorder.read);
        awaitEvents(3);

        assertThat(events).containsExactly(new Recorder.Written(IoStatus.OK, 7),
                new Recorder.Written(IoStatus.OK, 4), new Recorder.Read(IoStatus.OK, 11));
        assertThat(Buffers.text(received, 4, 3)).isEqualTo("abc");
        assertThat(received.getInt(7)).isZero();
    }

    @Test
    void writesWhatDoesNotGoOutAtOnce() throws IOException {
        TcpPair narrow = TcpPair.connectNarrow(reactor);
        int length = 4_000_000;
        ArrayFifo large = new ArrayFifo(length + 4);
        stream = new CodecStream<>(narrow.client(), new LengthPrefixCodec(length), input, large);
        UnsafeBuffer item = Buffers.allocate(length);
        Buffers.fill(item, 0, length, 0);
        stream.asyncWrite(item, recorder.write);
        assertThat(events).isEmpty();
        // It was encoded before the call returned.
        item.setMemory(0, length, (byte) 0);
        assertThatIllegalStateException().isThrownBy(() -> stream.asyncWrite(item, recorder.write))
                .withMessage("a write is in flight already");
        UnsafeBuffer received = Buffers.allocate(length + 4);
        narrow.server().asyncReadAll(received, 0, length + 4, recorder.read);
        awaitEvents(2);

        assertThat(events).containsExactlyInAnyOrder(
                new Recorder.Written(IoStatus.OK, length + 4), new Recorder.Read(IoStatus.OK, length + 4));
        assertThat(received.getInt(0, ByteOrder.BIG_ENDIAN)).isEqualTo(length);
        assertThat(Buffers.mismatch(received, 4, length, 0)).isEqualTo(-1);
    }

    @Test
    void refusesAnItemThatCannotBeWrittenAndGoesOn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.asyncWrite(Buffers.allocate(MAX_PAYLOAD + 1), recorder.write))
                .withMessage("a payload of 401 bytes is longer than 400");
        CodecStream<DirectBuffer> narrow =
                new CodecStream<>(transport, new LengthPrefixCodec(MAX_PAYLOAD), input, new ArrayFifo(16));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> narrow.asyncWrite(Buffers.allocate(13), recorder.write))
                .withMessage("an item of 17 bytes does not fit into a buffer of 16, 0 of which are in use");
        narrow.asyncWrite(Buffers.allocate(12), recorder.write);

        assertThat(events).containsExactly(new Recorder.Written(IoStatus.OK, 16));
    }

    @Test
    void refusesAnItemThatItsCodecDoesNotEncodeAndGoesOn() throws IOException {
        boolean[] fails = {true};
        connect(new ArrayFifo(64), new LengthsOnly() {
            @Override
            public void encode(DirectBuffer item, MutableDirectBuffer buffer, int offset) {
                if (fails[0]) {
                    throw new IllegalArgumentException("not today");
                }
            }
        });
        assertThatIllegalArgumentException().isThrownBy(() -> stream.asyncWrite(Buffers.of("a"), recorder.write))
                .withMessage("not today");
        fails[0] = false;
        stream.asyncWrite(Buffers.of("a"), recorder.write);

        assertThat(events).containsExactly(new Recorder.Written(IoStatus.OK, 1));
    }

    /**
     * What the stream below refused stayed in the buffer, and was in flight for ever.
     */
    @Test
    void takesBackAnItemThatTheStreamBelowRefuses() throws IOException {
        TcpPair narrow = TcpPair.connectNarrow(reactor);
        TcpPair.fill(reactor, narrow.client());
        stream = new CodecStream<>(narrow.client(), new LengthPrefixCodec(MAX_PAYLOAD), input, output);
        narrow.client().asyncWrite(Buffers.of("own"), 0, 3, recorder.write);
        assertThatIllegalStateException().isThrownBy(() -> stream.asyncWrite(Buffers.of("a"), recorder.write))
                .withMessage("a write is in flight already");
        narrow.client().cancelWrite();
        assertThat(output.readableLength()).isZero();
        stream.asyncWrite(Buffers.of("b"), recorder.write);
        stream.cancel();

        assertThat(events).containsExactly(
                new Recorder.Written(IoStatus.CANCELLED, 0), new Recorder.Written(IoStatus.CANCELLED, 0));
    }

    @Test
    void failsToWriteToAPeerThatIsGone() throws IOException {
        Peer resetting = closing(Peer.connect(reactor));
        stream = new CodecStream<>(resetting.stream(), new LengthPrefixCodec(MAX_PAYLOAD), input, output);
        resetting.reset();
        stream.asyncRead(handler);
        awaitEvents(1);
        stream.asyncWrite(Buffers.of("a"), recorder.write);

        assertThat(events).containsExactly(failed(), new Recorder.Written(IoStatus.FAILED, 0));
        assertThat(stream.failure()).isNotNull();
    }

    @Test
    void closesInTheHandlerOfAWrite() {
        stream.asyncWrite(Buffers.of("abc"), (status, length) -> {
            recorder.write.onWrite(status, length);
            stream.close();
        });
        turn(3);

        assertThat(events).containsExactly(new Recorder.Written(IoStatus.OK, 7));
        assertThat(output.isClosed()).isTrue();
    }

    @Test
    void readsAndWritesAtTheSameTime() {
        CodecStream<DirectBuffer> other = new CodecStream<>(
                peer, new LengthPrefixCodec(MAX_PAYLOAD), new ArrayFifo(CAPACITY), new ArrayFifo(CAPACITY));
        List<ItemHandler<DirectBuffer>> echo = new ArrayList<>();
        WriteHandler written = (status, length) -> { };
        echo.add((status, item) -> {
            if (status == IoStatus.OK) {
                other.asyncWrite(item, written);
                other.asyncRead(echo.getFirst());
            }
        });
        other.asyncRead(echo.getFirst());
        for (int i = 0; i < 1_000; i++) {
            String text = "item " + i;
            stream.asyncRead(handler);
            stream.asyncWrite(Buffers.of(text), written);
            awaitEvents(1);
            assertThat(events.removeFirst()).isEqualTo(ok(text));
        }
    }

    @Test
    @Tag("epoll")
    void turnsAnEchoOfItemsWithoutGarbage() {
        CodecStream<DirectBuffer> other = new CodecStream<>(
                peer, new LengthPrefixCodec(MAX_PAYLOAD), new ArrayFifo(CAPACITY), new ArrayFifo(CAPACITY));
        List<ItemHandler<DirectBuffer>> echo = new ArrayList<>();
        WriteHandler written = (status, length) -> { };
        echo.add((status, item) -> {
            if (status == IoStatus.OK) {
                other.asyncWrite(item, written);
                other.asyncRead(echo.get(0));
            }
        });
        other.asyncRead(echo.get(0));
        UnsafeBuffer item = Buffers.of("an item of some bytes");
        int[] received = new int[1];
        ItemHandler<DirectBuffer> answer = (status, back) -> received[0] += back.capacity();

        assertThat(Allocation.ofSteps(20_000, () -> {
            int before = received[0];
            stream.asyncRead(answer);
            stream.asyncWrite(item, written);
            while (received[0] == before) {
                reactor.poll();
            }
        })).isZero();
    }

    @Test
    void passesOnWhatConcernsTheStreamBelow() throws IOException {
        assertThat(stream.reactor()).isSameAs(reactor);
        assertThat(stream.transport()).isSameAs(transport);
        assertThat(stream.isOpen()).isTrue();
        stream.hot(true);
        stream.asyncRead(handler);
        assertThat(transport.probe()).isTrue();
        turn(3);
        send(frames("hot"));
        awaitEvents(1);

        assertThat(events).containsExactly(ok("hot"));
        stream.hot(false);
    }

    /**
     * Bytes as they come.
     */
    private static class LengthsOnly implements Codec<DirectBuffer> {
        private final UnsafeBuffer item = new UnsafeBuffer(0, 0);

        @Override
        public int decode(DirectBuffer buffer, int offset, int length) {
            item.wrap(buffer, offset, length);
            return length;
        }

        @Override
        public DirectBuffer item() {
            return item;
        }

        @Override
        public int requiredLength() {
            return 1;
        }

        @Override
        public String error() {
            return "no error";
        }

        @Override
        public int encodedLength(DirectBuffer bytes) {
            return bytes.capacity();
        }

        @Override
        public void encode(DirectBuffer bytes, MutableDirectBuffer buffer, int offset) {
            buffer.putBytes(offset, bytes, 0, bytes.capacity());
        }
    }

    private void connect(ArrayFifo in, Codec<DirectBuffer> codec) throws IOException {
        TcpPair pair = TcpPair.connect(reactor);
        peer = pair.client();
        transport = pair.server();
        stream = new CodecStream<>(transport, codec, in, output);
    }

    /**
     * Reads until something else than an item comes.
     */
    private void readAll(CodecStream<DirectBuffer> from) {
        from.asyncRead((status, item) -> {
            handler.onItem(status, item);
            if (status == IoStatus.OK) {
                readAll(from);
            }
        });
    }

    private void send(UnsafeBuffer bytes) {
        send(bytes, 0, bytes.capacity());
    }

    private void send(UnsafeBuffer bytes, int offset, int length) {
        assertThat(peer.tryWrite(bytes, offset, length)).isEqualTo(length);
    }

    private static UnsafeBuffer frames(String... texts) {
        int length = 0;
        for (String text : texts) {
            length += LengthPrefixCodec.HEADER_LENGTH + text.length();
        }
        UnsafeBuffer bytes = Buffers.allocate(length);
        int at = 0;
        for (String text : texts) {
            bytes.putInt(at, text.length(), ByteOrder.BIG_ENDIAN);
            bytes.putStringWithoutLengthAscii(at + LengthPrefixCodec.HEADER_LENGTH, text);
            at += LengthPrefixCodec.HEADER_LENGTH + text.length();
        }
        return bytes;
    }

    private static Item ok(String text) {
        return new Item(IoStatus.OK, text);
    }

    private static Item failed() {
        return new Item(IoStatus.FAILED, null);
    }
}
