package io.sonic.websocket;

import io.sonic.ConnectHandler;
import io.sonic.FifoBuffer;
import io.sonic.IoStatus;
import io.sonic.ReadHandler;
import io.sonic.Stream;
import io.sonic.Timer;
import io.sonic.WriteHandler;
import io.sonic.tls.TlsStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the handshakes of both roles have in common: the deadlines, and the peer's head in as many pieces as it comes.
 */
abstract class Handshake implements ReadHandler {
    /**
     * For writes that need no completion: what is read next says more.
     */
    static final WriteHandler READ_SAYS_MORE = (status, length) -> { };

    final Connection connection;
    final HandshakeOptions options;
    final FifoBuffer received;
    private final String prefix;
    private final ConnectHandler handler;
    private final Timer deadline;
    private final Timer phaseDeadline;
    private HttpHeadParser parser;
    private HandshakePhase phase = HandshakePhase.UPGRADE;
    private long deadlineNs;
    private Stream transport;
    private boolean writing;

    Handshake(Connection connection, String prefix, HandshakeOptions options, ConnectHandler handler) {
        this.connection = connection;
        this.options = options;
        this.prefix = prefix;
        this.handler = handler;
        received = connection.reader.fifo();
        parser = new HttpHeadParser(prefix);
        deadline = new Timer(connection.reactor);
        phaseDeadline = new Timer(connection.reactor);
    }

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
     * Says what is waited for: "connecting", for instance.
     */
    String activity() {
        return phase.activity();
    }

    final HandshakePhase phase() {
        return phase;
    }

    /**
     * The time for all of it, or for the phase, is over.
     */
    void onDeadline(long timeoutNs) {
        fail(IoStatus.TIMED_OUT, "the handshake timed out after " + timeoutNs / 1_000_000 + " ms while " + activity());
    }

    final void startDeadline() {
        deadlineNs = connection.reactor.nanoTime() + options.timeoutNs;
        deadline.scheduleOnce(options.timeoutNs, timer -> onDeadline(options.timeoutNs));
    }

    /**
     * Leaves no more than a time for the rest.
     */
    final void hurry(long restNs) {
        long restDeadlineNs = connection.reactor.nanoTime() + restNs;
        if (restDeadlineNs - deadlineNs < 0) {
            deadline.cancel();
            deadline.scheduleAt(restDeadlineNs, timer -> onDeadline(restNs));
        }
    }

    final void enter(HandshakePhase next) {
        phase = next;
        phaseDeadline.cancel();
        long timeoutNs = options.phaseTimeoutsNs[next.ordinal()];
        if (timeoutNs > 0) {
            phaseDeadline.scheduleOnce(timeoutNs, timer -> onDeadline(timeoutNs));
        }
    }

    /**
     * Goes on with a stream, from the beginning of HTTP.
     */
    final void use(Stream stream) {
        transport = stream;
        parser = new HttpHeadParser(prefix);
        writing = false;
        connection.use(stream);
    }

    final Stream transport() {
        return transport;
    }

    /**
     * Tells whether the handshake goes on, and with this stream.
     */
    final boolean isAt(Stream stream) {
        return connection.isHandshaking() && transport == stream;
    }

    final void shakeHands(TlsStream tls) {
        enter(HandshakePhase.TLS);
        tls.asyncHandshake(status -> {
            if (!isAt(tls)) {
                return;
            }
            if (status != IoStatus.OK) {
                failByTransport(status);
            } else if (!tls.applicationProtocol().isEmpty() && !tls.applicationProtocol().equals(DefaultTls.PROTOCOL)) {
                fail(IoStatus.FAILED, "TLS agreed on the protocol " + tls.applicationProtocol()
                    + ", a websocket needs http/1.1");
            } else {
                onTransportReady();
            }
        });
    }

    /**
     * What is written and read now is HTTP.
     */
    abstract void onTransportReady();

    final void write(byte[] bytes, WriteHandler onWritten) {
        if (writing) {
            onRefused(new IOException("the peer answered before it was asked"));
            return;
        }
        writing = true;
        Stream to = transport;
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
        to.asyncWriteAll(new UnsafeBuffer(memory), 0, bytes.length, (status, length) -> {
            if (isAt(to)) {
                writing = false;
                onWritten.onWrite(status, length);
            }
        });
    }

    final void read() {
        if (!connection.isHandshaking()) {
            return;
        }
        if (received.readableLength() == 0) {
            received.reset();
        }
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
            onBytes();
        } catch (IOException e) {
            onRefused(e);
        }
    }

    /**
     * Takes what has come, as far as it belongs to the handshake.
     */
    void onBytes() throws IOException {
        received.consume(parser.feed(received.buffer(), received.readOffset(), received.readableLength()));
        HttpHead head = parser.head();
        if (head == null) {
            read();
        } else {
            onHead(head);
        }
    }

    final void readNextHead() throws IOException {
        parser.next();
        onBytes();
    }

    final boolean hasReceived() {
        return !parser.isEmpty();
    }

    final void fail(IoStatus status, String why) {
        failWith(status, why, null, 0);
    }

    final void failWith(IoStatus status, String why, Throwable cause, int errno) {
        connection.handshakeFailed(status, new IOException(connection.subject() + ": " + why, cause), errno);
    }

    final void failByTransport(IoStatus status) {
        IOException cause = transport.failure();
        failWith(status, cause == null ? "the connection ended: " + status : cause.getMessage(), cause,
            transport.errno());
    }

    /**
     * Takes the timers back.
     */
    final void release() {
        deadline.close();
        phaseDeadline.close();
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
