package io.sonic;

import java.io.EOFException;
import java.io.IOException;
import java.util.Objects;

/**
 * Reads and writes the items of a {@link Codec} over any stream, by any FIFO buffers.
 *
 * <p><b>Ownership</b>: the stream and both buffers are the codec stream's from the constructor on; {@link #close()}, or
 * that of the reactor, closes them. An item that is read is valid until its handler returns; one that is written is
 * encoded before the call returns.
 *
 * <p><b>Completion</b>: as {@link Channel} has it. An item that is in the buffer already is handed out before the call
 * returns; a handler that asks for the next one from within gets it when it has returned, from the same loop, so that
 * the stack is as deep for the millionth item as for the first. After
 * {@value Reactor#MAX_INLINE_COMPLETIONS} items in a row the rest is left to the reactor's next turn.
 *
 * <p><b>End</b>: {@link IoStatus#END_OF_STREAM} when the peer ended between two items; {@link IoStatus#FAILED} when it
 * did so within one, when the bytes are no item, or when an item is larger than the buffer can be: see
 * {@link #failure()}.
 *
 * <p><b>Allocation</b>: none.
 *
 * @param <T> the items.
 */
public final class CodecStream<T> implements Channel {
    private final Reactor reactor;
    private final Stream stream;
    private final Codec<T> codec;
    private final FifoBuffer input;
    private final FifoBuffer output;
    private final ReadHandler onRead = this::onRead;
    private final WriteHandler onWrite = this::onWrite;
    private final Deferral resume = new Deferral() {
        @Override
        protected void run() {
            pump();
        }
    };
    private ItemHandler<? super T> reader;
    /**
     * Tells one read from the next.
     */
    private int reads;
    private WriteHandler writer;
    private int written;
    private boolean pumping;
    private boolean reading;
    private boolean open = true;
    private IoStatus end;
    private IOException failure;

    /**
     * Creates a codec stream.
     *
     * @param stream connected.
     * @param codec  of this stream alone.
     * @param input  receives what is read.
     * @param output receives what is written.
     */
    public CodecStream(Stream stream, Codec<T> codec, FifoBuffer input, FifoBuffer output) {
        this.stream = Objects.requireNonNull(stream, "stream");
        this.codec = Objects.requireNonNull(codec, "codec");
        this.input = Objects.requireNonNull(input, "input");
        this.output = Objects.requireNonNull(output, "output");
        reactor = stream.reactor();
        reactor.add(this);
    }

    /**
     * Reads the next item.
     *
     * @param handler called once.
     * @throws IllegalStateException when a read is in flight, or the stream is closed.
     */
    public void asyncRead(ItemHandler<? super T> handler) {
        Objects.requireNonNull(handler, "handler");
        checkOpen();
        if (reader != null) {
            throw new IllegalStateException("a read is in flight already");
        }
        reader = handler;
        reads++;
        if (pumping || reading || resume.isQueued()) {
            return;
        }
        if (!reactor.tryInline()) {
            reactor.defer(resume);
            return;
        }
        try {
            pump();
        } finally {
            reactor.endInline();
        }
    }

    /**
     * Writes an item.
     *
     * @param item    encoded before the call returns.
     * @param handler called once, with the encoded length when the stream has taken all of it.
     * @throws IllegalStateException    when a write is in flight, or the stream is closed.
     * @throws IllegalArgumentException when the item cannot be encoded, or does not fit the buffer.
     */
    public void asyncWrite(T item, WriteHandler handler) {
        Objects.requireNonNull(handler, "handler");
        checkOpen();
        if (writer != null) {
            throw new IllegalStateException("a write is in flight already");
        }
        int length = codec.encodedLength(item);
        int offset = output.claim(length);
        if (offset < 0) {
            throw new IllegalArgumentException("an item of " + length + " bytes does not fit into a buffer of "
                    + output.capacity() + ", " + output.readableLength() + " of which are in use");
        }
        codec.encode(item, output.buffer(), offset);
        output.commit(length);
        writer = handler;
        try {
            stream.asyncWriteAll(output.buffer(), output.readOffset(), output.readableLength(), onWrite);
        } catch (RuntimeException e) {
            // Not accepted: as if it had not been called.
            writer = null;
            output.reset();
            throw e;
        }
    }

    /**
     * The stream below.
     *
     * @return closed together with this one.
     */
    public Stream transport() {
        return stream;
    }

    @Override
    public Reactor reactor() {
        return reactor;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public int errno() {
        return stream.errno();
    }

    @Override
    public IOException failure() {
        return failure != null ? failure : stream.failure();
    }

    @Override
    public void hot(boolean hot) {
        stream.hot(hot);
    }

    /**
     * {@inheritDoc} What was read of an item so far is kept for the next read; of an item that was written partially
     * the rest is not sent, so that the stream is of no more use to the peer.
     */
    @Override
    public void cancel() {
        assert reactor.checkOwnThread();
        int which = reads;
        stream.cancel();
        // The handler may have asked for the next item meanwhile.
        if (which == reads) {
            completeRead(IoStatus.CANCELLED, null);
        }
    }

    @Override
    public void close() {
        assert reactor.checkOwnThread();
        if (!open) {
            return;
        }
        open = false;
        reactor.remove(this);
        stream.close();
        completeRead(IoStatus.CLOSED, null);
        if (!pumping) {
            releaseBuffers();
        }
    }

    /**
     * Hands out items as long as there are any and somebody asks for them, and reads more otherwise.
     */
    private void pump() {
        pumping = true;
        try {
            int items = 0;
            while (reader != null && open && advance()) {
                if (++items == Reactor.MAX_INLINE_COMPLETIONS && reader != null && open) {
                    reactor.defer(resume);
                    break;
                }
            }
        } finally {
            pumping = false;
            if (!open) {
                releaseBuffers();
            }
        }
    }

    /**
     * Does one step.
     *
     * @return false when there is nothing to do before the stream has read.
     */
    private boolean advance() {
        int length;
        try {
            length = codec.decode(input.buffer(), input.readOffset(), input.readableLength());
        } catch (RuntimeException e) {
            fail(new IOException("the codec failed: " + e, e));
            return true;
        }
        if (length > input.readableLength()) {
            fail(new IOException("the codec took " + length + " bytes of " + input.readableLength()));
            return true;
        }
        if (length > 0) {
            completeRead(IoStatus.OK, codec.item());
            if (open) {
                input.consume(length);
            }
            return true;
        }
        if (length == Codec.MALFORMED) {
            fail(new IOException(codec.error()));
        } else if (end == null) {
            return receive();
        } else if (end == IoStatus.END_OF_STREAM && input.readableLength() > 0) {
            fail(new EOFException("the stream ended after " + input.readableLength() + " of "
                    + codec.requiredLength() + " bytes of an item"));
        } else {
            completeRead(end, null);
        }
        return true;
    }

    /**
     * Reads more.
     *
     * @return whether something came at once.
     */
    private boolean receive() {
        if (!stream.isOpen()) {
            // Somebody closed it from below.
            completeRead(IoStatus.CLOSED, null);
            return true;
        }
        int missing = Math.max(1, codec.requiredLength() - input.readableLength());
        if (input.claim(missing) < 0) {
            fail(new IOException("an item of " + codec.requiredLength() + " bytes does not fit into a buffer of "
                    + input.capacity()));
            return true;
        }
        reading = true;
        try {
            stream.asyncRead(input.buffer(), input.writeOffset(), input.writableLength(), onRead);
        } catch (IllegalStateException e) {
            // Somebody else reads it.
            reading = false;
            fail(new IOException("the stream below cannot be read: " + e.getMessage(), e));
        }
        return !reading;
    }

    private void onRead(IoStatus status, int length) {
        reading = false;
        if (!open) {
            return;
        }
        input.commit(length);
        if (status == IoStatus.END_OF_STREAM || status == IoStatus.FAILED) {
            end = status;
        } else if (status != IoStatus.OK) {
            completeRead(status, null);
            return;
        }
        if (!pumping) {
            pump();
        }
    }

    private void onWrite(IoStatus status, int length) {
        WriteHandler ended = writer;
        writer = null;
        if (open) {
            output.reset();
        }
        try {
            ended.onWrite(status, length);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    private void fail(IOException reason) {
        failure = reason;
        end = IoStatus.FAILED;
        completeRead(IoStatus.FAILED, null);
    }

    private void completeRead(IoStatus status, T item) {
        ItemHandler<? super T> ended = reader;
        if (ended == null) {
            return;
        }
        reader = null;
        reactor.completed();
        try {
            ended.onItem(status, item);
        } catch (Throwable t) {
            reactor.handlerFailed(t);
        }
    }

    private void checkOpen() {
        assert reactor.checkOwnThread();
        if (!open || !stream.isOpen()) {
            throw new IllegalStateException("the codec stream is closed");
        }
    }

    private void releaseBuffers() {
        input.close();
        output.close();
    }
}
