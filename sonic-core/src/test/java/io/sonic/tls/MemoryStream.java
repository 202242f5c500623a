package io.sonic.tls;

import io.sonic.Deferral;
import io.sonic.IoStatus;
import io.sonic.IoVector;
import io.sonic.Reactor;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.WriteHandler;
import java.io.IOException;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * One end of a connection in memory, that gives and takes as little at a time as a test wants, and can be cut after any
 * byte.
 */
final class MemoryStream implements Stream {
    private static final int HEADER_LENGTH = 5;

    private final Reactor reactor;
    private final Reader reader = new Reader();
    private final Writer writer = new Writer();
    private MemoryStream peer;
    private byte[] received = new byte[1024];
    private int head;
    private int tail;
    private boolean open = true;
    private boolean ended;
    private IOException failure;

    /**
     * Bytes that one read gives at most.
     */
    int readLimit = Integer.MAX_VALUE;
    /**
     * Bytes that one write takes at most.
     */
    int writeLimit = Integer.MAX_VALUE;
    /**
     * Bytes that may wait for the peer to read them.
     */
    int capacity = Integer.MAX_VALUE;
    /**
     * The record in which the peer finds the end of the stream, while this side is told that all is written.
     */
    int cutRecord = -1;
    /**
     * The byte of that record before which the end comes; -1 for its last byte.
     */
    int cutOffset;
    /**
     * Where the peer finds another byte than this side wrote: the byte of {@link #changedRecord}.
     */
    int changedRecord = -1;
    int changedOffset;
    private boolean isCut;
    private int recordNumber;
    private int recordPosition;
    private int recordLength = HEADER_LENGTH;
    /**
     * Operations that are in flight, seen at the transport.
     */
    int reads;
    int writes;

    private MemoryStream(Reactor reactor) {
        this.reactor = reactor;
    }

    static MemoryStream[] pair(Reactor reactor) {
        MemoryStream[] pair = {new MemoryStream(reactor), new MemoryStream(reactor)};
        pair[0].peer = pair[1];
        pair[1].peer = pair[0];
        return pair;
    }

    /**
     * The number of records that were written.
     */
    int records() {
        return recordNumber;
    }

    /**
     * Has the peer find an end without anything before it.
     */
    void cut() {
        peer.ended = true;
        peer.reader.wake();
    }

    /**
     * Puts bytes before the peer as if this side had written them.
     */
    void inject(byte[] bytes) {
        for (byte value : bytes) {
            peer.accept(value);
        }
        peer.reader.wake();
    }

    /**
     * Has operations of this side fail.
     */
    void fail(String reason) {
        failure = new IOException(reason);
        reader.wake();
        writer.wake();
    }

    @Override
    public void asyncRead(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler) {
        reader.start(buffer, offset, length, handler);
    }

    @Override
    public void asyncWriteAll(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        writer.start(buffer, offset, length, handler);
    }

    @Override
    public int tryRead(MutableDirectBuffer buffer, int offset, int length) {
        checkOpen();
        if (reader.inFlight) {
            throw new IllegalStateException("a read is in flight");
        }
        return read(buffer, offset, length);
    }

    @Override
    public int tryWrite(DirectBuffer buffer, int offset, int length) {
        checkOpen();
        if (writer.inFlight) {
            throw new IllegalStateException("a write is in flight");
        }
        return write(buffer, offset, length);
    }

    @Override
    public void asyncReadAll(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void asyncWrite(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void asyncRead(IoVector vector, ReadHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void asyncReadAll(IoVector vector, ReadHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void asyncWrite(IoVector vector, WriteHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void asyncWriteAll(IoVector vector, WriteHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void readTimeoutNs(long timeoutNs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void writeTimeoutNs(long timeoutNs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cancelRead() {
        reader.abort(IoStatus.CANCELLED);
    }

    @Override
    public void cancelWrite() {
        writer.abort(IoStatus.CANCELLED);
    }

    @Override
    public void shutdownOutput() {
        cut();
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
        return failure == null ? 0 : 5;
    }

    @Override
    public IOException failure() {
        return failure;
    }

    @Override
    public void hot(boolean hot) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cancel() {
        cancelRead();
        cancelWrite();
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            cut();
            reader.abort(IoStatus.CLOSED);
            writer.abort(IoStatus.CLOSED);
        }
    }

    @Override
    public String toString() {
        return "memory";
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("the channel is closed");
        }
    }

    private int read(MutableDirectBuffer buffer, int offset, int length) {
        if (failure != null) {
            return IoStatus.FAILED.code();
        }
        int available = Math.min(Math.min(length, tail - head), readLimit);
        if (available == 0) {
            return ended ? IoStatus.END_OF_STREAM.code() : IoStatus.WOULD_BLOCK.code();
        }
        buffer.putBytes(offset, received, head, available);
        head += available;
        peer.writer.wake();
        return available;
    }

    private int write(DirectBuffer buffer, int offset, int length) {
        if (failure != null) {
            return IoStatus.FAILED.code();
        }
        int taken = Math.min(Math.min(length, writeLimit), capacity - (peer.tail - peer.head));
        if (taken <= 0) {
            return IoStatus.WOULD_BLOCK.code();
        }
        for (int i = 0; i < taken; i++) {
            byte value = buffer.getByte(offset + i);
            if (!isCut && recordNumber == cutRecord && recordPosition == (cutOffset < 0 ? recordLength - 1 : cutOffset)
                    && (cutOffset >= 0 || recordPosition >= HEADER_LENGTH)) {
                isCut = true;
                peer.ended = true;
            }
            boolean changed = recordNumber == changedRecord && recordPosition == changedOffset;
            if (!isCut) {
                peer.accept(changed ? (byte) (value ^ 1) : value);
            }
            follow(value & 0xFF);
        }
        peer.reader.wake();
        return taken;
    }

    /**
     * Keeps account of where in which record the next byte is.
     */
    private void follow(int value) {
        if (recordPosition == 3) {
            recordLength += value << 8;
        } else if (recordPosition == 4) {
            recordLength += value;
        }
        if (++recordPosition == recordLength) {
            recordNumber++;
            recordPosition = 0;
            recordLength = HEADER_LENGTH;
        }
    }

    private void accept(byte value) {
        if (tail == received.length) {
            received = head > 0 ? Arrays.copyOfRange(received, head, head + received.length)
                    : Arrays.copyOf(received, received.length * 2);
            tail -= head;
            head = 0;
        }
        received[tail++] = value;
    }

    private final class Reader extends Deferral {
        private boolean inFlight;
        private MutableDirectBuffer buffer;
        private int offset;
        private int length;
        private ReadHandler handler;

        void start(MutableDirectBuffer into, int at, int room, ReadHandler newHandler) {
            checkOpen();
            if (inFlight) {
                throw new IllegalStateException("a read is in flight");
            }
            inFlight = true;
            reads++;
            buffer = into;
            offset = at;
            length = room;
            handler = newHandler;
            if (reactor.tryInline()) {
                try {
                    run();
                } finally {
                    reactor.endInline();
                }
            } else {
                reactor.defer(this);
            }
        }

        void wake() {
            if (inFlight) {
                reactor.defer(this);
            }
        }

        void abort(IoStatus status) {
            if (inFlight) {
                complete(status, 0);
            }
        }

        @Override
        protected void run() {
            if (!inFlight) {
                return;
            }
            int result = read(buffer, offset, length);
            if (result > 0) {
                complete(IoStatus.OK, result);
            } else if (result != IoStatus.WOULD_BLOCK.code()) {
                complete(IoStatus.of(result), 0);
            }
        }

        private void complete(IoStatus status, int transferred) {
            inFlight = false;
            reads--;
            reactor.completed();
            handler.onRead(status, transferred);
        }
    }

    private final class Writer extends Deferral {
        private boolean inFlight;
        private DirectBuffer buffer;
        private int offset;
        private int length;
        private int done;
        private WriteHandler handler;

        void start(DirectBuffer from, int at, int bytes, WriteHandler newHandler) {
            checkOpen();
            if (inFlight) {
                throw new IllegalStateException("a write is in flight");
            }
            inFlight = true;
            writes++;
            buffer = from;
            offset = at;
            length = bytes;
            done = 0;
            handler = newHandler;
            reactor.defer(this);
        }

        void wake() {
            if (inFlight) {
                reactor.defer(this);
            }
        }

        void abort(IoStatus status) {
            if (inFlight) {
                complete(status);
            }
        }

        @Override
        protected void run() {
            if (!inFlight) {
                return;
            }
            int result = write(buffer, offset + done, length - done);
            if (result > 0) {
                done += result;
                if (done == length) {
                    complete(IoStatus.OK);
                } else {
                    reactor.defer(this);
                }
            } else if (result != IoStatus.WOULD_BLOCK.code()) {
                complete(IoStatus.of(result));
            }
        }

        private void complete(IoStatus status) {
            inFlight = false;
            writes--;
            reactor.completed();
            handler.onWrite(status, done);
        }
    }
}
