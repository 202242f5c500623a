package io.sonic;

import java.io.IOException;

/**
 * What all channels over a descriptor have in common: readiness, one operation per direction, failure, close.
 */
abstract class DescriptorChannel implements Channel {
    static final int READABLE = 1;
    static final int WRITABLE = 2;
    /**
     * The peer hung up, reset, or will send nothing more: reading will not run dry before it has said so.
     */
    static final int ENDED = 4;

    final Reactor reactor;
    /**
     * Neighbours in the reactor's list of open channels.
     */
    DescriptorChannel next;
    DescriptorChannel previous;

    BackendDescriptor descriptor;
    boolean readable;
    boolean writable;
    boolean ended;
    /**
     * Whether the peer has reset the connection, as a transfer was told.
     */
    boolean reset;
    /**
     * Whether the descriptor never becomes unready: a regular file.
     */
    boolean alwaysReady;
    /**
     * Whether only {@code EAGAIN} says that there is nothing left: a terminal hands out a line at a time, for instance.
     */
    boolean drainsWhole;

    private boolean open = true;
    private boolean hot;
    private int errno;
    private String failedCall;
    private IOException failure;

    DescriptorChannel(Reactor reactor) {
        assert reactor.checkOwnThread();
        reactor.checkOpen();
        this.reactor = reactor;
        reactor.channels().add(this);
    }

    /**
     * The operation that waits for readiness to read.
     */
    abstract Operation reader();

    /**
     * The operation that waits for readiness to write.
     */
    abstract Operation writer();

    /**
     * What the channel is connected or bound to, for messages.
     */
    abstract String subject();

    final void onReadiness(int events) {
        if ((events & ENDED) != 0) {
            ended = true;
        }
        if ((events & READABLE) != 0) {
            readable = true;
            reader().becomeReady();
        }
        if ((events & WRITABLE) != 0) {
            writable = true;
            writer().becomeReady();
        }
    }

    /**
     * Is told that fewer bytes were read than asked for. epoll(7): a stream is drained then, and its next byte will be
     * an edge.
     */
    final void readShort() {
        readable = ended || alwaysReady || drainsWhole;
    }

    /**
     * Is told that fewer bytes were written than asked for: the buffer is full, and room in it will be an edge.
     */
    final void wroteShort() {
        writable = alwaysReady;
    }

    @Override
    public final Reactor reactor() {
        return reactor;
    }

    @Override
    public final boolean isOpen() {
        return open;
    }

    @Override
    public final int errno() {
        return errno;
    }

    @Override
    public final IOException failure() {
        return failure != null ? failure : errno == 0 ? null : exception(failedCall, errno);
    }

    /**
     * Creates the exception for a system call on this channel that failed.
     */
    IOException exception(String call, int number) {
        return Errno.exception(call, subject(), number);
    }

    @Override
    public final void hot(boolean nowHot) {
        checkOpen();
        if (nowHot != hot) {
            hot = nowHot;
            if (nowHot) {
                reactor.hotChannels().add(this);
            } else {
                reactor.hotChannels().remove(this);
            }
        }
    }

    /**
     * Queues the read that waits, without having heard from the system that it can be done.
     *
     * @return false when none waits.
     */
    final boolean probe() {
        Operation reader = reader();
        if (!reader.isInFlight()) {
            return false;
        }
        readable = true;
        reader.becomeReady();
        return true;
    }

    @Override
    public void cancel() {
        assert reactor.checkOwnThread();
        abort(IoStatus.CANCELLED);
    }

    @Override
    public void close() {
        assert reactor.checkOwnThread();
        if (!open) {
            return;
        }
        hot(false);
        open = false;
        reactor.channels().remove(this);
        closeDescriptor();
        abort(IoStatus.CLOSED);
    }

    /**
     * Ends what is in flight; not what the first handler starts.
     */
    private void abort(IoStatus status) {
        Operation writer = writer();
        boolean writes = writer.isInFlight();
        int which = writer.number;
        reader().abort(status);
        if (writes && which == writer.number) {
            writer.abort(status);
        }
    }

    void closeDescriptor() {
        if (descriptor != null) {
            descriptor.close();
            descriptor = null;
        }
        readable = false;
        writable = false;
        ended = false;
        reset = false;
    }

    final void checkOpen() {
        assert reactor.checkOwnThread();
        if (!open) {
            throw new IllegalStateException("the channel is closed: " + subject());
        }
    }

    /**
     * Remembers a system call that failed; without an object, so that failing repeatedly leaves no garbage.
     */
    final void failed(String call, int number) {
        errno = number;
        failedCall = call;
        failure = null;
    }

    final void failed(IOException reason, int number) {
        errno = number;
        failure = reason;
    }

    final void clearFailure() {
        errno = 0;
        failure = null;
    }
}
