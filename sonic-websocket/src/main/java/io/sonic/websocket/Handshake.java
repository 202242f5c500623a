package io.sonic.websocket;

import io.sonic.ConnectHandler;
import io.sonic.FifoBuffer;
import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.Timer;
import java.io.IOException;

/**
 * What the handshakes of both roles have in common: one deadline, and the peer's head in as many pieces as it comes.
 */
abstract class Handshake implements ReadHandler {
    final Connection connection;
    final FrameSender sender;
    final FifoBuffer received;
    private final HttpHeadParser parser;
    private final ConnectHandler handler;
    private final Timer deadline;
    private final long timeoutNs;
    private long deadlineNs;
    private Stream transport;

    Handshake(Connection connection, String prefix, long timeoutNs, ConnectHandler handler) {
        this.connection = connection;
        sender = connection.sender;
        received = connection.reader.fifo();
        this.timeoutNs = timeoutNs;
        this.handler = handler;
        parser = new HttpHeadParser(prefix);
        deadline = new Timer(connection.reactor);
    }

    /**
     * Says what is waited for: "connecting", for instance.
     */
    abstract String phase();

    /**
     * Has the peer's head; ends the handshake, or reads on.
     */
    abstract void onHead(HttpHead head) throws IOException;

    /**
     * What the peer sent is not acceptable.
     */
    abstract void onRefused(IOException why);

    /**
     * The transport ended before the handshake did.
     */
    abstract void onEnd(IoStatus status);

    /**
     * What waited to be written has been taken.
     */
    abstract void onFlushed();

    /**
     * The time is over.
     */
    void onDeadline() {
        fail(IoStatus.TIMED_OUT, "the handshake timed out after " + timeoutNs / 1_000_000 + " ms while " + phase());
    }

    final void startDeadline() {
        deadlineNs = connection.reactor.nanoTime() + timeoutNs;
        deadline.scheduleOnce(timeoutNs, timer -> onDeadline());
    }

    /**
     * Leaves no more than a time for the rest.
     */
    final void hurry(long restNs) {
        long restDeadlineNs = connection.reactor.nanoTime() + restNs;
        if (restDeadlineNs - deadlineNs < 0) {
            deadline.cancel();
            deadline.scheduleAt(restDeadlineNs, timer -> onDeadline());
        }
    }

    final void use(Stream connected) {
        transport = connected;
    }

    final void read() {
        transport.asyncRead(received.buffer(), received.writeOffset(), received.writableLength(), this);
    }

    @Override
    public final void onRead(IoStatus status, int length) {
        if (!connection.isHandshaking()) {
            return;
        }
        received.commit(length);
        if (status != IoStatus.OK) {
            onEnd(status);
            return;
        }
        try {
            onBytes(received);
        } catch (IOException e) {
            onRefused(e);
        }
    }

    /**
     * Takes what has come, as far as it belongs to the handshake.
     */
    void onBytes(FifoBuffer bytes) throws IOException {
        bytes.consume(parser.feed(bytes.buffer(), bytes.readOffset(), bytes.readableLength()));
        HttpHead head = parser.head();
        if (head == null) {
            read();
        } else {
            onHead(head);
        }
    }

    final void readNextHead() throws IOException {
        parser.next();
        onBytes(received);
    }

    final boolean hasReceived() {
        return !parser.isEmpty();
    }

    final void fail(IoStatus status, String why) {
        connection.handshakeFailed(status, new IOException(connection.subject() + ": " + why), 0);
    }

    final void failByTransport(IoStatus status) {
        IOException cause = transport.failure();
        String why = cause == null ? "the connection ended: " + status : cause.getMessage();
        IOException failure = new IOException(connection.subject() + ": " + why, cause);
        connection.handshakeFailed(status, failure, transport.errno());
    }

    /**
     * Takes the timer back.
     */
    final void release() {
        deadline.close();
    }

    final void complete(IoStatus status) {
        connection.reactor.completed();
        try {
            handler.onConnect(status);
        } catch (Throwable t) {
            connection.reactor.handlerFailed(t);
        }
    }
}
