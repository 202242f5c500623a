package io.sonic;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A channel that bytes are read from and written to.
 */
abstract class StreamChannel extends SocketBase implements Stream {
    final ReadOperation read;
    final WriteOperation write;

    StreamChannel(Reactor reactor, SocketOptions options) {
        super(reactor, options);
        read = new ReadOperation(this);
        write = new WriteOperation(this);
    }

    /**
     * Refuses an operation on a channel that is closed, or not connected.
     */
    abstract void checkUsable();

    @Override
    public final void asyncRead(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler) {
        checkUsable();
        Channel.checkRegion(buffer, offset, length);
        read.start(buffer, offset, length, false, handler);
    }

    @Override
    public final void asyncReadAll(MutableDirectBuffer buffer, int offset, int length, ReadHandler handler) {
        checkUsable();
        Channel.checkRegion(buffer, offset, length);
        read.start(buffer, offset, length, true, handler);
    }

    @Override
    public final void asyncWrite(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkUsable();
        Channel.checkRegion(buffer, offset, length);
        write.start(buffer, offset, length, false, handler);
    }

    @Override
    public final void asyncWriteAll(DirectBuffer buffer, int offset, int length, WriteHandler handler) {
        checkUsable();
        Channel.checkRegion(buffer, offset, length);
        write.start(buffer, offset, length, true, handler);
    }

    @Override
    public final void asyncRead(IoVector vector, ReadHandler handler) {
        checkUsable();
        read.start(vector, false, handler);
    }

    @Override
    public final void asyncReadAll(IoVector vector, ReadHandler handler) {
        checkUsable();
        read.start(vector, true, handler);
    }

    @Override
    public final void asyncWrite(IoVector vector, WriteHandler handler) {
        checkUsable();
        write.start(vector, false, handler);
    }

    @Override
    public final void asyncWriteAll(IoVector vector, WriteHandler handler) {
        checkUsable();
        write.start(vector, true, handler);
    }

    @Override
    public final int tryRead(MutableDirectBuffer buffer, int offset, int length) {
        checkUsable();
        Channel.checkRegion(buffer, offset, length);
        return read.tryRead(buffer, offset, length);
    }

    @Override
    public final int tryWrite(DirectBuffer buffer, int offset, int length) {
        checkUsable();
        Channel.checkRegion(buffer, offset, length);
        return write.tryWrite(buffer, offset, length);
    }

    @Override
    public final void readTimeoutNs(long timeoutNs) {
        checkOpen();
        read.timeoutNs(timeoutNs);
    }

    @Override
    public final void writeTimeoutNs(long timeoutNs) {
        checkOpen();
        write.timeoutNs(timeoutNs);
    }

    @Override
    public final void cancelRead() {
        assert reactor.checkOwnThread();
        read.abort(IoStatus.CANCELLED);
    }

    @Override
    public final void cancelWrite() {
        assert reactor.checkOwnThread();
        write.abort(IoStatus.CANCELLED);
    }

    @Override
    final Operation reader() {
        return read;
    }
}
