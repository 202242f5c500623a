package io.sonic;

import io.sonic.tls.HandshakeHandler;
import io.sonic.tls.ShutdownHandler;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds each operation of a test to exactly one completion, and remembers whether all went well.
 */
final class Ledger {
    private final List<Entry> entries = new ArrayList<>();
    private boolean failed;

    private static final class Entry {
        final String name;
        final Channel channel;
        IoStatus status;
        int errno;

        Entry(String name, Channel channel) {
            this.name = name;
            this.channel = channel;
        }

        @Override
        public String toString() {
            return name + ": " + (status == null ? "not completed" : status + (errno == 0 ? "" : " " + errno));
        }
    }

    ReadHandler read(Channel channel, String name, ReadHandler then) {
        Entry entry = accept(channel, name);
        return (status, length) -> {
            complete(entry, status);
            failed |= status == IoStatus.END_OF_STREAM;
            then.onRead(status, length);
        };
    }

    /**
     * For a read that is to find the end of the stream.
     */
    ReadHandler readEnd(Channel channel, ReadHandler then) {
        Entry entry = accept(channel, "read the end");
        return (status, length) -> {
            complete(entry, status);
            then.onRead(status, length);
        };
    }

    WriteHandler write(Channel channel, String name, WriteHandler then) {
        Entry entry = accept(channel, name);
        return (status, length) -> {
            complete(entry, status);
            then.onWrite(status, length);
        };
    }

    ConnectHandler connect(Channel channel, ConnectHandler then) {
        Entry entry = accept(channel, "connect");
        return status -> {
            complete(entry, status);
            then.onConnect(status);
        };
    }

    /**
     * For an accept that may fail: the listener goes on.
     */
    <S extends Stream> AcceptHandler<S> accept(Channel channel, AcceptHandler<S> then) {
        Entry entry = accept(channel, "accept");
        return (status, stream) -> {
            boolean failedBefore = failed;
            complete(entry, status);
            failed = failedBefore;
            then.onAccept(status, stream);
        };
    }

    HandshakeHandler handshake(Channel channel, HandshakeHandler then) {
        Entry entry = accept(channel, "handshake");
        return status -> {
            complete(entry, status);
            then.onHandshake(status);
        };
    }

    ShutdownHandler shutdown(Channel channel, ShutdownHandler then) {
        Entry entry = accept(channel, "shutdown");
        return status -> {
            complete(entry, status);
            then.onShutdown(status);
        };
    }

    ReceiveHandler receive(Channel channel, ReceiveHandler then) {
        Entry entry = accept(channel, "receive");
        return (status, length, source) -> {
            complete(entry, status);
            then.onReceive(status, length, source);
        };
    }

    BatchHandler batch(Channel channel, String name, BatchHandler then) {
        Entry entry = accept(channel, name);
        return (status, count) -> {
            complete(entry, status);
            then.onBatch(status, count);
        };
    }

    TimerHandler timer(TimerHandler then) {
        Entry entry = accept(null, "timer");
        return timer -> {
            complete(entry, IoStatus.OK);
            then.onTimer(timer);
        };
    }

    Runnable post(Runnable then) {
        Entry entry = accept(null, "post");
        return () -> {
            complete(entry, IoStatus.OK);
            then.run();
        };
    }

    /**
     * Tells whether an operation failed.
     */
    boolean hasFailed() {
        return failed;
    }

    /**
     * The errnos that failed operations reported.
     */
    List<Integer> errnos() {
        return entries.stream().filter(entry -> entry.status == IoStatus.FAILED).map(entry -> entry.errno).toList();
    }

    /**
     * The operations that were accepted and are not completed.
     */
    List<String> unfinished() {
        return entries.stream().filter(entry -> entry.status == null).map(Entry::toString).toList();
    }

    @Override
    public String toString() {
        return entries.toString();
    }

    private Entry accept(Channel channel, String name) {
        Entry entry = new Entry(name, channel);
        entries.add(entry);
        return entry;
    }

    private void complete(Entry entry, IoStatus status) {
        if (entry.status != null) {
            throw new AssertionError("completed twice, now with " + status + ": " + entry);
        }
        entry.status = status;
        if (status == IoStatus.FAILED || status == IoStatus.TIMED_OUT) {
            failed = true;
            entry.errno = entry.channel.errno();
        }
    }
}
